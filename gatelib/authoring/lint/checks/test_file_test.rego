package gatelib.lint.test_file_test

import data.gatelib.lint.test_file as check
import data.gatelib.linting_test as given

test_deny_none if {
	facts := given.of({})
	check.violation == {given.at(3, 1, "there are no tests in `acme/a/a_test.rego`: write `test_deny_…` and `test_allow_…`")} with input as facts
}

test_deny_another_package if {
	facts := object.union(given.of({}), {"tests": [{"file": "acme/a/a_test.rego", "package": {"name": "gatelib.b", "line": 1, "column": 1}, "tests": [{"name": "test_one", "line": 5, "column": 2}], "imports": [], "calls": [], "comments": []}]})
	check.violation == {{"file": "acme/a/a_test.rego", "line": 1, "column": 1, "message": "the package of these tests must be `gatelib.rules.acme.a_test`"}} with input as facts
}

test_allow_tests_beside_it if {
	facts := object.union(given.of({}), {"tests": [{"file": "acme/a/a_test.rego", "package": {"name": "gatelib.rules.acme.a_test", "line": 1, "column": 1}, "tests": [{"name": "test_one", "line": 5, "column": 2}], "imports": [], "calls": [], "comments": []}]})
	check.violation == set() with input as facts
}
