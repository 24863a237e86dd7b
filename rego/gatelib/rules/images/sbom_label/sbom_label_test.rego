package gatelib.rules.images.sbom_label_test

import data.gatelib.rules.images.sbom_label as rule

digest := "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

pinned := concat("@", ["ghcr.io/acme/api", digest])

test_allow_the_label if {
	given := envelope(pinned, facts({"digest": digest, "labels": {"io.intelgraph.sbom": "present"}}), "admission")
	rule.subjects == {0} with input as given
	rule.deny | rule.warn == set() with input as given
}

test_allow_the_label_of_the_parameter if {
	evidence := facts({"digest": digest, "labels": {"sbom": "a=b"}})
	rule.deny == set() with input as envelope(pinned, evidence, "pr")
		with data.gatelib.params as {"images": {"sbom_label": "sbom=a=b"}}
}

test_allow_an_sbom_attestation if {
	every type in ["https://spdx.dev/Document", "https://cyclonedx.org/bom/v1.6"] {
		evidence := facts({"digest": digest, "attestations": [{"predicateType": type}]})
		rule.deny | rule.warn == set() with input as envelope(pinned, evidence, "pr")
	}
}

test_deny_evidence_without_an_sbom if {
	every spec in [
		{"digest": digest},
		{"digest": digest, "labels": {"io.intelgraph.sbom": "absent"}},
		{"digest": digest, "labels": {"present": "io.intelgraph.sbom"}},
		{"digest": digest, "attestations": [{"predicateType": "https://slsa.dev/provenance/v1"}]},
		{"digest": "sha256:0", "labels": {"io.intelgraph.sbom": "present"}},
		{"labels": {"io.intelgraph.sbom": "present"}},
	] {
		given := envelope(pinned, facts(spec), "pr")
		rule.warn == set() with input as given
		rule.deny == found("has the image `%s`, for which the evidence has no SBOM", [pinned]) with input as given
	}
}

test_deny_a_digest_that_pins_nothing if {
	evidence := facts({
		"digest": "sha256:2c26",
		"labels": {"io.intelgraph.sbom": "present"},
		"attestations": [{"predicateType": "https://spdx.dev/Document"}],
	})
	wanted := found("has the image `%s`, for which the evidence has no SBOM", ["api@sha256:2c26"])
	rule.deny == wanted with input as envelope("api@sha256:2c26", evidence, "pr")
}

test_deny_no_image if {
	evidence := facts({"digest": "", "labels": {"io.intelgraph.sbom": "present"}})
	rule.deny == found("names no image, and so none with an SBOM", []) with input as envelope(null, evidence, "pr")
}

test_warn_of_missing_evidence_in_a_pull_request if {
	given := envelope(pinned, {}, "pr")
	rule.deny == set() with input as given
	rule.warn == found("has the image `%s`, and no evidence was given that it has an SBOM", [pinned]) with input as given
}

test_deny_missing_evidence_elsewhere if {
	every gate in ["pre-promote", "admission"] {
		given := envelope(pinned, {}, gate)
		rule.warn == set() with input as given
		rule.deny == found("has the image `%s`, and no evidence was given that it has an SBOM", [pinned]) with input as given
	}
}

test_unjudged_evidence_of_wrong_type if {
	rule.unjudged == {{
		"evidence": "facts.json",
		"path": ["facts", 0, "spec", "labels", "io.intelgraph.sbom"],
		"msg": "`facts.0.spec.labels.io.intelgraph.sbom` must be a string, and is a boolean",
	}} with input as envelope(pinned, facts({"digest": digest, "labels": {"io.intelgraph.sbom": true}}), "pr")
}

facts(spec) := {"facts.json": {"format": "gatelib.dev/v1", "facts": [{"kind": "ImageEvidence", "spec": spec}]}}

found(fault, values) := {{
	"id": "GL-IMG-003",
	"msg": sprintf("container `api` %s", [sprintf(fault, values)]),
	"document": 0,
	"path": ["spec", "containers", 0, "image"],
}}

envelope(reference, evidence, gate) := {
	"gatelib": 1,
	"gate": gate,
	"now": "2026-11-22T00:00:00Z",
	"evidence": evidence,
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "v1",
		"kind": "Pod",
		"spec": {"containers": [{"name": "api", "image": reference}]},
	}}],
}

test_deny_each_image_of_each_workload if {
	evidence := facts({"digest": digest, "labels": {"io.intelgraph.sbom": "present"}})
	given := pods([[pinned, second], [second, pinned, ""]], evidence, "admission")
	rule.deny == {
		at(0, 1, sprintf("has the image `%s`, for which the evidence has no SBOM", [second])),
		at(1, 0, sprintf("has the image `%s`, for which the evidence has no SBOM", [second])),
		at(1, 2, "names no image, and so none with an SBOM"),
	} with input as given
	rule.subjects == {0, 1} with input as given
}

test_warn_of_each_image_of_each_workload if {
	given := pods([[pinned, second], [second]], {}, "pr")
	rule.warn == {at(place[0], place[1], sprintf("has the image `%s`, and no evidence was given that it has an SBOM", [image])) |
		some place, image in {[0, 0]: pinned, [0, 1]: second, [1, 0]: second}
	} with input as given
}

test_unjudged_each_file_of_wrong_type if {
	broken := {"format": "gatelib.dev/v1", "facts": "none"}
	rule.unjudged == {{"evidence": file, "path": ["facts"], "msg": "`facts` must be a list, and is a string"} |
		some file in ["a.json", "b.json"]
	} with input as envelope(pinned, {"a.json": broken, "b.json": broken}, "pr")
}

second := "ghcr.io/acme/web@sha256:fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"

at(document, container, fault) := {
	"id": "GL-IMG-003",
	"msg": sprintf("container `api` %s", [fault]),
	"document": document,
	"path": ["spec", "containers", container, "image"],
}

# Pods with a container for each of their images.
pods(images_by_pod, evidence, gate) := object.union(envelope("", evidence, gate), {"documents": [{"index": index, "root": 0, "content": {
	"apiVersion": "v1",
	"kind": "Pod",
	"spec": {"containers": [{"name": "api", "image": image} | some image in images]},
}} |
	some index, images in images_by_pod
]})
