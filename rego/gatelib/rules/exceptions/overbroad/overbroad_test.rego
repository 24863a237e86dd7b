package gatelib.rules.exceptions.overbroad_test

import data.gatelib.rules.exceptions.overbroad as rule

test_deny_given_and_judged_ones if {
	rule.deny == {
		finding({"exception": 0}, ["spec", "rules", 0], "names rules by the pattern `GL-*`"),
		finding({"document": 0}, ["spec", "target"], "has a target without a `name`, and so would be for every one"),
	} with input as envelope([record({"rules": ["GL-T-001"], "target": {"kind": "Pod"}})])
		with data.gatelib.exceptions as [record({"rules": ["GL-*"], "target": target})]
}

test_allow_one_object if {
	rule.deny == set() with input as envelope([record({"rules": ["GL-T-001"], "target": target})])
}

test_subjects_are_documents if {
	rule.subjects == {1} with input as envelope([{"kind": "Pod"}, record({})]) with data.gatelib.exceptions as [record({})]
}

finding(place, path, problem) := object.union(place, {
	"id": "GL-EXC-008",
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

test_deny_all_that_is_too_broad_in_one if {
	rule.deny == {
		finding({"document": 0}, ["spec", "rules", 1], "names rules by the pattern `GL-*`"),
		finding({"document": 0}, ["spec", "target", "name"], "names the `name` of its target by the pattern `api-?`"),
	} with input as envelope([record({"rules": ["GL-T-001", "GL-*"], "target": {"kind": "Pod", "name": "api-?"}})])
}
