package gatelib.lint.clock_test

import data.gatelib.lint.clock as check
import data.gatelib.linting_test as given

test_deny_a_rule_that_reads_it if {
	facts := given.of({"calls": [{"name": "time.now_ns", "arguments": [], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "the time of a run is `data.gatelib.input.now_ns`: read that")} with input as facts
}

test_allow_the_one_place if {
	facts := given.of({"package": {"name": "gatelib.input"}, "calls": [{"name": "time.now_ns", "arguments": [], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}
