# METADATA
# title: Preview datasets have no PII that is neither masked, redacted nor synthetic
# description: >-
#   Preview environments are open to more people than production, and are watched less. Who reads personal data there
#   that was copied as it is has got it without need, and nobody may ever know.
# custom:
#   id: GL-DAT-002
#   severity: critical
#   controls: [DLP-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/Dataset]
#   scope: document
#   params: [evidence.max_age_days, preview.namespaces]
#   remediation: >-
#     Mask, redact or synthesize the field before the data is copied, and say so as its `treatment` in the Dataset
#     record; or give its `class` where it holds nothing personal. Add the records with `gatelib evidence add PACK
#     datasets.json --role datasets`, an empty list where the release has no datasets.
#   since: 0.1.0
package gatelib.rules.data.pii_unmasked

import data.gatelib.lib.datasets
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.governed

subjects := governed.subjects(governed.datasets)

deny contains object.union(fault, {"id": "GL-DAT-002"}) if {
	some fault in (evidence.faults("datasets") | governed.strays("datasets", "Dataset"))
}

deny contains object.union(governed.about(dataset, path, problem), {"id": "GL-DAT-002"}) if {
	some dataset in of_preview

	# gatelib:equivalent null: neither null nor false is a list
	some [path, problem] in problems(object.get(dataset.spec, "fields", null))
}

unjudged contains problem if some problem in evidence.unreadable("datasets")

of_preview := [dataset |
	some dataset in governed.datasets
	is_of_preview(lower(trim_space(governed.text_at(dataset.spec, ["environment"]))), dataset.metadata)
]

# Where nothing tells of which environment the data is, it may be one of a preview.
is_of_preview(environment, _) if environment in {"", "preview"}

is_of_preview(environment, _) if datasets.in_preview(environment)

is_of_preview(_, metadata) if datasets.in_preview(governed.text_at(metadata, ["namespace"]))

problems(fields) := [[["fields"], "names no fields, so that nothing tells what personal data it has"]] if {
	count(documents.list(fields)) == 0
} else := [[["fields", position], problem] |
	some position, field in fields
	problem := field_problem(documents.mapping(field), position)
]

field_problem(field, position) := problem if {
	not governed.text_at(field, ["treatment"]) in {"masked", "redacted", "synthetic"}
	problem := class_problem(governed.text_at(field, ["class"]), shown(governed.text_at(field, ["name"]), position))
}

class_problem("pii", name) := sprintf("has PII in field %s, which is neither masked, redacted nor synthetic", [name])

class_problem(class, name) := sprintf(
	"does not say whether field %s has PII, and it is neither masked, redacted nor synthetic",
	[name],
) if {
	not class in {"public", "internal", "confidential", "pii"}
}

shown("", position) := sprintf("%v", [position])

shown(name, _) := sprintf("`%s`", [name]) if name != ""
