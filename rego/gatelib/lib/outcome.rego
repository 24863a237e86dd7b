# METADATA
# title: Outcome
# description: What stands of the findings once the waivers are applied, and what that means for each rule.
package gatelib.lib.outcome

import data.gatelib.lib.findings
import data.gatelib.lib.waivers

# METADATA
# description: Every finding; one that an exception hides has its number as `waived_by`.
joined := [finding | some raw in findings.all; finding := waive(raw)]

# METADATA
# description: The findings that no exception hides.
standing := [finding | some finding in joined; not "waived_by" in object.keys(finding)]

# METADATA
# description: The findings that one hides.
waived := [finding | some finding in joined; "waived_by" in object.keys(finding)]

# METADATA
# description: The standing findings of one action.
of_action(action) := [finding | some finding in standing; finding.action == action]

# METADATA
# description: The number of findings of a rule, waived ones among them.
count_of(id) := object.get(counts, id, 0)

# METADATA
# description: What became of a rule that judged so many documents.
status(id, judged) := "fail" if {
	"deny" in object.get(actions, id, set())
} else := "warn" if {
	"warn" in object.get(actions, id, set())
} else := "waived" if {
	id in rules_waived
} else := "canary" if {
	"canary" in object.get(actions, id, set())
} else := "not_applicable" if {
	judged == 0
} else := "pass"

rules_waived := {finding.rule | some finding in waived}

counts := {id: count([1 | some finding in joined; finding.rule == id]) |
	some id in {finding.rule | some finding in joined}
}

actions := {id: {finding.action | some finding in standing; finding.rule == id} |
	some id in {finding.rule | some finding in standing}
}

waive(finding) := object.union(shown(finding), {"waived_by": exception}) if {
	finding.action != "canary"
	exception := waivers.waived_by(finding)
} else := shown(finding)

# What only the matching of waivers needs stays out of the decision.
shown(finding) := object.remove(finding, ["containers", "place", "type"])
