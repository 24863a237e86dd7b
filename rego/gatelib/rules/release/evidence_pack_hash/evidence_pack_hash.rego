# METADATA
# title: A Release names the SHA-256 of the Evidence Pack given with it
# description: >-
#   The hash ties a release to the one pack that speaks for it: without it any pack, or a pack changed after
#   its review, can be shown in its place.
# custom:
#   id: GL-REL-001
#   severity: critical
#   controls: [PL-01, SC-02]
#   gates: [pre-promote, publish]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   remediation: >-
#     Seal the Evidence Pack with `gatelib evidence seal`, which writes its SHA-256, 64 hex digits, to
#     `spec.evidencePack.sha256` of the Release; after any change to the pack have the file's producer sign it, and
#     seal it again.
#   since: 0.1.0
package gatelib.rules.release.evidence_pack_hash

import data.gatelib.lib.documents
import data.gatelib.lib.evidence

subjects contains release.index if some release in releases

deny contains finding(release, sprintf("Release `%s` has no SHA-256 of its Evidence Pack", [release.name])) if {
	some release in releases
	sha256(release) in {null, ""}
}

deny contains finding(release, sprintf(
	"Release `%s` names an Evidence Pack by %s, which is not 64 hex digits",
	[release.name, shown(sha256(release))],
)) if {
	some release in releases
	not sha256(release) in {null, ""}
	not is_sha256(sha256(release))
}

deny contains finding(release, sprintf(
	"Release `%s` names the Evidence Pack `%s`, and the one given is `%v`",
	[release.name, sha256(release), pack.sha256],
)) if {
	some release in releases
	is_sha256(sha256(release))
	some pack in evidence.packs
	pack.sha256 != lower(sha256(release))
}

deny contains finding(release, sprintf(
	"the Evidence Pack of release `%s` is not as it was sealed: `%v` %v",
	[release.name, problem.file, problem.problem],
)) if {
	some release in releases
	some pack in evidence.packs
	some problem in pack.problems
}

finding(release, message) := {
	"id": "GL-REL-001",
	"msg": message,
	"document": release.index,
	"path": ["spec", "evidencePack", "sha256"],
}

releases := documents.of_type("gatelib.dev/Release")

sha256(release) := object.get(release.content, ["spec", "evidencePack", "sha256"], null)

# Engines do not write all numbers alike.
shown(value) := sprintf("`%s`", [value]) if {
	is_string(value)
} else := sprintf("a value of type `%s`", [type_name(value)])

is_sha256(value) if {
	is_string(value)
	regex.match(`^[0-9A-Fa-f]{64}$`, value)
}
