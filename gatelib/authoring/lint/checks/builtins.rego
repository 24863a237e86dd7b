# METADATA
# title: Only built-ins that every engine has
# description: >-
#   OPA, regorus and the OPA within Gatekeeper have different built-ins, and answer differently in some that
#   they share.
# custom:
#   severity: error
package gatelib.lint.builtins

import data.gatelib.linting

violation contains linting.at(file, called, message) if {
	some file in input.policies
	some called in file.calls
	not called.target
	not called.name in allowed
	message := sprintf("`%s` is not among the built-ins that every engine has: see bundles/capabilities.json", [called.name])
}

# What other checks speak of.
allowed := {name | some name in input.builtins} | {"print", "time.now_ns", "trace"}
