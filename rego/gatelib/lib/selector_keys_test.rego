package gatelib.lib.selector_keys_test

import data.gatelib.lib.selector_keys

selector := {
	"matchLabels": {"app": "web", "release": "shop"},
	"matchExpressions": [
		{"key": "tier", "operator": "In", "values": ["front", "edge"]},
		{"key": "team", "operator": "Exists"},
		{"key": "zone", "operator": "In", "values": ["a"]},
		{"key": "old", "operator": "DoesNotExist"},
		{"key": "stage", "operator": "NotIn", "values": ["dev"]},
	],
}

test_alternatives if {
	selector_keys.alternatives(selector) == [{"app=web"}, {"release=shop"}, {"tier=edge", "tier=front"}, {"zone=a"}, {"team"}]
	selector_keys.alternatives({"matchLabels": {"app": "web"}}) == [{"app=web"}]
	selector_keys.alternatives({}) == [{""}]
	selector_keys.alternatives({"matchExpressions": [{"key": "old", "operator": "DoesNotExist"}]}) == [{""}]
}

test_rarest_alternative if {
	selector_keys.rarest(selector, {"app=web": 3, "release=shop": 9, "tier=edge": 1, "tier=front": 1, "zone=a": 5, "team": 4}) == {"tier=edge", "tier=front"}
	selector_keys.rarest(selector, {"app=web": 2, "release=shop": 9, "tier=edge": 2, "tier=front": 1, "zone=a": 5, "team": 4}) == {"app=web"}
	selector_keys.rarest({}, {}) == {""}
}

test_all_keys_of_an_alternative_count_and_unknown_ones_are_shared_by_none if {
	two := {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "In", "values": ["front", "edge"]}]}
	selector_keys.rarest(two, {"app=web": 2, "tier=edge": 1, "tier=front": 2}) == {"app=web"}
	selector_keys.rarest(two, {"app=web": 1, "tier=edge": 1}) == {"app=web"}
	selector_keys.rarest(two, {"app=web": 2, "tier=edge": 1}) == {"tier=edge", "tier=front"}
}

test_keys_of_labels if selector_keys.of_labels({"app": "web"}) == {"", "app", "app=web"}
