# METADATA
# title: A shared function reads rules of its own package only
# description: >-
#   regorus leaves a rule of another package undefined in a function, once a rule of the function's package was
#   read through an import.
# custom:
#   severity: error
package gatelib.lint.foreign_rule_in_function

import data.gatelib.linting

violation contains linting.at(file, reference, message) if {
	some file in input.policies
	not is_object(file.rule)
	some reference in file.references
	reference.kind == "function"
	reference.reads
	not startswith(reference.reads, sprintf("data.%s.", [file.package.name]))
	text := "the function `%s` reads `%s` of another package: read it in a rule beside it, and that in the function"
	message := sprintf(text, [reference.rule, reference.reads])
}
