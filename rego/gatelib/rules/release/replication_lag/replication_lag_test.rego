package gatelib.rules.release.replication_lag_test

import data.gatelib.rules.release.replication_lag as rule

name := "replication.lag_seconds"

test_allow_replicas_that_are_close_behind if {
	rule.deny == set() with input as both([measured(name, 60, "seconds")], true)
	rule.deny == set() with input as both([regions(60, [{"name": "a", "value": 60}, {"name": "b", "value": 0}])], true)
}

test_deny_a_lag_over_its_target if {
	rule.deny == {
		finding(["value"], "replication lags 61 s, over 60 s"),
		finding(["details", 0, "value"], "replication to `a` lags 61 s, over 60 s"),
	} with input as both([regions(61, [{"name": "a", "value": 61}, {"name": "b", "value": 0}])], true)
	rule.deny == {finding(["value"], "replication lags 60 s, over 0.5 s")} with input as both([measured(name, 60, "seconds")], true)
		with data.gatelib.params as {"replication": {"max_lag_seconds": 0.5}}
}

test_deny_a_lag_that_is_not_the_slowest_regions if {
	rule.deny == {finding(["value"], "Measurement `replication.lag_seconds` is 1, and its details make 2")} with input as both([regions(1, [{"name": "a", "value": 1}, {"name": "b", "value": 2}])], true)
}

test_deny_a_region_without_a_number if {
	every value in [null, "61", [61], {"s": 61}] {
		rule.deny == {finding(["details", 0, "value"], "Measurement `replication.lag_seconds` has a detail without a `value` that is a number")} with input as both([regions(1, [{"name": "a", "value": value}])], true)
	}
}

test_the_slowest_of_a_hundred_regions_counts if {
	details := [{"name": "r", "value": value} | some value in numbers.range(1, 100)]
	rule.deny == {finding(["value"], "Measurement `replication.lag_seconds` is 99, and its details make 100")} with input as both([regions(99, details)], true)
		with data.gatelib.params as {"replication": {"max_lag_seconds": 100}}
}

test_deny_each_region_that_lags_or_has_no_number if {
	rule.deny == {
		finding(["value"], "replication lags 62 s, over 60 s"),
		finding(["details", 0, "value"], "Measurement `replication.lag_seconds` has a detail without a `value` that is a number"),
		finding(["details", 1, "value"], "Measurement `replication.lag_seconds` has a detail without a `value` that is a number"),
		finding(["details", 2, "value"], "replication to `` lags 61 s, over 60 s"),
		finding(["details", 3, "value"], "replication to `b` lags 62 s, over 60 s"),
	} with input as both([regions(62, [{"name": "n"}, "a", {"value": 61}, {"name": "b", "value": 62}])], true)
}

test_deny_a_measurement_with_two_flaws if {
	rule.deny == {
		finding(["value"], "Measurement `replication.lag_seconds` has no `value` that is a number"),
		finding(["unit"], "Measurement `replication.lag_seconds` is in `minutes`, and must be in `seconds`"),
	} with input as both([measured(name, "1", "minutes")], true)
}

test_deny_all_that_is_wrong_with_failovers if {
	rule.deny == {
		failover(0, "type", "a drill is of type `dr`, which is not `failover`"),
		failover(1, "finished", "the last `failover` drill was finished on `2026-11-20T00:00:00Z`, more than 1 days ago"),
		failover(1, "passed", "the last `failover` drill did not pass, on `2026-11-20T00:00:00Z`"),
	} with input as in_pack({
		"chaos-dr/replication.json": {"role": "replication", "facts": [measured(name, 1, "seconds")]},
		"chaos-dr/failover-1.json": {"role": "failover-drill", "facts": [
			record("Drill", {"type": "dr", "finished": "2026-11-21T00:00:00Z", "passed": true}),
			record("Drill", {"type": "failover", "finished": "2026-11-20T00:00:00Z", "passed": false}),
		]},
	})
		with data.gatelib.params as {"drills": {"failover_max_age_days": 1}}
}

failover(position, field, msg) := {
	"id": "GL-REL-015",
	"evidence": "chaos-dr/failover-1.json",
	"path": ["facts", position, "spec", field],
	"msg": msg,
}

test_unjudged_where_drills_cannot_be_read if {
	names := ["chaos-dr/failover-1.json", "chaos-dr/failover-2.json"]
	rule.unjudged == {{"evidence": each, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [each])} | some each in names} with input as in_pack({each: {"role": "failover-drill", "problem": {"message": "no JSON"}} | some each in names})
}

test_deny_a_failed_failover if {
	rule.deny == {{
		"id": "GL-REL-015",
		"evidence": "chaos-dr/failover-1.json",
		"path": ["facts", 0, "spec", "passed"],
		"msg": "the last `failover` drill did not pass, on `2026-11-20T00:00:00Z`",
	}} with input as both([measured(name, 1, "seconds")], false)
}

test_deny_without_a_measurement if {
	rule.deny == {{
		"id": "GL-REL-015",
		"evidence": "chaos-dr/replication.json",
		"path": [],
		"msg": "`chaos-dr/replication.json` has no Measurement `replication.lag_seconds`",
	}} with input as both([], true)
}

regions(value, details) := object.union(measured(name, value, "seconds"), {"spec": {"details": details}})

both(facts, passed) := in_pack({
	"chaos-dr/replication.json": {"role": "replication", "facts": facts},
	"chaos-dr/failover-1.json": {"role": "failover-drill", "facts": [record("Drill", {
		"type": "failover",
		"finished": "2026-11-20T00:00:00Z",
		"passed": passed,
	})]},
})

test_unjudged_where_files_cannot_be_read if {
	roles := {"chaos-dr/replication.json": "replication", "chaos-dr/failover-1.json": "failover-drill", "chaos-dr/failover-2.json": "failover-drill"}
	rule.unjudged == {{"evidence": file, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [file])} | some file, _ in roles} with input as in_pack({file: {"role": role, "problem": {"message": "no JSON"}} | some file, role in roles})
}

test_deny_files_that_are_empty if {
	roles := {"chaos-dr/replication.json": "replication", "chaos-dr/failover-1.json": "failover-drill", "chaos-dr/failover-2.json": "failover-drill"}
	rule.deny == {{"id": "GL-REL-015", "evidence": file, "path": [], "msg": sprintf("`%s` is empty", [file])} | some file, _ in roles} with input as in_pack({file: {"role": role, "size": 0} | some file, role in roles})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-015", "evidence": "chaos-dr/replication.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

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
