# METADATA
# title: No call in the reference of a head
# description: >-
#   regorus refuses it in most forms.
# custom:
#   severity: error
package gatelib.lint.head_call

import data.gatelib.linting

violation contains linting.at(file, rule, message) if {
	some file in input.policies
	some rule in file.rules
	rule.calls_in_head
	message := sprintf("regorus refuses a call in the head of `%s`: bind it in the body", [rule.name])
}
