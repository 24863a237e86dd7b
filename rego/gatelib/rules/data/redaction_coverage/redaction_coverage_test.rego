package gatelib.rules.data.redaction_coverage_test

import data.gatelib.rules.data.redaction_coverage

in_pack(entry) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": release}],
	"evidence": {"governance/redaction.json": object.union(
		{"format": "gatelib.dev/v1", "role": "redaction", "size": 1, "facts": []},
		entry,
	)},
	"verifications": [{
		"type": "entry",
		"file": "governance/redaction.json",
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

measured(name, value) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Measurement",
	"metadata": {"name": "m"},
	"spec": {"name": name, "value": value, "unit": "percent", "measured": "2026-11-21T00:00:00Z"},
}

finding(path, msg) := {"id": "GL-DAT-005", "evidence": "governance/redaction.json", "path": path, "msg": msg}

of(value) := in_pack({"facts": [measured("redaction.coverage", value)]})

test_deny_less_than_the_least if {
	every value, shown in {94: 94, 94.999: 94.999, 0: 0} {
		redaction_coverage.deny == {finding(
			["facts", 0, "spec", "value"],
			sprintf("`redaction.coverage` is %v %%, and must be at least 95 %%", [shown]),
		)} with input as of(value)
	}
	redaction_coverage.deny == {finding(
		["facts", 0, "spec", "value"],
		"`redaction.coverage` is 99 %, and must be at least 99.5 %",
	)} with input as of(99) with data.gatelib.params as {"redaction": {"min_coverage": 99.5}}
}

test_deny_a_value_that_is_no_number if {
	every value in ["99", null, true, [99], {}] {
		redaction_coverage.deny == {finding(
			["facts", 0, "spec", "value"],
			"Measurement `redaction.coverage` has no `value` that is a number",
		)} with input as of(value)
	}
}

test_deny_no_measurement if {
	redaction_coverage.deny == {finding(
		[],
		"`governance/redaction.json` has no Measurement `redaction.coverage`",
	)} with input as in_pack({})
}

test_deny_an_empty_file if {
	redaction_coverage.deny == {finding([], "`governance/redaction.json` is empty")} with input as in_pack({"size": 0})
}

test_allow_the_least_and_more if {
	every value in [95, 95.5, 100] {
		redaction_coverage.deny == set() with input as of(value)
		redaction_coverage.unjudged == set() with input as of(value)
		redaction_coverage.subjects == {0} with input as of(value)
	}
}

test_allow_where_there_is_no_release if {
	given := object.union(of(7), {"documents": []})
	redaction_coverage.deny == set() with input as given
	redaction_coverage.subjects == set() with input as given
}

test_deny_nothing_and_say_so_where_the_file_cannot_be_read if {
	given := in_pack({"problem": {"message": "it is no JSON", "line": 1}})
	redaction_coverage.deny == set() with input as given
	redaction_coverage.subjects == {0} with input as given
	redaction_coverage.unjudged == {{
		"evidence": "governance/redaction.json",
		"path": [],
		"msg": "`governance/redaction.json` cannot be read: it is no JSON",
	}} with input as given
}

test_say_so_of_each_file_that_cannot_be_read if {
	given := doubled(in_pack({"problem": {"message": "it is no JSON"}}))
	redaction_coverage.unjudged == {{
		"evidence": file,
		"path": [],
		"msg": sprintf("`%s` cannot be read: it is no JSON", [file]),
	} |
		some file in files
	} with input as given
}

test_deny_each_empty_file if {
	given := doubled(in_pack({"size": 0}))
	redaction_coverage.deny == {{"id": "GL-DAT-005", "evidence": file, "path": [], "msg": sprintf("`%s` is empty", [file])} |
		some file in files
	} with input as given
}

# A second file of the role beside the first, with the same in it.
doubled(given) := object.union(given, {
	"evidence": {"governance/more.json": given.evidence["governance/redaction.json"]},
	"verifications": [object.union(entry, {"file": file}) |
		some entry in given.verifications
		some file in files
	],
})

files := ["governance/redaction.json", "governance/more.json"]
