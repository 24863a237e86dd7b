# METADATA
# title: A glob has `null` as its delimiters
# description: >-
#   With `[]` a `*` stops at dots: `*` does not match `:1.2`.
# custom:
#   severity: error
package gatelib.lint.glob_delimiters

import data.gatelib.linting

violation contains linting.at(file, called, message) if {
	some file in input.policies
	some called in file.calls
	called.name == "glob.match"
	not is_null_constant(called.arguments[1])
	message := "write `null` as the delimiters of `glob.match`: with any other, `*` does not match everything"
}

is_null_constant(argument) if {
	argument.shape == "constant"
	is_null(argument.value)
}
