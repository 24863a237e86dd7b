# METADATA
# title: Events and records have a provenance envelope
# description: >-
#   Origin, actor, time, confidence and whether it was simulated are what tells a fact from a guess and a drill from
#   an incident. Without them a record can be believed or not, but not checked.
# custom:
#   id: GL-GOV-004
#   severity: high
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/Action, gatelib.dev/Dataset]
#   scope: document
#   params: [governance.max_clock_skew_seconds]
#   remediation: >-
#     Have the system that writes the record add `provenance` with `origin`, `actor`, `timestamp` (an RFC 3339
#     date-time), `confidence` (0 to 1) and `simulated` (true or false); then `gatelib evidence add PACK actions.json
#     --role actions`, or `datasets`. A request for a verdict has it in its `context`.
#   since: 0.1.0
package gatelib.rules.governance.provenance_envelope

import data.gatelib.lib.governance
import data.gatelib.lib.governed
import data.gatelib.lib.records

subjects := governed.subjects(array.concat(governed.actions, governed.datasets)) | governance.subjects

deny contains object.union(finding, {"id": "GL-GOV-004"}) if {
	some record in array.concat(governed.actions, governed.datasets)
	some problem in governance.provenance_problems(object.get(record.spec, "provenance", null))
	finding := object.union(
		records.at(record, array.concat(["spec", "provenance"], problem.path)),
		{"msg": sprintf("the provenance envelope of %s %s", [record.called, problem.msg])},
	)
}

deny contains object.union(finding, {"id": "GL-GOV-004"}) if some finding in governance.provenance_of_request
