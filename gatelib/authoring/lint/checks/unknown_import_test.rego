package gatelib.lint.unknown_import_test

import data.gatelib.lint.unknown_import as check
import data.gatelib.linting_test as given

test_deny_one if {
	facts := given.of({"imports": [{"target": "data.gatelib.none", "name": "none", "alias": false, "used": true, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "there is no package `data.gatelib.none`: correct or remove the import")} with input as facts
}

test_allow_packages_and_their_rules if {
	facts := object.union(given.of({"imports": [{"target": "data.gatelib.rules.acme.a", "name": "a", "alias": false, "used": true, "line": 5, "column": 2}, {"target": "data.gatelib.rules.acme.a.r", "name": "r", "alias": false, "used": true, "line": 5, "column": 2}, {"target": "rego.v1", "name": "v1", "alias": false, "used": true, "line": 5, "column": 2}], "rules": [{"name": "r", "kind": "complete", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}]}), {"packages": ["gatelib.rules.acme.a"], "tests": [{"file": "acme/a/a_test.rego", "package": {"name": "gatelib.rules.acme.a_test", "line": 1, "column": 1}, "tests": [{"name": "test_one", "line": 5, "column": 2}], "imports": [{"target": "data.gatelib.rules.acme.a_test", "name": "a_test", "alias": false, "used": true, "line": 5, "column": 2}], "calls": [], "comments": []}]})
	check.violation == set() with input as facts
}
