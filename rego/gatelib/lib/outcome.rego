# METADATA
# title: Outcome
# description: What stands of the findings once the waivers are applied, and what that means for each rule.
package gatelib.lib.outcome

import data.gatelib.lib.findings
import data.gatelib.lib.waivers

# METADATA
# description: The findings that no exception hides, by action.
by_action := {action: [findings.all[position].finding |
	some _, actions in standing
	some position in object.get(actions, action, set())
] |
	some action in ["deny", "warn", "canary"]
}

# METADATA
# description: The findings that an exception hides, with its number as `waived_by`.
waived := [object.union(findings.all[position].finding, {"waived_by": exception[0]}) |
	some position, exception in waivers_by_position
]

# METADATA
# description: The number of findings of a rule, waived ones among them.
count_of(id) := count([1 | some finding in waived; finding.rule == id]) + sum([count(positions) |
	some _, positions in object.get(standing, id, {})
])

# METADATA
# description: What became of a rule that judged so many documents.
status(id, judged) := "fail" if {
	standing[id].deny
} else := "warn" if {
	standing[id].warn
} else := "waived" if {
	some finding in waived
	finding.rule == id
} else := "canary" if {
	standing[id].canary
} else := "not_applicable" if {
	judged == 0
} else := "pass"

# The number of the exception in a list of its own, since the first number is 0 and must not look like none.
waivers_by_position := {position: [exception] |
	count(waivers.in_force) > 0
	some position, entry in findings.all
	entry.finding.action != "canary"
	exception := waivers.waived_by(entry)
}

# Positions in `findings.all` by rule and action: a complete rule over a partial one, for the reason given in
# `gatelib.lib.documents`.
standing := {id: actions | some id, actions in standing_positions}

standing_positions[rule][action] contains position if {
	some position, entry in findings.all
	not waivers_by_position[position]
	rule := entry.finding.rule
	action := entry.finding.action
}
