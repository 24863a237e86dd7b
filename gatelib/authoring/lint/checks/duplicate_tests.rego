# METADATA
# title: Each test has a name of its own
# description: >-
#   Two rules of one name are one test, which passes where either does.
# custom:
#   severity: error
package gatelib.lint.duplicate_tests

import data.gatelib.linting

violation contains linting.at(file, test, message) if {
	some file in input.tests
	some position, test in file.tests
	first(file)[test.name] < position
	message := sprintf("there is another `%s` above, and one of them passing hides the other: rename it", [test.name])
}

first(file) := {name: min(found) |
	some name in {test.name | some test in file.tests}
	found := [position | some position, test in file.tests; test.name == name]
}
