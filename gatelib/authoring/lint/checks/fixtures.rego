# METADATA
# title: Every rule has a manifest that it allows and one that it denies
# description: >-
#   A rule that never found anything in a whole manifest may find nothing anywhere.
# custom:
#   severity: warning
package gatelib.lint.fixtures

import data.gatelib.linting

violation contains linting.at(file, file.package, message) if {
	some file in linting.rules
	some verdict in ["allow", "deny"]
	place := sprintf("%s.%s", [file.rule.domain, file.rule.name])
	object.get(input.fixtures, [place, verdict], 0) == 0
	folder := concat("/", ["fixtures", file.rule.domain, file.rule.name, verdict])
	message := sprintf("there is no fixture in %s: add one", [folder])
}
