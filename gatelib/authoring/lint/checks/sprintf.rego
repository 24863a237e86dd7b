# METADATA
# title: A format has portable verbs, and an argument for each
# description: >-
#   Engines differ in all verbs but `%s`, `%v`, `%d` and `%.2f`, and in what becomes of a missing argument.
# custom:
#   severity: error
package gatelib.lint.sprintf

import data.gatelib.linting

violation contains linting.at(file, called, message) if {
	some file in input.policies
	some called in file.calls
	called.name == "sprintf"
	some verb in verbs(called)
	not regex.match(`^%([svd%]|\.[0-9]+f)$`, verb)
	message := sprintf("engines differ in `%s`: write `%%s`, `%%v`, `%%d` or `%%.2f`", [verb])
}

violation contains linting.at(file, called, message) if {
	some file in input.policies
	some called in file.calls
	called.name == "sprintf"
	called.arguments[0].shape == "constant"
	called.arguments[1].shape == "array"
	given := count(called.arguments[1].items)
	wanted := count([verb | some verb in verbs(called); verb != "%%"])
	given != wanted
	message := sprintf("the format has verbs for %d arguments, and gets %d", [wanted, given])
}

verbs(called) := regex.find_n(`%[^a-zA-Z%]*([a-zA-Z%]|$)`, called.arguments[0].value, -1) if {
	called.arguments[0].shape == "constant"
}
