# METADATA
# title: Images have an SBOM
# description: >-
#   When a library turns out to be broken, the SBOM says which images have it. An image without one has to be
#   taken apart to find out.
# custom:
#   id: GL-IMG-003
#   severity: high
#   controls: [SC-01]
#   gates: [pr, pre-promote, admission]
#   kinds: [workloads]
#   scope: document
#   params: [images.sbom_label]
#   remediation: >-
#     Make the SBOM in the build, attest it for the image's digest or set the label `images.sbom_label` on the
#     image, and give the image's record with the evidence.
#   since: 0.1.0
package gatelib.rules.images.sbom_label

import data.gatelib.input as gate_input
import data.gatelib.lib.images
import data.gatelib.lib.params
import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

deny contains finding(image, fault) if {
	some image in images.all
	not has_sbom(image)
	not excused
	fault := missing_sbom(image)
}

warn contains finding(image, fault) if {
	some image in images.all
	excused
	fault := missing_sbom(image)
}

unjudged contains problem if some problem in images.problems

# A pull request comes before its images are built.
excused if {
	gate_input.gate == "pr"
	not images.evidence_given
}

has_sbom(image) if {
	images.pins(image.digest)
	image.digest in images.with_sbom
}

has_sbom(image) if {
	images.pins(image.digest)
	image.digest in labelled
}

labelled := {record.digest |
	[key, value] := label
	some record in images.records
	record.labels[key] == value
}

# A value may have an equals sign in it, a key may not.
# gatelib:equivalent number `-1` -> `-2`: any length below zero takes the rest
label := [substring(text, 0, at), substring(text, at + 1, -1)] if {
	text := params.all.images.sbom_label
	at := indexof(text, "=")
}

missing_sbom(image) := "names no image, and so none with an SBOM" if {
	image.reference == ""
} else := sprintf("has the image `%s`, for which the evidence has no SBOM", [image.reference]) if {
	images.evidence_given
} else := sprintf("has the image `%s`, and no evidence was given that it has an SBOM", [image.reference])

finding(image, fault) := {
	"id": "GL-IMG-003",
	"msg": sprintf("%s %s", [image.owner, fault]),
	"document": image.document,
	"path": image.path,
}
