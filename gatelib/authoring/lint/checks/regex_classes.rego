# METADATA
# title: A pattern writes its classes out
# description: >-
#   `\w`, `\d`, `\s` and `\b` are ASCII in OPA and Unicode in regorus.
# custom:
#   severity: error
package gatelib.lint.regex_classes

import data.gatelib.linting

violation contains linting.at(file, called, message) if {
	some file in input.policies
	some called in file.calls
	startswith(called.name, "regex.")
	some argument in called.arguments
	argument.shape == "constant"
	is_string(argument.value)
	some class in regex.find_n(`\\\\|\\[wWdDsSbB]`, argument.value, -1)
	class != `\\`
	message := sprintf("engines differ in `%s`: write the characters out, such as `[0-9]`", [class])
}
