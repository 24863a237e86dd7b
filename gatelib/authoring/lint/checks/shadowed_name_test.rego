package gatelib.lint.shadowed_name_test

import data.gatelib.lint.shadowed_name as check
import data.gatelib.linting_test as given

test_deny_a_rule_s if {
	facts := given.of({"rules": [{"name": "a.b", "kind": "complete", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}], "locals": [{"name": "a", "rule": "r", "line": 5, "column": 2}, {"name": "b", "rule": "r", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "`a` is the name of a rule or an import of this policy, too: rename the variable")} with input as facts
}
