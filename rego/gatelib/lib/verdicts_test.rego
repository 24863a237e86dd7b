package gatelib.lib.verdicts_test

import data.gatelib.lib.verdicts

now := "2026-11-22T00:00:00Z"

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}}

request := {"action": "deploy", "subject": "ci", "context": {}, "artefact": pod}

envelope := {"gatelib": 1, "now": now, "documents": [], "request": request}

whole := {
	"deny": [],
	"warn": [],
	"canary": [],
	"waived": [],
	"rules": [],
	"revision": "r-1",
	"verdict": {"allow": true, "decider": "gatelib", "rule_id": null, "reason": "no finding denies"},
}

denying(changes) := object.union(
	whole,
	object.union({"verdict": {"allow": false, "decider": "policy", "rule_id": "GL-T-001", "reason": "m"}}, changes),
)

exceptions := [
	{"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": "a"}},
	{"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": "b"}},
]

finding(changes) := object.union({"rule": "GL-T-001", "action": "deny", "severity": "low", "controls": [], "msg": "m"}, changes)

test_the_decision_is_told_whole if {
	denied := finding({"document": 0, "path": []})
	warned := finding({"action": "warn", "severity": "high"})
	tried := finding({"action": "canary", "severity": "medium"})
	waived := finding({"severity": "critical", "waived_by": 1})
	said := verdicts.answer with input as envelope
		with data.gatelib.main as denying({"deny": [denied], "warn": [warned], "canary": [tried], "waived": [waived]})
		with data.gatelib.exceptions as exceptions
	said == {
		"allow": false,
		"decider": "policy",
		"rule_id": "GL-T-001",
		"reason": "m",
		"findings": [object.union(waived, {"waived_by": "b"}), warned, tried, denied],
		"bundle": "r-1",
		"now": now,
	}
}

test_findings_have_one_order if {
	ordered := [
		finding({"severity": "unheard-of", "rule": "GL-T-008"}),
		finding({"severity": "critical", "rule": "GL-T-009"}),
		finding({"severity": "unheard-of", "rule": "GL-T-010"}),
		finding({"severity": "high", "rule": "GL-T-007"}),
		finding({"severity": "medium", "rule": "GL-T-006"}),
		finding({"rule": "GL-T-000", "msg": "z"}),
		finding({"msg": "l", "document": 9}),
		finding({}),
		finding({"document": 0, "path": ["z"]}),
		finding({"document": 1, "path": ["a"]}),
		finding({"document": 1, "path": ["b"]}),
		finding({"evidence": "a", "path": ["z"]}),
		finding({"evidence": "b", "path": ["a"]}),
		finding({"exception": 0, "path": ["z"]}),
		finding({"exception": 1, "path": ["a"]}),
	]
	every given in [ordered, array.reverse(ordered)] {
		verdicts.answer.findings == ordered with input as envelope
			with data.gatelib.main as denying({"deny": given})
			with data.gatelib.exceptions as exceptions
	}
}

test_what_several_exceptions_hide_is_ordered_by_their_names if {
	given := [
		finding({"path": ["a"], "waived_by": 1, "controls": ["a"]}),
		finding({"path": ["a"], "waived_by": 0, "controls": ["z"]}),
		finding({"path": ["0"], "waived_by": 1}),
	]
	said := verdicts.answer with input as envelope
		with data.gatelib.main as object.union(whole, {"waived": given})
		with data.gatelib.exceptions as exceptions
	[[entry.path, entry.waived_by] | some entry in said.findings] == [[["0"], "b"], [["a"], "a"], [["a"], "b"]]
	said.allow
}

test_one_exception_of_several_that_is_unknown_leaves_no_decision if {
	said := verdicts.answer with input as envelope
		with data.gatelib.main as object.union(whole, {"waived": [finding({"waived_by": 0}), finding({"waived_by": 7})]})
		with data.gatelib.exceptions as exceptions
	[said.allow, said.rule_id, said.bundle, said.now] == [false, "GL-ERR-201", "", now]
}

test_a_decision_that_contradicts_its_findings_is_none if {
	every broken in [object.union(whole, {"deny": [finding({})]}), denying({}), denying({"warn": [finding({})]})] {
		said := verdicts.answer with input as envelope with data.gatelib.main as broken
		[said.allow, said.decider, said.rule_id, said.findings[0].msg] == [false, "gatelib", "GL-ERR-201", "the policy gave no whole decision"]
	}
}

test_what_is_denied_comes_before_what_is_hidden if {
	denied := finding({"path": ["a"], "controls": ["z"]})
	waived := finding({"path": ["a"], "controls": ["a"], "waived_by": 0})
	said := verdicts.answer with input as envelope
		with data.gatelib.main as denying({"deny": [denied], "waived": [waived]})
		with data.gatelib.exceptions as exceptions
	said.findings == [denied, object.union(waived, {"waived_by": "a"})]
}

test_what_is_no_request_and_is_denied_anyway_keeps_its_reason if {
	said := verdicts.answer with input as {"gatelib": 1, "now": now, "documents": [{"index": 0, "content": pod}]}
		with data.gatelib.main as denying({"deny": [finding({})]})
	[said.allow, said.decider, said.rule_id, said.reason, said.findings] == [false, "policy", "GL-T-001", "m", [finding({})]]
}

test_what_is_no_request_is_denied_and_names_the_bundle if {
	said := verdicts.answer with input as {"gatelib": 1, "now": now, "documents": [{"index": 0, "content": pod}]}
		with data.gatelib.main as whole
	reason := "the input is no request `{action, subject, context, artefact}`"
	said == {
		"allow": false,
		"decider": "gatelib",
		"rule_id": "GL-ERR-002",
		"reason": reason,
		"findings": [{"rule": "GL-ERR-002", "action": "deny", "severity": "critical", "controls": [], "msg": reason}],
		"bundle": "r-1",
		"now": now,
	}
}
