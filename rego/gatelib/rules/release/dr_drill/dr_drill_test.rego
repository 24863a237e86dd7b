package gatelib.rules.release.dr_drill_test

import data.gatelib.rules.release.dr_drill as rule

good := {"type": "dr", "finished": "2026-11-20T00:00:00Z", "passed": true, "rpo": "15m", "rto": "60m"}

test_allow_a_drill_within_its_objectives if {
	rule.deny == set() with input as given([record("Drill", good)])
}

test_deny_a_recovery_that_took_too_long if {
	rule.deny == {
		finding(["rpo"], "the last `dr` drill had a `rpo` of `15m0.1s`, over `15m`"),
		finding(["rto"], "the last `dr` drill had a `rto` of `61m`, over `60m`"),
	} with input as given([record("Drill", object.union(good, {"rpo": "15m0.1s", "rto": "61m"}))])
}

test_deny_both_of_two_that_ended_together if {
	slow := record("Drill", object.union(good, {"rto": "61m"}))
	rule.deny == {object.union(
		finding([], "the last `dr` drill had a `rto` of `61m`, over `60m`"),
		{"path": ["facts", position, "spec", "rto"]},
	) |
		some position in [0, 1]
	} with input as given([slow, slow])
}

test_the_objectives_are_parameters if {
	rule.deny == {finding(["rto"], "the last `dr` drill had a `rto` of `60m`, over `10m`")} with input as given([record("Drill", good)])
		with data.gatelib.params as {"drills": {"dr_max_rto": "10m"}}
}

test_deny_figures_that_are_no_durations if {
	every value in [null, "soon", -1, true, [], {"m": 1}] {
		rule.deny == {finding(["rpo"], "the last `dr` drill has no `rpo` that is a duration")} with input as given([record("Drill", object.union(good, {"rpo": value}))])
	}
}

test_deny_a_drill_of_another_type if {
	rule.deny == {
		finding(["type"], "a drill is of type `failover`, which is not `dr`"),
		{
			"id": "GL-REL-010",
			"evidence": "chaos-dr/run-20261120.json",
			"path": [],
			"msg": "`chaos-dr/run-20261120.json` has no Drill of type `dr`",
		},
	} with input as given([record("Drill", object.union(good, {"type": "failover"}))])
}

test_unjudged_where_files_cannot_be_read if {
	names := ["chaos-dr/run-20261120.json", "chaos-dr/run-20261121.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "dr-drill", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["chaos-dr/run-20261120.json", "chaos-dr/run-20261121.json"]
	rule.deny == {{"id": "GL-REL-010", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "dr-drill", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-010", "evidence": "chaos-dr/run-20261120.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"chaos-dr/run-20261120.json": {"role": "dr-drill", "facts": facts}})

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
