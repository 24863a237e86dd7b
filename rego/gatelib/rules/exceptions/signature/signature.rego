# METADATA
# title: An exception is signed by those who may give it, for this place
# description: >-
#   An exception is worth what stands behind it: a name in a file is nobody's word. Its signatures show who asked and
#   who agreed, to exactly this text; the audience keeps it from being used where nobody has agreed to it.
# custom:
#   id: GL-EXC-007
#   severity: high
#   controls: [PL-01]
#   gates: [pr, pre-promote, admission, publish]
#   kinds: [gatelib.dev/PolicyException]
#   scope: document
#   params: [exceptions.require_signature, exceptions.critical_approvers, exceptions.audience]
#   remediation: >-
#     Have the requester and the approvers that it names sign the record with `gatelib exception sign`, after its last
#     change; `gatelib exception verify` shows what is missing. Give it from the trusted side with `--exceptions`.
#   since: 0.1.0
package gatelib.rules.exceptions.signature

import data.gatelib.lib.exception_signatures
import data.gatelib.lib.exceptions

subjects contains document if {
	some exception in exceptions.all
	document := exception.place.document
}

deny contains object.union(exception.place, {
	"id": "GL-EXC-007",
	"msg": sprintf("exception `%s` %s", [exception.name, problem.message]),
	"path": problem.path,
}) if {
	some exception in exceptions.given
	some problem in exception_signatures.problems(exception)
}

deny contains object.union(exception.place, {
	"id": "GL-EXC-007",
	"msg": sprintf("exception `%s` %s", [exception.name, problem.message]),
	"path": problem.path,
}) if {
	some exception in exceptions.given
	count(exception_signatures.problems(exception)) == 0
	some problem in exception_signatures.unapproved(exception)
}

warn contains object.union(exception.place, {
	"id": "GL-EXC-007",
	"msg": sprintf("exception `%s` lies among what is judged, and waives nothing there", [exception.name]),
	"path": [],
}) if {
	some exception in exceptions.judged
}
