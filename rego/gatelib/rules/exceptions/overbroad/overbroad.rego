# METADATA
# title: An exception is for one thing
# description: >-
#   A pattern, or a target that leaves out what makes it one thing, also covers what nobody had in mind when it was
#   approved, and what is added later.
# custom:
#   id: GL-EXC-008
#   severity: high
#   controls: [PL-01]
#   gates: [pr, pre-promote, admission, publish]
#   kinds: [gatelib.dev/PolicyException]
#   scope: document
#   params: [exceptions.max_subjects] # gatelib:ignore parameters `gatelib.lib.outcome` reads it, for this rule
#   remediation: >-
#     Name each rule and the target in full, without `*`, `?` or brackets; write an exception for each object. Where
#     many objects have the same name, give them namespaces.
#   since: 0.1.0
package gatelib.rules.exceptions.overbroad

import data.gatelib.lib.exception_targets
import data.gatelib.lib.exceptions

subjects contains document if {
	some exception in exceptions.all
	document := exception.place.document
}

# That one hides too much, `gatelib.lib.outcome` adds: only all findings together tell.
deny contains object.union(exception.place, {
	"id": "GL-EXC-008",
	"msg": sprintf("exception `%s` %s", [exception.name, problem.message]),
	"path": problem.path,
}) if {
	some exception in exceptions.all
	some problem in exception_targets.breadth_problems(exception.spec)
}
