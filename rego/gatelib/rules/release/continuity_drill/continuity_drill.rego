# METADATA
# title: Work goes on without source control or runners
# description: >-
#   A fix cannot wait until a provider is back. Whoever has tried it knows how to build and deploy while source
#   control or the runners are away. The last drill counts, and how long it took on average until work went on.
# custom:
#   id: GL-REL-029
#   severity: high
#   controls: [DR-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [drills.continuity_max_age_days, drills.continuity_max_mttr, evidence.max_age_days]
#   remediation: >-
#     Drill an outage of source control or of the runners, and add its record, a Drill of type `continuity` with
#     `finished`, `passed` and `mttr`, with `gatelib evidence add PACK FILE --as
#     chaos-dr/continuity-YYYYMMDD.json`.
#   since: 0.1.0
package gatelib.rules.release.continuity_drill

import data.gatelib.lib.drills
import data.gatelib.lib.evidence
import data.gatelib.lib.params

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-029"}) if some fault in evidence.faults("continuity-drill")

unjudged contains problem if some problem in evidence.unreadable("continuity-drill")

deny contains object.union(finding, {"id": "GL-REL-029"}) if {
	found := drills.problems("continuity-drill", types, params.all.drills.continuity_max_age_days)
	some finding in (found | drills.others("continuity-drill", types))
}

deny contains object.union(finding, {"id": "GL-REL-029"}) if {
	some finding in drills.over("continuity-drill", types, "mttr", params.all.drills.continuity_max_mttr)
}

types := ["continuity"]
