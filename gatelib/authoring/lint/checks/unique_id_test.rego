package gatelib.lint.unique_id_test

import data.gatelib.lint.unique_id as check
import data.gatelib.linting_test as given

test_deny_the_library_s_prefix if {
	facts := given.of({"rule": {"id": "GL-K8S-001"}})
	check.violation == {given.at(2, 5, "`GL-K8S-001` is an ID of the library: `GL-` is its prefix, take one of your own")} with input as facts
}

test_allow_an_id_of_ones_own if {
	facts := given.of({})
	check.violation == set() with input as facts
}

test_deny_the_second_of_an_id if {
	second := object.union(given.policy, {"file": "acme/b/b.rego", "package": {"name": "gatelib.rules.acme.b"}})
	facts := object.union(given.empty, {"policies": [given.policy, second]})
	message := "`ACME-001` is the ID of `gatelib.rules.acme.a` as well: take one that was never used"
	check.violation == {{"file": "acme/b/b.rego", "line": 2, "column": 5, "message": message}} with input as facts
}
