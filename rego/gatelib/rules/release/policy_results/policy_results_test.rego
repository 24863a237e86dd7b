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
	every failures in [1, "0", null] {
		count(rule.deny) == 1 with input as envelope([conftest({"failures": failures})])
	}
	found("failures", "conftest of `policies/results.json` passed with 2 failures", [conftest({"failures": 2})])
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
