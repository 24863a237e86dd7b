package gatelib.lint.stage_test

import data.gatelib.lint.stage as check
import data.gatelib.linting_test as given

test_deny_a_stage_of_a_deprecated_rule if {
	facts := given.of({"rule": {"metadata": {"custom": {"deprecated": true, "stage": "canary"}}}})
	check.violation == {given.at(3, 1, "a deprecated rule runs only when it is asked for: remove `stage`")} with input as facts
}

test_allow_either if {
	facts := given.of({"rule": {"metadata": {"custom": {"stage": "canary"}}}})
	check.violation == set() with input as facts
}
