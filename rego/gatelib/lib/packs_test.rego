# A pack for tests of rules: files by path, each as `[role, facts]`, signed for the release an hour before now.
package gatelib.lib.packs_test

commit := "4f1c2a9d0b7e6c5f8a3d2e1b0c9f8e7d6a5b4c3d"

image := "sha256:df384ae97c77ad3001626aab01f2eb2aad176448109165df1d64c57b7091cd1c"

second_image := "sha256:2f8e2e5f4a1b4e6fb6f6bb0f1b38b8e8a9d1f2f13c1b7d0d5d0d2a9c7b6e5f40"

envelope(files) := of_release({}, files)

of_release(changes, files) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "gatelib.dev/v1",
		"kind": "Release",
		"metadata": {"name": "api-1"},
		"spec": object.union(bound, changes),
	}}],
	"evidence": {path: {
		"format": data.gatelib.layout.roles[role].formats[0],
		"role": role,
		"sha256": path,
		"size": 9,
		"facts": facts,
	} |
		some path, [role, facts] in files
	},
	"verifications": [signed(path) | some path, _ in files],
}

bound := {"service": "api", "version": "1", "commit": commit, "images": [sprintf("r.example.com/api@%s", [image])]}

signed(path) := {
	"type": "entry", "file": path, "producer": "ci", "service": "api", "version": "1", "commit": commit,
	"images": [image], "created": "2026-11-21T23:00:00Z",
}

measurement(name, value, unit) := record("Measurement", {
	"name": name,
	"value": value,
	"unit": unit,
	"measured": "2026-11-21T20:00:00Z",
})

record(kind, spec) := {"apiVersion": "gatelib.dev/v1", "kind": kind, "spec": spec}

# A finding of a rule at the release's pack, or in a file.
at_release(id, msg) := {"id": id, "document": 0, "path": ["spec", "evidencePack"], "msg": msg}

in_file(id, file, path, msg) := {"id": id, "evidence": file, "path": path, "msg": msg}

# The same pack with a file that cannot be read, and what a rule says of it.
unreadable(envelope, file) := json.patch(envelope, [{
	"op": "add",
	"path": ["evidence", file, "problem"],
	"value": {"message": "it ends too early", "line": 7},
}])

unjudged(file) := {{"evidence": file, "path": [], "msg": sprintf("`%s` cannot be read: it ends too early", [file])}}

missing(id, path) := at_release(id, sprintf("the Evidence Pack of release `api-1` has no `%s`", [path]))

# The same pack with a file that is empty, and what a rule says of it.
emptied(envelope, file) := json.patch(envelope, [{"op": "replace", "path": ["evidence", file, "size"], "value": 0}])

empty(id, file) := in_file(id, file, [], sprintf("`%s` is empty", [file]))

# The same pack with more that the verifier found to hold.
verified(envelope, found) := object.union(envelope, {"verifications": array.concat(envelope.verifications, found)})

signature(file, digest, reference) := {
	"type": "signature", "file": file, "fact": 0, "subject": digest, "reference": reference, "signer": "ci",
}

attestation(file, digest) := {
	"type": "attestation", "file": file, "fact": 0, "subject": digest, "name": "r.example.com/api",
	"predicate_type": "https://slsa.dev/provenance/v1", "signer": "ci",
}

# The same pack of a release that is recorded twice, and what a rule says of it that judges each record.
twice(envelope) := object.union(envelope, {"documents": array.concat(
	envelope.documents,
	[object.union(envelope.documents[0], {"index": 1})],
)})

of_both(findings) := findings | {object.union(finding, {"document": 1}) | some finding in findings; finding.document == 0}
