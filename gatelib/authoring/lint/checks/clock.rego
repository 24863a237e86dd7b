# METADATA
# title: The clock is read in one place
# description: >-
#   A run says by which time it decided, and gives the same answer when it is repeated.
# custom:
#   severity: error
package gatelib.lint.clock

import data.gatelib.linting

violation contains linting.at(file, called, message) if {
	some file in input.policies
	some called in file.calls
	called.name == "time.now_ns"
	file.package.name != "gatelib.input"
	message := "the time of a run is `data.gatelib.input.now_ns`: read that"
}
