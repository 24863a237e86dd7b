package gatelib.rules.release.evidence_pack_hash_test

import data.gatelib.rules.release.evidence_pack_hash as rule

hash := "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

test_allow_a_whole_hash if {
	rule.deny == set() with input as envelope([release({"evidencePack": {"sha256": hash}})])
}

test_allow_upper_case if {
	rule.deny == set() with input as envelope([release({"evidencePack": {"sha256": upper(hash)}})])
}

test_allow_whatever_is_no_release if {
	given := envelope([{"apiVersion": "helm.example.com/v1", "kind": "Release", "metadata": {"name": "redis"}}])
	rule.deny == set() with input as given
	rule.subjects == set() with input as given
}

test_deny_a_release_without_hash if {
	wanted := {{
		"id": "GL-REL-001",
		"msg": "Release `api-1` has no SHA-256 of its Evidence Pack",
		"document": 0,
		"path": ["spec", "evidencePack", "sha256"],
	}}
	every spec in [
		{}, null, "later", [],
		{"evidencePack": {}}, {"evidencePack": null}, {"evidencePack": hash}, {"evidencePack": [{"sha256": hash}]},
		{"evidencePack": {"sha256": null}}, {"evidencePack": {"sha256": ""}},
	] {
		rule.deny == wanted with input as envelope([release(spec)])
	}
}

test_deny_what_is_not_64_hex_digits if {
	every value in [
		substring(hash, 0, 63), concat("", [hash, "0"]), concat("", [hash, "\n"]), concat("", ["sha256:", hash]),
		replace(hash, "a", "g"), " ",
	] {
		rule.deny == {{
			"id": "GL-REL-001",
			"msg": sprintf("Release `api-1` names an Evidence Pack by `%s`, which is not 64 hex digits", [value]),
			"document": 0,
			"path": ["spec", "evidencePack", "sha256"],
		}} with input as envelope([release({"evidencePack": {"sha256": value}})])
	}
}

test_deny_what_is_no_text if {
	every value in [7, true, [hash], {"hex": hash}] {
		rule.deny == {{
			"id": "GL-REL-001",
			"msg": sprintf("Release `api-1` names an Evidence Pack by a value of type `%s`, which is not 64 hex digits", [type_name(value)]),
			"document": 0,
			"path": ["spec", "evidencePack", "sha256"],
		}} with input as envelope([release({"evidencePack": {"sha256": value}})])
	}
}

test_deny_the_second_of_two_releases if {
	given := envelope([release({"evidencePack": {"sha256": hash}}), {"kind": "Release", "metadata": {"name": "api-2"}}])
	rule.subjects == {0, 1} with input as given
	rule.deny == {{
		"id": "GL-REL-001",
		"msg": "Release `api-2` has no SHA-256 of its Evidence Pack",
		"document": 1,
		"path": ["spec", "evidencePack", "sha256"],
	}} with input as given
}

test_deny_each_of_two_releases_for_its_hash if {
	every row in [
		["", "Release `%s` has no SHA-256 of its Evidence Pack"],
		["5e", "Release `%s` names an Evidence Pack by `5e`, which is not 64 hex digits"],
	] {
		[value, message] := row
		given := two_releases(value)
		rule.deny == {found(position, sprintf(message, [name])) | some position, name in names} with input as given
	}
}

test_deny_each_of_two_releases_for_each_of_two_packs if {
	given := object.union(two_releases(hash), {"verifications": [
		{"type": "pack", "sha256": "5e", "problems": [{"file": "a", "problem": "changed"}]},
		{"type": "pack", "sha256": "6f", "problems": [{"file": "b", "problem": "missing"}]},
	]})
	rule.deny == {found(position, sprintf(message, [name])) |
		some position, name in names
		some message in [
			concat("", ["Release `%s` names the Evidence Pack `", hash, "`, and the one given is `5e`"]),
			concat("", ["Release `%s` names the Evidence Pack `", hash, "`, and the one given is `6f`"]),
			"the Evidence Pack of release `%s` is not as it was sealed: `a` changed",
			"the Evidence Pack of release `%s` is not as it was sealed: `b` missing",
		]
	} with input as given
}

names := ["api-1", "api-2"]

two_releases(value) := envelope([object.union(release({"evidencePack": {"sha256": value}}), {"metadata": {"name": name}}) |
	some name in names
])

found(document, msg) := {"id": "GL-REL-001", "msg": msg, "document": document, "path": ["spec", "evidencePack", "sha256"]}

release(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Release", "metadata": {"name": "api-1"}, "spec": spec}

envelope(contents) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

test_deny_another_pack if {
	given := object.union(
		envelope([release({"evidencePack": {"sha256": upper(hash)}})]),
		{"verifications": [{"type": "pack", "sha256": "5e", "problems": []}]},
	)
	rule.deny == {{
		"id": "GL-REL-001",
		"msg": sprintf("Release `api-1` names the Evidence Pack `%s`, and the one given is `5e`", [upper(hash)]),
		"document": 0,
		"path": ["spec", "evidencePack", "sha256"],
	}} with input as given
}

test_deny_a_pack_that_is_not_as_it_was_sealed if {
	given := object.union(
		envelope([release({"evidencePack": {"sha256": hash}})]),
		{"verifications": [{
			"type": "pack",
			"sha256": hash,
			"problems": [{"file": "scans/a.sarif", "problem": "changed"}, {"file": "sbom/b.json", "problem": "missing"}],
		}]},
	)
	{finding.msg | some finding in rule.deny} == {
		"the Evidence Pack of release `api-1` is not as it was sealed: `scans/a.sarif` changed",
		"the Evidence Pack of release `api-1` is not as it was sealed: `sbom/b.json` missing",
	} with input as given
}
