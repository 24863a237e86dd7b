package gatelib.lib.records_test

import data.gatelib.lib.records

drill := {"apiVersion": "gatelib.dev/v1", "kind": "Drill", "metadata": {"name": "d"}, "spec": {"type": "dr"}}

release := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Release",
	"metadata": {"name": "r"},
	"spec": {"service": "s", "version": "1", "commit": "c", "images": ["i@sha256:1"]},
}

test_records_of_documents_and_of_evidence if {
	given := {
		"gatelib": 1,
		"gate": "pre-promote",
		"now": "2026-11-22T00:00:00Z",
		"documents": [{"index": 0, "root": 0, "content": release}, {"index": 1, "root": 0, "content": drill}],
		"evidence": {"chaos-dr/run-1.json": {
			"format": "gatelib.dev/v1",
			"role": "dr-drill",
			"size": 1,
			"facts": [{"apiVersion": "gatelib.dev/v1", "kind": "Incident"}, drill, {"kind": "Drill"}],
		}},
		"verifications": [{
			"type": "entry",
			"file": "chaos-dr/run-1.json",
			"service": "s",
			"version": "1",
			"commit": "c",
			"images": ["sha256:1"],
			"created": "2026-11-21T00:00:00Z",
		}],
	}
	said := {"name": "d", "metadata": {"name": "d"}, "spec": {"type": "dr"}}
	found := records.all("Drill", "dr-drill") with input as given
	found == [
		object.union(said, {"place": {"document": 1}, "prefix": [], "trusted": false}),
		object.union(said, {"place": {"evidence": "chaos-dr/run-1.json"}, "prefix": ["facts", 1], "trusted": true}),
	]
	[records.at(entry, ["spec"]) | some entry in found] == [
		{"document": 1, "path": ["spec"]},
		{"evidence": "chaos-dr/run-1.json", "path": ["facts", 1, "spec"]},
	]
}

test_a_record_without_anything if {
	given := {"gatelib": 1, "documents": [{"index": 3, "root": 0, "content": {"kind": "Drill", "apiVersion": "gatelib.dev/v1"}}]}
	found := records.all("Drill", "dr-drill") with input as given
	found == [{"place": {"document": 3}, "prefix": [], "name": "", "metadata": {}, "spec": {}, "trusted": false}]
}
