# METADATA
# title: No `print` and no `trace`
# description: >-
#   Debugging output shows values of documents in logs, and not every engine has it.
# custom:
#   severity: warning
package gatelib.lint.debug

import data.gatelib.linting

violation contains linting.at(file, called, message) if {
	some file in array.concat(input.policies, input.tests)
	some called in file.calls
	called.name in {"print", "trace"}
	message := sprintf("remove `%s`: it was for debugging", [called.name])
}
