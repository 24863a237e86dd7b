# METADATA
# title: Verdicts and provenance reach every point of entry and exit
# description: >-
#   Governance holds where every way in and out asks for a verdict, where provenance is checked on the way, and where
#   both are done in time. One ingress that asks nobody is the way that will be taken.
# custom:
#   id: GL-GOV-007
#   severity: medium
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params:
#     - propagation.min_verdict_coverage
#     - propagation.min_provenance_validation
#     - propagation.min_slo_adherence
#     - evidence.max_age_days
#     - measurements.max_age_days
#   remediation: >-
#     Put the decision point in front of the ingress and egress points that lack it, measure again, and add
#     Measurements `governance.verdict_coverage`, `governance.provenance_validation` and `governance.slo_adherence`,
#     all in `percent`, with `gatelib evidence add PACK propagation.json --role propagation`.
#   since: 0.1.0
package gatelib.rules.governance.propagation

import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.params
import data.gatelib.lib.shares

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-GOV-007"}) if some fault in evidence.faults("propagation")

deny contains object.union(finding, {"id": "GL-GOV-007"}) if {
	some name, least in least_by_name
	some finding in (measurements.problems("propagation", name) | shares.under("propagation", name, least))
}

unjudged contains problem if some problem in evidence.unreadable("propagation")

least_by_name := {
	"governance.verdict_coverage": params.all.propagation.min_verdict_coverage,
	"governance.provenance_validation": params.all.propagation.min_provenance_validation,
	"governance.slo_adherence": params.all.propagation.min_slo_adherence,
}
