package gatelib.lib.images_test

import data.gatelib.lib.images

a64 := "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

test_repository_of_a_reference if {
	every reference, wanted in {
		"nginx": "docker.io/library/nginx",
		"nginx:1.27": "docker.io/library/nginx",
		"library/nginx": "docker.io/library/nginx",
		"docker.io/nginx": "docker.io/library/nginx",
		"index.docker.io/a/b": "docker.io/a/b",
		"a/b/c:v1": "docker.io/a/b/c",
		"localhost": "docker.io/library/localhost",
		"localhost/x": "localhost/x",
		"localhost:5000/x:1": "localhost:5000/x",
		"registry:5000/x": "registry:5000/x",
		"10.0.0.1:5000/a/b": "10.0.0.1:5000/a/b",
		"[2001:db8::1]:5000/a": "[2001:db8::1]:5000/a",
		"[::1]/a": "[::1]/a",
		"a-b.example.com/x_y/x__y/x-y/x--y/x.y": "a-b.example.com/x_y/x__y/x-y/x--y/x.y",
		"ghcr.io/a/b:T_.-1": "ghcr.io/a/b",
		"ghcr.io/a/b@sha256:abc": "ghcr.io/a/b",
		"ghcr.io/a/b:1@a+b.c_d-e:Q=_-": "ghcr.io/a/b",
	} {
		images.repository(reference) == wanted
	}
}

test_no_repository_of_what_is_no_reference if {
	every reference in [
		"", " ", "Nginx", "a b", "a\n", "/a", "a/", "a//b", "a/../b", "./a", "a/.b", "a/b.", "a/b..c", "a/_b", "a/b___c",
		"a:", "a:-1", "a:b:c", "a@", "a@b", "a@b:", "a@b:c/d", "a@b:c@d:e", "u@ghcr.io/a", "u:p@ghcr.io/a",
		"https://ghcr.io/a", "-a.example/b", "a-.example/b", "a..b/c", "ghcr.io:/a", "ghcr.io:x/a", "[g]/a", "a/B",
		"é.example/a", "a/é", "a:é", "${IMAGE}", "{{ x }}", "a:0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
	] {
		not images.repository(reference)
	}
}

test_a_whole_digest_pins if {
	images.pins(concat("", ["sha256:", a64]))
	images.pins(concat("", ["sha512:", a64, a64]))
}

test_anything_else_pins_nothing if {
	every digest in [
		"", "sha256", "sha256:", concat("", ["sha256:", upper(a64)]), concat("", ["sha256:", a64, "0"]),
		concat("", ["sha256:", substring(a64, 1, -1)]), concat("", ["sha512:", a64]), concat("", ["md5:", a64]),
		concat("", ["SHA256:", a64]), concat("", ["sha256:", a64, "\n"]), concat("", ["sha256:", a64, ":"]),
	] {
		not images.pins(digest)
	}
	not images.pins(concat("", ["sha512:", a64, a64])) with data.gatelib.params as {"images": {"digest_algorithms": ["sha256"]}}
}

test_all_images_with_their_parts if {
	given := [{"index": 4, "root": 0, "content": {"kind": "Pod", "spec": {
		"initContainers": [{"name": "none"}],
		"containers": [{"name": "bad", "image": "A"}],
		"volumes": [{"name": "v", "image": {"reference": "a/b:1@x:y"}}],
	}}}]
	[[image.owner, image.path, image.reference, image.repository, image.digest] | some image in images.all] == [
		["container `none`", ["spec", "initContainers", 0, "image"], "", "", ""],
		["container `bad`", ["spec", "containers", 0, "image"], "A", "", ""],
		["volume `v`", ["spec", "volumes", 0, "image", "reference"], "a/b:1@x:y", "docker.io/a/b", "x:y"],
	] with input as envelope(given, {})
}

test_evidence_is_given_or_not if {
	not images.evidence_given with input as envelope([], {})
	images.evidence_given with input as envelope([], {"x": {"format": "sarif"}})
	not images.evidence_given with input as envelope([], "x")
}

