package gatelib.rules.release.performance_budget_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.performance_budget as rule

file := "perf/k6.json"

baseline_file := "perf/k6-baseline.json"

test_allow_at_the_edges if {
	every p95 in [1, 200, 220, 219.99] {
		given := envelope([load_test({"p95_ms": p95, "error_rate": 0.005})], [load_test({"checks_failed": 7, "error_rate": 1, "thresholds_failed": ["x"]})])
		rule.deny == set() with input as given
		rule.unjudged == set() with input as given
		rule.subjects == {0} with input as given
	}
}

test_deny_a_pack_without_either_file if {
	denied(packs.envelope({})) == {packs.missing("GL-REL-016", file), packs.missing("GL-REL-016", baseline_file)}
	denied(envelope([], [])) == {
		packs.in_file("GL-REL-016", file, [], "`perf/k6.json` holds no load test"),
		packs.in_file("GL-REL-016", baseline_file, [], "`perf/k6-baseline.json` holds no load test"),
	}
}

test_unjudged_files_that_cannot_be_read if {
	given := packs.unreadable(packs.unreadable(envelope([load_test({})], [load_test({})]), file), baseline_file)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(baseline_file) with input as given
}

test_deny_a_regression_over_the_limit if {
	wanted := "95 percent of the requests took 220.5 ms at most, before it was 200 ms, and it may rise by 10 percent"
	denied(envelope([load_test({"p95_ms": 220.5})], [load_test({})])) == {found("p95_ms", wanted)}
	denied(envelope([load_test({"p95_ms": 220.5})], [load_test({"p95_ms": 300}), load_test({})])) == {found("p95_ms", wanted)}
	denied(envelope([load_test({"p95_ms": 220.5})], [load_test({})])) == set()
		with data.gatelib.params as {"performance": {"max_p95_regression_percent": 10.25}}
}

test_deny_a_baseline_that_is_the_test_itself if {
	given := json.patch(envelope([load_test({})], [load_test({})]), [{"op": "replace", "path": ["evidence", baseline_file, "sha256"], "value": file}])
	rule.deny == {packs.in_file("GL-REL-016", baseline_file, ["facts", 0], "the baseline `perf/k6-baseline.json` is the load test `perf/k6.json` itself")} with input as given
}

test_deny_numbers_that_are_none if {
	every wrong in [0, null, "200", -1] {
		denied(envelope([load_test({"p95_ms": wrong})], [load_test({})])) == {found("p95_ms", "the load test of `perf/k6.json` has no `p95_ms` over 0")}
		denied(envelope([load_test({"requests": wrong})], [load_test({})])) == {found("requests", "the load test of `perf/k6.json` has no `requests` over 0")}
		denied(envelope([load_test({})], [load_test({"p95_ms": wrong})])) == {packs.in_file("GL-REL-016", baseline_file, ["facts", 0, "p95_ms"], "the load test of `perf/k6-baseline.json` has no `p95_ms` over 0")}
	}
	every wrong in [null, "0", true] {
		denied(envelope([load_test({"error_rate": wrong})], [load_test({})])) == {found("error_rate", "the load test of `perf/k6.json` has no error rate")}
	}
}

test_deny_errors_checks_and_thresholds if {
	denied(envelope([load_test({"error_rate": 0.006})], [load_test({})])) == {found("error_rate", "0.006 of the requests failed, and 0.005 may")}
	denied(envelope([load_test({"checks_failed": 2})], [load_test({})])) == {found("checks_failed", "2 checks of the load test failed")}
	denied(envelope([load_test({"checks_failed": null})], [load_test({})])) == {found("checks_failed", "a value of type `null` checks of the load test failed")}
	denied(envelope([load_test({"thresholds_failed": ["a", "b"]})], [load_test({})])) == {found("thresholds_failed", "the load test crossed thresholds: `a`, `b`")}
	denied(envelope([load_test({"thresholds_failed": null})], [load_test({})])) == {found("thresholds_failed", "the load test crossed thresholds: ")}
}

