package gatelib.rules.release.runtime_quiet_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.runtime_quiet as rule

file := "runtime/falco.json"

drift_file := "runtime/base-image-drift.json"

test_allow_a_quiet_day if {
	every facts in [
		[watch({})],
		[watch({"first": "2026-11-21T03:00:00Z", "last": "2026-11-21T21:00:00Z", "longest_gap": 10800})],
		[watch({"last": "2026-11-22T00:00:00Z"})],
		[watch({}), alert({"priority": "Informational"}), alert({"last": "2026-11-21T00:00:00Z"})],
	] {
		rule.deny == set() with input as envelope(facts, 0)
		rule.unjudged == set() with input as envelope(facts, 0)
		rule.subjects == {0} with input as envelope(facts, 0)
	}
}

test_deny_a_pack_without_either_file if {
	denied(packs.envelope({})) == {packs.missing("GL-REL-014", file), packs.missing("GL-REL-014", drift_file)}
	denied(envelope([], 0)) == {packs.in_file("GL-REL-014", file, [], "`runtime/falco.json` does not show that Falco ran")}
}

test_unjudged_files_that_cannot_be_read if {
	given := packs.unreadable(packs.unreadable(envelope([watch({})], 0), file), drift_file)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(drift_file) with input as given
}

test_deny_alerts_of_the_window if {
	every last in ["2026-11-21T00:00:00.000000001Z", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z", "", null, "yesterday"] {
		found(1, [], sprintf("2 alerts of `Shell` with priority Notice, the last on `%v`", [last]), [watch({}), alert({"last": last})])
	}
	every priority in ["Warning", "Emergency", "notice", "", 7] {
		found(1, [], sprintf("2 alerts of `Shell` with priority %v, the last on `2026-11-21T10:00:00Z`", [priority]), [watch({}), alert({"priority": priority})])
	}
	denied(envelope([watch({}), alert({})], 0)) == set()
		with data.gatelib.params as {"runtime": {"min_priority": "Warning"}}
	denied(envelope([watch({}), alert({})], 0)) == set()
		with data.gatelib.params as {"runtime": {"quiet_hours": 14}}
}

test_deny_a_day_of_which_not_all_was_watched if {
	every change in [{"first": "", "last": ""}, {"first": null}, {"last": 7}] {
		found(0, ["snapshots"], "Falco wrote no snapshot of its metrics, which would show that it ran", [watch(change)])
	}
	found(0, ["last"], "nothing shows that Falco ran after `2026-11-21T20:59:59.999999999Z`", [watch({"last": "2026-11-21T20:59:59.999999999Z"})])
	found(0, ["longest_gap"], "nothing shows that Falco ran for 10800.000001 seconds", [watch({"longest_gap": 10800.000001})])
	every field in ["first", "last"] {
		found(0, ["snapshots"], "Falco wrote no snapshot of its metrics, which would show that it ran", [object.remove(watch({}), [field])])
	}
	found(0, ["last"], "Falco's last snapshot is in the future, on `2026-11-22T00:00:01Z`", [watch({"last": "2026-11-22T00:00:01Z"})])
	found(0, ["first"], "nothing shows that Falco ran before `2026-11-21T03:00:01Z`", [watch({"first": "2026-11-21T03:00:01Z"})])
	found(0, ["longest_gap"], "nothing shows that Falco ran for 10800.5 seconds", [watch({"longest_gap": 10800.5})])
	found(0, ["longest_gap"], "the snapshots of Falco's metrics do not tell how far they lie apart", [watch({"longest_gap": null})])
	denied(envelope([watch({"longest_gap": 10801})], 0)) == set()
		with data.gatelib.params as {"runtime": {"max_gap_hours": 4}}
}

test_deny_base_images_that_have_drifted if {
	denied(envelope([watch({})], 1)) == {packs.in_file("GL-REL-014", drift_file, ["facts", 0, "spec", "value"], "1 base images have drifted")}
	denied(envelope([watch({})], null)) == {packs.in_file("GL-REL-014", drift_file, ["facts", 0, "spec", "value"], "Measurement `base_image.drift` has no `value` that is a number")}
}

