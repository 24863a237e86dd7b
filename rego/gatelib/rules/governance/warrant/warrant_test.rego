package gatelib.rules.governance.warrant_test

import data.gatelib.rules.governance.warrant

envelope(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": record(spec)} | some index, spec in specs],
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Action", "metadata": {"name": "r"}, "spec": spec}

finding(index, path, msg) := {
	"id": "GL-GOV-001",
	"msg": concat("", ["action `r` ", msg]),
	"document": index,
	"path": array.concat(["spec"], path),
}

in_pack(entry) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": release}],
	"evidence": {"governance/actions.json": object.union(
		{"format": "gatelib.dev/v1", "role": "actions", "size": 1, "facts": []},
		entry,
	)},
	"verifications": [{
		"type": "entry",
		"file": "governance/actions.json",
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

whole := {"authority": "board", "reference": "CHG-1"}

test_deny_no_warrant if {
	given := [{}, {"warrant": null}, {"warrant": "CHG-1"}, {"warrant": ["CHG-1"]}, {"warrant": true}, "spec", null]
	warrant.deny == {finding(index, ["warrant"], "has no warrant") | some index, _ in given} with input as envelope(given)
}

test_deny_a_warrant_that_names_nothing if {
	every value in ["", " ", null, 7, true, ["x"], {}] {
		warrant.deny == {
			finding(0, ["warrant", "authority"], "has a warrant without `authority`"),
			finding(1, ["warrant", "reference"], "has a warrant without `reference`"),
		} with input as envelope([
			{"warrant": object.union(whole, {"authority": value})},
			{"warrant": object.union(whole, {"reference": value})},
		])
	}
}

test_deny_an_end_that_is_none if {
	every expires in ["never", "2027-02-29", 7, true, [], {}] {
		warrant.deny == {finding(
			0,
			["warrant", "expires"],
			"has a warrant whose `expires` is no RFC 3339 date or date-time",
		)} with input as envelope([{"warrant": object.union(whole, {"expires": expires})}])
	}
}

test_deny_an_end_that_has_come if {
	every expires in ["2026-11-22T00:00:00Z", "2026-11-21", "2026-11-22T01:00:00+01:00"] {
		warrant.deny == {finding(
			0,
			["warrant", "expires"],
			sprintf("has a warrant that expired on `%s`", [expires]),
		)} with input as envelope([{"warrant": object.union(whole, {"expires": expires})}])
	}
}

test_deny_a_dataset_without_warrant if {
	dataset := object.union(record({}), {"kind": "Dataset"})
	warrant.deny == {object.union(
		finding(0, ["warrant"], ""),
		{"msg": "dataset `r` has no warrant"},
	)} with input as {"gatelib": 1, "documents": [{"index": 0, "content": dataset}]}
}

test_allow_with_and_without_an_end if {
	given := envelope([{"warrant": object.union(whole, end)} |
		some end in [{}, {"expires": null}, {"expires": ""}, {"expires": "2026-11-22"}, {"expires": "2026-11-22T00:00:01Z"}]
	])
	warrant.deny == set() with input as given
	warrant.unjudged == set() with input as given
	warrant.subjects == {0, 1, 2, 3, 4} with input as given
}

test_deny_what_is_no_record_of_the_kind if {
	facts := [{"kind": "Action"}, {"apiVersion": "gatelib.dev/v1"}, "Action", null, record({"warrant": whole})]
	warrant.deny == {{
		"id": "GL-GOV-001",
		"msg": "`governance/actions.json` holds something that is no Action",
		"evidence": "governance/actions.json",
		"path": ["facts", position],
	} |
		some position in [0, 1, 2, 3]
	} with input as in_pack({"facts": facts})
}

test_deny_nothing_and_say_so_where_the_file_cannot_be_read if {
	given := in_pack({"problem": {"message": "it is no JSON", "line": 1}})
	warrant.deny == set() with input as given
	warrant.subjects == {0} with input as given
	warrant.unjudged == {{
		"evidence": "governance/actions.json",
		"path": [],
		"msg": "`governance/actions.json` cannot be read: it is no JSON",
	}} with input as given
}

test_say_so_of_each_file_that_cannot_be_read if {
	given := doubled(in_pack({"problem": {"message": "it is no JSON"}}))
	warrant.unjudged == {{
		"evidence": file,
		"path": [],
		"msg": sprintf("`%s` cannot be read: it is no JSON", [file]),
	} |
		some file in files
	} with input as given
}

# A second file of the role beside the first, with the same in it.
doubled(given) := object.union(given, {
	"evidence": {"governance/more.json": given.evidence["governance/actions.json"]},
	"verifications": [object.union(entry, {"file": file}) |
		some entry in given.verifications
		some file in files
	],
})

files := ["governance/actions.json", "governance/more.json"]
