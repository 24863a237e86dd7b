# METADATA
# title: Parameters of functions are patterns that engines agree on
# description: >-
#   regorus refuses some patterns of functions without a body, and takes `{}` for every object.
# custom:
#   severity: error
package gatelib.lint.parameter_patterns

import data.gatelib.linting

violation contains linting.at(file, parameter, message) if {
	some file in input.policies
	some function in functions(file)
	some parameter in function.parameters
	parameter.shape == "object"
	parameter.items == 0
	message := "regorus takes the parameter `{}` for every object: name it, and compare in the body"
}

violation contains linting.at(file, function, message) if {
	some file in input.policies
	some function in functions(file)
	not function.body
	some parameter in function.parameters
	parameter.shape in {"constant", "array"}
	some other in function.parameters
	other.shape == "variable"
	other.name == "_"
	message := sprintf("regorus refuses a literal beside `_` as parameters of `%s`, which has no body: name them, and compare in a body", [function.name])
}

violation contains linting.at(file, function, message) if {
	some file in input.policies
	some function in functions(file)
	not function.body
	named := [parameter.name | some parameter in function.parameters; parameter.shape == "variable"; parameter.name != "_"]
	count(named) > count({name | some name in named})
	message := sprintf("regorus refuses two parameters of one name in `%s`, which has no body: compare them in a body", [function.name])
}

functions(file) := [rule | some rule in file.rules; rule.kind == "function"]
