# METADATA
# title: An import is used
# description: >-
#   A policy is loaded with all that it imports, and so is a bundle.
# custom:
#   severity: warning
package gatelib.lint.unused_import

import data.gatelib.linting

violation contains linting.at(file, imported, message) if {
	some file in array.concat(input.policies, input.tests)
	some imported in file.imports
	not imported.used
	not startswith(imported.target, "rego.")
	not startswith(imported.target, "future.")
	message := sprintf("nothing uses the import `%s`: remove it", [imported.name])
}
