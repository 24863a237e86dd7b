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
