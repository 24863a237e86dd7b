package gatelib.rules.release.chaos_test

import data.gatelib.rules.release.chaos as rule

test_allow_the_least if {
	rule.deny == set() with input as given([measured("chaos.pass_rate", 98, "percent")])
}

test_deny_less if {
	rule.deny == {finding(["value"], "`chaos.pass_rate` is 97.5 %, and must be at least 98 %")} with input as given([measured("chaos.pass_rate", 97.5, "percent")])
}

test_the_least_is_a_parameter if {
	rule.deny == set() with input as given([measured("chaos.pass_rate", 0, "percent")]) with data.gatelib.params as {"chaos": {"min_pass_percent": 0}}
}

test_deny_what_is_no_number if {
	every value in [null, "100", true, [100]] {
		rule.deny == {finding(["value"], "Measurement `chaos.pass_rate` has no `value` that is a number")} with input as given([measured("chaos.pass_rate", value, "percent")])
	}
}

test_deny_all_that_is_wrong_with_a_measurement if {
	rule.deny == {
		finding(["value"], "Measurement `chaos.pass_rate` has no `value` that is a number"),
		finding(["unit"], "Measurement `chaos.pass_rate` is in `seconds`, and must be in `percent`"),
	} with input as given([measured("chaos.pass_rate", null, "seconds")])
}

test_unjudged_where_files_cannot_be_read if {
	names := ["chaos-dr/chaos-canary.json", "chaos-dr/another.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "chaos", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["chaos-dr/chaos-canary.json", "chaos-dr/another.json"]
	rule.deny == {{"id": "GL-REL-025", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "chaos", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-025", "evidence": "chaos-dr/chaos-canary.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"chaos-dr/chaos-canary.json": {"role": "chaos", "facts": facts}})

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
