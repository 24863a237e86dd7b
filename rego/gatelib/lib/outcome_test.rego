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

test_the_first_that_may_hide_a_finding_hides_it if {
	got := outcomes([record("one", ["A"]), record("one", ["A"])])
	{[entry.rule, entry.waived_by, entry.matched_by] | some entry in got.waived} == {["A", 0, [0, 1]]}
	every entry in got.standing { not entry.matched_by }
}

test_an_exception_that_would_hide_too_much_hides_nothing if {
	every most, hidden in {1: set(), 2: {0, 1}} {
		got := run(many(["A"]), most, [], ["A"])
		{entry.document | some entry in got.waived} == hidden
		{[entry.document, entry.matched_by] | some entry in got.standing; entry.matched_by} == {[document, [0]] |
			some document in ({0, 1} - hidden)
		}
		got.of_run == []
	}
}

test_another_takes_over_what_one_may_not_hide if {
	second := object.union(record("zero", ["A"]), {"spec": {"target": {"name": "same", "kind": "Pod"}}})
	given := array.concat(many(["A"]), [second])
	told := [{"type": "waived", "exception": 0, "subjects": 3}, {"type": "waived", "exception": 1, "subjects": 2}]
	got := run(given, 2, told, ["A"])
	{[entry.document, entry.waived_by, entry.matched_by] | some entry in got.waived} == {[0, 1, [0, 1]], [1, 1, [0, 1]]}
}

test_what_hides_too_much_is_denied_and_what_hides_nothing_is_reported if {
	given := [record("zero", ["B"]), record("two", ["B", "GL-T-009"]), record("two", ["E"]), record("two", ["D"]), "nonsense"]
	got := run(given, 1, [{"type": "waived", "exception": 0, "subjects": 2}], ["B", "E", "GL-EXC-004", "GL-EXC-008"])
	{[entry.rule, entry.action, entry.exception, entry.msg] | some entry in got.of_run} == {
		["GL-EXC-004", "warn", 1, "exception `e` hides nothing in this run"],
		["GL-EXC-004", "warn", 2, "exception `e` hides nothing in this run"],
		["GL-EXC-008", "deny", 0, "exception `e` hides more than 1 objects or images, and so waives none of them"],
	}
	got.status == {"B": "warn", "E": "pass", "GL-EXC-004": "warn", "GL-EXC-008": "fail"}
	got.counts == {"B": 1, "E": 0, "GL-EXC-004": 2, "GL-EXC-008": 1}
}

test_only_a_run_over_many_files_tells_what_hides_nothing if {
	pod := {"kind": "Pod", "metadata": {"name": "zero"}}
	every name, found in {
		"envelope": [0],
		"combined": [0],
		"object": [],
		"gatekeeper_review": [],
	} {
		entries := {"core": object.union(catalog.core, of_run_entries)}
		shapes := {
			"envelope": {"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": [{"index": 0, "content": pod}]},
			"combined": [{"path": "a.yaml", "contents": pod}],
			"object": pod,
			"gatekeeper_review": {"review": {"object": pod}, "parameters": {"rules": ["E", "GL-EXC-004"]}},
		}
		unused := [entry.exception | some entry in outcome.of_run] with input as shapes[name]
			with data.gatelib.catalog as entries
			with data.gatelib.rules as rules
			with data.gatelib.exceptions as [record("two", ["E"])]
		unused == found
	}
}

test_an_exception_hides_nothing_where_any_of_its_rules_ran if {
	given := [record("two", ["GL-T-009", "E"]), object.union(record("two", ["E"]), {"kind": "ConfigMap"})]
	[[entry.rule, entry.exception] | some entry in run(given, 1, [], ["E", "GL-EXC-004"]).of_run] == [["GL-EXC-004", 0]]
}

test_what_the_run_tells_of_exceptions_stands_by_its_action if {
	given := [record("zero", ["B"]), record("two", ["B"]), record("two", ["E"]), record("one", ["A"])]
	told := [
		{"type": "entry", "exception": 1, "subjects": 9},
		{"type": "waived", "exception": 0, "subjects": 2},
		{"type": "waived", "exception": 3, "subjects": 2},
	]
	got := run(given, 1, told, ["A", "B", "E", "GL-EXC-004", "GL-EXC-008"])
	{action: {[entry.rule, pointer] |
		some entry in entries
		pointer := object.filter(entry, ["document", "exception"])
	} |
		some action, entries in got.by_action
	} == {
		"deny": {
			["A", {"document": 0}],
			["A", {"document": 1}],
			["GL-EXC-008", {"exception": 0}],
			["GL-EXC-008", {"exception": 3}],
		},
		"warn": {
			["A", {"document": 0}],
			["B", {"document": 0}],
			["GL-EXC-004", {"exception": 1}],
			["GL-EXC-004", {"exception": 2}],
		},
		"canary": set(),
	}
	got.waived == []
}

