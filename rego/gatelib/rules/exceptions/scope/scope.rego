# METADATA
# title: An exception names rules that there are, and a target
# description: >-
#   An exception for a rule that does not exist waives nothing today, and something that nobody approved on the day
#   when the ID is taken. One without a target says nothing about what is let through.
# custom:
#   id: GL-EXC-003
#   severity: high
#   controls: [PL-01]
#   gates: [pr, pre-promote, admission, publish]
#   kinds: [gatelib.dev/PolicyException]
#   scope: document
#   remediation: >-
#     Name the IDs of existing rules in `spec.rules`, and in `spec.target` an object by `kind` and `name`, or a
#     vulnerability by `cve`, `package` and `image`.
#   since: 0.1.0
package gatelib.rules.exceptions.scope

import data.gatelib.lib.exception_targets
import data.gatelib.lib.exceptions

subjects contains document if {
	some exception in exceptions.all
	document := exception.place.document
}

deny contains object.union(exception.place, {
	"id": "GL-EXC-003",
	"msg": sprintf("exception `%s` %s", [exception.name, problem.message]),
	"path": problem.path,
}) if {
	some exception in exceptions.all
	some problem in exception_targets.scope_problems(exception.spec)
}
