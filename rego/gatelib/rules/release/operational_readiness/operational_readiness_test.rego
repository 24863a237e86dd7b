package gatelib.rules.release.operational_readiness_test

import data.gatelib.rules.release.operational_readiness as rule

types := ["alert-check", "game-day", "on-call-check", "runbook-check"]

test_allow_all_four if {
	rule.deny == set() with input as given([drill(type, true) | some type in types])
}

test_deny_each_that_is_missing if {
	every type in types {
		rule.deny == {{
			"id": "GL-REL-030",
			"evidence": "governance/readiness.json",
			"path": [],
			"msg": sprintf("`governance/readiness.json` has no Drill of type `%s`", [type]),
		}} with input as given([drill(other, true) | some other in types; other != type])
	}
}

test_deny_each_that_failed if {
	every type in types {
		rule.deny == {finding(["passed"], sprintf("the last `%s` drill did not pass, on `2026-11-01T00:00:00Z`", [type]))} with input as given(array.concat(
			[drill(type, false)],
			[drill(other, true) | some other in types; other != type],
		))
	}
}

test_checks_and_game_days_have_ages_of_their_own if {
	all := given([drill("game-day", true), drill("alert-check", true), drill("on-call-check", true), drill("runbook-check", true)])
	rule.deny == {finding(["finished"], "the last `game-day` drill was finished on `2026-11-01T00:00:00Z`, more than 20 days ago")} with input as all
		with data.gatelib.params as {"drills": {"game_day_max_age_days": 20}}
	count(rule.deny) == 3 with input as all with data.gatelib.params as {"drills": {"check_max_age_days": 20}}
}

test_deny_one_that_failed_long_ago if {
	rule.deny == {
		finding(["passed"], "the last `game-day` drill did not pass, on `2026-11-01T00:00:00Z`"),
		finding(["finished"], "the last `game-day` drill was finished on `2026-11-01T00:00:00Z`, more than 20 days ago"),
	} with input as given(array.concat([drill("game-day", false)], [drill(type, true) | some type in types; type != "game-day"]))
		with data.gatelib.params as {"drills": {"game_day_max_age_days": 20}}
}

test_deny_other_types if {
	rule.deny == {object.union(
		finding([], sprintf("a drill is of type `%s`, which is not `alert-check` or `game-day` or `on-call-check` or `runbook-check`", [type])),
		{"path": ["facts", position, "spec", "type"]},
	) |
		some position, type in ["dr", "backout"]
	} with input as given(array.concat(
		[drill("dr", true), drill("backout", true)],
		[drill(type, true) | some type in types],
	))
}

drill(type, passed) := record("Drill", {"type": type, "finished": "2026-11-01T00:00:00Z", "passed": passed})

test_unjudged_where_files_cannot_be_read if {
	names := ["governance/readiness.json", "governance/another.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "readiness", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["governance/readiness.json", "governance/another.json"]
	rule.deny == {{"id": "GL-REL-030", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "readiness", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-030", "evidence": "governance/readiness.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"governance/readiness.json": {"role": "readiness", "facts": facts}})

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
