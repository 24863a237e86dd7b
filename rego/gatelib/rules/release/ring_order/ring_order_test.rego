package gatelib.rules.release.ring_order_test

import data.gatelib.rules.release.ring_order as rule

stage := {"ring": "stage", "entered": "2026-11-10T00:00:00Z", "left": "2026-11-13T00:00:00Z", "sev1": 0}

first := {"ring": "ring-0", "entered": "2026-11-13T00:00:00Z", "left": "2026-11-14T00:00:00Z", "sev1": 0}

second := {"ring": "ring-1", "entered": "2026-11-21T00:00:00Z", "left": null, "sev1": 0}

test_allow_each_ring_in_turn if {
	rule.deny == set() with input as given([promotion("ring-0", [stage])])
	rule.deny == set() with input as given([promotion("ring-1", [stage, first])])
	rule.deny == set() with input as given([promotion("ring-2", [stage, first, second])])
}

test_deny_a_ring_that_is_skipped if {
	every history in [[], [stage], [stage, second]] {
		rule.deny == {finding(["history"], sprintf("the promotion to `ring-2` skips `%s`", [
			[ring |
				some ring in ["stage", "ring-0", "ring-1"]
				not ring in [stay.ring | some stay in history]
			][0],
		]))} with input as given([promotion("ring-2", history)])
	}
}

test_deny_another_way if {
	every history, given_ in {
		[first, stage]: "ring-0, stage",
		[stage, first, first]: "stage, ring-0, ring-0",
		[stage, first, second]: "stage, ring-0, ring-1",
		["stage", stage, first]: ", stage, ring-0",
	} {
		rule.deny == {finding(["history"], sprintf("the history is `%s`, and the way to `ring-1` is `stage, ring-0`", [given_]))} with input as given([promotion("ring-1", history)])
	}
}

test_deny_a_bake_time_cut_short if {
	short := object.union(stage, {"entered": "2026-11-10T00:00:00.000000001Z"})
	rule.deny == {finding(["history", 0, "entered"], "the release was in `stage` from `2026-11-10T00:00:00.000000001Z` to `2026-11-13T00:00:00Z`, less than 72 hours")} with input as given([promotion("ring-0", [short])])
	now := object.union(second, {"entered": "2026-11-21T00:00:01Z"})
	rule.deny == {finding(["history", 2, "entered"], "the release was in `ring-1` from `2026-11-21T00:00:01Z` to `now`, less than 24 hours")} with input as given([promotion("ring-2", [stage, first, now])])
}

test_deny_a_ring_without_a_bake_time if {
	rule.deny == {finding(["history", 1, "ring"], "`rings.bake_hours` has no time for `ring-0`")} with input as given([promotion("ring-1", [stage, first])])
		with data.gatelib.params as {"rings": {"bake_hours": {"stage": 72}}}
}

test_deny_an_incident if {
	every sev1 in [1, -1, 0.5] {
		rule.deny == {finding(["history", 0, "sev1"], sprintf("there were Sev-1 incidents in `stage`: %v", [sev1]))} with input as given([promotion("ring-0", [object.union(stage, {"sev1": sev1})])])
	}
	every sev1 in [null, "0", false, []] {
		rule.deny == {finding(["history", 0, "sev1"], "nobody says how many Sev-1 incidents there were in `stage`")} with input as given([promotion("ring-0", [object.union(stage, {"sev1": sev1})])])
	}
}

test_deny_stays_that_overlap if {
	early := object.union(first, {"entered": "2026-11-12T23:59:59Z"})
	rule.deny == {finding(["history", 1, "entered"], "the release entered `ring-0` before it left `stage`")} with input as given([promotion("ring-1", [stage, early])])
	rule.deny == {finding(["history", 0, "left"], "the release entered `ring-0` and has not left `stage`")} with input as given([promotion("ring-1", [object.remove(stage, ["left"]), first])])
}

test_deny_a_stay_that_ends_before_it_begins if {
	rule.deny == {
		finding(["history", 0, "left"], "the release left `stage` before it entered it"),
		finding(["history", 0, "entered"], "the release was in `stage` from `2026-11-10T00:00:00Z` to `2026-11-09T00:00:00Z`, less than 72 hours"),
	} with input as given([promotion("ring-0", [object.union(stage, {"left": "2026-11-09T00:00:00Z"})])])
}

