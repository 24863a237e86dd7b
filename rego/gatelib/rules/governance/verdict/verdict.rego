# METADATA
# title: Actions have a governance verdict that allows them
# description: >-
#   A verdict says who decided, by which rule and why. An action without one was never asked about, and one with a
#   verdict that denies was carried out in spite of it.
# custom:
#   id: GL-GOV-005
#   severity: high
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/Action]
#   scope: document
#   params:
#     - governance.require_verdict
#     - governance.require_signed_verdict
#     - governance.max_verdict_age_hours
#     - governance.max_clock_skew_seconds
#   remediation: >-
#     Ask for a verdict before the action (`gatelib.evaluate`, or `data.gatelib.verdict` of an OPA), and keep it whole
#     as `spec.verdict` of the Action record; where `governance.require_signed_verdict` is set, with its `signature`,
#     and with `action`, `subject` and `artefact.sha256` as the request had them. Then `gatelib evidence add PACK
#     actions.json --role actions`. A request for a verdict has an earlier one in its `context`.
#   since: 0.1.0
package gatelib.rules.governance.verdict

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.governance
import data.gatelib.lib.governed
import data.gatelib.lib.params
import data.gatelib.lib.records
import data.gatelib.lib.timestamps

subjects := governed.subjects(governed.actions) | governance.subjects

deny contains finding(action, problem.path, problem.msg) if {
	some action in governed.actions
	some problem in governance.content_problems(verdict_of(action))
}

deny contains finding(action, ["signature"], "is not signed for this action by a key of `trust.verdicts`") if {
	some action in signed_wanted
	not action.signed
}

deny contains finding(action, ["now"], problem) if {
	some action in signed_wanted
	action.signed
	acted := governed.text_at(action.spec, ["provenance", "timestamp"])
	problem := age_problem(verdict_of(action), acted)
}

deny contains object.union(fault, {"id": "GL-GOV-005"}) if some fault in governance.verdict_of_request

# Of a document nothing is verified, so its verdict counts as unsigned.
signed_wanted := [object.union(action, {"signed": [action.place, action.prefix] in verified}) |
	params.all.governance.require_signed_verdict
	some action in governed.actions
	is_object(verdict_of(action))
]

verified := {[{"evidence": file}, ["facts", position]] |
	some found in gate_input.verifications
	documents.mapping(found).type == "verdict"
	file := found.file
	position := found.fact
}

# A signature holds for ever, and what it allowed once may be denied when it is acted on.
age_problem(verdict, acted) := "has no `now` that tells when it was given" if {
	# gatelib:equivalent null: neither null nor false is a date-time
	not timestamps.is_date_time(object.get(verdict, "now", null))
} else := "was given after the action" if {
	timestamps.ns(verdict.now) > timestamps.ns(acted) + (params.all.governance.max_clock_skew_seconds * 1000000000)
} else := sprintf("was more than %v hours old when it was acted on", [hours]) if {
	hours := params.all.governance.max_verdict_age_hours
	timestamps.ns(acted) - timestamps.ns(verdict.now) > hours * 3600000000000
}

verdict_of(action) := object.get(action.spec, "verdict", null)

finding(action, path, problem) := object.union(
	records.at(action, array.concat(["spec", "verdict"], path)),
	{"id": "GL-GOV-005", "msg": sprintf("the verdict of %s %s", [action.called, problem])},
)
