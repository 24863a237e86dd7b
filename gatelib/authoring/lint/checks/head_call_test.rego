package gatelib.lint.head_call_test

import data.gatelib.lint.head_call as check
import data.gatelib.linting_test as given

test_deny_one if {
	facts := given.of({"rules": [{"name": "r", "kind": "complete", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": true, "line": 5, "column": 2}, {"name": "r", "kind": "complete", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "regorus refuses a call in the head of `r`: bind it in the body")} with input as facts
}
