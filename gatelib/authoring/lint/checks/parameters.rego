# METADATA
# title: The parameters that a rule declares are those that it reads
# description: >-
#   A report says by which parameters a rule decided; an exporter hands on the ones that are declared.
# custom:
#   severity: warning
package gatelib.lint.parameters

import data.gatelib.linting

violation contains linting.at(file, linting.key(file, "custom.params"), message) if {
	some file in linting.rules
	some name in declared(file)
	not name in input.parameters.described
	message := sprintf("there is no parameter `%v`: name one of docs/parameters.md", [name])
}

violation contains linting.at(file, linting.key(file, "custom.params"), message) if {
	some file in linting.rules
	some name in declared(file)
	name in input.parameters.described
	not is_reached(file, name)
	message := sprintf("nothing that the rule uses reads `%s`: remove it from `custom.params`", [name])
}

violation contains linting.at(file, found, message) if {
	some file in linting.rules
	some found in file.parameters
	not is_declared(file, found.name)
	message := sprintf("the rule reads `%s`: declare it under `custom.params`", [found.name])
}

violation contains {"file": file, "line": 1, "column": 1, "message": message} if {
	input.core
	file := "rego/gatelib/params_schema/data.json"
	some name in input.parameters.shipped
	not name in input.parameters.described
	message := sprintf("the parameter `%s` has a default and no schema: describe it", [name])
}

violation contains {"file": file, "line": 1, "column": 1, "message": message} if {
	input.core
	file := "rego/gatelib/defaults/data.json"
	some name in input.parameters.described
	not name in input.parameters.shipped
	message := sprintf("the parameter `%s` has a schema and no default: give it one", [name])
}

declared(file) := found if {
	found := object.get(file.rule.metadata, ["custom", "params"], [])
	is_array(found)
}

is_reached(file, name) if name in file.parameters_reached

is_reached(file, name) if sprintf("%s.*", [split(name, ".")[0]]) in file.parameters_reached

is_declared(file, name) if name in declared(file)

# A group that is taken whole is declared by any of its names.
is_declared(file, name) if {
	endswith(name, ".*")
	some declared_name in declared(file)
	startswith(declared_name, trim_suffix(name, "*"))
}
