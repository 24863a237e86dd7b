package gatelib.rules.exceptions.scope_test

import data.gatelib.rules.exceptions.scope as rule

test_deny_given_and_judged_ones if {
	rule.deny == {
		finding({"exception": 1}, ["spec", "target"], "names no target"),
		finding({"document": 0}, ["spec", "rules", 0], "names rule `GL-T-002`, and there is none"),
	} with input as envelope([record({"rules": ["GL-T-002"], "target": target})])
		with data.gatelib.exceptions as [record({"rules": ["GL-T-001"], "target": target}), record({"rules": ["GL-T-001"]})]
		with data.gatelib.severities as {"GL-T-001": "high"}
}

test_allow_what_names_rules_and_a_target if {
	rule.deny == set() with input as envelope([record({"rules": ["GL-T-001"], "target": target})])
		with data.gatelib.severities as {"GL-T-001": "high"}
}

test_subjects_are_documents if {
	rule.subjects == {1} with input as envelope([{"kind": "Pod"}, record({})]) with data.gatelib.exceptions as [record({})]
}

finding(place, path, problem) := object.union(place, {
	"id": "GL-EXC-003",
	"msg": sprintf("exception `e` %s", [problem]),
	"path": path,
})

target := {"kind": "Pod", "name": "api"}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": "e"}, "spec": spec}

envelope(contents) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

test_deny_all_that_one_lacks if {
	rule.deny == {
		finding({"document": 0}, ["spec", "rules"], "names no rule"),
		finding({"document": 0}, ["spec", "target"], "names no target"),
	} with input as envelope([record({})])
}
