# METADATA
# title: The way back was drilled lately
# description: >-
#   When a release goes wrong, the way back is taken in haste. A backout plan, or a rollback by ChatOps, that
#   worked last month works in that hour; one that only stands in a document may not. The last drill counts, of
#   either.
# custom:
#   id: GL-REL-011
#   severity: high
#   controls: [REL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [drills.backout_max_age_days, evidence.max_age_days]
#   remediation: >-
#     Drill the backout or the rollback in stage, and add its record, a Drill of type `backout` or `rollback` with
#     `finished` and `passed`, with `gatelib evidence add PACK FILE --as chaos-dr/backout-YYYYMMDD.json`.
#   since: 0.1.0
package gatelib.rules.release.backout_tested

import data.gatelib.lib.drills
import data.gatelib.lib.evidence
import data.gatelib.lib.params

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-011"}) if some fault in evidence.faults("backout-drill")

unjudged contains problem if some problem in evidence.unreadable("backout-drill")

deny contains object.union(finding, {"id": "GL-REL-011"}) if {
	max_age_days := params.all.drills.backout_max_age_days
	some finding in (drills.problems("backout-drill", types, max_age_days) | drills.others("backout-drill", types))
}

types := ["backout", "rollback"]
