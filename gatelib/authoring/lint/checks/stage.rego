# METADATA
# title: What METADATA says of `deprecated`, `stage` and `effective_on` goes together
# description: >-
#   A rule that is on trial or retired fails nothing; where that is a mistake, nobody sees it.
# custom:
#   severity: error
package gatelib.lint.stage

import data.gatelib.linting

violation contains linting.at(file, linting.key(file, sprintf("custom.%s", [name])), message) if {
	some file in linting.rules
	custom := object.get(file.rule.metadata, "custom", {})
	custom.deprecated == true
	some name in ["stage", "effective_on"]
	name in object.keys(custom)
	message := sprintf("a deprecated rule runs only when it is asked for: remove `%s`", [name])
}
