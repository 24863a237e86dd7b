package gatelib.lint.nested_grouping_test

import data.gatelib.lint.nested_grouping as check
import data.gatelib.linting_test as given

test_deny_one if {
	facts := given.of({"groupings": [{"collection": "xs", "rule": "r", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "`xs` is gone through again for each of its elements: collect positions in a partial rule, and turn that into a complete one")} with input as facts
}
