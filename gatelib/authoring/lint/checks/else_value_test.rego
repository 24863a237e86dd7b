package gatelib.lint.else_value_test

import data.gatelib.lint.else_value as check
import data.gatelib.linting_test as given

test_deny_a_variable_of_some if {
	facts := given.of({"rules": [{"name": "r", "kind": "complete", "keys": [], "parameters": [], "branches": [{"value": {"shape": "constant", "value": 1, "line": 5, "column": 2}, "is_else": false, "some_in": ["x"], "reads": ["x", "y"]}, {"value": {"shape": "constant", "value": 1, "line": 5, "column": 2}, "is_else": true, "some_in": [], "reads": []}], "body": false, "calls_in_head": false, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "`x` may have several values here, and there is an `else`: collect them, and take one")} with input as facts
}

test_allow_one_without_an_else if {
	facts := given.of({"rules": [{"name": "r", "kind": "complete", "keys": [], "parameters": [], "branches": [{"value": {"shape": "constant", "value": 1, "line": 5, "column": 2}, "is_else": false, "some_in": ["x"], "reads": ["x"]}], "body": false, "calls_in_head": false, "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}