test_what_records_say if {
	evidence := {
		"one.json": facts([
			record({"digest": "d1", "attestations": [{"predicateType": "https://slsa.dev/provenance/v1"}]}),
			record({"digest": "d2", "attestations": [{"predicateType": "https://spdx.dev/Document/v2.3"}]}),
			record({"digest": "d3", "attestations": [{"predicateType": ""}, {}], "labels": {"a": "b"}}),
			{"kind": "Drill", "spec": {"digest": "d4", "attestations": [{"predicateType": "x"}]}},
			{"apiVersion": "acme.io/v1", "kind": "ImageEvidence", "spec": {"digest": "d5", "attestations": [{"predicateType": "x"}]}},
		]),
		"two.json": facts([record({"digest": "d6", "attestations": [{"predicateType": "https://cyclonedx.org/bom"}]})]),
		"scan.sarif": {"format": "sarif", "facts": [record({"digest": "d7", "attestations": [{"predicateType": "x"}]})]},
		"odd.json": {"facts": [record({"digest": "d8", "attestations": [{"predicateType": "x"}]})]},
	}
	images.attested == {"d1", "d2", "d6"} with input as envelope([], evidence)
	images.with_sbom == {"d2", "d6"} with input as envelope([], evidence)
	images.problems == set() with input as envelope([], evidence)
	images.records[2] == {"digest": "d3", "predicate_types": {""}, "labels": {"a": "b"}, "base_images": set()} with input as envelope(
		[],
		evidence,
	)
}

test_what_verified_attestations_say if {
	facts_of := [
		{"type": "statement"}, {"type": "provenance", "materials": [{"uri": "pkg:docker/golang@1.25"}, {"uri": "git+https://x/y"}, 7]},
		{"type": "statement"},
		{"type": "statement"},
		{"type": "statement"},
	]
	verified := [
		attestation(0, "d1", "https://slsa.dev/provenance/v1"),
		attestation(2, "d2", "https://spdx.dev/Document"),
		attestation(3, "d3", "https://cyclonedx.org/bom/v1.6"),
		attestation(4, "d4", "https://cosign.sigstore.dev/attestation/vuln/v1"),
		attestation(4, "d5", "https://slsa.dev/provenance/v1/../x"),
		attestation(4, "d6", ""),
		{"type": "signature", "file": "a", "fact": 0, "subject": "d7", "reference": "x", "signer": "s"},
	]
	given := object.union(
		envelope([], {"a": {"format": "in-toto", "facts": facts_of}, "b": facts([record({"digest": "d8"})])}),
		{"verifications": verified},
	)
	images.attested == {"d1", "d2", "d3"} with input as given
	images.with_sbom == {"d2", "d3"} with input as given
	images.problems == set() with input as given
	images.records == [
		{"digest": "d8", "predicate_types": set(), "labels": {}, "base_images": set()},
		{"digest": "d1", "predicate_types": {"https://slsa.dev/provenance/v1"}, "labels": {}, "base_images": {"golang"}},
		{"digest": "d2", "predicate_types": {"https://spdx.dev/Document"}, "labels": {}, "base_images": set()},
		{"digest": "d3", "predicate_types": {"https://cyclonedx.org/bom/v1.6"}, "labels": {}, "base_images": set()},
	] with input as given
	images.records == [{"digest": "d8", "predicate_types": set(), "labels": {}, "base_images": set()}] with input as object.remove(given, ["verifications"])
}

test_base_images_of_provenance if {
	every uri, wanted in {
		"pkg:docker/golang@1.25?platform=linux%2Famd64": {"golang"},
		"pkg:docker/ghcr.io/intelgraph/base@1.2?platform=linux%2Famd64": {"ghcr.io/intelgraph/base"},
		"pkg:docker/127.0.0.1%3A5000/base@sha256:0": {"127.0.0.1:5000/base"},
		"pkg:docker/localhost%3a5000%2fbase#x": {"localhost:5000/base"},
		"pkg:docker/intelgraph/base@1?repository_url=ghcr.io": {"ghcr.io/intelgraph/base"},
		"pkg:docker/a/b?repository_url=ghcr.io&repository_url=evil.example": {"pkg:docker/a/b?repository_url=ghcr.io&repository_url=evil.example"},
		"pkg:oci/base@sha256%3A0?arch=amd64&repository_url=ghcr.io%2Fintelgraph/base&tag=1": {"ghcr.io/intelgraph/base"},
		"pkg:oci/base@sha256%3A0": {"pkg:oci/base@sha256%3A0"},
		"docker://ghcr.io/intelgraph/base:1.2": {"ghcr.io/intelgraph/base:1.2"},
		"docker-image://docker.io/library/alpine@sha256:0": {"docker.io/library/alpine@sha256:0"},
		"oci://ghcr.io/intelgraph/base": {"ghcr.io/intelgraph/base"},
		"git+https://github.com/intelgraph/api@refs/heads/main": set(),
		"pkg:npm/docker": set(),
		"https://example.com/docker://x": set(),
		"": set(),
		7: set(),
	} {
		evidence := {"a": {"format": "cosign", "facts": [{"type": "statement"}, {"type": "provenance", "materials": [{"uri": uri}]}]}}
		[found.base_images | some found in images.records] == [wanted] with input as object.union(
			envelope([], evidence),
			{"verifications": [attestation(0, "d1", "https://slsa.dev/provenance/v1")]},
		)
	}
}

