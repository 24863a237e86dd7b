# METADATA
# title: Critical paths are traced
# description: >-
#   An incident on a path without traces is found by guessing. Coverage is the share of a service's critical paths
#   whose requests leave a whole trace.
# custom:
#   id: GL-REL-021
#   severity: medium
#   controls: [REL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [trace_coverage.min_percent, measurements.max_age_days, evidence.max_age_days]
#   remediation: >-
#     Instrument the critical paths that leave no trace, measure again, and add a Measurement `trace.coverage` in
#     `percent` with `gatelib evidence add PACK FILE --as runtime/trace-coverage.json`.
#   since: 0.1.0
package gatelib.rules.release.trace_coverage

import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.params
import data.gatelib.lib.shares

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-021"}) if some fault in evidence.faults("trace-coverage")

unjudged contains problem if some problem in evidence.unreadable("trace-coverage")

deny contains object.union(finding, {"id": "GL-REL-021"}) if {
	least := params.all.trace_coverage.min_percent
	some finding in (measurements.problems("trace-coverage", "trace.coverage") | shares.under("trace-coverage", "trace.coverage", least))
}
