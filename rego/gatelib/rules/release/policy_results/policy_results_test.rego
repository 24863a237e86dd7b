package gatelib.rules.release.policy_results_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.policy_results as rule

file := "policies/results.json"

test_allow_a_gate_that_passed if {
	every fact in [conftest({}), conftest({"skipped": ["x"], "trusted": null, "now": ""}), report({})] {
		rule.deny == set() with input as envelope([fact])
		rule.unjudged == set() with input as envelope([fact])
		rule.subjects == {0} with input as envelope([fact])
	}
}

test_deny_a_pack_without_results if {
	denied(packs.envelope({})) == {packs.missing("GL-REL-006", "policies/*.json")}
	denied(envelope([])) == {packs.in_file("GL-REL-006", file, [], "`policies/results.json` holds no result of a policy gate")}
	denied(envelope([conftest({})])) == {packs.at_release("GL-REL-006", "release `api-1` has no result of `gatelib` that counts")}
		with data.gatelib.params as {"policy": {"required_tools": ["gatelib", "conftest"]}}
}

test_unjudged_a_file_that_cannot_be_read if {
	unjudged(packs.unreadable(envelope([conftest({})]), file)) == packs.unjudged(file)
}

test_deny_whatever_is_no_pass if {
	every outcome in ["fail", "error", "PASS", 7] {
		found("outcome", sprintf("conftest of `policies/results.json` ended with `%v`", [outcome]), [conftest({"outcome": outcome})])
	}
	failure := {"type": "policy_failure", "rule": "GL-K8S-001", "file": "api.yaml"}
	found("outcome", "conftest of `policies/results.json` ended with `fail`: `GL-K8S-001` in `api.yaml`", [conftest({"outcome": "fail", "failures": 1}), failure])
}

test_deny_a_pass_with_failures_or_without_files if {
	every shown, failures in {"1": 1, "2": 2, "a value of type `string`": "0", "a value of type `null`": null} {
		found("failures", sprintf("conftest of `policies/results.json` passed with %s failures", [shown]), [conftest({"failures": failures})])
	}
	every files in [0, null, "4"] {
		found("files", "conftest of `policies/results.json` judged no file", [conftest({"files": files})])
	}
}

test_deny_a_report_that_proves_nothing if {
	every trusted in [false, null, "true"] {
		found("trusted", "gatelib of `policies/results.json` used a configuration that is not trusted", [report({"trusted": trusted})])
	}
	found("skipped", "gatelib of `policies/results.json` skipped `GL-K8S-001`", [report({"skipped": ["GL-K8S-001"]})])
	found("skipped", "gatelib of `policies/results.json` does not say what it skipped", [report({"skipped": null})])
	denied(envelope([report({"skipped": ["GL-K8S-001"]})])) == set()
		with data.gatelib.params as {"policy": {"allowed_skips": ["GL-K8S-001"]}}
}

test_deny_a_report_as_of_another_time if {
	every now in ["", null, "2026-11-20", 7] {
		found("now", "gatelib of `policies/results.json` does not say as of when it judged", [report({"now": now})])
	}
	denied(envelope([report({"now": "2026-11-08T00:00:00Z"})])) == set()
	found("now", "gatelib of `policies/results.json` judged as of `2026-11-07T23:59:59Z`, more than 14 days ago", [report({"now": "2026-11-07T23:59:59Z"})])
	found("now", "gatelib of `policies/results.json` judged as of `2026-11-22T00:00:01Z`, in the future", [report({"now": "2026-11-22T00:00:01Z"})])
}

test_deny_what_says_nothing_of_its_result if {
	found("outcome", "conftest of `policies/results.json` ended with `nothing`", [object.remove(conftest({}), ["outcome"])])
	found("outcome", "the result of `policies/results.json` ended with `fail`", [object.remove(conftest({"outcome": "fail"}), ["tool"])])
	found("failures", "conftest of `policies/results.json` passed with a value of type `null` failures", [object.remove(conftest({}), ["failures"])])
	found("files", "conftest of `policies/results.json` judged no file", [object.remove(conftest({}), ["files"])])
	found("trusted", "gatelib of `policies/results.json` used a configuration that is not trusted", [object.remove(report({}), ["trusted"])])
	found("skipped", "gatelib of `policies/results.json` does not say what it skipped", [object.remove(report({}), ["skipped"])])
	found("now", "gatelib of `policies/results.json` does not say as of when it judged", [object.remove(report({}), ["now"])])
}

