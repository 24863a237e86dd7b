# METADATA
# title: Images are pinned by digest and attested
# description: >-
#   A tag can be moved to other content after the review; a digest cannot. An attestation says where the
#   content came from, and without one nobody can tell a built image from a planted one.
# custom:
#   id: GL-IMG-001
#   severity: critical
#   controls: [SC-02]
#   gates: [pr, pre-promote, admission]
#   kinds: [workloads]
#   scope: document
#   params: [images.digest_algorithms]
#   remediation: >-
#     Name the image by its digest (`registry/path@sha256:…`) and give the attestation of that digest with
#     the evidence.
#   since: 0.1.0
package gatelib.rules.images.attestation

import data.gatelib.input as gate_input
import data.gatelib.lib.images
import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

deny contains finding(image, fault) if {
	some image in images.all
	fault := pinning_fault(image)
}

deny contains finding(image, fault) if {
	some image in images.all
	not pinning_fault(image)
	not image.digest in images.attested
	not excused
	fault := missing_attestation(image)
}

warn contains finding(image, fault) if {
	some image in images.all
	not pinning_fault(image)
	excused
	fault := missing_attestation(image)
}

unjudged contains problem if some problem in images.problems

# A pull request comes before its images are built and attested.
excused if {
	gate_input.gate == "pr"
	not images.evidence_given
}

pinning_fault(image) := "names no image" if {
	image.reference == ""
} else := sprintf("has the image `%s`, which is no image reference", [image.reference]) if {
	image.repository == ""
} else := sprintf("has the image `%s`, which is not pinned by digest", [image.reference]) if {
	image.digest == ""
} else := sprintf("has the image `%s`, whose digest is no whole one of %s", [image.reference, algorithms]) if {
	not images.pins(image.digest)
}

missing_attestation(image) := sprintf("has the image `%s`, for whose digest the evidence has no attestation", [image.reference]) if {
	images.evidence_given
} else := sprintf("has the image `%s`, and no evidence was given that attests its digest", [image.reference])

algorithms := concat(" or ", [sprintf("`%s`", [algorithm]) | some algorithm in images.digest_algorithms])

finding(image, fault) := {
	"id": "GL-IMG-001",
	"msg": sprintf("%s %s", [image.owner, fault]),
	"document": image.document,
	"path": image.path,
}
