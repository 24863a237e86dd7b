package gatelib.rules.release.secrets_found_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.secrets_found as rule

file := "scans/gitleaks.json"

test_allow_a_scan_without_results if {
	rule.deny == set() with input as envelope([scan("Gitleaks")])
	rule.unjudged == set() with input as envelope([scan("gitleaks")])
	rule.subjects == {0} with input as envelope([scan("gitleaks")])
}

test_deny_a_secret_that_says_nothing_of_itself if {
	given := envelope([scan("gitleaks"), {"type": "secret"}])
	rule.deny == {packs.in_file("GL-REL-004", file, ["facts", 1], "secret of rule `` in ``")} with input as given
}

test_deny_a_sum_that_is_no_number_or_of_another_tool if {
	secret := {"type": "secret", "rule": "jwt", "file": "a", "count": 2}
	told := packs.in_file("GL-REL-004", file, ["facts", 1], "secret of rule `jwt` in `a`, 2 times")
	every sum in [{"tool": "gitleaks", "count": 3}, {"tool": "Trivy", "count": 1}] {
		given := envelope([scan("gitleaks"), secret, object.union({"type": "vulnerabilities"}, sum)])
		rule.deny == {told, packs.in_file("GL-REL-004", file, ["facts", 2], sprintf("%v found by %v", [sum.count, sum.tool]))} with input as given
	}
	given := envelope([scan("gitleaks"), secret, {"type": "vulnerability"}])
	rule.deny == {told, packs.in_file("GL-REL-004", file, ["facts", 2], "a value of type `null` found by an unknown tool")} with input as given
}

test_deny_a_file_without_a_scan_for_secrets if {
	every facts in [[], [scan("Trivy")], [scan(7)], [scan(null)]] {
		denied(envelope(facts)) == {packs.in_file("GL-REL-004", file, [], "`scans/gitleaks.json` holds no scan for secrets")}
	}
}

scan(tool) := {"type": "scan", "tool": tool}

envelope(facts) := packs.envelope({file: ["secret-scan", facts]})

test_deny_a_pack_without_a_scan if {
	rule.deny == {packs.missing("GL-REL-004", "scans/gitleaks.json")} with input as packs.envelope({})
}

test_deny_a_secret_in_another_file_of_scans if {
	other := "scans/leaks.sarif"
	given := packs.envelope({file: ["secret-scan", [scan("gitleaks")]], other: ["scan", [scan("gitleaks"), {"type": "secret", "rule": "jwt", "file": "a"}]]})
	rule.deny == {packs.in_file("GL-REL-004", other, ["facts", 1], "secret of rule `jwt` in `a`")} with input as given
}

test_unjudged_a_file_that_cannot_be_read if {
	unjudged(packs.unreadable(envelope([scan("gitleaks")]), file)) == packs.unjudged(file)
}

test_deny_a_secret_once_where_its_sum_is_told_too if {
	secret := {"type": "secret", "rule": "jwt", "file": "a", "line": 3, "commit": packs.commit, "count": 1}
	given := envelope([scan("gitleaks"), secret, {"type": "vulnerabilities", "tool": "gitleaks", "count": 1}])
	rule.deny == {packs.in_file("GL-REL-004", file, ["facts", 1], "secret of rule `jwt` in `a`, line 3, commit `4f1c2a9d0b7e`")} with input as given
}

test_deny_a_sum_that_is_null if {
	given := envelope([scan("gitleaks"), {"type": "secret", "rule": "jwt", "file": "a", "line": 0}, {"type": "vulnerabilities", "tool": "gitleaks", "count": null}])
	rule.deny == {
		packs.in_file("GL-REL-004", file, ["facts", 1], "secret of rule `jwt` in `a`"),
		packs.in_file("GL-REL-004", file, ["facts", 2], "a value of type `null` found by gitleaks"),
	} with input as given
}

denied(given) := exported if exported := rule.deny with input as given

unjudged(given) := exported if exported := rule.unjudged with input as given
