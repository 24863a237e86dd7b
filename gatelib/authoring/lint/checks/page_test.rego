package gatelib.lint.page_test

import data.gatelib.lint.page as check
import data.gatelib.linting_test as given

test_deny_none if {
	facts := given.of({})
	check.violation == {given.at(3, 1, "`ACME-001` has no page: write docs/rules/ACME-001.md")} with input as facts
}

test_allow_one if {
	facts := object.union(given.of({}), {"pages": ["ACME-001"]})
	check.violation == set() with input as facts
}
