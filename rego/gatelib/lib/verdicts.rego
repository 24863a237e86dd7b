# METADATA
# title: Verdicts
# description: The decision on a request, as whoever enforces it wants it.
package gatelib.lib.verdicts

import data.gatelib.input as gate_input
import data.gatelib.lib.exceptions
import data.gatelib.lib.findings
import data.gatelib.main

# METADATA
# description: >-
#   `{allow, decider, rule_id, reason, findings, bundle, now}`, for every input. What is no request is denied, since
#   nobody has told who asks for what.
answer := refusal("GL-ERR-201", "the policy gave no whole decision", "") if {
	not decision
} else := refusal("GL-ERR-002", "the input is no request `{action, subject, context, artefact}`", decision.bundle) if {
	not gate_input.request
	decision.allow
} else := {
	"allow": decision.allow,
	"decider": decision.decider,
	"rule_id": decision.rule_id,
	"reason": decision.reason,
	"findings": ranked(decision.findings),
	"bundle": decision.bundle,
	"now": gate_input.now,
}

refusal(code, reason, bundle) := {
	"allow": false,
	"decider": "gatelib",
	"rule_id": code,
	"reason": reason,
	"findings": [{"rule": code, "action": "deny", "severity": "critical", "controls": [], "msg": reason}],
	"bundle": bundle,
	"now": now,
}

# Bound one by one: a part that is missing proves that the decision did not run, and leaves all of it undefined.
decision := {
	"allow": allow,
	"decider": decider,
	"rule_id": rule_id,
	"reason": reason,
	"findings": found,
	"bundle": bundle,
} if {
	is_array(main.rules)
	allow := main.verdict.allow
	decider := main.verdict.decider
	rule_id := main.verdict.rule_id
	reason := main.verdict.reason
	bundle := main.revision
	excused := [object.union(finding, {"waived_by": name}) |
		some finding in main.waived
		name := exceptions.given[finding.waived_by].name
	]
	denied := main.deny
	found := array.concat(array.concat(denied, main.warn), array.concat(main.canary, excused))
	denies := count(denied) > 0
	allow != denies
	count(excused) == count(main.waived)
}

# Most severe first, in an order that nothing but the findings decides.
ranked(found) := [entry[count(entry) - 1] |
	some entry in sort([[severity, finding.rule, finding.msg, place, waived_by, finding] |
		some finding in found
		severity := object.get(rank, finding.severity, 0)

		# gatelib:equivalent condition: what a finding does not have makes no pair either
		place := [[key, finding[key]] | some key in ["document", "evidence", "exception", "path"]; finding[key]]
		waived_by := object.get(finding, "waived_by", "")
	])
]

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
rank := findings.rank

now := gate_input.now
