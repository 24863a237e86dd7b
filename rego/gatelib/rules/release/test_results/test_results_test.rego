package gatelib.rules.release.test_results_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.test_results as rule

all_scans := {
	"scans/trivy.sarif": ["scan", [scan("Trivy")]],
	"scans/codeql.sarif": ["scan", [scan("CodeQL")]],
	"scans/zap.sarif": ["scan", [scan("ZAP")]],
}

test_allow_all_kinds if {
	rule.deny == set() with input as envelope({})
	rule.unjudged == set() with input as envelope({})
	rule.subjects == {0} with input as envelope({})
}

test_allow_fewer_kinds_where_parameters_say_so if {
	rule.deny == set() with input as packs.envelope({"tests/unit.xml": ["tests", [suite({})]]})
		with data.gatelib.params as {"scans": {"required": []}, "tests": {"required": ["unit"]}}
}

test_allow_a_tool_that_parameters_name if {
	given := packs.envelope({"tests/unit.xml": ["tests", [suite({})]], "scans/own.sarif": ["scan", [scan("OWN")]]})
	rule.deny == set() with input as given
		with data.gatelib.params as {"scans": {"required": ["dast"], "tools": {"Own": ["dast"]}}, "tests": {"required": ["unit"]}}
}

test_deny_counts_that_are_none if {
	every wrong in [null, "0", -1, true] {
		rule.deny == {packs.in_file("GL-REL-031", "tests/unit.xml", ["facts", 0, "failures"], "suite `s` does not say how many failures it had")} with input as envelope({"tests/unit.xml": ["tests", [suite({"failures": wrong})]]})
	}
	rule.deny == {
		packs.in_file("GL-REL-031", "tests/unit.xml", ["facts", 0, "tests"], "suite `s` does not say how many tests it had"),
		packs.at_release("GL-REL-031", "release `api-1` has no test of kind `unit` that ran"),
	} with input as envelope({"tests/unit.xml": ["tests", [suite({"tests": "9"})]]})
}

test_deny_a_failure_that_no_count_tells if {
	failure := {"type": "test_failure", "suite": "s", "name": "adds", "outcome": "failure"}
	rule.deny == {packs.in_file("GL-REL-031", "tests/unit.xml", [], "1 tests fail in `tests/unit.xml`: `adds`")} with input as envelope({"tests/unit.xml": ["tests", [suite({}), failure]]})
	rule.deny == {packs.in_file("GL-REL-031", "tests/unit.xml", [], "2 tests fail in `tests/unit.xml`")} with input as envelope({"tests/unit.xml": ["tests", [suite({"errors": 1}), suite({"failures": 1})]]})
}

test_deny_at_the_edge_of_flaky_tests if {
	rule.deny == set() with input as envelope({"tests/unit.xml": ["tests", [suite({"flaky": 5})]]})
	rule.deny == {packs.at_release("GL-REL-031", "6 tests are quarantined as flaky, and 5 may be")} with input as envelope({"tests/unit.xml": ["tests", [suite({"flaky": 6})]]})
}

test_deny_an_image_that_only_another_file_is_signed_for if {
	given := packs.of_release(
		{"images": [sprintf("r.example.com/api@%s", [packs.image]), sprintf("r.example.com/worker@%s", [packs.second_image])]},
		object.union(all_scans, tests),
	)
	rule.deny == {packs.at_release("GL-REL-031", sprintf("release `api-1` has no scan of image `%s` that counts", [packs.second_image]))} with input as given
}

envelope(changes) := packs.envelope(object.union(object.union(all_scans, tests), changes))

tests := {sprintf("tests/%s.xml", [kind]): ["tests", [suite({})]] | some kind in ["unit", "contract", "integration", "chaos-smoke"]}

suite(changes) := object.union({"type": "tests", "suite": "s", "tests": 2, "failures": 0, "errors": 0, "skipped": 1, "flaky": 0}, changes)

scan(tool) := {"type": "scan", "tool": tool, "digest": "", "suppressed": 0}

test_deny_a_pack_without_tests if {
	rule.deny == {packs.missing("GL-REL-031", "tests/*.xml")} with input as packs.envelope({})
		with data.gatelib.params as {"scans": {"required": []}, "tests": {"required": []}}
}

test_unjudged_a_file_that_cannot_be_read if {
	rule.unjudged == packs.unjudged("tests/unit.xml") with input as packs.unreadable(envelope({}), "tests/unit.xml")
}

test_deny_a_kind_of_scan_that_is_missing if {
	rule.deny == {packs.at_release("GL-REL-031", "release `api-1` has no scan of kind `dast` that counts")} with input as envelope({"scans/zap.sarif": ["scan", [scan("zapper")]]})
}

test_allow_files_in_the_folder_of_their_kind if {
	rule.deny == set() with input as envelope({"tests/unit.xml": ["tests", [suite({"tests": 1})]], "tests/unit/api.xml": ["tests", [suite({})]]})
}

test_allow_an_image_whose_scan_names_it if {
	named := object.union(scan("Trivy"), {"digest": packs.image})
	rule.deny == set() with input as envelope({"scans/trivy.sarif": ["scan", [named]]})
}

test_deny_images_that_no_tool_for_images_scanned if {
	given := envelope({"scans/trivy.sarif": ["scan", [scan("osv-scanner")]]})
	rule.deny == {packs.at_release("GL-REL-031", sprintf("release `api-1` has no scan of image `%s` that counts", [packs.image]))} with input as given
}

