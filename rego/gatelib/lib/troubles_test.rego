package gatelib.lib.troubles_test

import data.gatelib.lib.troubles

catalog := {"core": {"GL-T-001": {"package": ["t", "one"], "gates": ["pr"]}}}

rules := {"t": {"one": {"subjects": {0, 2}}}}

test_a_rule_without_its_policy_is_an_error if {
	missing := {{"code": "GL-ERR-004", "message": "rule `GL-T-001` is in the catalogue and its policy is not loaded"}}
	every loaded in [{}, {"t": {}}, {"t": {"one": {"deny": set()}}}, {"t": {"one": {"subjects": null}}}] {
		troubles.errors == missing with input as envelope({}) with data.gatelib.catalog as catalog with data.gatelib.rules as loaded
	}
	troubles.errors == set() with input as envelope({}) with data.gatelib.catalog as catalog with data.gatelib.rules as rules
}

test_a_rule_that_looks_around_needs_something_to_look_at if {
	of_set := {"core": {"GL-T-001": object.union(catalog.core["GL-T-001"], {"scope": "set"})}}
	review := {"review": {"object": {"apiVersion": "v1", "kind": "Pod"}}, "parameters": {"rules": ["GL-T-001"]}}
	blind := {"code": "GL-ERR-010", "message": "rule `GL-T-001` looks at other objects of the cluster, and none are synced"}
	troubles.errors == {blind} with input as review with data.gatelib.catalog as of_set with data.gatelib.rules as rules
	namespace := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}
	troubles.errors == set() with input as review
		with data.gatelib.catalog as of_set
		with data.gatelib.rules as rules
		with data.inventory as {"cluster": {"v1": {"Namespace": {"a": namespace}}}}
	troubles.errors == set() with input as envelope({"rules": ["GL-T-001"]})
		with data.gatelib.catalog as of_set
		with data.gatelib.rules as rules
	troubles.errors == set() with input as review with data.gatelib.catalog as catalog with data.gatelib.rules as rules
}

test_what_keeps_a_rule_on_trial_from_judging_is_no_error if {
	tried := {"core": {"GL-T-001": object.union(catalog.core["GL-T-001"], {"scope": "set", "stage": "canary"})}}
	review := {"review": {"object": {"apiVersion": "v1", "kind": "Pod"}}, "parameters": {"rules": ["GL-T-001"]}}
	blind := {"rule": "GL-T-001", "code": "GL-ERR-010", "says": "looks at other objects of the cluster, and none are synced"}
	lost := {"rule": "GL-T-001", "code": "GL-ERR-004", "says": "is in the catalogue and its policy is not loaded"}
	every loaded, found in {rules: {blind}, {"t": {}}: {blind, lost}} {
		troubles.of_trials == found with input as review with data.gatelib.catalog as tried with data.gatelib.rules as loaded
		troubles.errors == set() with input as review with data.gatelib.catalog as tried with data.gatelib.rules as loaded
	}
}

test_each_trouble_is_told_of_the_rule_that_has_it if {
	entries := {"core": {
		"GL-T-001": {"package": ["t", "one"], "gates": ["admission"], "scope": "set"},
		"GL-T-002": {"package": ["t", "two"], "gates": ["admission"], "scope": "set"},
		"GL-T-003": {"package": ["t", "three"], "gates": ["admission"], "scope": "set", "stage": "canary"},
		"GL-T-004": {"package": ["t", "four"], "gates": ["admission"], "stage": "canary"},
		"GL-T-005": {"package": ["t", "five"], "gates": ["admission"], "stage": "stable"},
	}}
	loaded := {"t": {"one": {"subjects": {0}}, "three": {"subjects": {0}}}}
	lost := "is in the catalogue and its policy is not loaded"
	blind := "looks at other objects of the cluster, and none are synced"
	review := {"review": {"object": {"apiVersion": "v1", "kind": "Pod"}}}
	troubles.errors == {
		{"code": "GL-ERR-004", "message": concat(" ", ["rule `GL-T-002`", lost])},
		{"code": "GL-ERR-004", "message": concat(" ", ["rule `GL-T-005`", lost])},
		{"code": "GL-ERR-010", "message": concat(" ", ["rule `GL-T-001`", blind])},
		{"code": "GL-ERR-010", "message": concat(" ", ["rule `GL-T-002`", blind])},
	} with input as review with data.gatelib.catalog as entries with data.gatelib.rules as loaded
	troubles.of_trials == {
		{"rule": "GL-T-003", "code": "GL-ERR-010", "says": blind},
		{"rule": "GL-T-004", "code": "GL-ERR-004", "says": lost},
	} with input as review with data.gatelib.catalog as entries with data.gatelib.rules as loaded
}

envelope(fields) := object.union({"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": []}, fields)
