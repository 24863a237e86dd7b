package gatelib.lint.fixtures_test

import data.gatelib.lint.fixtures as check
import data.gatelib.linting_test as given

test_deny_none if {
	facts := object.union(given.of({}), {"fixtures": {"acme.a": {"allow": 0}}})
	check.violation == {
		given.at(3, 1, "there is no fixture in fixtures/acme/a/allow: add one"),
		given.at(3, 1, "there is no fixture in fixtures/acme/a/deny: add one"),
	} with input as facts
}

test_allow_both if {
	facts := object.union(given.of({}), {"fixtures": {"acme.a": {"allow": 1, "deny": 2}}})
	check.violation == set() with input as facts
}
