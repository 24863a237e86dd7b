package gatelib.lint.sprintf_test

import data.gatelib.lint.sprintf as check
import data.gatelib.linting_test as given

test_deny_a_verb if {
	facts := given.of({"calls": [{"name": "sprintf", "arguments": [{"shape": "constant", "value": "%g", "line": 5, "column": 2}, {"shape": "array", "items": [{"shape": "constant", "value": 1, "line": 5, "column": 2}], "line": 5, "column": 2}], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "engines differ in `%g`: write `%s`, `%v`, `%d` or `%.2f`")} with input as facts
}

test_deny_a_missing_argument if {
	facts := given.of({"calls": [{"name": "sprintf", "arguments": [{"shape": "constant", "value": "%s %%", "line": 5, "column": 2}, {"shape": "array", "items": [], "line": 5, "column": 2}], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "the format has verbs for 1 arguments, and gets 0")} with input as facts
}

test_allow_what_cannot_be_counted if {
	facts := given.of({"calls": [{"name": "sprintf", "arguments": [{"shape": "variable", "name": "x", "line": 5, "column": 2}, {"shape": "array", "items": [{"shape": "constant", "value": 1, "line": 5, "column": 2}], "line": 5, "column": 2}], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}, {"name": "sprintf", "arguments": [{"shape": "constant", "value": "%.2f", "line": 5, "column": 2}, {"shape": "variable", "name": "x", "line": 5, "column": 2}], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}
