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

signed(file) := {
	"type": "entry",
	"file": file,
	"service": "s",
	"version": "1",
	"commit": "c",
	"images": ["sha256:1"],
	"created": "2026-11-21T00:00:00Z",
}

test_several_records_of_several_files if {
	other := object.union(drill, {"metadata": {"name": "e"}})
	untold := object.union(drill, {"metadata": null, "spec": ["type"]})
	file := {"format": "gatelib.dev/v1", "role": "dr-drill", "size": 1, "facts": [drill, other]}
	given := {
		"gatelib": 1,
		"gate": "pre-promote",
		"now": "2026-11-22T00:00:00Z",
		"documents": [{"index": index, "root": 0, "content": content} | some index, content in [drill, release, other, untold]],
		"evidence": {
			"chaos-dr/run-1.json": file,
			"chaos-dr/run-2.json": object.union(file, {"facts": [other]}),
			"chaos-dr/unsigned.json": file,
			"chaos-dr/other-role.json": object.union(file, {"role": "chaos"}),
		},
		"verifications": [signed("chaos-dr/run-1.json"), signed("chaos-dr/run-2.json"), signed("chaos-dr/other-role.json")],
	}
	found := records.all("Drill", "dr-drill") with input as given
	[[entry.name, entry.spec, records.at(entry, ["x", 1]), entry.trusted] | some entry in found] == [
		["d", {"type": "dr"}, {"document": 0, "path": ["x", 1]}, false],
		["e", {"type": "dr"}, {"document": 2, "path": ["x", 1]}, false],
		["", {}, {"document": 3, "path": ["x", 1]}, false],
		["d", {"type": "dr"}, {"evidence": "chaos-dr/run-1.json", "path": ["facts", 0, "x", 1]}, true],
		["e", {"type": "dr"}, {"evidence": "chaos-dr/run-1.json", "path": ["facts", 1, "x", 1]}, true],
		["e", {"type": "dr"}, {"evidence": "chaos-dr/run-2.json", "path": ["facts", 0, "x", 1]}, true],
	]
}

test_a_record_without_anything if {
	given := {"gatelib": 1, "documents": [{"index": 3, "root": 0, "content": {"kind": "Drill", "apiVersion": "gatelib.dev/v1"}}]}
	found := records.all("Drill", "dr-drill") with input as given
	found == [{"place": {"document": 3}, "prefix": [], "name": "", "metadata": {}, "spec": {}, "trusted": false}]
}
