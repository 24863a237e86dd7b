# METADATA
# title: Datasets have lineage tags
# description: >-
#   When data turns out to be wrong, or its owner withdraws it, the lineage says what was made from it, by which
#   transform and under which version of the data policy. Without it nobody can say what else is affected.
# custom:
#   id: GL-DAT-003
#   severity: medium
#   controls: [DLP-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/Dataset]
#   scope: document
#   remediation: >-
#     Have the job that makes the data write `spec.lineage` of the Dataset record: `source`, `transform` with its
#     version, and `policy_version`; then `gatelib evidence add PACK datasets.json --role datasets`.
#   since: 0.1.0
package gatelib.rules.data.lineage

import data.gatelib.lib.governed

subjects := governed.subjects(governed.datasets)

deny contains object.union(governed.about(dataset, path, problem), {"id": "GL-DAT-003"}) if {
	some dataset in governed.datasets

	# gatelib:equivalent null: neither null nor false is an object
	some [path, problem] in problems(object.get(dataset.spec, "lineage", null))
}

problems(lineage) := [[["lineage"], "has no lineage"]] if {
	not is_object(lineage)
} else := [[["lineage", tag], problem] |
	some tag in ["source", "transform", "policy_version"]
	governed.text_at(lineage, [tag]) == ""
	problem := sprintf("has no `%s` in its lineage", [tag])
]