test_deny_a_kind_of_test_that_did_not_run if {
	every counts in [{"tests": 0, "skipped": 0}, {"tests": 3, "skipped": 3}] {
		rule.deny == {packs.at_release("GL-REL-031", "release `api-1` has no test of kind `unit` that ran")} with input as envelope({"tests/unit.xml": ["tests", [suite(counts)]]})
	}
}

test_deny_flaky_tests_whatever_another_suite_claims if {
	every claimed in [-10, "0", null] {
		given := envelope({"tests/unit.xml": ["tests", [suite({"flaky": 6}), suite({"flaky": claimed})]]})
		rule.deny == {packs.at_release("GL-REL-031", "6 tests are quarantined as flaky, and 5 may be")} with input as given
	}
}

test_deny_files_that_are_empty if {
	names := ["tests/unit.xml", "tests/unit-web.xml"]
	given := packs.envelope({name: ["tests", [suite({})]] | some name in names})
	rule.deny == {packs.empty("GL-REL-031", name) | some name in names} with input as packs.emptied(packs.emptied(given, names[0]), names[1])
		with data.gatelib.params as nothing_required
}

test_unjudged_files_that_cannot_be_read if {
	given := packs.unreadable(packs.unreadable(envelope({}), "tests/unit.xml"), "tests/contract.xml")
	rule.unjudged == packs.unjudged("tests/unit.xml") | packs.unjudged("tests/contract.xml") with input as given
}

test_each_record_of_a_release_is_judged if {
	flaky := suite({"tests": 0, "skipped": 0, "flaky": 6})
	found := denied(packs.envelope({"tests/unit.xml": ["tests", [flaky]]}))
	packs.at_release("GL-REL-031", "6 tests are quarantined as flaky, and 5 may be") in found
	packs.at_release("GL-REL-031", "release `api-1` has no test of kind `unit` that ran") in found
	packs.at_release("GL-REL-031", "release `api-1` has no scan of kind `dast` that counts") in found
	packs.at_release("GL-REL-031", sprintf("release `api-1` has no scan of image `%s` that counts", [packs.image])) in found
	denied(packs.twice(packs.envelope({"tests/unit.xml": ["tests", [flaky]]}))) == packs.of_both(found)
}

test_deny_each_of_two_images_that_were_not_scanned if {
	given := packs.of_release(
		{"images": [sprintf("r.example.com/api@%s", [packs.image]), sprintf("r.example.com/worker@%s", [packs.second_image])]},
		{"tests/unit.xml": ["tests", [suite({})]]},
	)
	rule.deny == {packs.at_release("GL-REL-031", sprintf("release `api-1` has no scan of image `%s` that counts", [digest])) |
		some digest in [packs.image, packs.second_image]
	} with input as given
		with data.gatelib.params as {"scans": {"required": ["image"]}, "tests": {"required": []}}
}

test_deny_each_count_that_a_suite_does_not_tell if {
	every what in ["tests", "failures", "errors", "skipped"] {
		every silent in [object.remove(suite({}), [what]), suite({what: "0"})] {
			packs.in_file("GL-REL-031", "tests/unit.xml", ["facts", 0, what], sprintf("suite `s` does not say how many %s it had", [what])) in denied(envelope({"tests/unit.xml": ["tests", [silent]]}))
		}
	}
	denied(envelope({"tests/unit.xml": ["tests", [object.remove(suite({}), ["suite", "skipped"])]]})) == {packs.in_file("GL-REL-031", "tests/unit.xml", ["facts", 0, "skipped"], "suite `` does not say how many skipped it had")}
}

test_allow_a_scan_for_secrets_of_its_own if {
	given := packs.envelope({"tests/unit.xml": ["tests", [suite({})]], "scans/gitleaks.json": ["secret-scan", [scan("gitleaks")]]})
	rule.deny == set() with input as given
		with data.gatelib.params as {"scans": {"required": ["secrets"]}, "tests": {"required": []}}
}

test_allow_a_tool_of_two_kinds_for_both if {
	given := packs.envelope({"tests/unit.xml": ["tests", [suite({})]], "scans/own.sarif": ["scan", [scan("OWN")]]})
	rule.deny == set() with input as given
		with data.gatelib.params as {"scans": {"required": ["dast", "sast"], "tools": {"Own": ["dast", "sast"]}}, "tests": {"required": []}}
}

test_the_beginning_of_a_files_name_tells_its_kind if {
	every name in ["tests/unit.xml", "tests/unit-api.xml", "tests/unit_api.xml", "tests/unit/api.xml"] {
		denied(packs.envelope({name: ["tests", [suite({})]]})) == set() with data.gatelib.params as only_unit_tests
	}
	every name in ["tests/tests/unit.xml", "tests/tests/unit/api.xml", "tests/unity.xml"] {
		denied(packs.envelope({name: ["tests", [suite({})]]})) == {packs.at_release("GL-REL-031", "release `api-1` has no test of kind `unit` that ran")} with data.gatelib.params as only_unit_tests
	}
}

nothing_required := {"scans": {"required": []}, "tests": {"required": []}}

only_unit_tests := {"scans": {"required": []}, "tests": {"required": ["unit"]}}

denied(given) := exported if exported := rule.deny with input as given
