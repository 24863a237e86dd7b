package gatelib.lint.metadata_test

import data.gatelib.lint.metadata as check
import data.gatelib.linting_test as given

test_deny_each_problem if {
	facts := given.of({"rule": {"problems": [{"message": "METADATA lacks `x`", "line": 5, "column": 2}]}})
	check.violation == {given.at(5, 2, "METADATA lacks `x`; the guide on writing rules has the keys and their values")} with input as facts
}
