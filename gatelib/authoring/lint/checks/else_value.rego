# METADATA
# title: A value beside an `else` is one value
# description: >-
#   Where the value of a rule with `else` reads a variable of `some`, OPA takes the first that holds and regorus
#   fails: several outputs.
# custom:
#   severity: error
package gatelib.lint.else_value

import data.gatelib.linting

violation contains linting.at(file, branch.value, message) if {
	some file in input.policies
	some rule in file.rules
	some other in rule.branches
	other.is_else
	some branch in rule.branches
	some name in branch.reads
	name in branch.some_in
	message := sprintf("`%s` may have several values here, and there is an `else`: collect them, and take one", [name])
}
