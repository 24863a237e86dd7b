package gatelib.lint.id_ledger_test

import data.gatelib.lint.id_ledger as check
import data.gatelib.linting_test as given

test_deny_no_ledger if {
	facts := object.union(given.of({}), {"ledger": {"given": false}})
	check.violation == {{"file": "rule-ids.json", "line": 1, "column": 1, "message": "there is no ledger of rule IDs: write it with `gatelib rules lint --add-ids`"}} with input as facts
}

test_deny_an_id_that_it_lacks if {
	facts := given.of({})
	check.violation == {given.at(2, 5, "`ACME-001` is not in the ledger: add it with `gatelib rules lint --add-ids`")} with input as facts
}

test_deny_the_id_of_another if {
	facts := object.union(given.of({}), {"ledger": {"file": "rule-ids.json", "given": true, "ids": {"ACME-001": {"line": 1, "column": 2, "package": "gatelib.rules.acme.z"}}}})
	check.violation == {given.at(2, 5, "`ACME-001` was given to `gatelib.rules.acme.z`: take one that was never used, or correct the ledger where that rule has moved")} with input as facts
}

test_deny_a_retired_one if {
	facts := object.union(given.of({}), {"ledger": {"file": "rule-ids.json", "given": true, "ids": {"ACME-001": {"line": 1, "column": 2, "package": "gatelib.rules.acme.a", "retired": "old"}}}})
	check.violation == {given.at(2, 5, "`ACME-001` is retired: take one that was never used")} with input as facts
}

test_deny_one_without_a_rule if {
	facts := object.union(given.of({}), {"ledger": {"file": "rule-ids.json", "given": true, "ids": {"ACME-001": {"line": 1, "column": 2, "package": "gatelib.rules.acme.a"}, "ACME-002": {"line": 1, "column": 2, "package": "gatelib.rules.acme.z"}}}})
	check.violation == {{"file": "rule-ids.json", "line": 1, "column": 2, "message": "`ACME-002` has no rule any more: keep it with `deprecated: true`, or say why it is `retired`"}} with input as facts
}

test_allow_what_was_retired if {
	facts := object.union(given.of({}), {"ledger": {"file": "rule-ids.json", "given": true, "ids": {"ACME-001": {"line": 1, "column": 2, "package": "gatelib.rules.acme.a"}, "ACME-002": {"line": 1, "column": 2, "package": "gatelib.rules.acme.z", "retired": "old"}}}})
	check.violation == set() with input as facts
}

test_allow_a_rule_without_an_id if {
	facts := given.of({"rule": {"id": null}})
	check.violation == set() with input as facts
}
