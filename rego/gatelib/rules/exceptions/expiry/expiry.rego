# METADATA
# title: An exception ends, and soon
# description: >-
#   An exception is a debt with a date. Without an end, or with one far away, it becomes the rule; once it has
#   passed, what it hid is open again.
# custom:
#   id: GL-EXC-002
#   severity: high
#   controls: [PL-01]
#   gates: [pr, pre-promote, admission, publish]
#   kinds: [gatelib.dev/PolicyException]
#   scope: document
#   params: [exceptions.max_days]
#   remediation: >-
#     Give `spec.created` and `spec.expires` as RFC 3339 dates or date-times, no more than
#     `exceptions.max_days` apart. To go on past the end, write a new exception and have it approved anew.
#   since: 0.1.0
package gatelib.rules.exceptions.expiry

import data.gatelib.lib.exceptions

subjects contains document if {
	some exception in exceptions.all
	document := exception.place.document
}

deny contains object.union(exception.place, {
	"id": "GL-EXC-002",
	"msg": sprintf("exception `%s` %s", [exception.name, problem.message]),
	"path": ["spec", problem.field],
}) if {
	some exception in exceptions.all
	problem := exceptions.expiry_problem(exception.spec)
}
