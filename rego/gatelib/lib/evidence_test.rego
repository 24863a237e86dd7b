package gatelib.lib.evidence_test

import data.gatelib.lib.evidence

images := [concat("", ["sha256:", substring("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, 64)])]

release := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Release",
	"metadata": {"name": "r"},
	"spec": {
		"service": "shop",
		"version": "1.4.2",
		"commit": "c0ffee",
		"images": [concat("@", ["ghcr.io/intelgraph/shop", images[0]]), "no-digest", 7],
	},
}

file := "scans/gitleaks.json"

fact := {"type": "secret", "rule": "aws"}

entry := {"type": "entry", "file": file, "producer": "ci", "service": "shop", "version": "1.4.2", "commit": "c0ffee", "images": images, "created": "2026-11-21T00:00:00Z"}

scan := {"format": "gitleaks", "role": "secret-scan", "size": 3, "facts": [{"type": "scan"}, fact]}

test_the_releases if {
	given := envelope({}, [])
	evidence.releases == [{
		"index": 0,
		"name": "r",
		"spec": release.spec,
		"service": "shop",
		"version": "1.4.2",
		"commit": "c0ffee",
		"images": {images[0]},
	}] with input as given
	evidence.subjects == {0} with input as given
	evidence.at_release(evidence.releases[0]) == {"document": 0, "path": ["spec", "evidencePack"]} with input as given
}

test_a_release_that_says_nothing if {
	given := object.union(envelope({}, []), {"documents": [document(0, {"apiVersion": "gatelib.dev/v1", "kind": "Release"})]})
	evidence.releases == [{
		"index": 0,
		"name": "",
		"spec": {},
		"service": "",
		"version": "",
		"commit": "",
		"images": set(),
	}] with input as given
}

test_evidence_counts_only_where_it_was_made_for_all_releases if {
	other := object.union(release, {"metadata": {"name": "other"}})
	same := two_releases(other, {file: scan})
	evidence.subjects == {0, 1} with input as same
	[found.name | some found in evidence.releases] == ["r", "other"] with input as same
	evidence.files("secret-scan") == [file] with input as same
	newer := two_releases(object.union(other, {"spec": object.union(release.spec, {"version": "1.4.3"})}), {file: scan})
	evidence.files("secret-scan") == [] with input as newer
	evidence.faults("secret-scan") == {fault("was made for version `1.4.2`, and the release is of `1.4.3`")} with input as newer
	rebuilt := two_releases(object.union(other, {"spec": object.union(release.spec, {"images": ["i@sha256:b"]})}), {file: scan})
	evidence.files("secret-scan") == [] with input as rebuilt
	evidence.faults("secret-scan") == {fault(sprintf("was made for image `%s`, which is none of the release", [images[0]]))} with input as rebuilt
	evidence.faults("secret-scan") == {
		{
			"document": 0,
			"path": ["spec", "evidencePack"],
			"msg": "the Evidence Pack of release `r` has no `scans/gitleaks.json`",
		},
		{
			"document": 1,
			"path": ["spec", "evidencePack"],
			"msg": "the Evidence Pack of release `other` has no `scans/gitleaks.json`",
		},
	} with input as two_releases(other, {})
}

test_a_release_has_all_its_images if {
	spec := object.union(release.spec, {"images": ["i@sha256:b", "i@sha256:c"]})
	given := object.union(envelope({file: scan}, [object.union(entry, {"images": ["sha256:c", "sha256:b"]})]), {"documents": [document(0, object.union(release, {"spec": spec}))]})
	[found.images | some found in evidence.releases] == [{"sha256:b", "sha256:c"}] with input as given
	evidence.files("secret-scan") == [file] with input as given
}

test_facts_of_a_file_that_counts if {
	given := envelope({file: scan}, [entry])
	found := {"file": file, "position": 1, "fact": fact}
	evidence.facts("secret-scan", "secret") == [found] with input as given
	evidence.files("secret-scan") == [file] with input as given
	evidence.faults("secret-scan") == set() with input as given
	evidence.unreadable("secret-scan") == set() with input as given
	evidence.at(found, ["rule"]) == {"evidence": file, "path": ["facts", 1, "rule"]}
	evidence.spec(found) == {}
	evidence.spec({"fact": {"spec": {"a": 1}}}) == {"a": 1}
}

test_a_second_entry_that_does_not_fit_harms_nothing if {
	old := object.union(entry, {"created": "2020-01-01T00:00:00Z"})
	other := object.union(entry, {"commit": "another"})
	given := envelope({file: scan}, [other, old, entry])
	evidence.files("secret-scan") == [file] with input as given
	evidence.faults("secret-scan") == set() with input as given
}

test_an_entry_of_another_release_makes_an_old_one_no_younger if {
	old := object.union(entry, {"created": "2026-11-01T00:00:00Z"})
	other := object.union(entry, {"commit": "another"})
	every found in [[other, old], [old, other]] {
		given := envelope({file: scan}, found)
		evidence.files("secret-scan") == [] with input as given
		evidence.faults("secret-scan") == {fault("was made on `2026-11-01T00:00:00Z`, more than 14 days ago")} with input as given
	}
}

test_a_missing_file_is_a_fault_of_the_release if {
	evidence.faults("secret-scan") == {{
		"document": 0,
		"path": ["spec", "evidencePack"],
		"msg": "the Evidence Pack of release `r` has no `scans/gitleaks.json`",
	}} with input as envelope({}, [])
	evidence.faults("secret-scan") == set() with input as object.union(envelope({}, []), {"gate": "pr"})
}

test_nothing_is_said_without_a_release if {
	every found in [object.union(scan, {"size": 0}), scan] {
		given := object.union(envelope({file: found}, [entry]), {"documents": []})
		evidence.faults("secret-scan") == set() with input as given
		evidence.facts("secret-scan", "secret") == [] with input as given
		evidence.files("secret-scan") == [] with input as given
	}
}

test_what_does_not_count if {
	every pair in [
		[{"size": 0}, [entry], "is empty"],
		[{}, [], "has no signature of a producer who is trusted with it"],
		[{}, [object.union(entry, {"file": "other"})], "has no signature of a producer who is trusted with it"],
		[{}, [object.union(entry, {"type": "attestation"}), 7], "has no signature of a producer who is trusted with it"],
		[{}, [{"type": "attestation", "file": file, "reason": "x"}], "has no signature of a producer who is trusted with it"],
		[{}, [rejection("another", "x"), rejection(file, "key unknown")], "counts for nothing: key unknown"],
		[{}, [rejection("zz", "a"), rejection(file, "too old"), rejection(file, "key unknown")], "counts for nothing: key unknown"],
		[{}, [object.union(entry, {"service": "cart"})], "was made for service `cart`, and the release is of `shop`"],
		[{}, [object.union(entry, {"version": "1.4.1"})], "was made for version `1.4.1`, and the release is of `1.4.2`"],
		[{}, [object.union(entry, {"commit": "dead"})], "was made for commit `dead`, and the release is of `c0ffee`"],
		[{}, [object.remove(entry, ["commit"])], "was made for commit ``, and the release is of `c0ffee`"],
		[{}, [object.union(entry, {"images": []})], "was made for no image"],
		[{}, [object.remove(entry, ["images"])], "was made for no image"],
		[{}, [object.union(entry, {"images": array.concat(images, ["sha256:b"])})], "was made for image `sha256:b`, which is none of the release"],
		[{}, [object.union(entry, {"images": ["sha256:c", "sha256:b"]})], "was made for image `sha256:b`, which is none of the release"],
		[{}, [object.remove(entry, ["created"])], "names no time at which it was made"],
		[{}, [object.union(entry, {"created": "2026-11-21"})], "names no time at which it was made"],
		[{}, [object.union(entry, {"created": "2026-11-22T00:00:01Z"})], "was made in the future, on `2026-11-22T00:00:01Z`"],
		[{}, [object.union(entry, {"created": "2026-11-07T23:59:59Z"})], "was made on `2026-11-07T23:59:59Z`, more than 14 days ago"],
		[{"format": "sarif "}, [entry], "is of the format `sarif `, and `secret-scan` must be of `gitleaks` or `sarif`"],
	] {
		given := envelope({file: object.union(scan, pair[0])}, pair[1])
		evidence.faults("secret-scan") == {fault(pair[2])} with input as given
		evidence.facts("secret-scan", "secret") == [] with input as given
		evidence.unreadable("secret-scan") == set() with input as given
	}
}

test_the_first_moment_that_counts if {
	given := envelope({file: scan}, [object.union(entry, {"created": "2026-11-22T00:00:00Z"})])
	evidence.faults("secret-scan") == set() with input as given
	evidence.files("secret-scan") == [file] with input as given
}

test_a_file_whose_format_is_unknown_does_not_count if {
	given := envelope({file: object.remove(scan, ["format"])}, [entry])
	evidence.faults("secret-scan") == {fault("is of the format ``, and `secret-scan` must be of `gitleaks` or `sarif`")} with input as given
	evidence.files("secret-scan") == [] with input as given
}

test_the_last_moment_that_counts if {
	given := envelope({file: scan}, [object.union(entry, {"created": "2026-11-08T00:00:00Z"})])
	evidence.faults("secret-scan") == set() with input as given
}

test_a_file_that_cannot_be_read_is_no_fault_and_has_no_facts if {
	every pair in [
		[{"problem": {"message": "line 3"}}, "cannot be read: line 3"],
		[{"problem": {}}, "cannot be read: "],
		[{"problem": {"message": "line 3"}, "format": "", "facts": []}, "cannot be read: line 3"],
		[{"facts": {"a": 1}}, "cannot be read: its facts are no list"],
	] {
		given := envelope({file: object.union(scan, pair[0])}, [entry])
		evidence.unreadable("secret-scan") == {fault(pair[1])} with input as given
		evidence.faults("secret-scan") == set() with input as given
		evidence.facts("secret-scan", "secret") == [] with input as given
	}
}

test_each_file_that_cannot_be_read_is_told_of if {
	unread := object.union(scan, {"facts": null})
	given := envelope({file: unread, "scans/other.json": unread}, [entry, object.union(entry, {"file": "scans/other.json"})])
	evidence.unreadable("secret-scan") == {
		fault("cannot be read: its facts are no list"),
		{"evidence": "scans/other.json", "path": [], "msg": "`scans/other.json` cannot be read: its facts are no list"},
	} with input as given
}

test_a_file_that_nobody_signed_is_a_fault_even_where_it_cannot_be_read if {
	given := envelope({file: object.union(scan, {"facts": null})}, [])
	evidence.unreadable("secret-scan") == set() with input as given
	evidence.faults("secret-scan") == {fault("has no signature of a producer who is trusted with it")} with input as given
}

test_hostile_evidence_is_not_looked_at if {
	given := envelope({"a": 7, "b": {"role": 7}, "c": {}}, [7, null, {"type": "entry"}])
	evidence.files("secret-scan") == [] with input as given
	count(evidence.faults("secret-scan")) == 1 with input as given
}

test_sealed_packs if {
	pack := {"type": "pack", "sha256": "5e", "problems": []}
	evidence.packs == [pack] with input as envelope({}, [entry, pack, 7])
}

fault(message) := {"evidence": file, "path": [], "msg": sprintf("`%s` %s", [file, message])}

envelope(files, verifications) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [document(0, release)],
	"evidence": files,
	"verifications": verifications,
}

document(index, content) := {"index": index, "root": 0, "content": content}

rejection(path, reason) := {"type": "rejected", "file": path, "reason": reason}

two_releases(other, files) := object.union(envelope(files, [entry]), {"documents": [document(0, release), document(1, other)]})
