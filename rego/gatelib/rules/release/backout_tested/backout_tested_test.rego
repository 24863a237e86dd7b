package gatelib.rules.release.backout_tested_test

import data.gatelib.rules.release.backout_tested as rule

test_allow_a_backout_and_a_rollback if {
	every type in ["backout", "rollback"] {
		rule.deny == set() with input as given([drill(type, true)])
	}
}

test_deny_one_that_failed if {
	every type in ["backout", "rollback"] {
		rule.deny == {finding(["passed"], sprintf("the last `%s` drill did not pass, on `2026-11-20T00:00:00Z`", [type]))} with input as given([drill(type, false)])
	}
}

test_deny_another_type if {
	rule.deny == {
		finding(["type"], "a drill is of type `dr`, which is not `backout` or `rollback`"),
		{
			"id": "GL-REL-011",
			"evidence": "chaos-dr/backout-20261120.json",
			"path": [],
			"msg": "`chaos-dr/backout-20261120.json` has no Drill of type `backout` or `rollback`",
		},
	} with input as given([drill("dr", true)])
}

test_the_age_is_a_parameter if {
	rule.deny == {finding(["finished"], "the last `backout` drill was finished on `2026-11-20T00:00:00Z`, more than 1 days ago")} with input as given([drill("backout", true)])
		with data.gatelib.params as {"drills": {"backout_max_age_days": 1}}
}

drill(type, passed) := record("Drill", {"type": type, "finished": "2026-11-20T00:00:00Z", "passed": passed})

test_unjudged_where_files_cannot_be_read if {
	names := ["chaos-dr/backout-20261120.json", "chaos-dr/backout-20261121.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "backout-drill", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["chaos-dr/backout-20261120.json", "chaos-dr/backout-20261121.json"]
	rule.deny == {{"id": "GL-REL-011", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "backout-drill", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-011", "evidence": "chaos-dr/backout-20261120.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"chaos-dr/backout-20261120.json": {"role": "backout-drill", "facts": facts}})

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
