package gatelib.rules.data.pii_unmasked_test

import data.gatelib.rules.data.pii_unmasked

envelope(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": record(spec)} | some index, spec in specs],
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Dataset", "metadata": {"name": "r"}, "spec": spec}

finding(index, path, msg) := {
	"id": "GL-DAT-002",
	"msg": concat("", ["dataset `r` ", msg]),
	"document": index,
	"path": array.concat(["spec"], path),
}

in_pack(entry) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": release}],
	"evidence": {"governance/datasets.json": object.union(
		{"format": "gatelib.dev/v1", "role": "datasets", "size": 1, "facts": []},
		entry,
	)},
	"verifications": [{
		"type": "entry",
		"file": "governance/datasets.json",
		"service": "s",
		"version": "1",
		"commit": "c",
		"images": ["sha256:1"],
		"created": "2026-11-21T00:00:00Z",
	}],
}

release := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Release",
	"metadata": {"name": "r"},
	"spec": {"service": "s", "version": "1", "commit": "c", "images": ["i@sha256:1"]},
}

untreated(index, position, name) := finding(
	index,
	["fields", position],
	sprintf("has PII in field %s, which is neither masked, redacted nor synthetic", [name]),
)

unclear(index, position, name) := finding(
	index,
	["fields", position],
	sprintf("does not say whether field %s has PII, and it is neither masked, redacted nor synthetic", [name]),
)

test_deny_every_treatment_that_is_none if {
	treatments := ["", "none", "Masked", "masked ", "hashed", null, 7, true, ["masked"], {"masked": true}]
	fields := [{"name": "email", "class": "pii", "treatment": treatment} | some treatment in treatments]
	pii_unmasked.deny == {untreated(0, position, "`email`") | some position, _ in fields} with input as envelope([
		{"environment": "preview", "fields": fields},
	])
}

test_deny_every_class_that_is_none if {
	classes := ["", "PII", "none", "secret", null, 7, ["public"], {}]
	fields := array.concat([{"class": class} | some class in classes], [null, "email", 7, ["public"]])
	pii_unmasked.deny == {unclear(0, position, sprintf("%v", [position])) | some position, _ in fields} with input as envelope([
		{"environment": "preview", "fields": fields},
	])
}

test_deny_fields_that_are_no_list if {
	given := array.concat([{"environment": "preview"}], [{"environment": "preview", "fields": fields} |
		some fields in [null, "email", {"email": {"class": "public"}}, 7, true, []]
	])
	pii_unmasked.deny == {finding(index, ["fields"], "names no fields, so that nothing tells what personal data it has") |
		some index, _ in given
	} with input as envelope(given)
}

test_deny_in_every_environment_that_may_be_a_preview if {
	environments := ["preview", " Preview\n", "pr-7", "preview-shop", "", " ", null, 7, ["production"], {}]
	given := [{"environment": environment, "fields": [{"name": "e", "class": "pii"}]} | some environment in environments]
	pii_unmasked.deny == {untreated(index, 0, "`e`") | some index, _ in given} with input as envelope(given)
}

test_deny_in_a_preview_namespace_whatever_the_environment_says if {
	given := envelope([{"environment": "production", "fields": [{"name": "e", "class": "pii"}]}])
	in_preview := json.patch(given, [{"op": "add", "path": "/documents/0/content/metadata/namespace", "value": "pr-7"}])
	pii_unmasked.deny == {untreated(0, 0, "`e`")} with input as in_preview
	pii_unmasked.deny == set() with input as in_preview with data.gatelib.params as {"preview": {"namespaces": ["review-*"]}}
}

test_deny_a_record_without_a_spec if {
	every spec in [null, "preview", 7, []] {
		pii_unmasked.deny == {finding(
			0,
			["fields"],
			"names no fields, so that nothing tells what personal data it has",
		)} with input as envelope([spec])
	}
}

test_allow_other_environments_and_treated_fields if {
	given := envelope([
		{"environment": "production", "fields": [{"name": "e", "class": "pii"}]},
		{"environment": "staging"},
		{"environment": "preview", "fields": [
			{"name": "a", "class": "pii", "treatment": "masked"},
			{"name": "b", "class": "pii", "treatment": "redacted"},
			{"name": "c", "treatment": "synthetic"},
			{"name": "d", "class": "public"},
			{"name": "e", "class": "internal"},
			{"name": "f", "class": "confidential"},
		]},
	])
	pii_unmasked.deny == set() with input as given
	pii_unmasked.unjudged == set() with input as given
	pii_unmasked.subjects == {0, 1, 2} with input as given
}

test_deny_what_is_no_record_of_the_kind if {
	facts := [{"kind": "Dataset"}, {"apiVersion": "gatelib.dev/v1"}, "Dataset", null, record({"environment": "production"})]
	pii_unmasked.deny == {{
		"id": "GL-DAT-002",
		"msg": "`governance/datasets.json` holds something that is no Dataset",
		"evidence": "governance/datasets.json",
		"path": ["facts", position],
	} |
		some position in [0, 1, 2, 3]
	} with input as in_pack({"facts": facts})
}

test_deny_nothing_and_say_so_where_the_file_cannot_be_read if {
	given := in_pack({"problem": {"message": "it is no JSON", "line": 1}})
	pii_unmasked.deny == set() with input as given
	pii_unmasked.subjects == {0} with input as given
	pii_unmasked.unjudged == {{
		"evidence": "governance/datasets.json",
		"path": [],
		"msg": "`governance/datasets.json` cannot be read: it is no JSON",
	}} with input as given
}

test_say_so_of_each_file_that_cannot_be_read if {
	given := doubled(in_pack({"problem": {"message": "it is no JSON"}}))
	pii_unmasked.unjudged == {{
		"evidence": file,
		"path": [],
		"msg": sprintf("`%s` cannot be read: it is no JSON", [file]),
	} |
		some file in files
	} with input as given
}

# A second file of the role beside the first, with the same in it.
doubled(given) := object.union(given, {
	"evidence": {"governance/more.json": given.evidence["governance/datasets.json"]},
	"verifications": [object.union(entry, {"file": file}) |
		some entry in given.verifications
		some file in files
	],
})

files := ["governance/datasets.json", "governance/more.json"]
