package gatelib.linting_test

import data.gatelib.linting

# What checks are given of a rule in which there is nothing.
policy := {
	"file": "acme/a/a.rego",
	"path": "acme/a/a.rego",
	"package": {"name": "gatelib.rules.acme.a", "line": 3, "column": 1},
	"imports": [],
	"rules": [],
	"references": [],
	"calls": [],
	"findings": [],
	"ids": [],
	"strings": [],
	"locals": [],
	"groupings": [],
	"comments": [],
	"parameters": [],
	"parameters_reached": [],
	"rule": {"domain": "acme", "name": "a", "id": "ACME-001", "metadata": {}, "problems": [], "places": {"custom.id": {"line": 2, "column": 5}}},
}

empty := {
	"core": false,
	"policies": [],
	"shipped": [],
	"tests": [],
	"packages": [],
	"builtins": [],
	"ledger": {"file": "rule-ids.json", "given": true, "ids": {}},
	"shipped_ids": {},
	"parameters": {"described": [], "shipped": []},
	"fixtures": {},
	"pages": [],
}

# The facts of one rule, with changes to them.
of(changes) := object.union(empty, {"policies": [object.union(policy, changes)]})

at(line, column, message) := {"file": "acme/a/a.rego", "line": line, "column": column, "message": message}

test_rules_are_policies_with_a_rule if {
	shared := object.union(policy, {"rule": null})
	linting.rules == [policy] with input as object.union(empty, {"policies": [shared, policy]})
}

test_known_policies_are_those_of_the_library_too if {
	linting.known == [policy, 1] with input as object.union(empty, {"policies": [policy], "shipped": [1]})
}

test_a_violation_is_at_a_place if {
	linting.at(policy, {"line": 4, "column": 7, "more": 1}, "no") == at(4, 7, "no")
}

test_a_key_that_is_missing_is_at_the_package if {
	linting.key(policy, "custom.id") == {"line": 2, "column": 5}
	linting.key(policy, "custom.stage") == policy["package"]
}
