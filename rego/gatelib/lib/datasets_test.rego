package gatelib.lib.datasets_test

import data.gatelib.lib.datasets

dataset(content) := object.union({"apiVersion": "gatelib.dev/v1", "kind": "Dataset", "metadata": {"name": "d"}}, content)

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

test_a_record_without_an_environment_is_a_problem if {
	missing := {"document": 0, "path": ["spec", "environment"], "msg": "the record names no `environment`"}
	every content in [{}, {"spec": null}, {"spec": {}}, {"spec": {"environment": null}}, {"spec": {"environment": ""}}] {
		datasets.problems == {missing} with input as envelope([dataset(content)])
		datasets.preview_records == [] with input as envelope([dataset(content)])
	}
}

test_each_record_whose_environment_cannot_be_told_is_a_problem if {
	datasets.problems == {
		{"document": 1, "path": ["spec"], "msg": "`spec` must be an object, and is of type `array`"},
		{"document": 2, "path": ["spec", "environment"], "msg": "`spec.environment` must be a string, and is of type `number`"},
	} with input as envelope([dataset({"spec": {"environment": "production"}}), dataset({"spec": []}), dataset({"spec": {"environment": 7}})])
}

test_records_of_previews if {
	given := envelope([
		dataset({"spec": {"environment": "preview"}}),
		dataset({"spec": {"environment": "production"}}),
		dataset({"spec": {"environment": " Preview\n"}}),
		dataset({"spec": {"environment": "previews"}}),
	])
	[record.index | some record in datasets.preview_records] == [0, 2] with input as given
	datasets.problems == set() with input as given
}
