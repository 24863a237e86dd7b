# METADATA
# title: Nothing is released while the error budget is exhausted
# description: >-
#   An error budget is what a service may fail before its users mind. When none is left, releases stop and the
#   service is mended first, as Google's Site Reliability Engineering, chapter 3, has it. A fix that must go out
#   has a PolicyException for this release.
# custom:
#   id: GL-REL-017
#   severity: high
#   controls: [REL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [measurements.max_age_days, evidence.max_age_days]
#   remediation: >-
#     Wait until the budget has recovered, measure again, and add a Measurement `error_budget.remaining` in
#     `percent` with `gatelib evidence add PACK FILE --as rollout/error-budget.json`. For a fix that must go out,
#     `gatelib exception new --rule GL-REL-017 --kind Release --name NAME`, with the name of the Release.
#   since: 0.1.0
package gatelib.rules.release.error_budget_freeze

import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.numerals

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-017"}) if some fault in evidence.faults("error-budget")

unjudged contains problem if some problem in evidence.unreadable("error-budget")

deny contains object.union(finding, {"id": "GL-REL-017"}) if {
	some finding in measurements.problems("error-budget", "error_budget.remaining")
}

# At the Release, which is what a PolicyException frees.
deny contains {"id": "GL-REL-017", "msg": msg, "document": release.index, "path": ["spec", "version"]} if {
	some release in evidence.releases
	remaining <= 0
	msg := sprintf("the error budget of `%s` is exhausted: %s %% of it remains", [release.service, numerals.shown(remaining)])
}

remaining := measurements.value("error-budget", "error_budget.remaining")
