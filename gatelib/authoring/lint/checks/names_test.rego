package gatelib.lint.names_test

import data.gatelib.lint.names as check
import data.gatelib.linting_test as given

test_deny_another_place if {
	facts := given.of({"path": "acme/a/b.rego"})
	check.violation == {given.at(3, 1, "`package gatelib.rules.acme.a` belongs in `acme/a/a.rego`")} with input as facts
}

test_allow_a_folder_above if {
	facts := given.of({"path": "gatelib/rules/acme/a/a.rego"})
	check.violation == set() with input as facts
}

test_deny_what_is_no_rule if {
	facts := given.of({"rule": null})
	check.violation == {given.at(3, 1, "`gatelib.rules.acme.a` is no rule's package: write `gatelib.rules.<team>.<rule>`")} with input as facts
}

test_deny_a_domain_of_the_library if {
	facts := object.union(given.of({}), {"shipped_ids": {"GL-X-001": "gatelib.rules.acme.z"}})
	check.violation == {given.at(3, 1, "`acme` is a domain of the library: take a name of your own")} with input as facts
}

test_deny_capitals if {
	facts := given.of({"path": "acme/A/A.rego", "rule": {"name": "A"}, "rules": [{"name": "a.isB", "kind": "complete", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}]})
	check.violation == {
		given.at(3, 1, "`A` is not in snake_case: write small letters, digits and `_`"),
		given.at(5, 2, "`isB` is not in snake_case: write small letters, digits and `_`"),
	} with input as facts
}

test_allow_what_the_library_shares if {
	facts := object.union(given.of({"rule": null, "path": "gatelib/rules/acme/a.rego"}), {"core": true})
	check.violation == set() with input as facts
}

test_deny_what_the_library_shares_elsewhere if {
	facts := object.union(given.of({"rule": null, "path": "gatelib/a.rego"}), {"core": true})
	check.violation == {given.at(3, 1, "`package gatelib.rules.acme.a` belongs in `gatelib/rules/acme/a.rego`")} with input as facts
}
