# METADATA
# title: A canary was healthy to its end, and burned no more of the error budget than it may
# description: >-
#   A canary that was measured once, or that recovered just now, has not shown that the release holds. Its last
#   measurements are healthy one after the other, for every metric, and its users lose the SLO's error budget no
#   faster than the whole window allows.
# custom:
#   id: GL-REL-007
#   severity: high
#   controls: [REL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [canary.min_intervals, slo.max_burn_rate]
#   remediation: >-
#     Let the canary run until each metric of its AnalysisRun has enough healthy measurements; add what `kubectl get
#     analysisrun NAME -o json` prints as `rollout/canary-metrics.json`, and the burn rate as a Measurement
#     `slo.burn_rate` in `rollout/slo-burn.json`, with `gatelib evidence add`, and seal the pack.
#   since: 0.1.0
package gatelib.rules.release.canary_health

import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.records

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-007"}) if {
	some role in ["canary", "slo-burn"]
	some fault in evidence.faults(role)
}

unjudged contains problem if {
	some role in ["canary", "slo-burn"]
	some problem in evidence.unreadable(role)
}

deny contains object.union(problem, {"id": "GL-REL-007"}) if {
	some problem in measurements.problems("slo-burn", "slo.burn_rate")
}

deny contains object.union(records.at(burn, ["spec", "value"]), {"id": "GL-REL-007", "msg": msg}) if {
	burn := measurements.record("slo-burn", "slo.burn_rate")
	burn.spec.value > params.all.slo.max_burn_rate
	msg := sprintf("the error budget burns at %s times its rate, and may at %s", [
		numerals.shown(burn.spec.value),
		numerals.shown(params.all.slo.max_burn_rate),
	])
}

deny contains finding if {
	some file in evidence.files("canary")
	not file in {run.file | some run in runs}
	finding := {"id": "GL-REL-007", "msg": sprintf("`%s` holds no AnalysisRun", [file]), "evidence": file, "path": []}
}

deny contains finding if {
	some run in runs
	phase := object.get(run.fact, "phase", "")
	phase != "Successful"
	msg := sprintf("AnalysisRun `%v` is `%v`, and not `Successful`", [name(run), phase])
	finding := object.union(evidence.at(run, ["phase"]), {"id": "GL-REL-007", "msg": msg})
}

deny contains finding if {
	some run in runs
	count(metrics(run)) == 0
	msg := sprintf("AnalysisRun `%v` has no metric that decides", [name(run)])
	finding := object.union(evidence.at(run, ["metrics"]), {"id": "GL-REL-007", "msg": msg})
}

deny contains finding if {
	some run in runs
	some position, metric in metrics(run)
	healthy := healthy_at_end(documents.list(object.get(metric, "measurements", [])))
	healthy < params.all.canary.min_intervals
	msg := sprintf("metric `%v` of AnalysisRun `%v` ends with %v healthy intervals, and needs %v", [
		object.get(metric, "name", ""),
		name(run),
		healthy,
		params.all.canary.min_intervals,
	])
	finding := object.union(evidence.at(run, ["metrics", position]), {"id": "GL-REL-007", "msg": msg})
}

runs := evidence.facts("canary", "analysis")

name(run) := object.get(run.fact, "name", "")

# A metric on a dry run decides nothing.
metrics(run) := {position: metric |
	some position, listed in documents.list(object.get(run.fact, "metrics", []))
	metric := documents.mapping(listed)
	object.get(metric, "dry_run", false) != true
}

# Places count from 1 here: in front of the first measurement it was not healthy.
healthy_at_end(measured) := count(measured) - max(unhealthy) if {
	unhealthy := [place |
		some place, measurement in array.concat([{}], measured)
		not is_healthy(measurement)
	]
}

is_healthy(measurement) if measurement.phase == "Successful"
