package gatelib.rules.release.continuity_drill_test

import data.gatelib.rules.release.continuity_drill as rule

good := {"type": "continuity", "finished": "2026-11-20T00:00:00Z", "passed": true, "mttr": "20m"}

test_allow_work_that_goes_on if {
	rule.deny == set() with input as given([record("Drill", good)])
}

test_deny_a_repair_that_took_too_long if {
	rule.deny == {finding(["mttr"], "the last `continuity` drill had a `mttr` of `21m`, over `20m`")} with input as given([record("Drill", object.union(good, {"mttr": "21m"}))])
	rule.deny == {finding(["mttr"], "the last `continuity` drill has no `mttr` that is a duration")} with input as given([record("Drill", object.remove(good, ["mttr"]))])
	rule.deny == {finding(["mttr"], "the last `continuity` drill had a `mttr` of `20m`, over `19m59s`")} with input as given([record("Drill", good)])
		with data.gatelib.params as {"drills": {"continuity_max_mttr": "19m59s"}}
}

test_deny_both_of_two_that_ended_together if {
	slow := record("Drill", object.union(good, {"mttr": "21m"}))
	rule.deny == {object.union(
		finding([], "the last `continuity` drill had a `mttr` of `21m`, over `20m`"),
		{"path": ["facts", position, "spec", "mttr"]},
	) |
		some position in [0, 1]
	} with input as given([slow, slow])
}

test_deny_a_drill_of_long_ago if {
	rule.deny == {finding(["finished"], "the last `continuity` drill was finished on `2026-11-20T00:00:00Z`, more than 1 days ago")} with input as given([record("Drill", good)])
		with data.gatelib.params as {"drills": {"continuity_max_age_days": 1}}
}

test_deny_another_type if {
	finding(["type"], "a drill is of type `dr`, which is not `continuity`") in rule.deny with input as given([record("Drill", object.union(good, {"type": "dr"}))])
}

test_unjudged_where_files_cannot_be_read if {
	names := ["chaos-dr/continuity-20261120.json", "chaos-dr/continuity-20261121.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "continuity-drill", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["chaos-dr/continuity-20261120.json", "chaos-dr/continuity-20261121.json"]
	rule.deny == {{"id": "GL-REL-029", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "continuity-drill", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-029", "evidence": "chaos-dr/continuity-20261120.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"chaos-dr/continuity-20261120.json": {"role": "continuity-drill", "facts": facts}})

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
