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
	every measured in [null, "Successful", ["Successful", "Successful", "Successful"]] {
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
	burn_file: ["slo-burn", [packs.measurement("slo.burn_rate", burn, "ratio")]],
})

denied(given) := exported if exported := rule.deny with input as given
