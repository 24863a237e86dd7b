# METADATA
# title: The canary withstands chaos experiments
# description: >-
#   What fails in an experiment on the canary fails in production without one. The rate is the share of
#   experiments that passed.
# custom:
#   id: GL-REL-025
#   severity: medium
#   controls: [DR-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [chaos.min_pass_percent, measurements.max_age_days, evidence.max_age_days]
#   remediation: >-
#     Mend what the failed experiments show, run them again, and add a Measurement `chaos.pass_rate` in `percent`
#     with `gatelib evidence add PACK FILE --as chaos-dr/chaos-canary.json`.
#   since: 0.1.0
package gatelib.rules.release.chaos

import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.params
import data.gatelib.lib.shares

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-025"}) if some fault in evidence.faults("chaos")

unjudged contains problem if some problem in evidence.unreadable("chaos")

deny contains object.union(finding, {"id": "GL-REL-025"}) if {
	least := params.all.chaos.min_pass_percent
	some finding in (measurements.problems("chaos", "chaos.pass_rate") | shares.under("chaos", "chaos.pass_rate", least))
}
