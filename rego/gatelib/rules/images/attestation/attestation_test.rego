package gatelib.rules.images.attestation_test

import data.gatelib.rules.images.attestation as rule

digest := "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

pinned := concat("@", ["ghcr.io/acme/api", digest])

attested := {"facts.json": {"format": "gatelib.dev/v1", "facts": [{
	"kind": "ImageEvidence",
	"spec": {"digest": digest, "attestations": [{"predicateType": "https://slsa.dev/provenance/v1"}]},
}]}}

test_allow_an_attested_digest_at_every_gate if {
	every gate in ["pr", "pre-promote", "admission"] {
		rule.deny | rule.warn == set() with input as envelope(pinned, attested, gate)
	}
}

test_warn_of_missing_evidence_in_a_pull_request if {
	given := envelope(pinned, {}, "pr")
	rule.deny == set() with input as given
	rule.warn == found("has the image `%s`, and no evidence was given that attests its digest", pinned) with input as given
}

test_deny_missing_evidence_elsewhere if {
	every gate in ["pre-promote", "admission"] {
		given := envelope(pinned, {}, gate)
		rule.warn == set() with input as given
		rule.deny == found("has the image `%s`, and no evidence was given that attests its digest", pinned) with input as given
	}
}

test_deny_evidence_without_the_digest if {
	given := envelope(pinned, {"scan.sarif": {"format": "sarif", "facts": []}}, "pr")
	rule.warn == set() with input as given
	rule.deny == found("has the image `%s`, for whose digest the evidence has no attestation", pinned) with input as given
}

test_deny_evidence_among_the_documents if {
	documents := array.concat(
		envelope(pinned, {}, "admission").documents,
		[{"index": 1, "root": 0, "content": attested["facts.json"].facts[0]}],
	)
	given := object.union(envelope(pinned, {}, "admission"), {"documents": documents})
	rule.subjects == {0} with input as given
	rule.deny == found("has the image `%s`, and no evidence was given that attests its digest", pinned) with input as given
}

test_deny_no_image if {
	every reference in ["", null, 7] {
		rule.deny == {finding("names no image")} with input as envelope(reference, attested, "pr")
	}
}

test_deny_what_is_no_reference if {
	wanted := found("has the image `%s`, which is no image reference", "api@latest")
	rule.deny == wanted with input as envelope("api@latest", attested, "pr")
}

test_deny_a_tag if {
	wanted := found("has the image `%s`, which is not pinned by digest", "api:1")
	rule.deny == wanted with input as envelope("api:1", attested, "pr")
}

test_deny_half_a_digest if {
	wanted := found("has the image `%s`, whose digest is no whole one of `sha256` or `sha512`", "api@sha256:2c26")
	rule.deny == wanted with input as envelope("api@sha256:2c26", attested, "pr")
}

test_deny_an_algorithm_that_pins_nothing if {
	wanted := found("has the image `%s`, whose digest is no whole one of `sha512`", pinned)
	rule.deny == wanted with input as envelope(pinned, attested, "pr")
		with data.gatelib.params as {"images": {"digest_algorithms": ["sha512"]}}
}

test_no_warning_beside_a_denial if {
	rule.warn == set() with input as envelope("api:1", {}, "pr")
}

test_unjudged_evidence_of_wrong_type if {
	given := envelope(pinned, {"facts.json": {"format": "gatelib.dev/v1", "facts": "none"}}, "pr")
	rule.unjudged == {{
		"evidence": "facts.json",
		"path": ["facts"],
		"msg": "`facts` must be a list, and is a string",
	}} with input as given
	rule.deny == found("has the image `%s`, for whose digest the evidence has no attestation", pinned) with input as given
}

found(fault, reference) := {finding(sprintf(fault, [reference]))}

finding(fault) := {
	"id": "GL-IMG-001",
	"msg": sprintf("container `api` %s", [fault]),
	"document": 0,
	"path": ["spec", "containers", 0, "image"],
}

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
	given := pods([[pinned, second], [second, "api:1", pinned, "api:2"]], attested, "admission")
	unattested := sprintf("has the image `%s`, for whose digest the evidence has no attestation", [second])
	rule.deny == {
		at(0, 1, unattested),
		at(1, 0, unattested),
		at(1, 1, "has the image `api:1`, which is not pinned by digest"),
		at(1, 3, "has the image `api:2`, which is not pinned by digest"),
	} with input as given
	rule.subjects == {0, 1} with input as given
}

test_warn_of_each_image_of_each_workload if {
	given := pods([[pinned, second], [second]], {}, "pr")
	rule.warn == {at(place[0], place[1], sprintf("has the image `%s`, and no evidence was given that attests its digest", [image])) |
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

at(document, container, fault) := object.union(finding(fault), {
	"document": document,
	"path": ["spec", "containers", container, "image"],
})

# Pods with a container for each of their images.
pods(images_by_pod, evidence, gate) := object.union(envelope("", evidence, gate), {"documents": [{"index": index, "root": 0, "content": {
	"apiVersion": "v1",
	"kind": "Pod",
	"spec": {"containers": [{"name": "api", "image": image} | some image in images]},
}} |
	some index, images in images_by_pod
]})
