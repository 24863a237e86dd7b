# METADATA
# title: A parameter of a function is no empty object
# description: >-
#   regorus takes the pattern `{}` for every object, OPA for the empty one.
# custom:
#   severity: error
package gatelib.lint.parameter_patterns

import data.gatelib.linting

violation contains linting.at(file, parameter, message) if {
	some file in input.policies
	some function in functions(file)
	some given in function.parameters
	some parameter in array.concat([given], parts(given))
	parameter.shape == "object"
	parameter.items == 0
	message := "regorus takes the parameter `{}` for every object: name it, and compare in the body"
}

functions(file) := [rule | some rule in file.rules; rule.kind == "function"]

parts(pattern) := pattern.items if pattern.shape == "array"

parts(pattern) := [] if pattern.shape != "array"
