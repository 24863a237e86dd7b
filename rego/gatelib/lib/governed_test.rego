package gatelib.lib.governed_test

import data.gatelib.lib.governed

content(kind, name) := {"apiVersion": "gatelib.dev/v1", "kind": kind, "metadata": {"name": name}, "spec": {"a": name}}

release := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Release",
	"metadata": {"name": "r"},
	"spec": {"service": "s", "version": "1", "commit": "c", "images": ["i@sha256:1"]},
}

given := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": document} |
		some index, document in [release, content("Dataset", "d"), content("Action", "a"), content("BackfillContract", "b")]
	],
	"evidence": {file: {"format": "gatelib.dev/v1", "role": role, "size": 1, "facts": facts} |
		some [file, role, facts] in [
			["governance/datasets.json", "datasets", [content("Dataset", "D"), content("Action", "misplaced")]],
			["governance/actions.json", "actions", [content("Action", "A")]],
			["governance/backfills.json", "backfills", [content("BackfillContract", "B")]],
		]
	},
	"verifications": [{
		"type": "entry",
		"file": file,
		"service": "s",
		"version": "1",
		"commit": "c",
		"images": ["sha256:1"],
		"created": "2026-11-21T00:00:00Z",
	} |
		some file in ["governance/datasets.json", "governance/actions.json", "governance/backfills.json"]
	],
}

test_records_of_documents_and_of_evidence if {
	[record.called | some record in governed.datasets] == ["dataset `d`", "dataset `D`"] with input as given
	[record.called | some record in governed.actions] == ["action `a`", "action `A`"] with input as given
	[record.called | some record in governed.backfills] == ["contract `b`", "contract `B`"] with input as given
}

test_subjects_are_the_release_and_the_documents if {
	datasets := governed.datasets with input as given
	governed.subjects(datasets) == {0, 1} with input as given
	governed.subjects([]) == {0} with input as given
	governed.subjects([]) == set() with input as {"gatelib": 1, "documents": []}
}

test_a_finding_points_into_the_document_or_the_fact if {
	datasets := governed.datasets with input as given
	[governed.about(record, ["a", 1], "is wrong") | some record in datasets] == [
		{"document": 1, "path": ["spec", "a", 1], "msg": "dataset `d` is wrong"},
		{
			"evidence": "governance/datasets.json",
			"path": ["facts", 0, "spec", "a", 1],
			"msg": "dataset `D` is wrong",
		},
	]
}

test_strays_are_what_does_not_belong_into_a_file if {
	governed.strays("datasets", "Dataset") == {{
		"evidence": "governance/datasets.json",
		"path": ["facts", 1],
		"msg": "`governance/datasets.json` holds something that is no Dataset",
	}} with input as given
	governed.strays("actions", "Action") == set() with input as given
}

test_strays_are_sought_in_all_files_of_a_role if {
	more := {"evidence": {"governance/more.json": {
		"format": "gatelib.dev/v1",
		"role": "datasets",
		"size": 1,
		"facts": [content("Dataset", "E"), {"type": "secret"}],
	}}}
	signed := {"verifications": array.concat(given.verifications, [object.union(given.verifications[0], {"file": "governance/more.json"})])}
	found := governed.strays("datasets", "Dataset") with input as object.union(object.union(given, more), signed)
	found == {
		{"evidence": "governance/datasets.json", "path": ["facts", 1], "msg": "`governance/datasets.json` holds something that is no Dataset"},
		{"evidence": "governance/more.json", "path": ["facts", 1], "msg": "`governance/more.json` holds something that is no Dataset"},
	}
}

test_text_is_what_has_something_in_it if {
	governed.text_at({"a": {"b": " x "}}, ["a", "b"]) == " x "
	every value in [null, "x", 7, [], {}, {"a": null}, {"a": "x"}, {"a": {"b": " "}}, {"a": {"b": 7}}] {
		governed.text_at(value, ["a", "b"]) == ""
	}
}
