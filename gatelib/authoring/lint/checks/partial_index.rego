# METADATA
# title: What is looked up by key is a complete rule
# description: >-
#   A partial rule is evaluated again for every key that it has not: 25 s where a complete rule takes 0.2 s.
# custom:
#   severity: error
package gatelib.lint.partial_index

import data.gatelib.linting

violation contains linting.at(file, reference, message) if {
	some file in input.policies
	some reference in file.references
	reference.reads in partial
	count(reference.behind) > 0
	not is_free(reference.behind[0])
	text := "`%s` is a partial rule, and looked up by key: look it up in a complete rule, `{key: value | some key, value in %s}`"
	message := sprintf(text, [reference.name, reference.name])
}

partial := {sprintf("data.%s.%s", [file.package.name, rule.name]) |
	some file in linting.known
	some rule in file.rules
	startswith(rule.kind, "partial_")
}

is_free(step) if {
	is_object(step)
	step.free
}
