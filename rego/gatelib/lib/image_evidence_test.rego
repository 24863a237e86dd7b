package gatelib.lib.image_evidence_test

import data.gatelib.lib.image_evidence

file := "sbom/shop.json"

test_a_fact_is_about_the_image_that_it_names if {
	image_evidence.about({"file": file, "fact": {"digest": "sha256:a"}}) == {"sha256:a"} with input as given
}

test_a_fact_that_names_no_image_is_about_those_that_its_file_was_signed_for if {
	every fact in [{}, {"digest": ""}, {"digest": null}, {"digest": 7}, {"digest": ["sha256:a"]}] {
		image_evidence.about({"file": file, "fact": fact}) == {"sha256:a", "sha256:b"} with input as given
	}
	image_evidence.about({"file": "sbom/other.json", "fact": {}}) == {"sha256:c"} with input as given
	image_evidence.about({"file": "sbom/unsigned.json", "fact": {}}) == set() with input as given
}

test_foreign_images_are_those_of_no_release if {
	found := [{"file": file, "fact": fact} |
		some fact in [
			{"digest": "sha256:a"},
			{"digest": "sha256:b"},
			{"digest": "sha256:c"},
			{"digest": "sha256:d"},
			{"digest": "sha256:e"},
			{},
			{"digest": ""},
		]
	]
	image_evidence.foreign(found) == [
		{"entry": {"file": file, "fact": {"digest": "sha256:d"}}, "digest": "sha256:d"},
		{"entry": {"file": file, "fact": {"digest": "sha256:e"}}, "digest": "sha256:e"},
	] with input as given
}

release(images) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Release",
	"metadata": {"name": "r"},
	"spec": {"service": "s", "version": "1", "commit": "c", "images": images},
}

entry(path, images) := {
	"type": "entry",
	"file": path,
	"service": "s",
	"version": "1",
	"commit": "c",
	"images": images,
	"created": "2026-11-21T00:00:00Z",
}

given := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [
		{"index": 0, "root": 0, "content": release(["i@sha256:a", "j@sha256:b"])},
		{"index": 1, "root": 0, "content": release(["i@sha256:c"])},
	],
	"evidence": {},
	"verifications": [entry("sbom/shop.json", ["sha256:a"]), entry("sbom/shop.json", ["sha256:b"]), entry("sbom/other.json", ["sha256:c"])],
}
