# METADATA
# title: An import is of a package that exists
# description: >-
#   What an import does not find is undefined, without an error: a rule that reads it finds nothing.
# custom:
#   severity: error
package gatelib.lint.unknown_import

import data.gatelib.linting

violation contains linting.at(file, imported, message) if {
	some file in array.concat(input.policies, input.tests)
	some imported in file.imports
	startswith(imported.target, "data.")
	not is_known(imported.target)
	message := sprintf("there is no package `%s`: correct or remove the import", [imported.target])
}

is_known(target) if trim_prefix(target, "data.") in packages

# A rule of a package can be imported as well.
is_known(target) if {
	parts := split(trim_prefix(target, "data."), ".")
	concat(".", array.slice(parts, 0, count(parts) - 1)) in packages
	target in names
}

packages := {name | some name in input.packages} | {file.package.name | some file in input.tests}

names := {sprintf("data.%s.%s", [file.package.name, rule.name]) | some file in linting.known; some rule in file.rules}
