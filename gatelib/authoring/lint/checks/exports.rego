# METADATA
# title: A rule says what it judged, and what it found
# description: >-
#   Without `subjects` a report cannot tell a rule that found nothing from one that had nothing to judge.
# custom:
#   severity: error
package gatelib.lint.exports

import data.gatelib.linting

violation contains linting.at(file, file.package, message) if {
	some file in linting.rules
	count({"deny", "warn"} & names(file)) == 0
	message := "the rule has neither `deny` nor `warn`: it can find nothing"
}

violation contains linting.at(file, file.package, message) if {
	some file in linting.rules
	not "subjects" in names(file)
	message := "the rule has no `subjects`: give the indexes of the documents that it judges"
}

names(file) := {rule.name | some rule in file.rules; rule.kind in {"complete", "partial_set"}}
