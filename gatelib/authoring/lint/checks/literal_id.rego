# METADATA
# title: A finding has the ID of its rule
# description: >-
#   An engine joins a finding with the METADATA by its ID; with another ID it has the severity, the controls and
#   the exceptions of another rule.
# custom:
#   severity: error
package gatelib.lint.literal_id

import data.gatelib.linting

violation contains linting.at(file, found, message) if {
	some file in linting.rules
	is_string(file.rule.id)
	some found in file.ids
	found.value != file.rule.id
	is_one(found)
	message := sprintf("the ID `%v` is not that of the METADATA: write `%s`", [found.value, file.rule.id])
}

violation contains linting.at(file, found, message) if {
	some file in linting.rules
	is_string(file.rule.id)
	some found in file.strings
	found.value != file.rule.id
	found.value in known
	not [found.line, found.column] in [[id.line, id.column] | some id in file.ids]
	message := sprintf("`%s` is the ID of another rule: write `%s`", [found.value, file.rule.id])
}

known := ({file.rule.id | some file in linting.rules} | object.keys(input.shipped_ids)) | object.keys(input.ledger.ids)

is_one(found) if "msg" in found.beside

# What `object.union` adds to the rest of a finding.
is_one(found) if {
	found.beside == ["id"]
	regex.match(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-[0-9]{3}$`, found.value)
}
