# METADATA
# title: Every rule has a page
# description: >-
#   A finding links to the page of its rule: what it denies, why, and how to fix it.
# custom:
#   severity: warning
package gatelib.lint.page

import data.gatelib.linting

violation contains linting.at(file, file.package, message) if {
	some file in linting.rules
	is_string(file.rule.id)
	not file.rule.id in input.pages
	message := sprintf("`%s` has no page: write docs/rules/%s.md", [file.rule.id, file.rule.id])
}
