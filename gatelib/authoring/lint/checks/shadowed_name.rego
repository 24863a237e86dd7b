# METADATA
# title: A variable has no name that the policy has given already
# description: >-
#   regorus confuses a variable with the rule, function or import of the same name.
# custom:
#   severity: error
package gatelib.lint.shadowed_name

import data.gatelib.linting

violation contains linting.at(file, variable, message) if {
	some file in input.policies
	taken := names(file)
	some variable in file.locals
	variable.name in taken
	message := sprintf("`%s` is the name of a rule or an import of this policy, too: rename the variable", [variable.name])
}

names(file) := ({split(rule.name, ".")[0] | some rule in file.rules} | {imported.name | some imported in file.imports}) | {"data", "input"}
