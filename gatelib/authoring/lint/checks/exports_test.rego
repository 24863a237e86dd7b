package gatelib.lint.exports_test

import data.gatelib.lint.exports as check
import data.gatelib.linting_test as given

test_deny_nothing if {
	facts := given.of({})
	check.violation == {
		given.at(3, 1, "the rule has neither `deny` nor `warn`: it can find nothing"),
		given.at(3, 1, "the rule has no `subjects`: give the indexes of the documents that it judges"),
	} with input as facts
}

test_allow_subjects_and_warn if {
	facts := given.of({"rules": [{"name": "subjects", "kind": "complete", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}, {"name": "warn", "kind": "partial_set", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}
