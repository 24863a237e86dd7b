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

test_deny_files_that_are_empty if {
	given := object.union(two_files([], []), {"evidence": {file: {"size": 0}, other: {"size": 0}}})
	denied(given) == {packs.in_file("GL-REL-004", each, [], sprintf("`%s` is empty", [each])) | some each in [file, other]}
}

test_unjudged_files_that_cannot_be_read if {
	given := packs.unreadable(packs.unreadable(two_files([], []), file), other)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(other) with input as given
}

test_deny_files_without_a_scan_for_secrets if {
	denied(two_files([], [])) == {packs.in_file("GL-REL-004", each, [], sprintf("`%s` holds no scan for secrets", [each])) | some each in [file, other]}
	denied(two_files([scan("gitleaks")], [scan("Trivy")])) == {packs.in_file("GL-REL-004", other, [], "`scans/other.json` holds no scan for secrets")}
	denied(two_files([scan("gitleaks")], [scan("Trivy"), scan("gitleaks")])) == set()
}

test_deny_each_of_two_results_that_no_secret_tells if {
	given := envelope([scan("gitleaks"), {"type": "vulnerability", "count": 1, "tool": "a"}, {"type": "vulnerability", "count": 2, "tool": "b"}])
	rule.deny == {
		packs.in_file("GL-REL-004", file, ["facts", 1], "1 found by a"),
		packs.in_file("GL-REL-004", file, ["facts", 2], "2 found by b"),
	} with input as given
}

test_deny_secrets_once_where_together_they_make_the_sum if {
	secrets := [{"type": "secret", "rule": "jwt", "file": "a", "count": each} | some each in [2, 3, "many"]]
	given := envelope(array.concat([scan("gitleaks"), {"type": "vulnerabilities", "tool": "gitleaks", "count": 5}], secrets))
	rule.deny == {
		packs.in_file("GL-REL-004", file, ["facts", 2], "secret of rule `jwt` in `a`, 2 times"),
		packs.in_file("GL-REL-004", file, ["facts", 3], "secret of rule `jwt` in `a`, 3 times"),
		packs.in_file("GL-REL-004", file, ["facts", 4], "secret of rule `jwt` in `a`, a value of type `string` times"),
	} with input as given
}

test_deny_a_sum_that_only_the_secrets_of_another_file_make if {
	given := two_files(
		[scan("gitleaks"), {"type": "secret", "rule": "jwt", "file": "a"}],
		[scan("gitleaks"), {"type": "vulnerabilities", "tool": "gitleaks", "count": 1}],
	)
	rule.deny == {
		packs.in_file("GL-REL-004", file, ["facts", 1], "secret of rule `jwt` in `a`"),
		packs.in_file("GL-REL-004", other, ["facts", 1], "1 found by gitleaks"),
	} with input as given
	counted := json.patch(given, [{"op": "add", "path": ["evidence", file, "facts", 1, "count"], "value": 1}])
	rule.deny == {
		packs.in_file("GL-REL-004", file, ["facts", 1], "secret of rule `jwt` in `a`"),
		packs.in_file("GL-REL-004", other, ["facts", 1], "1 found by gitleaks"),
	} with input as counted
}

other := "scans/other.json"

two_files(facts, others) := packs.envelope({file: ["secret-scan", facts], other: ["secret-scan", others]})

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
