package gatelib.rules.release.error_budget_freeze_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.error_budget_freeze as rule

test_allow_a_budget_of_which_something_remains if {
	every value in [0.01, 100] {
		rule.deny == set() with input as given([measured("error_budget.remaining", value, "percent")])
	}
}

test_deny_a_release_without_a_budget if {
	every value in [0, -3] {
		rule.deny == {{
			"id": "GL-REL-017",
			"document": 0,
			"path": ["spec", "version"],
			"msg": sprintf("the error budget of `s` is exhausted: %v %% of it remains", [value]),
		}} with input as given([measured("error_budget.remaining", value, "percent")])
	}
}

test_deny_each_record_of_a_release_without_a_budget if {
	rule.deny == packs.of_both({{
		"id": "GL-REL-017",
		"document": 0,
		"path": ["spec", "version"],
		"msg": "the error budget of `s` is exhausted: 0 % of it remains",
	}}) with input as packs.twice(given([measured("error_budget.remaining", 0, "percent")]))
}

test_deny_what_is_no_share if {
	rule.deny == {finding(["value"], "Measurement `error_budget.remaining` has a value above 100")} with input as given([measured("error_budget.remaining", 101, "percent")])
	rule.deny == {finding(["value"], "Measurement `error_budget.remaining` has no `value` that is a number")} with input as given([measured("error_budget.remaining", "50", "percent")])
}

test_deny_all_that_is_wrong_with_a_measurement if {
	rule.deny == {
		finding(["value"], "Measurement `error_budget.remaining` has no `value` that is a number"),
		finding(["unit"], "Measurement `error_budget.remaining` is in `seconds`, and must be in `percent`"),
	} with input as given([measured("error_budget.remaining", null, "seconds")])
}

test_unjudged_where_files_cannot_be_read if {
	names := ["rollout/error-budget.json", "rollout/another.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "error-budget", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["rollout/error-budget.json", "rollout/another.json"]
	rule.deny == {{"id": "GL-REL-017", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "error-budget", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-017", "evidence": "rollout/error-budget.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"rollout/error-budget.json": {"role": "error-budget", "facts": facts}})

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
