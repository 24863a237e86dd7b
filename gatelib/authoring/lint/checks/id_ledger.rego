# METADATA
# title: The ledger has every ID, and none is given twice
# description: >-
#   Exceptions, reports and attestations of years ago name rules by ID. An ID that is given to another rule
#   changes what they say, so every ID that was ever given stays in `rule-ids.json`.
# custom:
#   severity: error
package gatelib.lint.id_ledger

import data.gatelib.linting

violation contains {"file": input.ledger.file, "line": 1, "column": 1, "message": message} if {
	not input.ledger.given
	count(linting.rules) > 0
	message := "there is no ledger of rule IDs: write it with `gatelib rules lint --add-ids`"
}

violation contains linting.at(file, linting.key(file, "custom.id"), message) if {
	input.ledger.given
	some file in linting.rules
	problem := problem_of(file.rule.id, file.package.name)
	message := sprintf("`%s` %s", [file.rule.id, problem])
}

violation contains {"file": input.ledger.file, "line": entry.line, "column": entry.column, "message": message} if {
	some id, entry in input.ledger.ids
	not "retired" in object.keys(entry)
	not id in written
	message := sprintf("`%s` has no rule any more: keep it with `deprecated: true`, or say why it is `retired`", [id])
}

written := {file.rule.id | some file in linting.rules}

problem_of(id, _) := "is not in the ledger: add it with `gatelib rules lint --add-ids`" if {
	is_string(id)
	not input.ledger.ids[id]
}

problem_of(id, package_name) := problem if {
	entry := input.ledger.ids[id]
	entry.package != package_name
	text := "was given to `%s`: take one that was never used, or correct the ledger where that rule has moved"
	problem := sprintf(text, [entry.package])
}

problem_of(id, package_name) := "is retired: take one that was never used" if {
	entry := input.ledger.ids[id]
	entry.package == package_name
	entry.retired
}
