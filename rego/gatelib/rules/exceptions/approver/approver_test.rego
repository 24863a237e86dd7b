package gatelib.rules.exceptions.approver_test

import data.gatelib.rules.exceptions.approver as rule

test_allow_another_approver if {
	every approver in ["omar", ["omar"], ["omar", "lea"], ["", "omar"], [null, "omar"]] {
		rule.deny == set() with input as envelope([record({"requester": "nina", "approver": approver})])
	}
}

test_allow_an_exception_of_another_group if {
	given := envelope([{"apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": "e"}}])
	rule.deny == set() with input as given
	rule.subjects == set() with input as given
}

test_deny_nobody if {
	every approver in [null, "", "  ", [], ["", " "]] {
		rule.deny == found("approver", "exception `e` has no approver") with input as envelope([record({
			"requester": "nina",
			"approver": approver,
		})])
	}
	rule.deny == found("approver", "exception `e` has no approver") with input as envelope([record({"requester": "nina"})])
	rule.deny == found("approver", "exception `e` has no approver") with input as envelope([record(null)])
}

test_deny_what_is_no_name if {
	every approver in [7, false, {"name": "omar"}, ["omar", 7], [["omar"]]] {
		rule.deny == found("approver", "exception `e` has an approver that is no name") with input as envelope([record({
			"requester": "nina",
			"approver": approver,
		})])
	}
}

test_deny_the_requester if {
	every approver in ["nina", "NINA", " nina ", ["omar", "Nina"]] {
		wanted := found("approver", "exception `e` is approved by its own requester `nina`")
		rule.deny == wanted with input as envelope([record({"requester": "nina", "approver": approver})])
	}
}

test_deny_without_a_requester if {
	every requester in [null, "", "  ", 7, ["nina"]] {
		wanted := found("requester", "exception `e` names no requester, so that nobody can tell who may approve it")
		rule.deny == wanted with input as envelope([record({"requester": requester, "approver": "omar"})])
	}
}

test_deny_given_ones_by_their_number if {
	exceptions := [record({"requester": "nina", "approver": "omar"}), record({"requester": "nina"}), "nonsense"]
	rule.deny == {
		{
			"id": "GL-EXC-001",
			"msg": "exception `e` has no approver",
			"exception": 1,
			"path": ["spec", "approver"],
		},
		{
			"id": "GL-EXC-001",
			"msg": "exception `` has no approver",
			"exception": 2,
			"path": ["spec", "approver"],
		},
	} with input as envelope([{"kind": "Pod"}]) with data.gatelib.exceptions as exceptions
}

test_subjects_are_documents if {
	rule.subjects == {1} with input as envelope([{"kind": "Pod"}, record({})])
		with data.gatelib.exceptions as [record({})]
}

found(field, message) := {{"id": "GL-EXC-001", "msg": message, "document": 0, "path": ["spec", field]}}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": "e"}, "spec": spec}

envelope(contents) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}
