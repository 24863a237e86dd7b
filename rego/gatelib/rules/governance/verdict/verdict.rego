# METADATA
# title: Actions have a governance verdict that allows them
# description: >-
#   A verdict says who decided, by which rule and why. An action without one was never asked about, and one with a
#   verdict that denies was carried out in spite of it.
# custom:
#   id: GL-GOV-005
#   severity: high
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/Action]
#   scope: document
#   params:
#     - governance.require_verdict
#     - governance.require_signed_verdict
#     - governance.max_verdict_age_hours
#     - governance.max_clock_skew_seconds
#   remediation: >-
#     Ask for a verdict before the action (`gatelib.evaluate`, or `data.gatelib.verdict` of an OPA), and keep its
#     `allow`, `decider`, `rule_id` and `reason` as `spec.verdict` of the Action record, signed where
#     `governance.require_signed_verdict` is set; then `gatelib evidence add governance/actions.json`.
#   since: 0.1.0
package gatelib.rules.governance.verdict

import data.gatelib.lib.governance
import data.gatelib.lib.governed
import data.gatelib.lib.records

subjects := governed.subjects(governed.actions) | governance.subjects

deny contains object.union(finding, {"id": "GL-GOV-005"}) if {
	some action in governed.actions
	some problem in governance.verdict_problems(object.get(action.spec, "verdict", null))
	finding := object.union(
		records.at(action, array.concat(["spec", "verdict"], problem.path)),
		{"msg": sprintf("the verdict of %s %s", [action.called, problem.msg])},
	)
}

deny contains object.union(finding, {"id": "GL-GOV-005"}) if some finding in governance.verdict_of_request
