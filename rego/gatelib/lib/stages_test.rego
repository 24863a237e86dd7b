package gatelib.lib.stages_test

import data.gatelib.lib.stages

entry := {"package": ["t", "one"], "gates": ["pr"]}

documents := [
	{"index": 0, "root": 0, "content": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop"}}},
	{"index": 1, "root": 0, "content": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "team-1"}}},
	{"index": 2, "root": 0, "content": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}}},
	{"index": 3, "root": 0, "content": {"kind": "ClusterRole", "metadata": {"name": "shop"}}},
	{"index": 4, "root": 0, "content": {"kind": "Pod", "metadata": {"name": "b", "namespace": 7}}},
]

test_a_rule_in_force_is_not_held_back if {
	every change in [{}, {"stage": "stable"}, {"effective_on": "2026-11-22T00:00:00Z"}, {"effective_on": "some day"}] {
		held(change, {}) == {}
	}
}

test_a_rule_is_on_trial_by_its_metadata if {
	every change in [
		{"stage": "canary"},
		{"effective_on": "2026-11-22T00:00:01Z"},
		{"effective_on": "2026-11-22T00:59:59-00:01"},
		{"stage": "canary", "effective_on": "2026-01-01"},
	] {
		held(change, {}) == {"GL-T-001": {"action": "canary", "share": 0}}
	}
}

test_a_bundle_holds_a_rule_back if {
	every stage, found in {
		{"action": "canary"}: {"action": "canary", "share": 0},
		{"action": "canary", "share": 34}: {"action": "canary", "share": 34},
		{"action": "warn", "until": "2026-11-22"}: {"action": "warn", "share": 0},
		{"action": "warn", "until": "2026-11-22T00:00:01Z", "share": 5}: {"action": "warn", "share": 5},
	} {
		held({}, stage) == {"GL-T-001": found}
	}
}

test_a_bundle_holds_back_nothing_in_words_that_cannot_be_read if {
	every stage in [
		{"action": "canary", "until": "2026-11-22T00:00:00Z"},
		{"action": "canary", "until": "some day"},
		{"action": "canary", "until": null},
		{"action": "canary", "share": "34"},
		{"action": "warn"},
		{"action": "allow"},
		{},
	] {
		held({}, stage) == {}
	}
}

test_metadata_and_bundle_both_have_to_let_a_rule_be_in_force if {
	held({"stage": "canary"}, {"action": "warn", "share": 99}) == {"GL-T-001": {"action": "canary", "share": 0}}
}

# The places are those of the sum as `tests.shares` works it out.
test_places_of_namespaces if {
	[stages.place(id, name) |
		some id in ["GL-K8S-001", "SHOP-001"]
		some name in ["team-1", "kube-system", "ünïcode/😀", "shop", ""]
	] == [9, 57, 50, 11, 86, 28, 97, 65, 11, 8]
}

test_a_share_is_of_the_namespaces_of_what_is_judged if {
	every share, found in {
		0: {},
		1: {"GL-T-001": set()},
		100: {"GL-T-001": {"shop", "team-1", "kube-system"}},
	} {
		stages.in_force == found with input as {"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": documents}
			with data.gatelib.catalog as {"core": {"GL-T-001": entry}}
			with data.gatelib.bundle as {"actions": {"GL-T-001": {"action": "canary", "share": share}}}
	}
}

test_what_has_no_namespace_is_in_no_share if {
	tried := {name |
		some name in ["shop", "team-1", "kube-system", ""]
		stages.on_trial("GL-T-001", name)
	} with input as {"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": documents}
		with data.gatelib.catalog as {"core": {"GL-T-001": entry}}
		with data.gatelib.bundle as {"actions": {"GL-T-001": {"action": "canary", "share": 100}}}
	tried == {""}
}

test_only_a_canary_is_on_trial if {
	every stage, tried in {
		{"action": "canary"}: {"GL-T-001"},
		{"action": "canary", "share": 100}: set(),
		{"action": "warn", "until": "2026-12-01"}: set(),
	} {
		stages.trials == tried with input as {"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": documents}
			with data.gatelib.catalog as {"core": {"GL-T-001": entry}}
			with data.gatelib.bundle as {"actions": {"GL-T-001": stage}}
	}
}

test_a_namespace_whose_place_is_the_share_is_not_in_it if {
	stages.place("GL-T-001", "shop") == 57
	every share, found in {57: set(), 58: {"shop"}} {
		in_force := stages.in_force with input as {"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": [documents[0]]}
			with data.gatelib.catalog as {"core": {"GL-T-001": entry}}
			with data.gatelib.bundle as {"actions": {"GL-T-001": {"action": "canary", "share": share}}}
		in_force == {"GL-T-001": found}
	}
}

test_each_rule_is_held_back_for_itself if {
	entries := {
		"GL-T-001": entry,
		"GL-T-002": entry,
		"GL-T-003": object.union(entry, {"stage": "canary"}),
		"GL-T-004": object.union(entry, {"stage": "canary"}),
		"GL-T-005": entry,
		"GL-T-006": entry,
		"GL-T-007": entry,
		"GL-T-008": entry,
	}
	actions := {
		"GL-T-001": {"action": "canary", "share": 100},
		"GL-T-002": {"action": "canary", "share": 100},
		"GL-T-003": {"action": "canary", "share": 100},
		"GL-T-005": {"action": "warn", "until": "2026-12-01"},
		"GL-T-006": {"action": "canary"},
		"GL-T-007": {"action": "allow", "until": "2026-12-01"},
	}
	found := {
		"held": stages.held,
		"in_force": stages.in_force,
		"trials": stages.trials,
		"canaries": object.keys(stages.canaries),
		"in_shop": {id | some id, _ in entries; stages.on_trial(id, "shop")},
	} with input as {"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": documents}
		with data.gatelib.catalog as {"core": entries}
		with data.gatelib.bundle as {"actions": actions}
	found == {
		"held": {
			"GL-T-001": {"action": "canary", "share": 100},
			"GL-T-002": {"action": "canary", "share": 100},
			"GL-T-003": {"action": "canary", "share": 0},
			"GL-T-004": {"action": "canary", "share": 0},
			"GL-T-005": {"action": "warn", "share": 0},
			"GL-T-006": {"action": "canary", "share": 0},
		},
		"in_force": {
			"GL-T-001": {"shop", "team-1", "kube-system"},
			"GL-T-002": {"shop", "team-1", "kube-system"},
		},
		"trials": {"GL-T-003", "GL-T-004", "GL-T-006"},
		"canaries": {"GL-T-001", "GL-T-002", "GL-T-003", "GL-T-004", "GL-T-006"},
		"in_shop": {"GL-T-003", "GL-T-004", "GL-T-006"},
	}
}

test_a_namespace_without_a_name_is_in_no_share if {
	stages.home_of({"type": "Namespace", "metadata": {}, "namespace": "shop"}) == ""
	stages.home_of({"type": "Namespace", "metadata": {"name": "bank"}, "namespace": "shop"}) == "bank"
}

held(change, stage) := found if {
	found := stages.held with input as {"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": documents}
		with data.gatelib.catalog as {"core": {"GL-T-001": object.union(entry, change)}}
		with data.gatelib.bundle as {"actions": {key: value | some key, value in {"GL-T-001": stage}; value != {}}}
}
