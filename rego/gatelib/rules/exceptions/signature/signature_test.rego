package gatelib.rules.exceptions.signature_test

import data.gatelib.rules.exceptions.signature as rule

test_deny_what_nobody_signed if {
	rule.deny == {finding({"exception": 0}, [], "is not signed, and `exceptions.require_signature` is on")} with input as envelope([])
		with data.gatelib.exceptions as [record({"audience": "us"})]
		with data.gatelib.params as {"exceptions": {"audience": ["us"]}}
}

test_deny_what_an_approver_may_not_waive if {
	message := "needs an approver who may waive it for `GL-T-001`, which is high, and has none"
	rule.deny == {finding({"exception": 0}, ["spec", "rules", 0], message)} with input as envelope([])
		with data.gatelib.exceptions as [signed(["GL-U-*"])]
		with data.gatelib.severities as {"GL-T-001": "high"}
		with data.gatelib.params as {"exceptions": {"audience": ["us"]}}
}

test_allow_what_an_approver_may_waive if {
	rule.deny == set() with input as envelope([])
		with data.gatelib.exceptions as [signed(["GL-T-*"])]
		with data.gatelib.severities as {"GL-T-001": "high"}
		with data.gatelib.params as {"exceptions": {"audience": ["us"]}}
}

test_warn_of_what_is_judged if {
	rule.warn == {finding({"document": 0}, [], "lies among what is judged, and waives nothing there")} with input as envelope([signed(["*"])])
	rule.deny == set() with input as envelope([signed(["*"])])
	rule.warn == set() with input as envelope([]) with data.gatelib.exceptions as [signed(["*"])]
}

signed(patterns) := object.union(record({"rules": ["GL-T-001"], "audience": "us", "target": target}), {"verified": {
	"requester": "nina",
	"approvers": [{"identity": "omar", "rules": patterns, "severities": ["high"], "namespaces": ["*"]}],
	"revoked": null,
	"problems": [],
}})

test_subjects_are_documents if {
	rule.subjects == {1} with input as envelope([{"kind": "Pod"}, record({})]) with data.gatelib.exceptions as [record({})]
}

finding(place, path, problem) := object.union(place, {
	"id": "GL-EXC-007",
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

test_deny_all_that_is_wrong_with_each_one if {
	rule.deny == {finding({"exception": index}, problem[0], problem[1]) |
		some index in [0, 2]
		some problem in [
			[[], "is not signed, and `exceptions.require_signature` is on"],
			[["spec", "audience"], "names no `audience`, so that it would hold wherever it is brought"],
		]
	} with input as envelope([])
		with data.gatelib.exceptions as [record({}), signed(["GL-T-*"]), record({})]
		with data.gatelib.severities as {"GL-T-001": "high"}
		with data.gatelib.params as {"exceptions": {"audience": ["us"]}}
}

test_deny_each_rule_that_nobody_may_waive_in_each_one if {
	unapproved := json.patch(signed(["GL-T-*"]), [{"op": "add", "path": "/spec/rules", "value": ["GL-T-001", "GL-U-001", "GL-U-002"]}])
	rule.deny == {finding({"exception": index}, ["spec", "rules", position], message) |
		some index in [1, 2]
		some position, id in {1: "GL-U-001", 2: "GL-U-002"}
		message := sprintf("needs an approver who may waive it for `%s`, which is high, and has none", [id])
	} with input as envelope([])
		with data.gatelib.exceptions as [signed(["GL-T-*"]), unapproved, unapproved]
		with data.gatelib.severities as {"GL-T-001": "high", "GL-U-001": "high", "GL-U-002": "high"}
		with data.gatelib.params as {"exceptions": {"audience": ["us"]}}
}

test_warn_of_each_that_is_judged if {
	rule.warn == {finding({"document": index}, [], "lies among what is judged, and waives nothing there") |
		some index in [0, 2]
	} with input as envelope([record({}), {"kind": "Pod"}, signed(["*"])])
}
