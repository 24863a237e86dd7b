package gatelib.rules.release.vulnerabilities_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.vulnerabilities as rule

file := "scans/trivy.sarif"

test_allow_a_scan_without_results if {
	rule.deny == set() with input as envelope([scan({})])
	rule.warn == set() with input as envelope([scan({})])
	rule.unjudged == set() with input as envelope([scan({})])
	rule.subjects == {0} with input as envelope([scan({})])
}

test_deny_what_is_not_known_to_be_lesser if {
	every severity in ["critical", "high", "Medium", "none", 7, ["low"]] {
		denied(envelope([scan({}), vulnerability({"severity": severity})])) == {found(1, sprintf("`CVE-1` of severity %v in `zlib` of `r.example.com/api`, found by Trivy", [severity]))}
	}
}

test_warn_of_one_that_is_lesser if {
	given := envelope([scan({}), vulnerability({"severity": "low"})])
	rule.deny == set() with input as given
	rule.warn == {packs.in_file("GL-REL-003", file, ["facts", 1], "1 of severity low, found by Trivy")} with input as given
}

test_deny_what_says_nothing_of_itself if {
	given := envelope([{"type": "scan"}, {"type": "vulnerability"}, {"type": "vulnerabilities"}])
	rule.deny == {
		unnamed(1, "`` of severity unknown, found by an unknown tool"),
		unnamed(2, "a value of type `null` of severity unknown, found by an unknown tool"),
	} with input as given
	rule.warn == set() with input as given
}

test_deny_one_of_an_image_alone if {
	given := envelope([scan({}), vulnerability({"package": "", "location": ""})])
	rule.deny == {object.union(
		found(1, "`CVE-1` of severity high of `r.example.com/api`, found by Trivy"),
		{"vulnerability": {"id": "CVE-1", "package": "", "image": "r.example.com/api"}},
	)} with input as given
}

test_warn_of_suppressions_of_any_form if {
	every suppressed in [2, -1] {
		warned(envelope([scan({"suppressed": suppressed})])) == {packs.in_file("GL-REL-003", file, ["facts", 0, "suppressed"], sprintf("%v results of Trivy are suppressed in the file, and count here all the same", [suppressed]))}
	}
	warned(envelope([scan({"suppressed": 2}), {"type": "scan", "suppressed": 3}])) == {
		packs.in_file("GL-REL-003", file, ["facts", 0, "suppressed"], "2 results of Trivy are suppressed in the file, and count here all the same"),
		packs.in_file("GL-REL-003", file, ["facts", 1, "suppressed"], "3 results of an unknown tool are suppressed in the file, and count here all the same"),
	}
}

found(position, msg) := object.union(
	packs.in_file("GL-REL-003", file, ["facts", position], msg),
	{"vulnerability": {"id": "CVE-1", "package": "zlib", "image": "r.example.com/api"}},
)

unnamed(position, msg) := object.union(
	packs.in_file("GL-REL-003", file, ["facts", position], msg),
	{"vulnerability": {"id": "", "package": "", "image": ""}},
)

scan(changes) := object.union({"type": "scan", "tool": "Trivy", "digest": packs.image, "suppressed": 0}, changes)

vulnerability(changes) := object.union(
	{
		"type": "vulnerability", "tool": "Trivy", "id": "CVE-1", "severity": "high", "package": "zlib",
		"image": "r.example.com/api", "count": 1, "location": "usr/lib:1",
	},
	changes,
)

envelope(facts) := packs.envelope({file: ["scan", facts]})

test_deny_a_pack_without_a_scan if {
	rule.deny == {packs.missing("GL-REL-003", "scans/*.sarif")} with input as packs.envelope({})
}

test_unjudged_a_file_that_cannot_be_read if {
	given := packs.unreadable(envelope([scan({})]), file)
	rule.unjudged == packs.unjudged(file) with input as given
	rule.deny == set() with input as given
}

test_deny_files_that_are_empty if {
	given := object.union(two_files([]), {"evidence": {file: {"size": 0}, other: {"size": 0}}})
	denied(given) == {packs.in_file("GL-REL-003", each, [], sprintf("`%s` is empty", [each])) | some each in [file, other]}
}

test_unjudged_files_that_cannot_be_read if {
	given := packs.unreadable(packs.unreadable(two_files([]), file), other)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(other) with input as given
}

test_deny_files_without_a_scan if {
	denied(envelope([])) == {packs.in_file("GL-REL-003", file, [], "`scans/trivy.sarif` holds no scan")}
	denied(two_files([])) == {packs.in_file("GL-REL-003", each, [], sprintf("`%s` holds no scan", [each])) | some each in [file, other]}
	denied(packs.envelope({file: ["scan", [scan({})]], other: ["scan", []]})) == {packs.in_file("GL-REL-003", other, [], "`scans/other.sarif` holds no scan")}
}

other := "scans/other.sarif"

two_files(facts) := packs.envelope({file: ["scan", facts], other: ["scan", facts]})

test_deny_each_of_two_sums if {
	given := envelope([scan({}), {"type": "vulnerabilities", "severity": "high", "count": 1}, {"type": "vulnerabilities", "severity": "critical", "count": 2}])
	rule.deny == {
		unnamed(1, "1 of severity high, found by an unknown tool"),
		unnamed(2, "2 of severity critical, found by an unknown tool"),
	} with input as given
}

test_deny_and_warn_of_a_sum if {
	given := envelope([
		scan({}),
		{"type": "vulnerabilities", "tool": "Trivy", "severity": "high", "count": 12, "ids": ["a", "b", 7, "c", "d"]},
		{"type": "vulnerabilities", "tool": "Trivy", "severity": "medium", "count": 2, "ids": ["e"]},
	])
	rule.deny == {unnamed(1, "12 of severity high, found by Trivy: `a`, `b`, `c`")} with input as given
	rule.warn == {packs.in_file("GL-REL-003", file, ["facts", 2], "2 of severity medium, found by Trivy: `e`")} with input as given
}

test_deny_one_in_a_line_of_the_sources if {
	given := envelope([scan({}), vulnerability({"package": "", "image": "", "location": "main.go:7"})])
	rule.deny == {object.union(
		found(1, "`CVE-1` of severity high at `main.go:7`, found by Trivy"),
		{"vulnerability": {"id": "CVE-1", "package": "", "image": ""}},
	)} with input as given
}

test_deny_one_in_a_package_of_no_image if {
	given := envelope([scan({}), vulnerability({"image": ""})])
	rule.deny == {object.union(
		found(1, "`CVE-1` of severity high in `zlib`, found by Trivy"),
		{"vulnerability": {"id": "CVE-1", "package": "zlib", "image": ""}},
	)} with input as given
}

denied(given) := exported if exported := rule.deny with input as given

warned(given) := exported if exported := rule.warn with input as given
