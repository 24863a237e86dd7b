# METADATA
# title: Falco watched a release for a day without an alert, and its base images have not drifted
# description: >-
#   An alert of the runtime sensor while a release bakes is a reason to look before it goes further. Silence counts
#   only where the sensor shows that it ran: Falco says nothing while nothing happens, and nothing as well where it
#   was stopped.
# custom:
#   id: GL-REL-014
#   severity: high
#   controls: [RUN-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [runtime.max_gap_hours, runtime.min_priority, runtime.quiet_hours]
#   remediation: >-
#     Clear up the alert and wait until the window has passed. Turn on the snapshots of Falco's metrics (`enabled`,
#     `interval` and `output_rule` of `metrics` in falco.yaml), add its JSON lines as `runtime/falco.jsonl` and the
#     Measurement `base_image.drift` as `runtime/base-image-drift.json` with `gatelib evidence add`, and seal the
#     pack.
#   since: 0.1.0
package gatelib.rules.release.runtime_quiet

import data.gatelib.input as gate_input
import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.records
import data.gatelib.lib.timestamps

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-014"}) if {
	some role in ["runtime-alerts", "base-image-drift"]
	some fault in evidence.faults(role)
}

unjudged contains problem if {
	some role in ["runtime-alerts", "base-image-drift"]
	some problem in evidence.unreadable(role)
}

deny contains finding if {
	some alert in evidence.facts("runtime-alerts", "alert")
	priority := object.get(alert.fact, "priority", "unknown")
	is_grave(priority)
	last := object.get(alert.fact, "last", "")
	is_recent(last)
	msg := sprintf("%s alerts of `%v` with priority %v, the last on `%v`", [
		numerals.shown(object.get(alert.fact, "count", null)),
		object.get(alert.fact, "rule", ""),
		priority,
		last,
	])
	finding := object.union(evidence.at(alert, []), {"id": "GL-REL-014", "msg": msg})
}

deny contains finding if {
	some file in evidence.files("runtime-alerts")
	not file in {watch.file | some watch in watches}
	msg := sprintf("`%s` does not show that Falco ran", [file])
	finding := {"id": "GL-REL-014", "msg": msg, "evidence": file, "path": []}
}

deny contains finding if {
	some watch in watches
	[field, msg] := blind_spot(watch.fact)
	finding := object.union(evidence.at(watch, [field]), {"id": "GL-REL-014", "msg": msg})
}

deny contains object.union(problem, {"id": "GL-REL-014"}) if {
	some problem in measurements.problems("base-image-drift", "base_image.drift")
}

deny contains object.union(records.at(drift, ["spec", "value"]), {"id": "GL-REL-014", "msg": msg}) if {
	drift := measurements.record("base-image-drift", "base_image.drift")
	drift.spec.value != 0
	msg := sprintf("%s base images have drifted", [numerals.shown(drift.spec.value)])
}

watches := evidence.facts("runtime-alerts", "watch")

# gatelib:equivalent element `"Emergency"`: what is not listed counts, and the first always does
priorities := ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"]

# What is no known priority may be any.
is_grave(priority) if not priority in priorities

is_grave(priority) if {
	some rank, known in priorities
	known == priority
	some least, named in priorities
	named == params.all.runtime.min_priority
	rank <= least
}

is_recent(moment) if not timestamps.is_date_time(moment)

is_recent(moment) if gate_input.now_ns - timestamps.ns(moment) < window_ns

# Where nothing was seen since Falco last said that it runs, nobody knows what happened there.
blind_spot(fact) := ["snapshots", "Falco wrote no snapshot of its metrics, which would show that it ran"] if {
	not timestamps.is_date_time(object.get(fact, "first", null)) # gatelib:equivalent null: `false` is no date-time either
} else := ["snapshots", "Falco wrote no snapshot of its metrics, which would show that it ran"] if {
	not timestamps.is_date_time(object.get(fact, "last", null)) # gatelib:equivalent null: `false` is no date-time either
} else := ["last", sprintf("nothing shows that Falco ran after `%s`", [fact.last])] if {
	gate_input.now_ns - timestamps.ns(fact.last) > gap_ns
} else := ["last", sprintf("Falco's last snapshot is in the future, on `%s`", [fact.last])] if {
	timestamps.ns(fact.last) > gate_input.now_ns
} else := ["first", sprintf("nothing shows that Falco ran before `%s`", [fact.first])] if {
	timestamps.ns(fact.first) > (gate_input.now_ns - window_ns) + gap_ns
} else := ["longest_gap", "the snapshots of Falco's metrics do not tell how far they lie apart"] if {
	not is_number(object.get(fact, "longest_gap", null)) # gatelib:equivalent null: `false` is no number either
} else := ["longest_gap", sprintf("nothing shows that Falco ran for %s seconds", [numerals.shown(fact.longest_gap)])] if {
	fact.longest_gap * 1000000000 > gap_ns
}

window_ns := params.all.runtime.quiet_hours * 3600000000000

gap_ns := params.all.runtime.max_gap_hours * 3600000000000