test_deny_times_that_are_none if {
	every value in ["", "2026-11-10", 7, ["2026-11-10T00:00:00Z"]] {
		rule.deny == {finding(["history", 0, "entered"], "the release names no time at which it entered `stage`")} with input as given([promotion("ring-0", [object.union(stage, {"entered": value})])])
		rule.deny == {finding(["history", 0, "left"], "the release names no time at which it left `stage`")} with input as given([promotion("ring-0", [object.union(stage, {"left": value})])])
	}
	rule.deny == {finding(["history", 0, "entered"], "the release names no time at which it entered `stage`")} with input as given([promotion("ring-0", [object.remove(stage, ["entered"])])])
}

test_allow_a_stay_that_ends_now if {
	rule.deny == set() with input as given([promotion("ring-0", [object.union(stage, {"left": "2026-11-22T00:00:00Z"})])])
}

test_deny_times_in_the_future if {
	rule.deny == {finding(["history", 0, "left"], "the release left `stage` in the future, on `2026-11-22T00:00:01Z`")} with input as given([promotion("ring-0", [object.union(stage, {"left": "2026-11-22T00:00:01Z"})])])
	ahead := object.union(stage, {"entered": "2026-11-22T00:00:01Z", "left": null})
	rule.deny == {
		finding(["history", 0, "entered"], "the release entered `stage` in the future, on `2026-11-22T00:00:01Z`"),
		finding(["history", 0, "entered"], "the release was in `stage` from `2026-11-22T00:00:01Z` to `now`, less than 72 hours"),
	} with input as given([promotion("ring-0", [ahead])])
}

test_deny_what_is_no_ring if {
	every to in ["stage", "ring-9", ""] {
		rule.deny == {finding(["to"], sprintf("`%s` is no ring", [to]))} with input as given([promotion(to, [stage])])
	}
	every to in [null, 0, ["ring-0"], {}] {
		rule.deny == {finding(["to"], "the RingPromotion names no ring `to` which it goes")} with input as given([promotion(to, [stage])])
	}
}

test_deny_another_ring_than_the_gate_guards if {
	rule.deny == {finding(["to"], "a promotion to `ring-0` is asked for, and this gate stands before `ring-1`")} with input as given([promotion("ring-0", [stage])])
		with data.gatelib.params as {"rings": {"guarded": "ring-1"}}
	rule.deny == set() with input as given([promotion("ring-1", [stage, first])]) with data.gatelib.params as {"rings": {"guarded": "ring-1"}}
}

test_deny_none_and_two if {
	rule.deny == {{
		"id": "GL-REL-018",
		"evidence": "rollout/rings.json",
		"path": [],
		"msg": "`rollout/rings.json` has no RingPromotion",
	}} with input as given([])
	rule.deny == {{
		"id": "GL-REL-018",
		"evidence": "rollout/rings.json",
		"path": ["facts", 1, "spec", "to"],
		"msg": "a RingPromotion is given more than once",
	}} with input as given([promotion("ring-0", [stage]), promotion("ring-0", [stage])])
}

test_deny_what_is_wrong_with_each_of_two if {
	twice := [{"path": ["facts", 1, "spec", "to"], "msg": "a RingPromotion is given more than once"}]
	every row in [
		["ring-9", [stage], ["to"], "`ring-9` is no ring"],
		["ring-1", [stage], ["history"], "the promotion to `ring-1` skips `ring-0`"],
		["ring-0", [object.remove(stage, ["sev1"])], ["history", 0, "sev1"], "nobody says how many Sev-1 incidents there were in `stage`"],
	] {
		[to, history, path, msg] := row
		each := [{"path": array.concat(["facts", position, "spec"], path), "msg": msg} | some position in [0, 1]]
		rule.deny == {object.union(finding([], ""), problem) | some problem in array.concat(twice, each)} with input as given([promotion(to, history), promotion(to, history)])
	}
}

test_the_first_place_of_a_ring_that_is_named_twice_counts if {
	rule.deny == set() with input as given([promotion("ring-0", [stage])])
		with data.gatelib.params as {"rings": {"order": ["ring-0", "ring-1", "ring-0"]}}
}

promotion(to, history) := record("RingPromotion", {"to": to, "history": history})

test_unjudged_where_files_cannot_be_read if {
	names := ["rollout/rings.json", "rollout/another.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "rings", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["rollout/rings.json", "rollout/another.json"]
	rule.deny == {{"id": "GL-REL-018", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "rings", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-018", "evidence": "rollout/rings.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"rollout/rings.json": {"role": "rings", "facts": facts}})

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
