package gatelib.rules.images.base_allowlist_test

import data.gatelib.rules.images.base_allowlist as rule

digest := "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

pinned := concat("@", ["ghcr.io/intelgraph/api", digest])

test_allow_approved_registries if {
	every reference in [
		"ghcr.io/intelgraph/api",
		"ghcr.io/intelgraph/team.a/api:1.0",
		"public.ecr.aws/intelgraph/api",
		pinned,
	] {
		given := envelope(reference, {})
		rule.subjects == {0} with input as given
		rule.deny == set() with input as given
	}
}

test_allow_by_parameter if {
	rule.deny == set() with input as envelope("nginx:1.27", {})
		with data.gatelib.params as {"images": {"allowlist": ["quay.io/*", "docker.io/library/*"]}}
}

test_deny_other_repositories if {
	every pair in [
		["nginx", "docker.io/library/nginx"],
		["intelgraph/api:1", "docker.io/intelgraph/api"],
		["ghcr.io/intelgraph", "ghcr.io/intelgraph"],
		["ghcr.io/intelgraph-evil/api", "ghcr.io/intelgraph-evil/api"],
		["ghcr.io.evil.example/intelgraph/api", "ghcr.io.evil.example/intelgraph/api"],
		["GHCR.IO/intelgraph/api", "GHCR.IO/intelgraph/api"],
		["ghcr.io:443/intelgraph/api", "ghcr.io:443/intelgraph/api"],
	] {
		rule.deny == {finding(sprintf("has the image `%s`, and `%s` is in no approved registry", pair))} with input as envelope(
			pair[0],
			{},
		)
	}
}

test_deny_what_is_no_reference if {
	every reference in ["ghcr.io/intelgraph/../evil", "a:b@ghcr.io/intelgraph/api", "https://ghcr.io/intelgraph/api", " "] {
		wanted := {finding(sprintf("has the image `%s`, which is no image reference", [reference]))}
		rule.deny == wanted with input as envelope(reference, {})
	}
}

test_deny_no_image if {
	every reference in ["", null, 7, {}] {
		rule.deny == {finding("names no image")} with input as envelope(reference, {})
	}
}

test_deny_each_foreign_base if {
	evidence := facts([record(digest, [
		{"image": "ghcr.io/intelgraph/base:1"},
		{"image": "debian:13"},
		{"image": "../x"},
		{"digest": digest},
	])])
	given := envelope(pinned, evidence)
	rule.deny == {
		finding(sprintf("has the image `%s`, built on `debian:13`, which is from no approved registry", [pinned])),
		finding(sprintf("has the image `%s`, built on `../x`, which is from no approved registry", [pinned])),
		finding(sprintf("has the image `%s`, built on ``, which is from no approved registry", [pinned])),
	} with input as given
}

test_allow_a_foreign_base_of_another_image if {
	evidence := facts([record("sha256:0", [{"image": "debian:13"}]), record("", [{"image": "debian:13"}])])
	rule.deny == set() with input as envelope(pinned, evidence)
	rule.deny == set() with input as envelope("ghcr.io/intelgraph/api", evidence)
}

test_unjudged_evidence_of_wrong_type if {
	rule.unjudged == {{
		"evidence": "facts.json",
		"path": ["facts", 0, "spec", "baseImages"],
		"msg": "`facts.0.spec.baseImages` must be a list, and is a string",
	}} with input as envelope(pinned, facts([record(digest, "debian:13")]))
}

record(of, bases) := {"kind": "ImageEvidence", "spec": {"digest": of, "baseImages": bases}}

facts(records) := {"facts.json": {"format": "gatelib.dev/v1", "facts": records}}

finding(fault) := {
	"id": "GL-IMG-002",
	"msg": sprintf("container `api` %s", [fault]),
	"document": 0,
	"path": ["spec", "containers", 0, "image"],
}

envelope(reference, evidence) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"evidence": evidence,
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "v1",
		"kind": "Pod",
		"spec": {"containers": [{"name": "api", "image": reference}]},
	}}],
}

test_deny_each_image_of_each_workload if {
	given := pods([[pinned, "", "a b", "nginx"], ["nginx", "a b", "", pinned]], {})
	no_image := "names no image"
	no_reference := "has the image `a b`, which is no image reference"
	unapproved := "has the image `nginx`, and `docker.io/library/nginx` is in no approved registry"
	rule.deny == {
		at(0, 1, no_image), at(0, 2, no_reference), at(0, 3, unapproved),
		at(1, 0, unapproved), at(1, 1, no_reference), at(1, 2, no_image),
	} with input as given
	rule.subjects == {0, 1} with input as given
}

test_deny_the_foreign_bases_of_each_image if {
	[_, second_digest] := split(second, "@")
	evidence := facts([
		record("sha256:0", [{"image": "busybox:1"}]),
		record(digest, [{"image": "debian:13"}]),
		record(second_digest, [{"image": "alpine:3"}]),
		record(digest, [{"image": "ubuntu:26.04"}]),
	])
	built_on := "has the image `%s`, built on `%s`, which is from no approved registry"
	given := pods([[pinned, second], [second]], evidence)
	rule.deny == {
		at(0, 0, sprintf(built_on, [pinned, "debian:13"])),
		at(0, 0, sprintf(built_on, [pinned, "ubuntu:26.04"])),
		at(0, 1, sprintf(built_on, [second, "alpine:3"])),
		at(1, 0, sprintf(built_on, [second, "alpine:3"])),
	} with input as given
}

test_unjudged_each_record_of_wrong_type if {
	rule.unjudged == {{
		"evidence": "facts.json",
		"path": ["facts", position, "spec", "baseImages"],
		"msg": sprintf("`facts.%v.spec.baseImages` must be a list, and is a string", [position]),
	} |
		some position in [0, 1]
	} with input as envelope(pinned, facts([record(digest, "debian:13"), record(digest, "alpine:3")]))
}

second := "ghcr.io/intelgraph/web@sha256:fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"

at(document, container, fault) := object.union(finding(fault), {
	"document": document,
	"path": ["spec", "containers", container, "image"],
})

# Pods with a container for each of their images.
pods(images_by_pod, evidence) := object.union(envelope("", evidence), {"documents": [{"index": index, "root": 0, "content": {
	"apiVersion": "v1",
	"kind": "Pod",
	"spec": {"containers": [{"name": "api", "image": image} | some image in images]},
}} |
	some index, images in images_by_pod
]})
