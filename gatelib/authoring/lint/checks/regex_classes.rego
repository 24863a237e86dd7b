# METADATA
# title: A pattern writes its classes out
# description: >-
#   `\w`, `\d`, `\s` and `\b` are ASCII in OPA and Unicode in regorus.
# custom:
#   severity: error
package gatelib.lint.regex_classes

import data.gatelib.linting

violation contains linting.at(file, text, message) if {
	some file in input.policies
	some text in file.strings
	some class in regex.find_n(`\\.`, text.value, -1)
	class in classes
	message := sprintf("engines differ in `%s`: write the characters out, such as `[0-9]`", [class])
}

classes := {`\w`, `\W`, `\d`, `\D`, `\s`, `\S`, `\b`, `\B`}