test_deny_each_rule_that_was_skipped if {
	denied(envelope([report({"skipped": ["GL-K8S-001", "GL-K8S-002", "GL-K8S-003"]})])) == {packs.in_file("GL-REL-006", file, ["facts", 0, "skipped"], sprintf("gatelib of `policies/results.json` skipped `%s`", [skipped])) |
		some skipped in ["GL-K8S-002", "GL-K8S-003"]
	}
		with data.gatelib.params as {"policy": {"allowed_skips": ["GL-K8S-001"]}}
}

test_deny_with_the_first_three_failures if {
	failures := [{"type": "policy_failure"}, failure("b"), failure("c"), failure("d")]
	found(
		"outcome",
		"conftest of `policies/results.json` ended with `fail`: `` in ``, `b` in `api.yaml`, `c` in `api.yaml`",
		array.concat([conftest({"outcome": "fail", "failures": 4})], failures),
	)
}

failure(id) := {"type": "policy_failure", "rule": id, "file": "api.yaml"}

test_allow_a_gate_that_judged_one_file if {
	rule.deny == set() with input as envelope([conftest({"files": 1})])
}

test_deny_each_tool_without_a_result_for_each_record_of_the_release if {
	missing := {packs.at_release("GL-REL-006", sprintf("release `api-1` has no result of `%s` that counts", [tool])) | some tool in ["gatelib", "conftest"]}
	denied(packs.twice(envelope([conftest({"tool": "kyverno"})]))) == packs.of_both(missing)
		with data.gatelib.params as {"policy": {"required_tools": ["gatelib", "conftest"]}}
}

test_deny_files_that_are_empty if {
	denied(packs.emptied(packs.emptied(two_files([], []), file), other)) == {packs.empty("GL-REL-006", file), packs.empty("GL-REL-006", other)}
}

test_unjudged_files_that_cannot_be_read if {
	unjudged(packs.unreadable(packs.unreadable(two_files([], []), file), other)) == packs.unjudged(file) | packs.unjudged(other)
}

test_deny_each_file_without_a_result if {
	wanted := {each: packs.in_file("GL-REL-006", each, [], sprintf("`%s` holds no result of a policy gate", [each])) | some each in [file, other]}
	denied(two_files([], [])) == {wanted[file], wanted[other]}
	denied(two_files([conftest({})], [])) == {wanted[other]}
	denied(two_files([], [conftest({})])) == {wanted[file]}
	denied(two_files([conftest({})], [conftest({})])) == set()
}

other := "policies/other.json"

two_files(facts, others) := packs.envelope({file: ["policy-results", facts], other: ["policy-results", others]})

found(field, msg, facts) if {
	denied(envelope(facts)) == {packs.in_file("GL-REL-006", file, ["facts", 0, field], msg)}
}

conftest(changes) := object.union({"type": "policy_results", "tool": "conftest", "outcome": "pass", "files": 4, "failures": 0, "skipped": []}, changes)

report(changes) := object.union(conftest({"tool": "gatelib", "trusted": true, "now": "2026-11-22T00:00:00Z"}), changes)

envelope(facts) := packs.envelope({file: ["policy-results", facts]})

test_deny_with_the_failures_of_its_own_file if {
	given := packs.envelope({
		file: ["policy-results", [conftest({"outcome": "fail", "failures": 1})]],
		"policies/other.json": ["policy-results", [conftest({}), {"type": "policy_failure", "rule": "GL-K8S-001", "file": "api.yaml"}]],
	})
	rule.deny == {packs.in_file("GL-REL-006", file, ["facts", 0, "outcome"], "conftest of `policies/results.json` ended with `fail`")} with input as given
}

denied(given) := exported if exported := rule.deny with input as given

unjudged(given) := exported if exported := rule.unjudged with input as given
