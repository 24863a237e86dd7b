# METADATA
# title: Package, folder and file have one name
# description: >-
#   Engines, fixtures, tests and pages find a rule by its package; people find it by its file.
# custom:
#   severity: error
package gatelib.lint.names

import data.gatelib.linting

violation contains linting.at(file, file.package, message) if {
	some file in input.policies
	wanted := places(file)
	not file.path in wanted
	every place in wanted {
		not endswith(file.path, concat("", ["/", place]))
	}
	message := sprintf("`package %s` belongs in `%s`", [file.package.name, wanted[0]])
}

violation contains linting.at(file, file.package, message) if {
	some file in input.policies
	not input.core
	not is_object(file.rule)
	message := sprintf("`%s` is no rule's package: write `gatelib.rules.<team>.<rule>`", [file.package.name])
}

violation contains linting.at(file, file.package, message) if {
	some file in linting.rules
	not input.core
	file.rule.domain in library_domains
	message := sprintf("`%s` is a domain of the library: take a name of your own", [file.rule.domain])
}

violation contains linting.at(file, file.package, message) if {
	some file in linting.rules
	some part in [file.rule.domain, file.rule.name]
	not is_snake_case(part)
	message := sprintf("`%s` is not in snake_case: write small letters, digits and `_`", [part])
}

violation contains linting.at(file, rule, message) if {
	some file in input.policies
	some rule in file.rules
	some part in split(rule.name, ".")
	not is_snake_case(part)
	message := sprintf("`%s` is not in snake_case: write small letters, digits and `_`", [part])
}

library_domains := {split(name, ".")[2] | some name in input.shipped_ids} | {"core"}

is_snake_case(name) if regex.match(`^[a-z_][a-z0-9_]*$`, name)

# A rule has a folder; what rules share may be a file, or a folder whose file has its name.
places(file) := [concat("/", [file.rule.domain, file.rule.name, sprintf("%s.rego", [file.rule.name])])] if {
	is_object(file.rule)
}

places(file) := [sprintf("%s.rego", [path]), sprintf("%s/%s.rego", [path, parts[count(parts) - 1]])] if {
	not is_object(file.rule)
	input.core
	parts := split(file.package.name, ".")
	path := concat("/", parts)
}
