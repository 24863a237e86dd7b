# METADATA
# title: Outcome
# description: What stands of the findings once the waivers are applied, and what that means for each rule.
package gatelib.lib.outcome

import data.gatelib.input as gate_input
import data.gatelib.input.shapes
import data.gatelib.lib.documents
import data.gatelib.lib.exceptions
import data.gatelib.lib.findings
import data.gatelib.lib.params
import data.gatelib.lib.selection
import data.gatelib.lib.stages
import data.gatelib.lib.waivers

# METADATA
# description: >-
#   The findings that no exception hides, by action. Where exceptions fit one and each of them hides too much,
#   their numbers stand in `matched_by`.
by_action := {action: array.concat(
	[marked(position) |
		some _, actions in standing
		some position in object.get(actions, action, set())
	],
	[finding | some finding in of_run; finding.action == action],
) |
	some action in ["deny", "warn", "canary"]
}

# METADATA
# description: >-
#   The findings that an exception hides, with its number as `waived_by`; where several could, the numbers of all
#   stand in `matched_by`.
waived := [object.union(marked(position), {"waived_by": exception[0]}) |
	some position, exception in waivers_by_position
]

# METADATA
# description: The number of findings of a rule, waived ones among them.
count_of(id) := (count([finding | some finding in waived; finding.rule == id]) + count([finding |
	some finding in of_run
	finding.rule == id
])) + sum([count(positions) | some _, positions in object.get(standing, id, {})])

# METADATA
# description: What became of a rule that judged so many documents.
status(id, judged) := "fail" if {
	actions_of(id).deny
} else := "warn" if {
	actions_of(id).warn
} else := "waived" if {
	some finding in waived
	finding.rule == id
} else := "canary" if {
	actions_of(id).canary
} else := "not_applicable" if {
	judged == 0
} else := "pass"

actions_of(id) := object.union(object.get(standing, id, {}), {finding.action: true |
	some finding in of_run
	finding.rule == id
})

# What only all findings together tell of the given exceptions.
of_run := array.concat(unused, hiding_too_much)

unused := [finding |
	shapes.name in {"envelope", "combined"}
	some exception in exceptions.given
	exception.type == "gatelib.dev/PolicyException"
	not hidden_subjects[exception.place.exception]
	names_rule_that_ran(exception.spec)
	finding := findings.of_run("GL-EXC-004", exception, sprintf("exception `%s` hides nothing in this run", [exception.name]))
]

hiding_too_much := [finding |
	some exception in exceptions.given
	exception.place.exception in too_much
	message := sprintf("exception `%s` hides more than %v objects or images, and so waives none of them", [exception.name, max_subjects])
	finding := findings.of_run("GL-EXC-008", exception, message)
]

names_rule_that_ran(spec) if {
	some rule in documents.list(object.get(spec, "rules", []))
	rule in waivable
}

# What a rule on trial finds needs no exception yet.
waivable := {id | some id in selection.known; not canaries[id]}

canaries := stages.canaries

max_subjects := params.all.exceptions.max_subjects

too_much := {exception | some exception, number in hidden_subjects; number > max_subjects}

# How much each exception would hide, by its number. The last part of a run in parts is told what all found.
hidden_subjects := object.union(
	{exception: count(subjects) | some exception, subjects in matched_subjects},
	{found.exception: found.subjects |
		some entry in gate_input.verifications
		found := documents.mapping(entry)
		found.type == "waived"
	},
)

matched_subjects := {exception: subjects | some exception, subjects in subjects_by_exception}

subjects_by_exception[exception] contains subject if {
	some position, matched in matches
	some exception in matched
	subject := object.get(subject_by_position, position, ["release"]) # gatelib:equivalent element: any value of its own will do
}

subject_by_position := {position: subject |
	some position, _ in matches
	subject := waivers.subject(findings.all[position])
}

# The exceptions that fit each finding, by its position in `findings.all`.
matches := {position: matched |
	# gatelib:equivalent condition: without exceptions in force none fits, and nothing needs to be looked up
	# gatelib:equivalent comparison: the same
	# gatelib:equivalent number `0` -> `-1`: the same
	count(waivers.in_force) > 0
	some position, entry in findings.all
	entry.finding.action != "canary"
	matched := waivers.fitting(entry)

	# gatelib:equivalent condition: what none fits is not looked at again
	# gatelib:equivalent comparison: the same
	# gatelib:equivalent number `0` -> `-1`: the same
	count(matched) > 0
}

# The number of the exception in a list of its own, since the first number is 0 and must not look like none.
waivers_by_position := {position: [first] |
	some position, matched in matches
	hiding := [exception | some exception in matched; not exception in too_much]
	first := hiding[0]
}

marked(position) := object.union(findings_all[position].finding, {"matched_by": matched}) if {
	matched := matches[position]
	matched != object.get(waivers_by_position, position, [])
} else := findings_all[position].finding

# A rule of its own, for the reason given in `gatelib.lib.exceptions`.
findings_all := findings.all

# Positions in `findings.all` by rule and action: a complete rule over a partial one, for the reason given in
# `gatelib.lib.documents`.
standing := {id: actions | some id, actions in standing_positions}

standing_positions[rule][action] contains position if {
	some position, entry in findings.all
	not waivers_by_position[position]
	rule := entry.finding.rule
	action := entry.finding.action
}
