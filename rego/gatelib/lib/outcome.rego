# METADATA
# title: Outcome
# description: What stands of the findings once the waivers are applied, and what that means for each rule.
package gatelib.lib.outcome

import data.gatelib.lib.findings
import data.gatelib.lib.waivers

# METADATA
# description: The findings that no exception hides.
standing := [entry.finding | some position, entry in findings.all; not waivers_by_position[position]]

# METADATA
# description: The findings that one hides, with its number as `waived_by`.
waived := [object.union(findings.all[position].finding, {"waived_by": exception[0]}) |
	some position, exception in waivers_by_position
]

# METADATA
# description: The standing findings of one action.
of_action(action) := [finding | some finding in standing; finding.action == action]

# METADATA
# description: The number of findings of a rule, waived ones among them.
count_of(id) := count(object.get(positions_by_rule, id, set()))

# METADATA
# description: What became of a rule that judged so many documents.
status(id, judged) := "fail" if {
	"deny" in object.get(actions_by_rule, id, set())
} else := "warn" if {
	"warn" in object.get(actions_by_rule, id, set())
} else := "waived" if {
	id in rules_waived
} else := "canary" if {
	"canary" in object.get(actions_by_rule, id, set())
} else := "not_applicable" if {
	judged == 0
} else := "pass"

rules_waived := {finding.rule | some finding in waived}

# The number of the exception in a list of its own, since the first number is 0 and must not look like none.
waivers_by_position := {position: [exception] |
	count(waivers.in_force) > 0
	some position, entry in findings.all
	entry.finding.action != "canary"
	exception := waivers.waived_by(entry)
}

# Complete rules over partial ones, for the reason given in `gatelib.lib.documents`.
positions_by_rule := {id: positions | some id, positions in positions_of}

actions_by_rule := {id: actions | some id, actions in actions_of}

positions_of[entry.finding.rule] contains position if some position, entry in findings.all

actions_of[finding.rule] contains finding.action if some finding in standing
