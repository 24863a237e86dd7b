# METADATA
# title: No rule reads a whole tree of packages, or a computed path of data in its head
# description: >-
#   A computed path below `data` makes regorus evaluate every rule there, and in the head of a rule it loses the
#   value.
# custom:
#   severity: error
package gatelib.lint.computed_data

import data.gatelib.linting

violation contains linting.at(file, reference, message) if {
	some file in input.policies
	some reference in file.references
	reference.name == "data"
	reference.target in trees
	message := sprintf("`%s` holds packages, and all of their rules are evaluated here: import the one that is meant", [reference.target])
}

violation contains linting.at(file, reference, message) if {
	some file in input.policies
	some reference in file.references
	reference.name == "data"
	reference.place == "head"
	count(reference.behind) > 0
	not reference.target in trees
	message := sprintf("regorus loses a computed path below `%s` in the head of a rule: bind it in the body", [reference.target])
}

# What lies above packages.
trees := {concat(".", array.concat(["data"], array.slice(parts, 0, end))) |
	some name in input.packages
	parts := split(name, ".")
	some end in numbers.range(0, count(parts) - 1)
	not concat(".", array.slice(parts, 0, end)) in packages
}

packages := {name | some name in input.packages}
