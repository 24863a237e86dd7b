package gatelib.lib.budgets_test

import data.gatelib.lib.budgets

budget(name, spec) := {
	"apiVersion": "policy/v1",
	"kind": "PodDisruptionBudget",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": spec,
}

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

names(labels, contents) := found if {
	found := {document.name | some document in budgets.selecting("namespace:shop", labels)} with input as envelope(contents)
}

problems(contents) := found if {
	found := [[problem.companion.document.name, problem.path, problem.msg] | some problem in budgets.problems] with input as envelope(contents)
}

test_all_budgets_that_select_a_pod if {
	contents := [
		budget("other", {"selector": {"matchLabels": {"app": "db"}}}),
		budget("one", {"selector": {"matchLabels": {"app": "web"}}}),
		budget("two", {"selector": {"matchLabels": {"app": "web"}}}),
		budget("narrow", {"selector": {"matchLabels": {"app": "web", "tier": "back"}}}),
		budget("any", {"selector": {}}),
		budget("labelled", {"selector": {"matchExpressions": [{"key": "tier", "operator": "Exists"}]}}),
		budget("several", {"selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["api", "web"]}]}}),
	]
	names({"app": "web"}, contents) == {"one", "two", "any", "several"}
	names({"app": "web", "tier": "back"}, contents) == {"one", "two", "narrow", "any", "labelled", "several"}
	names({"app": "api"}, contents) == {"any", "several"}
	names({"app": "db"}, contents) == {"other", "any"}
	names({}, contents) == {"any"}
}

test_a_budget_without_a_selector_selects_nothing if {
	every content in [
		{"selector": null},
		{},
		null,
	] {
		names({"app": "web"}, [budget("a", content)]) == set()
		problems([budget("a", content)]) == []
	}
	absent := object.remove(budget("a", {}), ["spec"])
	names({"app": "web"}, [absent]) == set()
	problems([absent]) == []
}

test_an_empty_selector_of_the_old_api_selects_nothing if {
	every selector in [{}, {"matchLabels": {}, "matchExpressions": []}, {"matchLabels": null, "matchExpressions": null}] {
		old := object.union(budget("old", {"selector": selector}), {"apiVersion": "policy/v1beta1"})
		names({"app": "web"}, [old, budget("new", {"selector": selector})]) == {"new"}
	}
	every selector in [{"matchLabels": {"app": "web"}}, {"matchExpressions": [{"key": "app", "operator": "Exists"}]}] {
		old := object.union(budget("old", {"selector": selector}), {"apiVersion": "policy/v1beta1"})
		names({"app": "web"}, [old]) == {"old"}
	}
}

test_each_budget_that_is_not_understood_is_a_problem_and_selects_nothing if {
	contents := [
		budget("fine", {"selector": {"matchLabels": {"app": "web"}}}),
		budget("list", []),
		budget("text", "x"),
		budget("selector", {"selector": "app=web"}),
		budget("labels", {"selector": {"matchLabels": {"app": 1}}}),
		budget("key", {"selector": {"matchExpressions": [{"operator": "Exists"}]}}),
		budget("values", {"selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": 7}]}}),
	]
	expression := "an element of `matchExpressions` must have a `key`, a known `operator` and `values` that fit it"
	problems(contents) == [
		["list", ["spec"], "`spec` must be an object"],
		["text", ["spec"], "`spec` must be an object"],
		["selector", ["spec", "selector"], "the selector must be an object"],
		["labels", ["spec", "selector"], "`matchLabels` must be an object of strings"],
		["key", ["spec", "selector"], expression],
		["values", ["spec", "selector"], expression],
	]
	names({"app": "web"}, contents) == {"fine"}
}
