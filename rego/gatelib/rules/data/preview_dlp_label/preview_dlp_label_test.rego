package gatelib.rules.data.preview_dlp_label_test

import data.gatelib.rules.data.preview_dlp_label

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": 0, "root": 0, "content": object("v1", "ConfigMap", "pr-1", {"gatelib.dev/dataset": "x"})}],
}

dataset(labels, spec) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Dataset",
	"metadata": {"name": "d", "labels": labels},
	"spec": spec,
}

object(version, kind, namespace, labels) := {
	"apiVersion": version,
	"kind": kind,
	"metadata": {"name": "o", "namespace": namespace, "labels": labels},
}

of_a_dataset := {"gatelib.dev/dataset": "orders"}

finding(document, msg) := {
	"id": "GL-DAT-001",
	"msg": msg,
	"document": document,
	"path": ["metadata", "labels", "gatelib.dev/dlp"],
}

problem(document, path, msg) := {"document": document, "path": path, "msg": msg}

test_deny_preview_record_without_label if {
	deny := preview_dlp_label.deny with input as envelope([
		dataset({}, {"environment": "preview"}),
		dataset({"gatelib.dev/dlp": ""}, {"environment": " Preview"}),
		dataset({"gatelib.dev/dlp": null}, {"environment": "preview"}),
		dataset("labels", {"environment": "preview"}),
		{"kind": "Dataset", "metadata": null, "spec": {"environment": "preview"}},
	])
	deny == {finding(index, "the preview dataset has no label `gatelib.dev/dlp`") | some index in [0, 1, 2, 3, 4]}
}

test_deny_preview_record_with_unknown_class if {
	deny := preview_dlp_label.deny with input as envelope([
		dataset({"gatelib.dev/dlp": "MASKED"}, {"environment": "preview"}),
		dataset({"gatelib.dev/dlp": 7}, {"environment": "preview"}),
	])
	deny == {
		finding(0, concat("", [
			"the preview dataset has the label `gatelib.dev/dlp: MASKED`, ",
			"which is none of `public`, `internal`, `masked`, `redacted`, `synthetic`",
		])),
		finding(1, concat("", [
			"the preview dataset has the label `gatelib.dev/dlp: 7`, ",
			"which is none of `public`, `internal`, `masked`, `redacted`, `synthetic`",
		])),
	}
}

test_deny_carriers_in_preview_namespaces if {
	deny := preview_dlp_label.deny with input as envelope([
		object("v1", "PersistentVolumeClaim", "pr-7", of_a_dataset),
		object("v1", "ConfigMap", "preview-shop", {"gatelib.dev/dataset": ""}),
		object("v1", "Secret", "pr-7", of_a_dataset),
		object("batch/v1", "Job", "pr-7", of_a_dataset),
	])
	deny == {finding(index, msg) |
		some index, msg in [
			"the PersistentVolumeClaim, which carries a dataset in preview namespace `pr-7`, has no label `gatelib.dev/dlp`",
			"the ConfigMap, which carries a dataset in preview namespace `preview-shop`, has no label `gatelib.dev/dlp`",
			"the Secret, which carries a dataset in preview namespace `pr-7`, has no label `gatelib.dev/dlp`",
			"the Job, which carries a dataset in preview namespace `pr-7`, has no label `gatelib.dev/dlp`",
		]
	}
}

test_deny_by_own_parameters if {
	deny := preview_dlp_label.deny with input as envelope([
		object("v1", "ConfigMap", "review-1", {"data": "x", "class": "public"}),
		object("v1", "ConfigMap", "review-1", {"data": "x", "class": "green"}),
		object("v1", "ConfigMap", "pr-1", {"data": "x"}),
		object("v1", "ConfigMap", "review-1", of_a_dataset),
	])
		with data.gatelib.params as {
			"dataset": {"label": "data"},
			"dlp": {"label": "class", "values": ["green", "red"]},
			"preview": {"namespaces": ["review-*"]},
		}
	deny == {{
		"id": "GL-DAT-001",
		"msg": concat("", [
			"the ConfigMap, which carries a dataset in preview namespace `review-1`, ",
			"has the label `class: public`, which is none of `green`, `red`",
		]),
		"document": 0,
		"path": ["metadata", "labels", "class"],
	}}
}

test_allow_every_class if {
	classes := ["public", "internal", "masked", "redacted", "synthetic"]
	contents := [dataset({"gatelib.dev/dlp": class}, {"environment": "preview"}) | some class in classes]
	preview_dlp_label.deny == set() with input as envelope(contents)
	preview_dlp_label.unjudged == set() with input as envelope(contents)
	preview_dlp_label.subjects == {0, 1, 2, 3, 4} with input as envelope(contents)
}

test_allow_what_is_no_preview_dataset if {
	contents := [
		dataset({}, {"environment": "production"}),
		object("v1", "ConfigMap", "prod", of_a_dataset),
		object("v1", "ConfigMap", "apr-1", of_a_dataset),
		object("v1", "ConfigMap", "", of_a_dataset),
		object("v1", "ConfigMap", "pr-1", {}),
		object("apps/v1", "Deployment", "pr-1", of_a_dataset),
		object("batch.example.org/v1", "Job", "pr-1", of_a_dataset),
	]
	preview_dlp_label.deny == set() with input as envelope(contents)
	preview_dlp_label.subjects == set() with input as envelope(contents)
	preview_dlp_label.unjudged == set() with input as envelope(contents)
}

test_allow_no_namespace_though_every_name_is_preview if {
	contents := [object("v1", "ConfigMap", "", of_a_dataset), object("v1", "ConfigMap", "x", of_a_dataset)]
	preview_dlp_label.subjects == {1} with input as envelope(contents)
		with data.gatelib.params as {"preview": {"namespaces": ["*"]}}
}

test_deny_nothing_and_say_so_where_the_environment_is_unclear if {
	contents := [
		dataset({}, {}),
		dataset({}, {"environment": null}),
		dataset({}, {"environment": ""}),
		dataset({}, null),
		dataset({}, "preview"),
		dataset({}, [{"environment": "preview"}]),
		dataset({}, {"environment": {"name": "preview"}}),
	]
	preview_dlp_label.deny == set() with input as envelope(contents)
	preview_dlp_label.unjudged == {
		problem(0, ["spec", "environment"], "the record names no `environment`"),
		problem(1, ["spec", "environment"], "the record names no `environment`"),
		problem(2, ["spec", "environment"], "the record names no `environment`"),
		problem(3, ["spec", "environment"], "the record names no `environment`"),
		problem(4, ["spec"], "`spec` must be an object, and is of type `string`"),
		problem(5, ["spec"], "`spec` must be an object, and is of type `array`"),
		problem(6, ["spec", "environment"], "`spec.environment` must be a string, and is of type `object`"),
	} with input as envelope(contents)
}
