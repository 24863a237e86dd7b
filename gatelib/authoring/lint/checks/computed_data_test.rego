package gatelib.lint.computed_data_test

import data.gatelib.lint.computed_data as check
import data.gatelib.linting_test as given

test_deny_a_tree if {
	facts := object.union(given.of({"references": [{"name": "data", "behind": [], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "target": "data.gatelib"}]}), {"packages": ["gatelib.main"]})
	check.violation == {given.at(5, 2, "`data.gatelib` holds packages, and all of their rules are evaluated here: import the one that is meant")} with input as facts
}

test_deny_a_computed_path_in_a_head if {
	facts := object.union(given.of({"references": [{"name": "data", "behind": [{"var": "n", "free": false}], "rule": "r", "kind": "complete", "place": "head", "line": 5, "column": 2, "target": "data.x"}, {"name": "data", "behind": [{"var": "n", "free": false}], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "target": "data.x"}]}), {"packages": ["gatelib.main"]})
	check.violation == {given.at(5, 2, "regorus loses a computed path below `data.x` in the head of a rule: bind it in the body")} with input as facts
}
