# METADATA
# title: A test is called `test_…`, in snake_case
# description: >-
#   `opa test` runs what begins with `test_` and leaves out `todo_test_`; both are silent about a name that is
#   neither.
# custom:
#   severity: warning
package gatelib.lint.test_names

import data.gatelib.linting

violation contains linting.at(file, test, message) if {
	some file in input.tests
	some test in file.tests
	not regex.match(`^test_[a-z0-9_]+$`, test.name)
	message := sprintf("`%s` is no name of a test that runs: write `test_<what>`, in snake_case", [test.name])
}
