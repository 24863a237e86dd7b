package gatelib.lint.regex_classes_test

import data.gatelib.lint.regex_classes as check
import data.gatelib.linting_test as given

test_deny_a_class if {
	facts := given.of({"strings": [{"value": "^\\d\\\\w$", "use": "argument", "rule": "r", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "engines differ in `\\d`: write the characters out, such as `[0-9]`")} with input as facts
}