test_deny_files_that_are_empty if {
	denied(packs.emptied(packs.emptied(two_files([], []), file), other)) == {packs.empty("GL-REL-016", file), packs.empty("GL-REL-016", other)}
}

test_unjudged_both_of_two_files if {
	given := packs.unreadable(packs.unreadable(two_files([], []), file), other)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(other) with input as given
}

test_deny_each_file_without_a_load_test if {
	wanted := {each: packs.in_file("GL-REL-016", each, [], sprintf("`%s` holds no load test", [each])) | some each in [file, other]}
	denied(two_files([], [])) == {wanted[file], wanted[other]}
	denied(two_files([load_test({})], [])) == {wanted[other]}
	denied(two_files([], [load_test({})])) == {wanted[file]}
	denied(two_files([load_test({})], [load_test({})])) == set()
}

test_deny_each_of_two_load_tests if {
	bad := load_test({"requests": 0, "p95_ms": 221, "error_rate": 1, "checks_failed": 1, "thresholds_failed": ["a"]})
	denied(envelope([bad, bad, object.remove(load_test({}), ["error_rate"]), object.remove(load_test({}), ["error_rate"])], [load_test({})])) == {packs.in_file("GL-REL-016", file, ["facts", position, field], msg) |
		some position in [0, 1]
		some field, msg in {
			"requests": "the load test of `perf/k6.json` has no `requests` over 0",
			"p95_ms": "95 percent of the requests took 221 ms at most, before it was 200 ms, and it may rise by 10 percent",
			"error_rate": "1 of the requests failed, and 0.005 may",
			"checks_failed": "1 checks of the load test failed",
			"thresholds_failed": "the load test crossed thresholds: `a`",
		}
	} | {packs.in_file("GL-REL-016", file, ["facts", position, "error_rate"], "the load test of `perf/k6.json` has no error rate") | some position in [2, 3]}
}

test_deny_each_baseline_that_is_a_load_test_itself if {
	fine := packs.envelope({
		file: ["load-test", [load_test({})]],
		other: ["load-test", [load_test({})]],
		baseline_file: ["load-test-baseline", [load_test({}), load_test({})]],
	})
	every tested in [file, other] {
		denied(json.patch(fine, [{"op": "replace", "path": ["evidence", baseline_file, "sha256"], "value": tested}])) == {packs.in_file("GL-REL-016", baseline_file, ["facts", position], sprintf("the baseline `perf/k6-baseline.json` is the load test `%s` itself", [tested])) |
			some position in [0, 1]
		}
	}
}

test_deny_a_load_test_that_says_nothing if {
	denied(envelope([object.remove(load_test({}), ["requests"])], [load_test({})])) == {found("requests", "the load test of `perf/k6.json` has no `requests` over 0")}
	denied(envelope([object.remove(load_test({}), ["checks_failed"])], [load_test({})])) == {found("checks_failed", "a value of type `null` checks of the load test failed")}
	denied(envelope([object.remove(load_test({}), ["thresholds_failed"])], [load_test({})])) == {found("thresholds_failed", "the load test crossed thresholds: ")}
}

other := "perf/k6-summary.json"

two_files(tests, others) := packs.envelope({
	file: ["load-test", tests],
	other: ["load-test", others],
	baseline_file: ["load-test-baseline", [load_test({})]],
})

found(field, msg) := packs.in_file("GL-REL-016", file, ["facts", 0, field], msg)

load_test(changes) := object.union(
	{"type": "load_test", "requests": 1000, "p95_ms": 200, "error_rate": 0, "checks_passed": 9, "checks_failed": 0, "thresholds_failed": []},
	changes,
)

envelope(tests, baselines) := packs.envelope({file: ["load-test", tests], baseline_file: ["load-test-baseline", baselines]})

denied(given) := exported if exported := rule.deny with input as given
