package gatelib.lint.glob_delimiters_test

import data.gatelib.lint.glob_delimiters as check
import data.gatelib.linting_test as given

test_deny_an_empty_list if {
	facts := given.of({"calls": [{"name": "glob.match", "arguments": [{"shape": "constant", "value": "a", "line": 5, "column": 2}, {"shape": "array", "items": [], "line": 5, "column": 2}, {"shape": "constant", "value": "b", "line": 5, "column": 2}], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "write `null` as the delimiters of `glob.match`: with any other, `*` does not match everything")} with input as facts
}

test_allow_null if {
	facts := given.of({"calls": [{"name": "glob.match", "arguments": [{"shape": "constant", "value": "a", "line": 5, "column": 2}, {"shape": "constant", "value": null, "line": 5, "column": 2}, {"shape": "constant", "value": "b", "line": 5, "column": 2}], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}
