package gatelib.lint.test_names_test

import data.gatelib.lint.test_names as check
import data.gatelib.linting_test as given

test_deny_one_that_does_not_run if {
	facts := object.union(given.of({}), {"tests": [{"file": "acme/a/a_test.rego", "package": {"name": "gatelib.rules.acme.a_test", "line": 1, "column": 1}, "tests": [{"name": "todo_test_x", "line": 5, "column": 2}, {"name": "test_y", "line": 5, "column": 2}], "imports": [], "calls": [], "comments": []}]})
	check.violation == {{"file": "acme/a/a_test.rego", "line": 5, "column": 2, "message": "`todo_test_x` is no name of a test that runs: write `test_<what>`, in snake_case"}} with input as facts
}
