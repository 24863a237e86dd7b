# METADATA
# title: Actions and datasets have a warrant
# description: >-
#   Whoever acts, or keeps data, does so by somebody's authority: an owner, a contract, a law. Where none is named,
#   nobody has to answer for it, and nobody can take it back.
# custom:
#   id: GL-GOV-001
#   severity: high
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/Action, gatelib.dev/Dataset]
#   scope: document
#   params: [evidence.max_age_days]
#   remediation: >-
#     Write `spec.warrant` of the Action or Dataset record: the `authority`, the `reference` where it is written, and
#     `expires` where it ends; renew one that has. Add the records with `gatelib evidence add PACK actions.json --role
#     actions`, an empty list where the release has no actions.
#   since: 0.1.0
package gatelib.rules.governance.warrant

import data.gatelib.input as gate_input
import data.gatelib.lib.evidence
import data.gatelib.lib.governed
import data.gatelib.lib.timestamps

subjects := governed.subjects(warranted)

deny contains object.union(fault, {"id": "GL-GOV-001"}) if {
	some fault in (evidence.faults("actions") | governed.strays("actions", "Action"))
}

deny contains object.union(governed.about(record, path, problem), {"id": "GL-GOV-001"}) if {
	some record in warranted

	# gatelib:equivalent null: neither null nor false is an object
	some [path, problem] in problems(object.get(record.spec, "warrant", null))
}

unjudged contains problem if some problem in evidence.unreadable("actions")

warranted := array.concat(governed.actions, governed.datasets)

problems(warrant) := [[["warrant"], "has no warrant"]] if {
	not is_object(warrant)
} else := array.concat(
	[[["warrant", field], problem] |
		some field in ["authority", "reference"]
		governed.text_at(warrant, [field]) == ""
		problem := sprintf("has a warrant without `%s`", [field])
	],
	[[["warrant", "expires"], problem] | problem := expiry_problem(object.get(warrant, "expires", null))],
)

# Some warrants have no end, such as a law.
expiry_problem(expires) := "has a warrant whose `expires` is no RFC 3339 date or date-time" if {
	not expires in {null, ""}
	not timestamps.end_ns(expires)
} else := sprintf("has a warrant that expired on `%s`", [expires]) if {
	timestamps.end_ns(expires) <= gate_input.now_ns
}
