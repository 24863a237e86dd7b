# METADATA
# title: The entry for Gatekeeper
# description: >-
#   The decision's findings of one action as violations, so that a Constraint for each action gives each its
#   enforcement. Gatekeeper passes whatever it finds undefined, so each reason for which there may be no decision is
#   a violation here.
package gatelib

import data.lib.gatelib.admission.request as asked
import data.lib.gatelib.compiled
import data.lib.gatelib.lib.selection
import data.lib.gatelib.lib.stages
import data.lib.gatelib.main

violation contains {"msg": message(finding), "details": details(finding)} if {
	not passes
	some finding in found
}

found contains finding if {
	some finding in main[actions[action]]
	not denies_too_early
}

# All that a Constraint of rules on trial could deny is an error of the decision: without these rules, there were none.
denies_too_early if {
	action == "deny"
	count(selection.known) > 0
	every id in selection.known { id in stages.trials }
}

# What is wrong with a Constraint itself, each has to say: the one that denies may have other parameters.
found contains finding if {
	some finding in main.deny
	finding.rule in {"GL-ERR-003", "GL-ERR-004", "GL-ERR-008"}
}

found contains {"rule": "GL-ERR-004", "action": "deny", "severity": "critical", "msg": problem} if {
	some problem in problems
}

problems contains "the Constraint must name its `parameters.action`: `deny`, `warn` or `canary`" if {
	not actions[input.parameters.action]
}

problems contains "the Constraint must name its `parameters.rules`" if not names_rules

problems contains "the policy gave no decision" if not decided

actions := {"deny": "deny", "warn": "warn", "canary": "canary"}

default action := "deny"

action := actions[input.parameters.action]

names_rules if count(input.parameters.rules) > 0

decided if {
	every findings in [main.deny, main.warn, main.canary] { is_array(findings) }
	count(main.rules) > 0
	main.revision == compiled.bundle.revision
}

# The same that passes in an AdmissionReview, whose request Gatekeeper hands on as `review`.
passes if asked.passes with input as {"request": input.review}

message(finding) := inert(concat(" ", [part | some part in [said, remedy]; part != ""])) if {
	said := sprintf("%s: %s.", [finding.rule, finding.msg])
	remedy := object.get(compiled.remedies, finding.rule, "")
}

details(finding) := {key: value |
	some key in ["rule", "severity", "path", "fingerprint", "controls", "action"]
	value := finding[key]
}

# A document's text must not begin a line of its own or command a terminal.
inert(text) := regex.replace(text, `[\p{C}\p{Zl}\p{Zp}]`, "\uFFFD")
