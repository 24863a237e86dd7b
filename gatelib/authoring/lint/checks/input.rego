# METADATA
# title: A rule reads `gatelib.input`, not `input`
# description: >-
#   What an engine is given has six forms; the adapters make one of them.
# custom:
#   severity: error
package gatelib.lint.input

import data.gatelib.linting

violation contains linting.at(file, reference, message) if {
	some file in linting.rules
	some reference in file.references
	reference.name == "input"
	message := "a rule does not read `input`: documents come from `gatelib.lib.documents`, the rest from `gatelib.input`"
}

violation contains linting.at(file, imported, message) if {
	some file in linting.rules
	some imported in file.imports
	some form in ["input", "input."]
	startswith(sprintf("%s.", [imported.target]), sprintf("%s.", [trim_suffix(form, ".")]))
	message := "a rule does not read `input`: documents come from `gatelib.lib.documents`, the rest from `gatelib.input`"
}
