package gatelib.lint.input_test

import data.gatelib.lint.input as check
import data.gatelib.linting_test as given

test_deny_a_reference if {
	facts := given.of({"references": [{"name": "input", "behind": [], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "a rule does not read `input`: documents come from `gatelib.lib.documents`, the rest from `gatelib.input`")} with input as facts
}

test_deny_an_import if {
	facts := given.of({"imports": [{"target": "input.x", "name": "x", "alias": false, "used": true, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "a rule does not read `input`: documents come from `gatelib.lib.documents`, the rest from `gatelib.input`")} with input as facts
}

test_allow_the_package if {
	facts := given.of({"imports": [{"target": "data.gatelib.input", "name": "input", "alias": false, "used": true, "line": 5, "column": 2}], "references": [{"name": "inputs", "behind": [], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}
