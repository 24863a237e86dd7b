package gatelib.rules.release.api_compatibility_test

import data.gatelib.rules.release.api_compatibility as rule

test_allow_what_does_not_break if {
	every earlier in ["2.13.4", "v1.99.0", "2.14.0-rc.1", "main"] {
		rule.deny == set() with input as given([breaking(0, earlier)])
	}
}

test_allow_a_break_with_a_major_version if {
	every earlier in ["1.99.99", "v0.1.0", "1.0.0+build.7"] {
		rule.deny == set() with input as given([breaking(1, earlier)])
	}
}

test_deny_a_break_without_one if {
	every earlier in ["2.13.4", "v2.0.0", "2.14.0-rc.1", "main", "2.13", "1.99.99 ", "01.2.3"] {
		rule.deny == {finding(["value"], sprintf("the API has 4 breaking changes since `%s`, and `2.14.0` is no later major version", [earlier]))} with input as given([breaking(4, earlier)])
	}
}

test_deny_a_comparison_that_shows_nothing if {
	every earlier, problem in {
		"": "the measurement of the API names no `baseline` that it was compared with",
		"2.14.0": "the API was compared with `2.14.0`, the release itself",
		"v2.14.0": "the API was compared with `v2.14.0`, the release itself",
		"2.14.1": "the API was compared with `2.14.1`, which is later than `2.14.0`",
		"10.0.0": "the API was compared with `10.0.0`, which is later than `2.14.0`",
	} {
		rule.deny == {finding(["baseline"], problem)} with input as given([breaking(0, earlier)])
		rule.deny == {finding(["baseline"], problem)} with input as given([breaking(9, earlier)])
	}
}

test_deny_a_comparison_with_the_release_itself_however_both_are_written if {
	every earlier in ["2.14.0", "v2.14.0"] {
		rule.deny == {finding(["baseline"], sprintf("the API was compared with `%s`, the release itself", [earlier]))} with input as of_version("v2.14.0", [breaking(9, earlier)])
	}
}

test_deny_all_that_is_wrong_with_a_measurement if {
	rule.deny == {
		finding(["value"], "Measurement `api.breaking_changes` has no `value` that is a number"),
		finding(["unit"], "Measurement `api.breaking_changes` is in `percent`, and must be in `count`"),
	} with input as given([measured("api.breaking_changes", "0", "percent")])
}

of_version(version, facts) := json.patch(given(facts), [
	{"op": "add", "path": ["documents", 0, "content", "spec", "version"], "value": version},
	{"op": "add", "path": ["verifications", 0, "version"], "value": version},
])

test_no_baseline_is_also_none_of_a_release_without_a_version if {
	rule.baseline_problem("", "") == "the measurement of the API names no `baseline` that it was compared with"
}

test_deny_a_baseline_that_is_no_text if {
	every value in [null, 2, ["2.13.4"], {"version": "2.13.4"}, true] {
		rule.deny == {finding(["baseline"], "the measurement of the API names no `baseline` that it was compared with")} with input as given([breaking(0, value)])
	}
}

test_deny_less_than_nothing if {
	rule.deny == {finding(["value"], "Measurement `api.breaking_changes` has a value below 0")} with input as given([breaking(-1, "2.13.4")])
}

breaking(value, earlier) := object.union(measured("api.breaking_changes", value, "count"), {"spec": {"baseline": earlier}})

test_unjudged_where_files_cannot_be_read if {
	names := ["schema/api-compatibility.json", "schema/another.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "api-compatibility", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["schema/api-compatibility.json", "schema/another.json"]
	rule.deny == {{"id": "GL-REL-026", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "api-compatibility", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-026", "evidence": "schema/api-compatibility.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"schema/api-compatibility.json": {"role": "api-compatibility", "facts": facts}})

measured(name, value, unit) := record("Measurement", {
	"name": name,
	"value": value,
	"unit": unit,
	"measured": "2026-11-21T00:00:00Z",
})

record(kind, spec) := {"apiVersion": "gatelib.dev/v1", "kind": kind, "metadata": {"name": "n"}, "spec": spec}

in_pack(files) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "gatelib.dev/v1",
		"kind": "Release",
		"metadata": {"name": "r"},
		"spec": {"service": "s", "version": "2.14.0", "commit": "c", "images": ["i@sha256:1"]},
	}}],
	"evidence": {file: object.union({"format": "gatelib.dev/v1", "size": 1, "facts": []}, entry) |
		some file, entry in files
	},
	"verifications": [{
		"type": "entry",
		"file": file,
		"producer": "ci",
		"service": "s",
		"version": "2.14.0",
		"commit": "c",
		"images": ["sha256:1"],
		"created": "2026-11-21T00:00:00Z",
	} |
		some file, _ in files
	],
}
