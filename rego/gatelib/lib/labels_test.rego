package gatelib.lib.labels_test

import data.gatelib.lib.labels

own := {"app": "api", "tier": "web", "empty": ""}

test_selects if {
	every selector in [
		{},
		{"matchLabels": null, "matchExpressions": null},
		{"matchLabels": {}, "matchExpressions": []},
		{"matchLabels": {"app": "api"}},
		{"matchLabels": {"app": "api", "tier": "web"}},
		{"matchLabels": {"empty": ""}},
		{"matchExpressions": [{"key": "app", "operator": "In", "values": ["db", "api"]}]},
		{"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["db"]}]},
		{"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]},
		{"matchExpressions": [{"key": "empty", "operator": "Exists"}]},
		{"matchExpressions": [{"key": "app", "operator": "Exists", "values": []}]},
		{"matchExpressions": [{"key": "zone", "operator": "DoesNotExist", "values": null}]},
		{
			"matchLabels": {"app": "api"},
			"matchExpressions": [
				{"key": "tier", "operator": "Exists"},
				{"key": "zone", "operator": "DoesNotExist"},
			],
		},
	] {
		labels.selects(selector, own)
		not labels.problem(selector)
	}
}

test_does_not_select if {
	every selector in [
		{"matchLabels": {"app": "db"}},
		{"matchLabels": {"app": "api", "zone": "a"}},
		{"matchLabels": {"zone": ""}},
		{"matchExpressions": [{"key": "app", "operator": "In", "values": ["db"]}]},
		{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]},
		{"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["db", "api"]}]},
		{"matchExpressions": [{"key": "zone", "operator": "Exists"}]},
		{"matchExpressions": [{"key": "empty", "operator": "DoesNotExist"}]},
		{"matchLabels": {"app": "api"}, "matchExpressions": [{"key": "zone", "operator": "Exists"}]},
		{"matchLabels": {"app": "db"}, "matchExpressions": [{"key": "app", "operator": "Exists"}]},
	] {
		not labels.selects(selector, own)
		not labels.problem(selector)
	}
}

test_a_selector_of_another_form_selects_nothing if {
	expression := concat(" ", [
		"an element of `matchExpressions` must have a `key`, a known `operator` and `values` that fit it",
	])
	every pair in [
		[null, "the selector must be an object"],
		["app=api", "the selector must be an object"],
		[[], "the selector must be an object"],
		[{"matchLabels": []}, "`matchLabels` must be an object of strings"],
		[{"matchLabels": {"app": 7}}, "`matchLabels` must be an object of strings"],
		[{"matchLabels": {"app": null}}, "`matchLabels` must be an object of strings"],
		[{"matchExpressions": {}}, "`matchExpressions` must be a list"],
		[{"matchExpressions": "app"}, "`matchExpressions` must be a list"],
		[{"matchExpressions": [null]}, expression],
		[{"matchExpressions": ["app"]}, expression],
		[{"matchExpressions": [{}]}, expression],
		[{"matchExpressions": [{"key": 7, "operator": "Exists"}]}, expression],
		[{"matchExpressions": [{"key": "app", "operator": "Exists"}, {"key": "app", "operator": "exists"}]}, expression],
		[{"matchExpressions": [{"key": "app"}]}, expression],
		[{"matchExpressions": [{"key": "app", "operator": "exists"}]}, expression],
		[{"matchExpressions": [{"key": "app", "operator": "Exists", "values": ["api"]}]}, expression],
		[{"matchExpressions": [{"key": "app", "operator": "Exists", "values": "api"}]}, expression],
		[{"matchExpressions": [{"key": 7, "operator": "In", "values": ["api"]}]}, expression],
		[{"matchExpressions": [{"key": "app", "operator": "In"}]}, expression],
		[{"matchExpressions": [{"key": "app", "operator": "In", "values": []}]}, expression],
		[{"matchExpressions": [{"key": "app", "operator": "In", "values": "api"}]}, expression],
		[{"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["api", 7]}]}, expression],
	] {
		labels.problem(pair[0]) == pair[1]
		not labels.selects(pair[0], own)
	}
}
