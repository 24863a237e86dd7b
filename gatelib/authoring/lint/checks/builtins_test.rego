package gatelib.lint.builtins_test

import data.gatelib.lint.builtins as check
import data.gatelib.linting_test as given

test_deny_one_that_is_not_listed if {
	facts := object.union(given.of({"calls": [{"name": "http.send", "arguments": [], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}, {"name": "count", "arguments": [], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}, {"name": "f", "arguments": [], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "target": "data.x.f"}, {"name": "trace", "arguments": [], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]}), {"builtins": ["count"]})
	check.violation == {given.at(5, 2, "`http.send` is not among the built-ins that every engine has: see bundles/capabilities.json")} with input as facts
}
