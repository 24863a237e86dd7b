package gatelib.rules.release.canary_health_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.canary_health as rule

file := "rollout/canary-metrics.json"

burn_file := "rollout/slo-burn.json"

test_allow_a_canary_that_was_healthy_to_its_end if {
	given := envelope([run([metric({"measurements": phases(["Failed", "Successful", "Successful", "Successful"])})])], 1)
	rule.deny == set() with input as given
	rule.unjudged == set() with input as given
	rule.subjects == {0} with input as given
}

test_deny_a_pack_without_either_file if {
	rule.deny == {packs.missing("GL-REL-007", file), packs.missing("GL-REL-007", burn_file)} with input as packs.envelope({})
}

test_unjudged_files_that_cannot_be_read if {
	given := packs.unreadable(packs.unreadable(envelope([run([metric({})])], 1), file), burn_file)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(burn_file) with input as given
}

test_deny_files_that_are_empty if {
	given := object.union(two_files([], []), {"evidence": {file: {"size": 0}, other: {"size": 0}}})
	denied(given) == {packs.in_file("GL-REL-007", each, [], sprintf("`%s` is empty", [each])) | some each in [file, other]}
}

test_unjudged_each_of_two_files_of_a_canary if {
	given := packs.unreadable(packs.unreadable(two_files([], []), file), other)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(other) with input as given
}

test_deny_files_without_a_run if {
	good := run([metric({})])
	denied(two_files([good], [good])) == set()
	denied(two_files([good], [])) == {packs.in_file("GL-REL-007", other, [], "`rollout/other.json` holds no AnalysisRun")}
	denied(two_files([], [])) == {packs.in_file("GL-REL-007", each, [], sprintf("`%s` holds no AnalysisRun", [each])) | some each in [file, other]}
}

test_deny_each_of_two_runs if {
	bad := object.remove(run([metric({"measurements": []})]), ["name", "phase"])
	empty := object.union(run([]), {"name": "s", "phase": "Error"})
	denied(envelope([bad, object.union(bad, {"name": "r"}), empty, object.union(empty, {"name": "t"})], 1)) == {
		packs.in_file("GL-REL-007", file, ["facts", 0, "phase"], "AnalysisRun `` is ``, and not `Successful`"),
		packs.in_file("GL-REL-007", file, ["facts", 0, "metrics", 0], "metric `m` of AnalysisRun `` ends with 0 healthy intervals, and needs 3"),
		packs.in_file("GL-REL-007", file, ["facts", 1, "phase"], "AnalysisRun `r` is ``, and not `Successful`"),
		packs.in_file("GL-REL-007", file, ["facts", 1, "metrics", 0], "metric `m` of AnalysisRun `r` ends with 0 healthy intervals, and needs 3"),
		packs.in_file("GL-REL-007", file, ["facts", 2, "phase"], "AnalysisRun `s` is `Error`, and not `Successful`"),
		packs.in_file("GL-REL-007", file, ["facts", 2, "metrics"], "AnalysisRun `s` has no metric that decides"),
		packs.in_file("GL-REL-007", file, ["facts", 3, "phase"], "AnalysisRun `t` is `Error`, and not `Successful`"),
		packs.in_file("GL-REL-007", file, ["facts", 3, "metrics"], "AnalysisRun `t` has no metric that decides"),
	}
}

other := "rollout/other.json"

two_files(facts, others) := packs.envelope({
	file: ["canary", facts],
	other: ["canary", others],
	burn_file: ["slo-burn", [burns(1, "ratio")]],
})

test_deny_a_burn_rate_with_two_flaws if {
	denied(packs.envelope({file: ["canary", [run([metric({})])]], burn_file: ["slo-burn", [burns("1", "percent")]]})) == {
		packs.in_file("GL-REL-007", burn_file, ["facts", 0, "spec", "value"], "Measurement `slo.burn_rate` has no `value` that is a number"),
		packs.in_file("GL-REL-007", burn_file, ["facts", 0, "spec", "unit"], "Measurement `slo.burn_rate` is in `percent`, and must be in `ratio`"),
	}
}

burns(value, unit) := packs.measurement("slo.burn_rate", value, unit)

test_deny_a_file_without_a_run if {
	denied(envelope([], 1)) == {packs.in_file("GL-REL-007", file, [], "`rollout/canary-metrics.json` holds no AnalysisRun")}
}

test_deny_fewer_healthy_intervals_at_the_end_than_needed if {
	every row in [
		[[], 0], [["Successful"], 1], [["Successful", "Successful"], 2], [["Successful", "Successful", "Successful", ""], 0],
		[["Successful", "Successful", "Error", "Successful", "Successful"], 2], [["Successful", "Successful", 7, "Successful"], 1],
	] {
		[measured, healthy] := row
		found([metric({"measurements": phases(measured)})], healthy)
	}
	every measured in [null, "Successful", ["Successful", "Successful", "Successful"], [7, null, ["Successful"], true]] {
		found([metric({"measurements": measured})], 0)
	}
}

test_deny_a_metric_of_another_type if {
	every wrong in [7, null, []] {
		denied(envelope([run([metric({}), wrong])], 1)) == {packs.in_file("GL-REL-007", file, ["facts", 0, "metrics", 1], "metric `` of AnalysisRun `r` ends with 0 healthy intervals, and needs 3")}
	}
}

test_allow_what_parameters_say if {
	given := envelope([run([metric({"measurements": phases(["Successful"])})])], 2)
	rule.deny == set() with input as given
		with data.gatelib.params as {"canary": {"min_intervals": 1}, "slo": {"max_burn_rate": 2}}
}

test_deny_a_run_that_is_not_successful if {
	every phase in ["Running", "Failed", "Inconclusive", "Error", "", "successful", null] {
		given := envelope([object.union(run([metric({})]), {"phase": phase})], 1)
		rule.deny == {packs.in_file("GL-REL-007", file, ["facts", 0, "phase"], sprintf("AnalysisRun `r` is `%v`, and not `Successful`", [phase]))} with input as given
	}
}

test_deny_a_run_in_which_nothing_decides if {
	every metrics in [[], null, [metric({"dry_run": true, "measurements": []})]] {
		denied(envelope([run(metrics)], 1)) == {packs.in_file("GL-REL-007", file, ["facts", 0, "metrics"], "AnalysisRun `r` has no metric that decides")}
	}
}

test_deny_a_burn_rate_over_the_limit_or_none if {
	denied(envelope([run([metric({})])], 1.5)) == {packs.in_file("GL-REL-007", burn_file, ["facts", 0, "spec", "value"], "the error budget burns at 1.5 times its rate, and may at 1")}
	denied(envelope([run([metric({})])], "1")) == {packs.in_file("GL-REL-007", burn_file, ["facts", 0, "spec", "value"], "Measurement `slo.burn_rate` has no `value` that is a number")}
}

found(metrics, healthy) if {
	msg := sprintf("metric `m` of AnalysisRun `r` ends with %v healthy intervals, and needs 3", [healthy])
	denied(envelope([run(metrics)], 1)) == {packs.in_file("GL-REL-007", file, ["facts", 0, "metrics", 0], msg)}
}

run(metrics) := {"type": "analysis", "name": "r", "phase": "Successful", "metrics": metrics}

metric(changes) := object.union(
	{"name": "m", "dry_run": false, "measurements": phases(["Successful", "Successful", "Successful"])},
	changes,
)

phases(names) := [{"phase": name} | some name in names]

envelope(facts, burn) := packs.envelope({
	file: ["canary", facts],
	burn_file: ["slo-burn", [burns(burn, "ratio")]],
})

denied(given) := exported if exported := rule.deny with input as given
