package gatelib.lint.foreign_rule_in_function_test

import data.gatelib.lint.foreign_rule_in_function as check
import data.gatelib.linting_test as given

test_deny_one if {
	facts := given.of({"rule": null, "references": [{"name": "x", "behind": [], "rule": "r", "kind": "function", "place": "body", "line": 5, "column": 2, "reads": "data.gatelib.b.c"}, {"name": "x", "behind": [], "rule": "r", "kind": "function", "place": "body", "line": 5, "column": 2, "reads": "data.gatelib.rules.acme.a.c"}, {"name": "x", "behind": [], "rule": "r", "kind": "function", "place": "body", "line": 5, "column": 2}, {"name": "x", "behind": [], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "reads": "data.gatelib.b.c"}]})
	check.violation == {given.at(5, 2, "the function `r` reads `data.gatelib.b.c` of another package: read it in a rule beside it, and that in the function")} with input as facts
}
