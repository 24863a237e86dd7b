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
	found(0, ["last"], "nothing shows that Falco ran after `2026-11-21T20:59:59Z`", [watch({"last": "2026-11-21T20:59:59Z"})])
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
