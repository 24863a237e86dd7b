package gatelib.rules.exceptions.expiring_test

import data.gatelib.rules.exceptions.expiring as rule

test_warn_of_given_and_judged_ones if {
	soon := record({"created": "2026-11-01", "expires": "2026-11-30"})
	rule.warn == {
		finding({"exception": 1}, ["spec", "expires"], "ends soon, on `2026-11-30`"),
		finding({"document": 0}, ["spec", "expires"], "ends soon, on `2026-11-30`"),
	} with input as envelope([soon])
		with data.gatelib.exceptions as [record({"created": "2026-11-01", "expires": "2026-12-30"}), soon]
}

test_allow_one_that_ends_later if {
	rule.warn == set() with input as envelope([record({"created": "2026-11-01", "expires": "2026-12-30"})])
}

test_subjects_are_documents if {
	rule.subjects == {1} with input as envelope([{"kind": "Pod"}, record({})]) with data.gatelib.exceptions as [record({})]
}

finding(place, path, problem) := object.union(place, {
	"id": "GL-EXC-005",
	"msg": sprintf("exception `e` %s", [problem]),
	"path": path,
})

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": "e"}, "spec": spec}

envelope(contents) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}
