# METADATA
# title: The threat model is newer than the last material change
# description: >-
#   A threat model describes the service that it was written for. After a change that threats depend on, and after some
#   time in any case, it describes another one, and its mitigations may protect what is no longer there.
# custom:
#   id: GL-GOV-006
#   severity: medium
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [threat_model.max_age_days, evidence.max_age_days]
#   remediation: >-
#     Go through the threat model, set `updated` of its ThreatModel record, and `lastMaterialChange` to the day of the
#     last change that threats depend on; then `gatelib evidence add PACK threat-model.json --role threat-model`.
#   since: 0.1.0
package gatelib.rules.governance.threat_model

import data.gatelib.input as gate_input
import data.gatelib.lib.evidence
import data.gatelib.lib.params
import data.gatelib.lib.records
import data.gatelib.lib.timestamps

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-GOV-006"}) if some fault in evidence.faults("threat-model")

deny contains {"id": "GL-GOV-006", "evidence": file, "path": [], "msg": sprintf("`%s` has no ThreatModel", [file])} if {
	count(models) == 0
	some file in evidence.files("threat-model")
}

deny contains object.union(records.at(model, ["spec", problem[0]]), {"id": "GL-GOV-006", "msg": msg}) if {
	some model in models
	problem := fault_in(model.spec)
	msg := sprintf("threat model `%s` %s", [model.name, problem[1]])
}

unjudged contains problem if some problem in evidence.unreadable("threat-model")

models := records.given("threat-model", "ThreatModel")

fault_in(spec) := ["updated", "names no time of `updated` as an RFC 3339 date or date-time"] if {
	# gatelib:equivalent null: neither null nor false is a time
	not timestamps.ns(object.get(spec, "updated", null))
} else := ["lastMaterialChange", "names no `lastMaterialChange` as an RFC 3339 date or date-time"] if {
	# gatelib:equivalent null: neither null nor false is a time
	not timestamps.ns(object.get(spec, "lastMaterialChange", null))
} else := ["updated", sprintf("was updated in the future, on `%s`", [spec.updated])] if {
	timestamps.ns(spec.updated) > gate_input.now_ns
} else := ["updated", sprintf(
	"was updated on `%s`, before the last material change on `%s`",
	[spec.updated, spec.lastMaterialChange],
)] if {
	timestamps.ns(spec.updated) < timestamps.ns(spec.lastMaterialChange)
} else := ["updated", sprintf("was updated on `%s`, more than %v days ago", [spec.updated, max_age_days])] if {
	gate_input.now_ns - timestamps.ns(spec.updated) > max_age_days * timestamps.day_ns
}

max_age_days := params.all.threat_model.max_age_days
