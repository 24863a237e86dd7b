package gatelib.lint.duplicate_tests_test

import data.gatelib.lint.duplicate_tests as check
import data.gatelib.linting_test as given

test_deny_the_second if {
	facts := object.union(given.of({}), {"tests": [{"file": "acme/a/a_test.rego", "package": {"name": "gatelib.rules.acme.a_test", "line": 1, "column": 1}, "tests": [{"name": "test_y", "line": 5, "column": 2}, {"name": "test_z", "line": 5, "column": 2}, {"name": "test_y", "line": 9, "column": 2}], "imports": [], "calls": [], "comments": []}]})
	check.violation == {{"file": "acme/a/a_test.rego", "line": 9, "column": 2, "message": "there is another `test_y` above, and one of them passing hides the other: rename it"}} with input as facts
}
