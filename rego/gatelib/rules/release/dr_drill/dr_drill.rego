# METADATA
# title: Recovery from a disaster was drilled lately, and in time
# description: >-
#   A backup that nobody has restored is a hope. The last drill counts, and what it took: a service that comes
#   back after hours, or without its last hour of data, has no recovery yet. The age of a drill is that of its
#   end.
# custom:
#   id: GL-REL-010
#   severity: high
#   controls: [DR-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [drills.dr_max_age_days, drills.dr_max_rpo, drills.dr_max_rto, evidence.max_age_days]
#   remediation: >-
#     Drill the recovery, and add its record, a Drill of type `dr` with `finished`, `passed`, `rpo` and `rto`,
#     with `gatelib evidence add PACK FILE --as chaos-dr/run-YYYYMMDD.json`. Objectives of your own go into
#     `drills.dr_max_rpo` and `drills.dr_max_rto`.
#   since: 0.1.0
package gatelib.rules.release.dr_drill

import data.gatelib.lib.drills
import data.gatelib.lib.evidence
import data.gatelib.lib.params

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-010"}) if some fault in evidence.faults("dr-drill")

unjudged contains problem if some problem in evidence.unreadable("dr-drill")

deny contains object.union(finding, {"id": "GL-REL-010"}) if some finding in (drills.problems("dr-drill", ["dr"], limits.dr_max_age_days) | drills.others("dr-drill", ["dr"]))

deny contains object.union(finding, {"id": "GL-REL-010"}) if {
	some field, limit in {"rpo": limits.dr_max_rpo, "rto": limits.dr_max_rto}
	some finding in drills.over("dr-drill", ["dr"], field, limit)
}

limits := params.all.drills
