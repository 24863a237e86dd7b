# METADATA
# title: An ID is the ID of one rule
# description: >-
#   Exceptions, reports and control mappings name rules by their ID alone.
# custom:
#   severity: error
package gatelib.lint.unique_id

import data.gatelib.linting

violation contains linting.at(file, linting.key(file, "custom.id"), message) if {
	some position, file in linting.rules
	first[file.rule.id] < position
	other := linting.rules[first[file.rule.id]].package.name
	message := sprintf("`%s` is the ID of `%s` as well: take one that was never used", [file.rule.id, other])
}

violation contains linting.at(file, linting.key(file, "custom.id"), message) if {
	some file in linting.rules
	not input.core
	is_string(file.rule.id)
	startswith(file.rule.id, "GL-")
	message := sprintf("`%s` is an ID of the library: `GL-` is its prefix, take one of your own", [file.rule.id])
}

positions[file.rule.id] contains position if {
	some position, file in linting.rules
	is_string(file.rule.id)
}

first := {id: min(found) | some id, found in positions}
