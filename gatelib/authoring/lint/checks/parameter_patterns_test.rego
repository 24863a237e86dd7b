package gatelib.lint.parameter_patterns_test

import data.gatelib.lint.parameter_patterns as check
import data.gatelib.linting_test as given

test_deny_an_empty_object if {
	facts := given.of({"rules": [{"name": "f", "kind": "function", "keys": [], "parameters": [{"shape": "object", "items": 0, "line": 5, "column": 2}, {"shape": "object", "items": 1, "line": 5, "column": 2}], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "regorus takes the parameter `{}` for every object: name it, and compare in the body")} with input as facts
}

test_deny_one_in_a_list if {
	facts := given.of({"rules": [{"name": "f", "kind": "function", "keys": [], "parameters": [{"shape": "array", "items": [{"shape": "object", "items": 0, "line": 5, "column": 2}], "line": 5, "column": 2}], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "regorus takes the parameter `{}` for every object: name it, and compare in the body")} with input as facts
}
