# METADATA
# title: Preview datasets carry a DLP label
# description: >-
#   Preview environments are open to more people than production and are watched less. The label says that
#   somebody has classified the data before it is copied there, and it is what scanners and retention work by.
# custom:
#   id: GL-DAT-001
#   severity: high
#   controls: [DLP-01]
#   gates: [pr, pre-promote, admission]
#   kinds: [gatelib.dev/Dataset, PersistentVolumeClaim, ConfigMap, Secret, batch/Job]
#   scope: set
#   remediation: >-
#     Classify the data, and set the label `gatelib.dev/dlp` under `metadata.labels` to one of `public`,
#     `internal`, `masked`, `redacted`, `synthetic`.
#   params: [dlp.label, dlp.values, preview.namespaces, dataset.label]
#   since: 0.1.0
package gatelib.rules.data.preview_dlp_label

import data.gatelib.lib.datasets
import data.gatelib.lib.params

subjects contains dataset.document.index if some dataset in preview

deny contains {
	"id": "GL-DAT-001",
	"msg": sprintf("%s has %s", [dataset.what, problem]),
	"document": dataset.document.index,
	"path": ["metadata", "labels", params.all.dlp.label],
} if {
	some dataset in preview
	problem := label_problem(datasets.labels_of(dataset.document))
}

unjudged := datasets.problems

preview := array.concat(
	[{"document": document, "what": "the preview dataset"} | some document in datasets.preview_records],
	[{"document": document, "what": what} |
		some document in datasets.preview_carriers
		what := sprintf("the %s, which carries a dataset in preview namespace `%s`,", [document.kind, document.namespace])
	],
)

label_problem(labels) := sprintf("no label `%s`", [params.all.dlp.label]) if {
	object.get(labels, params.all.dlp.label, null) in {null, ""}
} else := sprintf(
	"the label `%s: %v`, which is none of %s",
	[params.all.dlp.label, labels[params.all.dlp.label], allowed],
) if {
	not labels[params.all.dlp.label] in params.all.dlp.values
}

allowed := concat(", ", [sprintf("`%v`", [value]) | some value in params.all.dlp.values])