test_each_exception_that_fits_is_held_to_what_it_may_hide if {
	got := run(array.concat(many(["B"]), array.concat(many(["A"]), many(["A"]))), 1, [], ["A", "B", "GL-EXC-008"])
	{[entry.rule, entry.waived_by] | some entry in got.waived} == {["B", 0]}
	{[entry.rule, entry.document, entry.action, entry.matched_by] | some entry in got.standing; entry.rule == "A"} == {
		["A", 0, "deny", [1, 2]],
		["A", 1, "deny", [1, 2]],
		["A", 0, "warn", [1, 2]],
	}
	{[entry.rule, entry.exception] | some entry in got.of_run} == {["GL-EXC-008", 1], ["GL-EXC-008", 2]}
}

test_all_that_is_found_in_one_document_is_hidden_as_one if {
	got := run([record("zero", ["A"])], 1, [], ["A"])
	{[entry.action, entry.document, entry.waived_by] | some entry in got.waived} == {["deny", 0, 0], ["warn", 0, 0]}
	every entry in got.waived { not entry.matched_by }
	got.of_run == []
}

test_an_exception_for_a_rule_on_trial_is_kept_for_when_it_is_in_force if {
	run([record("two", ["C"])], 1, [], ["C", "GL-EXC-004"]).of_run == []
}

many(ids) := [object.union(record("zero", ids), {"spec": {"target": {"name": "same"}}})]

of_run_entries := {
	"GL-EXC-004": {"package": ["t", "g"], "gates": ["pr"], "severity": "low"},
	"GL-EXC-008": {"package": ["t", "h"], "gates": ["pr"], "severity": "high"},
}

# Both documents go by one name where an exception names it.
run(given, most, told, asked) := result if {
	name := {"zero": "zero", "one": "one"}
	names := [object.get(given[0], ["spec", "target", "name"], "") | some _ in ["zero", "one"]]
	documents := [{"index": index, "root": 0, "content": {"kind": "Pod", "metadata": {"name": chosen}}} |
		some index, own in ["zero", "one"]
		chosen := {true: "same", false: name[own]}[names[index] == "same"]
	]
	entries := {"core": object.union(catalog.core, of_run_entries)}
	result := {
		"standing": [entry | some action in ["deny", "warn", "canary"]; some entry in outcome.by_action[action]],
		"by_action": outcome.by_action,
		"waived": outcome.waived,
		"of_run": outcome.of_run,
		"status": {id: outcome.status(id, 1) | some id in asked},
		"counts": {id: outcome.count_of(id) | some id in asked},
	} with input as {"gatelib": 1, "now": "2026-11-22T00:00:00Z", "rules": asked, "documents": documents, "verifications": told}
		with data.gatelib.catalog as entries
		with data.gatelib.rules as object.union(rules, {"t": {"g": {"subjects": set()}, "h": {"subjects": set()}}})
		with data.gatelib.exceptions as given
		with data.gatelib.severities as {"GL-T-009": "low"}
		with data.gatelib.params as {"exceptions": {"require_signature": false, "max_subjects": most}}
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
	entries := catalog
	packages := rules
	result := {
		"standing": [entry | some action in ["deny", "warn", "canary"]; some entry in outcome.by_action[action]],
		"waived": outcome.waived,
		"deny": outcome.by_action.deny,
		"warn": outcome.by_action.warn,
		"canary": outcome.by_action.canary,
		"status": {id: outcome.status(id, count(packages.t[lower(id)].subjects)) | some id, _ in entries.core},
		"counts": {id: outcome.count_of(id) | some id, _ in entries.core},
	} with input as {
		"gatelib": 1,
		"now": "2026-11-22T00:00:00Z",
		"documents": [
			{"index": 0, "root": 0, "content": {"kind": "Pod", "metadata": {"name": "zero"}}},
			{"index": 1, "root": 0, "content": {"kind": "Pod", "metadata": {"name": "one"}}},
		],
	}
		with data.gatelib.catalog as entries
		with data.gatelib.rules as packages
		with data.gatelib.exceptions as given
		with data.gatelib.params as {"exceptions": {"require_signature": false}}
}
