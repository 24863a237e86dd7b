# METADATA
# title: The service's scorecard is good enough
# description: >-
#   A scorecard sums up how well a service is kept: its owners, documents, alerts, dependencies. A low score is
#   not one fault, but many that nobody had time for.
# custom:
#   id: GL-REL-022
#   severity: medium
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [scorecard.min_score, measurements.max_age_days, evidence.max_age_days]
#   remediation: >-
#     Do what the scorecard lists as missing, compute it again, and add a Measurement `scorecard.score` in
#     `points` (of 100) with `gatelib evidence add PACK FILE --as governance/scorecard.json`.
#   since: 0.1.0
package gatelib.rules.release.scorecard

import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.records

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-022"}) if some fault in evidence.faults("scorecard")

unjudged contains problem if some problem in evidence.unreadable("scorecard")

deny contains object.union(finding, {"id": "GL-REL-022"}) if some finding in measurements.problems("scorecard", "scorecard.score")

deny contains object.union(records.at(found, ["spec", "value"]), {"id": "GL-REL-022", "msg": msg}) if {
	least := params.all.scorecard.min_score
	found := measurements.record("scorecard", "scorecard.score")
	found.spec.value < least
	msg := sprintf("the scorecard has %s points, under %s", [numerals.shown(found.spec.value), numerals.shown(least)])
}
