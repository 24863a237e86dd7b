package gatelib.lint.debug_test

import data.gatelib.lint.debug as check
import data.gatelib.linting_test as given

test_deny_print if {
	facts := given.of({"calls": [{"name": "print", "arguments": [], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}, {"name": "count", "arguments": [], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "remove `print`: it was for debugging")} with input as facts
}
