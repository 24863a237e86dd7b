# METADATA
# title: An exception is approved by somebody other than its requester
# description: >-
#   An exception switches a rule off. One that nobody approved, or that its own requester approved, is a rule
#   that anybody can switch off alone.
# custom:
#   id: GL-EXC-001
#   severity: high
#   controls: [PL-01]
#   gates: [pr, pre-promote, admission, publish]
#   kinds: [gatelib.dev/PolicyException]
#   scope: document
#   remediation: >-
#     Name who asks in `spec.requester`, and have somebody else approve: their identity goes to
#     `spec.approver`, and their signature onto the record.
#   since: 0.1.0
package gatelib.rules.exceptions.approver

import data.gatelib.lib.exceptions

subjects contains document if {
	some exception in exceptions.all
	document := exception.place.document
}

deny contains object.union(exception.place, {
	"id": "GL-EXC-001",
	"msg": sprintf("exception `%s` %s", [exception.name, problem.message]),
	"path": ["spec", problem.field],
}) if {
	some exception in exceptions.all
	problem := exceptions.approver_problem(exception.spec)
}
