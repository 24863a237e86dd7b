package gatelib.lint.id_prefix_test

import data.gatelib.lint.id_prefix as check
import data.gatelib.linting_test as given

test_deny_another_prefix_than_most if {
	second := object.union(given.policy, {"file": "acme/b/b.rego", "package": {"name": "gatelib.rules.acme.b"}, "rule": {"id": "SHOP-002"}})
	facts := object.union(given.empty, {"policies": [given.policy, second]})
	message := "the IDs of `acme` begin with `ACME-`: `SHOP-002` does not"
	check.violation == {{"file": "acme/b/b.rego", "line": 2, "column": 5, "message": message}} with input as facts
}

test_deny_the_prefix_of_another_domain if {
	second := object.union(given.policy, {"file": "acme/b/b.rego", "package": {"name": "gatelib.rules.acme.b"}, "rule": {"domain": "beta", "id": "ACME-002"}})
	facts := object.union(given.empty, {"policies": [given.policy, second]})
	message := "`ACME-` is the prefix of `acme`: take another for `beta`"
	check.violation == {{"file": "acme/b/b.rego", "line": 2, "column": 5, "message": message}} with input as facts
}

test_allow_no_id if {
	facts := given.of({"rule": {"id": null}})
	check.violation == set() with input as facts
}
