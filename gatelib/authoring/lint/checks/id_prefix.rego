# METADATA
# title: The IDs of a domain have its prefix
# description: >-
#   A prefix says whose rule it is; two teams that share one will give the same number twice.
# custom:
#   severity: warning
package gatelib.lint.id_prefix

import data.gatelib.linting

violation contains linting.at(file, linting.key(file, "custom.id"), message) if {
	some file in linting.rules
	wanted := prefixes[file.rule.domain]
	prefix(file.rule.id) != wanted
	message := sprintf("the IDs of `%s` begin with `%s-`: `%s` does not", [file.rule.domain, wanted, file.rule.id])
}

violation contains linting.at(file, linting.key(file, "custom.id"), message) if {
	some file in linting.rules
	wanted := prefixes[file.rule.domain]
	prefix(file.rule.id) == wanted
	some other, taken in prefixes
	taken == wanted
	other < file.rule.domain
	message := sprintf("`%s-` is the prefix of `%s`: take another for `%s`", [wanted, other, file.rule.domain])
}

# That of most of a domain's rules, and of these the first.
prefixes := {domain: min(most) |
	some domain in domains
	found := [prefix(file.rule.id) | some file in linting.rules; file.rule.domain == domain]
	often := [count([1 | some other in found; other == one]) | some one in found]
	most := {one | some position, one in found; often[position] == max(often)}
	count(most) > 0
}

domains := {file.rule.domain | some file in linting.rules}

prefix(id) := concat("-", array.slice(parts, 0, count(parts) - 1)) if {
	is_string(id)
	parts := split(id, "-")
}
