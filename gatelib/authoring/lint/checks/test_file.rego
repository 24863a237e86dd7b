# METADATA
# title: Every rule has unit tests beside it
# description: >-
#   Fixtures show that a rule works; unit tests, that each of its conditions is needed.
# custom:
#   severity: warning
package gatelib.lint.test_file

import data.gatelib.linting

violation contains linting.at(file, file.package, message) if {
	some file in linting.rules
	wanted := sprintf("%s_test.rego", [trim_suffix(file.file, ".rego")])
	not wanted in tested
	message := sprintf("there are no tests in `%s`: write `test_deny_…` and `test_allow_…`", [wanted])
}

violation contains linting.at(file, file.package, message) if {
	some file in input.tests
	wanted := policies[sprintf("%s.rego", [trim_suffix(file.file, "_test.rego")])]
	file.package.name != sprintf("%s_test", [wanted])
	message := sprintf("the package of these tests must be `%s_test`", [wanted])
}

tested := {file.file | some file in input.tests; count(file.tests) > 0}

policies := {file.file: file.package.name | some file in input.policies}
