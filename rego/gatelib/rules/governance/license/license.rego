# METADATA
# title: Every source may be used, by its licence or by accepted terms
# description: >-
#   What is taken from a source without a licence, or against its terms of service, has to be taken out again later,
#   from everything that was made of it.
# custom:
#   id: GL-GOV-002
#   severity: high
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/Action, gatelib.dev/Dataset]
#   scope: document
#   params: [governance.license_allowlist]
#   remediation: >-
#     Give each of `spec.sources` a `licence` of `governance.license_allowlist`, or `terms` with `uri`, `acceptedBy`
#     and `accepted` once somebody who may has agreed to them; or take the source out. Then `gatelib evidence add PACK
#     actions.json --role actions`, or `datasets`.
#   since: 0.1.0
package gatelib.rules.governance.license

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.governed
import data.gatelib.lib.params
import data.gatelib.lib.timestamps

subjects := governed.subjects(array.concat(governed.actions, governed.datasets))

deny contains object.union(governed.about(record, path, problem), {"id": "GL-GOV-002"}) if {
	some record in array.concat(governed.actions, governed.datasets)

	# gatelib:equivalent null: neither null nor false is a list
	some [path, problem] in problems(object.get(record.spec, "sources", null))
}

# An action may rely on nothing, and says so; data always comes from somewhere.
deny contains object.union(governed.about(dataset, ["sources"], "has no sources"), {"id": "GL-GOV-002"}) if {
	some dataset in governed.datasets

	# gatelib:equivalent null: neither null nor false is an empty list
	object.get(dataset.spec, "sources", null) == []
}

problems(sources) := [[["sources"], "does not say by `sources` what it relies on"]] if {
	not is_array(sources)
} else := [[["sources", position], msg] |
	some position, source in sources
	problem := source_problem(documents.mapping(source))
	msg := sprintf("relies on source %s, %s", [shown(governed.text_at(source, ["id"]), position), problem])
]

source_problem(source) := problem if {
	not licence(source) in params.all.governance.license_allowlist
	terms := documents.mapping(object.get(source, "terms", {}))
	problem := terms_problem(terms, licence(source))
}

terms_problem(terms, name) := "which has neither a licence nor accepted terms" if {
	count(terms) == 0
	name == ""
} else := sprintf("whose licence `%s` is not in `governance.license_allowlist`", [name]) if {
	count(terms) == 0
} else := sprintf("which has terms without %s", [concat(", ", lacking)]) if {
	lacking := [sprintf("`%s`", [field]) |
		some field in ["uri", "acceptedBy"]
		governed.text_at(terms, [field]) == ""
	]
	count(lacking) > 0
} else := "which has terms whose `accepted` is no RFC 3339 date or date-time" if {
	# gatelib:equivalent null: neither null nor false is a time
	not timestamps.ns(object.get(terms, "accepted", null))
} else := sprintf("which has terms that are accepted in the future, on `%s`", [terms.accepted]) if {
	timestamps.ns(terms.accepted) > gate_input.now_ns
}

licence(source) := governed.text_at(source, ["licence"])

shown("", position) := sprintf("%v", [position])

shown(id, _) := sprintf("`%s`", [id]) if id != ""
