package gatelib.rules.data.lineage_test

import data.gatelib.rules.data.lineage

envelope(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": record(spec)} | some index, spec in specs],
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Dataset", "metadata": {"name": "r"}, "spec": spec}

finding(index, path, msg) := {
	"id": "GL-DAT-003",
	"msg": concat("", ["dataset `r` ", msg]),
	"document": index,
	"path": array.concat(["spec"], path),
}

lineage_of(source, transform, version) := {"lineage": {"source": source, "transform": transform, "policy_version": version}}

test_deny_no_lineage if {
	given := [{}, {"lineage": null}, {"lineage": "orders"}, {"lineage": ["orders"]}, {"lineage": 7}, "spec", null]
	lineage.deny == {finding(index, ["lineage"], "has no lineage") | some index, _ in given} with input as envelope(given)
}

test_deny_each_tag_that_says_nothing if {
	every value in ["", " ", null, 7, true, ["x"], {"x": "y"}] {
		lineage.deny == {
			finding(0, ["lineage", "source"], "has no `source` in its lineage"),
			finding(1, ["lineage", "transform"], "has no `transform` in its lineage"),
			finding(2, ["lineage", "policy_version"], "has no `policy_version` in its lineage"),
		} with input as envelope([
			lineage_of(value, "t", "1"), lineage_of("s", value, "1"), lineage_of("s", "t", value),
		])
	}
}

test_allow_all_three_tags if {
	given := envelope([lineage_of("s", "t", "1")])
	lineage.deny == set() with input as given
	lineage.subjects == {0} with input as given
}
