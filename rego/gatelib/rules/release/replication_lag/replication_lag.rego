# METADATA
# title: Replicas are close behind, and failing over was drilled lately
# description: >-
#   What has not been replicated when a region fails is lost, and a failover that was never tried takes longest
#   when it is needed. The lag of the slowest region counts, and the last drill.
# custom:
#   id: GL-REL-015
#   severity: high
#   controls: [DR-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params:
#     - replication.max_lag_seconds
#     - drills.failover_max_age_days
#     - measurements.max_age_days
#     - evidence.max_age_days
#   remediation: >-
#     Find out why the replica lags, measure again, and add a Measurement `replication.lag_seconds` in `seconds`,
#     with the regions as `details`, with `gatelib evidence add PACK FILE --as chaos-dr/replication.json`; for the
#     failover a Drill of type `failover` with `gatelib evidence add PACK FILE --as
#     chaos-dr/failover-YYYYMMDD.json`.
#   since: 0.1.0
package gatelib.rules.release.replication_lag

import data.gatelib.lib.documents
import data.gatelib.lib.drills
import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.percentiles
import data.gatelib.lib.records

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-015"}) if {
	some role in {"replication", "failover-drill"}
	some fault in evidence.faults(role)
}

unjudged contains problem if {
	some role in {"replication", "failover-drill"}
	some problem in evidence.unreadable(role)
}

deny contains object.union(finding, {"id": "GL-REL-015"}) if {
	max_age_days := params.all.drills.failover_max_age_days
	some finding in (drills.problems("failover-drill", ["failover"], max_age_days) | drills.others("failover-drill", ["failover"]))
}

deny contains object.union(finding, {"id": "GL-REL-015"}) if {
	some finding in measurements.problems("replication", "replication.lag_seconds")
}

# The lag is that of the slowest region.
deny contains object.union(finding, {"id": "GL-REL-015"}) if {
	some finding in percentiles.problems(measured, 100)
}

deny contains object.union(records.at(measured, ["spec", "value"]), {"id": "GL-REL-015", "msg": msg}) if {
	measured.spec.value > max_lag
	msg := sprintf("replication lags %s s, over %s s", [numerals.shown(measured.spec.value), numerals.shown(max_lag)])
}

deny contains object.union(records.at(measured, ["spec", "details", position, "value"]), {"id": "GL-REL-015", "msg": msg}) if {
	some position, detail in documents.list(object.get(measured.spec, "details", []))
	detail.value > max_lag
	is_number(detail.value)
	msg := sprintf("replication to `%s` lags %s s, over %s s", [
		documents.text(object.get(detail, "name", "")),
		numerals.shown(detail.value),
		numerals.shown(max_lag),
	])
}

measured := measurements.record("replication", "replication.lag_seconds")

max_lag := params.all.replication.max_lag_seconds
