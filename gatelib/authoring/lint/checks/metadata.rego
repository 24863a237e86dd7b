# METADATA
# title: METADATA is complete, and has no other keys
# description: >-
#   The catalogue, reports, pages and engines read METADATA; a key that is misspelt is a key that is missing.
# custom:
#   severity: error
package gatelib.lint.metadata

import data.gatelib.linting

violation contains linting.at(file, problem, message) if {
	some file in linting.rules
	some problem in file.rule.problems
	message := sprintf("%s; the guide on writing rules has the keys and their values", [problem.message])
}