test_a_record_in_a_pack_says_nothing_of_images if {
	loose := facts([record({"digest": "d1", "attestations": [{"predicateType": "https://slsa.dev/provenance/v1"}]})])
	images.attested == {"d1"} with input as envelope([], {"a": loose})
	images.records == [] with input as envelope([], {"a": object.union(loose, {"role": "dr-drill"})})
	images.records == [] with input as envelope([], {"a": object.union(loose, {"role": null})})
}

test_documents_and_inventory_are_no_evidence if {
	own := record({"digest": "d1", "attestations": [{"predicateType": "x"}]})
	images.records == [] with input as {
		"gatelib": 1,
		"now": "2026-11-22T00:00:00Z",
		"documents": [{"index": 0, "root": 0, "content": own}],
		"inventory": [{"index": 0, "root": 0, "content": own}],
	}
}

test_problems_of_evidence if {
	every fact, wanted in {
		"text": {[["facts", 0], "an object", "a string"]},
		null: {[["facts", 0], "an object", "null"]},
		{"kind": 7}: {[["facts", 0, "kind"], "a string", "a number"]},
		{"kind": "ImageEvidence", "apiVersion": 1}: {[["facts", 0, "apiVersion"], "a string", "a number"]},
		{"kind": "ImageEvidence", "spec": []}: {[["facts", 0, "spec"], "an object", "a list"]},
		record({"digest": 7}): {[["facts", 0, "spec", "digest"], "a string", "a number"]},
		record({"labels": "x"}): {[["facts", 0, "spec", "labels"], "an object", "a string"]},
		record({"labels": {"a": true}}): {[["facts", 0, "spec", "labels", "a"], "a string", "a boolean"]},
		record({"attestations": {}}): {[["facts", 0, "spec", "attestations"], "a list", "an object"]},
		record({"attestations": ["x"]}): {[["facts", 0, "spec", "attestations", 0], "an object", "a string"]},
		record({"attestations": [{"predicateType": 1}]}): {
			[["facts", 0, "spec", "attestations", 0, "predicateType"], "a string", "a number"],
		},
		record({"baseImages": "x"}): {[["facts", 0, "spec", "baseImages"], "a list", "a string"]},
		record({"baseImages": [7]}): {[["facts", 0, "spec", "baseImages", 0], "an object", "a number"]},
		record({"baseImages": [{"image": []}]}): {[["facts", 0, "spec", "baseImages", 0, "image"], "a string", "a list"]},
		record({"digest": null, "labels": null, "attestations": null, "baseImages": null}): set(),
		record(null): set(),
		{"kind": "Drill", "spec": 7}: set(),
	} {
		images.problems == problems("f", wanted) with input as envelope([], {"f": facts([fact])})
	}
}

test_problems_of_entries if {
	every entry, wanted in {
		{"format": 7, "facts": "x"}: {
			[["format"], "a string", "a number"],
			[["facts"], "a list", "a string"],
		},
		{"facts": {}}: {[["facts"], "a list", "an object"]},
		{"format": "gatelib.dev/v1", "facts": 7}: {[["facts"], "a list", "a number"]},
		{"format": "gatelib.dev/v1"}: set(),
		{"format": "sarif", "facts": "x"}: set(),
		{}: set(),
	} {
		images.problems == problems("f", wanted) with input as envelope([], {"f": entry})
	}
	every entry in ["x", null, 7, []] {
		images.problems == {{
			"evidence": "f",
			"path": [],
			"msg": "an entry of the evidence must be an object",
		}} with input as envelope([], {"f": entry})
	}
}

problems(file, wanted) := {problem |
	some [path, want, got] in wanted
	problem := {
		"evidence": file,
		"path": path,
		"msg": sprintf("`%s` must be %s, and is %s", [concat(".", [sprintf("%v", [step]) | some step in path]), want, got]),
	}
}

attestation(position, digest, type) := {
	"type": "attestation", "file": "a", "fact": position, "subject": digest, "name": "", "predicate_type": type, "signer": "s",
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "ImageEvidence", "metadata": {"name": "x"}, "spec": spec}

facts(records) := {"format": "gatelib.dev/v1", "facts": records}

envelope(documents, evidence) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": documents,
	"evidence": evidence,
}
