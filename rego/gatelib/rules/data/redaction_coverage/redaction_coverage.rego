# METADATA
# title: Critical paths redact nearly all that they should
# description: >-
#   Logs, traces and exports of the critical paths are what most people can read. Whatever share of the personal data
#   in them is not redacted is a leak at every request.
# custom:
#   id: GL-DAT-005
#   severity: high
#   controls: [DLP-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [redaction.min_coverage, evidence.max_age_days, measurements.max_age_days]
#   remediation: >-
#     Redact the fields that the measurement found open, measure again, and add a Measurement `redaction.coverage` in
#     `percent` with `gatelib evidence add PACK redaction.json --role redaction`.
#   since: 0.1.0
package gatelib.rules.data.redaction_coverage

import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.params
import data.gatelib.lib.shares

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-DAT-005"}) if {
	some fault in (evidence.faults("redaction") | measurements.problems("redaction", "redaction.coverage"))
}

deny contains object.union(finding, {"id": "GL-DAT-005"}) if {
	# gatelib:equivalent first-only: one measurement counts, so that one at most is under its share
	some finding in shares.under("redaction", "redaction.coverage", params.all.redaction.min_coverage)
}

unjudged contains problem if some problem in evidence.unreadable("redaction")