test_deny_files_that_are_empty if {
	denied(packs.emptied(packs.emptied(two_files([], []), file), other)) == {packs.empty("GL-REL-014", file), packs.empty("GL-REL-014", other)}
}

test_unjudged_both_of_two_files if {
	given := packs.unreadable(packs.unreadable(two_files([], []), file), other)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(other) with input as given
}

test_deny_each_file_that_does_not_show_that_falco_ran if {
	wanted := {each: packs.in_file("GL-REL-014", each, [], sprintf("`%s` does not show that Falco ran", [each])) | some each in [file, other]}
	denied(two_files([], [])) == {wanted[file], wanted[other]}
	denied(two_files([watch({})], [])) == {wanted[other]}
	denied(two_files([], [watch({})])) == {wanted[file]}
	denied(two_files([watch({})], [watch({})])) == set()
}

test_deny_each_of_two_watches_and_alerts if {
	denied(envelope([watch({"longest_gap": 10801}), watch({"longest_gap": 10802}), alert({}), alert({"count": 3})], 0)) == {
		packs.in_file("GL-REL-014", file, ["facts", 0, "longest_gap"], "nothing shows that Falco ran for 10801 seconds"),
		packs.in_file("GL-REL-014", file, ["facts", 1, "longest_gap"], "nothing shows that Falco ran for 10802 seconds"),
		packs.in_file("GL-REL-014", file, ["facts", 2], "2 alerts of `Shell` with priority Notice, the last on `2026-11-21T10:00:00Z`"),
		packs.in_file("GL-REL-014", file, ["facts", 3], "3 alerts of `Shell` with priority Notice, the last on `2026-11-21T10:00:00Z`"),
	}
}

test_deny_an_alert_that_says_nothing if {
	found(1, [], "a value of type `null` alerts of `` with priority unknown, the last on ``", [watch({}), {"type": "alert"}])
}

test_only_alerts_of_the_least_priority_and_above_count if {
	ranked := ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"]
	every rank, least in ranked {
		denied(envelope(array.concat([watch({})], [alert({"priority": priority}) | some priority in ranked]), 0)) == {packs.in_file("GL-REL-014", file, ["facts", place + 1], sprintf("2 alerts of `Shell` with priority %s, the last on `2026-11-21T10:00:00Z`", [priority])) |
			some place, priority in ranked
			place <= rank
		}
			with data.gatelib.params as {"runtime": {"min_priority": least}}
	}
}

test_deny_all_that_is_wrong_with_the_drift if {
	given := packs.envelope({
		file: ["runtime-alerts", [watch({})]],
		drift_file: ["base-image-drift", [packs.measurement("base_image.drift", null, "days")]],
	})
	rule.deny == {
		packs.in_file("GL-REL-014", drift_file, ["facts", 0, "spec", "value"], "Measurement `base_image.drift` has no `value` that is a number"),
		packs.in_file("GL-REL-014", drift_file, ["facts", 0, "spec", "unit"], "Measurement `base_image.drift` is in `days`, and must be in `count`"),
	} with input as given
}

other := "runtime/falco.jsonl"

two_files(facts, others) := packs.envelope({
	file: ["runtime-alerts", facts],
	other: ["runtime-alerts", others],
	drift_file: ["base-image-drift", [packs.measurement("base_image.drift", 0, "count")]],
})

found(position, path, msg, facts) if {
	denied(envelope(facts, 0)) == {packs.in_file("GL-REL-014", file, array.concat(["facts", position], path), msg)}
}

watch(changes) := object.union(
	{"type": "watch", "snapshots": 26, "first": "2026-11-20T23:00:00Z", "last": "2026-11-21T23:30:00Z", "longest_gap": 3600},
	changes,
)

alert(changes) := object.union(
	{"type": "alert", "rule": "Shell", "priority": "Notice", "count": 2, "first": "2026-11-01T00:00:00Z", "last": "2026-11-21T10:00:00Z"},
	changes,
)

envelope(facts, drift) := packs.envelope({
	file: ["runtime-alerts", facts],
	drift_file: ["base-image-drift", [packs.measurement("base_image.drift", drift, "count")]],
})

denied(given) := exported if exported := rule.deny with input as given
