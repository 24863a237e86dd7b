package gatelib.lint.todo_test

import data.gatelib.lint.todo as check
import data.gatelib.linting_test as given

test_deny_one if {
	facts := given.of({"comments": [{"text": "# TODO: x", "alone": true, "line": 5, "column": 2}, {"text": "# todos", "alone": true, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "finish it, or write an issue and remove the comment")} with input as facts
}
