package gatelib.lib.outcome_test

import data.gatelib.lib.outcome

catalog := {"core": {id: object.union({"package": ["t", lower(id)], "gates": ["pr"], "severity": "high"}, change) |
	some id, change in {"A": {}, "B": {}, "C": {"stage": "canary"}, "D": {}, "E": {}, "F": {}}
}}

rules := {"t": {
	"a": {"subjects": {0, 1}, "deny": {finding("A", 0), finding("A", 1)}, "warn": {finding("A", 0)}},
	"b": {"subjects": {0}, "warn": {finding("B", 0)}},
	"c": {"subjects": {0}, "deny": {finding("C", 0)}},
	"d": {"subjects": {0}, "deny": {finding("D", 0)}},
	"e": {"subjects": {0}},
	"f": {"subjects": set()},
}}

exceptions := [record("none", ["A"]), record("zero", ["B", "C", "D"]), record("one", ["A"])]

test_what_stands_and_what_is_waived if {
	got := outcomes(exceptions)
	summary(got.standing) == {["A", "deny", 0], ["A", "warn", 0], ["C", "canary", 0]}
	{[entry.rule, entry.action, entry.document, entry.waived_by] | some entry in got.waived} == {
		["A", "deny", 1, 2],
		["B", "warn", 0, 1],
		["D", "deny", 0, 1],
	}
	summary(got.deny) == {["A", "deny", 0]}
	summary(got.warn) == {["A", "warn", 0]}
	summary(got.canary) == {["C", "canary", 0]}
}

test_status_of_rules if {
	outcomes(exceptions).status == {
		"A": "fail",
		"B": "waived",
		"C": "canary",
		"D": "waived",
		"E": "pass",
		"F": "not_applicable",
	}
	outcomes([]).status == {
		"A": "fail",
		"B": "warn",
		"C": "canary",
		"D": "fail",
		"E": "pass",
		"F": "not_applicable",
	}
}

test_counts_have_waived_findings_in_them if {
	outcomes(exceptions).counts == {"A": 3, "B": 1, "C": 1, "D": 1, "E": 0, "F": 0}
	outcomes([]).counts == {"A": 3, "B": 1, "C": 1, "D": 1, "E": 0, "F": 0}
}

test_without_exceptions_everything_stands if {
	got := outcomes([])
	got.waived == []
	summary(got.standing) == {
		["A", "deny", 0], ["A", "deny", 1], ["A", "warn", 0],
		["B", "warn", 0], ["C", "canary", 0], ["D", "deny", 0],
	}
}

test_the_first_exception_has_a_number_like_any_other if {
	{entry.waived_by | some entry in outcomes([record("zero", ["D"])]).waived} == {0}
}

test_what_only_matching_needs_is_not_shown if {
	every entry in outcomes(exceptions).standing {
		object.keys(entry) == {
			"rule", "action", "severity", "controls", "msg", "path", "resource", "fingerprint", "document",
		}
	}
}

summary(found) := {[entry.rule, entry.action, entry.document] | some entry in found}

finding(id, document) := {"id": id, "msg": "no", "document": document, "path": []}

record(name, ids) := {"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": "e"}, "spec": {
	"rules": ids,
	"target": {"kind": "Pod", "name": name},
	"requester": "nina",
	"approver": "omar",
	"created": "2026-11-01",
	"expires": "2026-12-01",
}}

outcomes(given) := result if {
	result := {
		"standing": [entry | some action in ["deny", "warn", "canary"]; some entry in outcome.by_action[action]],
		"waived": outcome.waived,
		"deny": outcome.by_action.deny,
		"warn": outcome.by_action.warn,
		"canary": outcome.by_action.canary,
		"status": {id: outcome.status(id, count(rules.t[lower(id)].subjects)) | some id, _ in catalog.core},
		"counts": {id: outcome.count_of(id) | some id, _ in catalog.core},
	} with input as {
		"gatelib": 1,
		"now": "2026-11-22T00:00:00Z",
		"documents": [
			{"index": 0, "root": 0, "content": {"kind": "Pod", "metadata": {"name": "zero"}}},
			{"index": 1, "root": 0, "content": {"kind": "Pod", "metadata": {"name": "one"}}},
		],
	}
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as rules
		with data.gatelib.exceptions as given
		with data.gatelib.params as {"exceptions": {"require_signature": false}}
}
