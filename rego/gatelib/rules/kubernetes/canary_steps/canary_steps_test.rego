package gatelib.rules.kubernetes.canary_steps_test

import data.gatelib.rules.kubernetes.canary_steps as rule

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

rollout(strategy) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Rollout",
	"metadata": {"name": "api"},
	"spec": {"strategy": strategy},
}

canary(fields) := envelope([rollout({"canary": fields})])

stepped(steps) := canary({"steps": steps})

finding(path, message) := {
	"id": "GL-K8S-008",
	"msg": message,
	"document": 0,
	"path": array.concat(["spec", "strategy"], path),
}

problem(path, message) := {"msg": message, "document": 0, "path": array.concat(["spec", "strategy"], path)}

no_strategy := {finding(["canary"], "the Rollout has no canary strategy")}

no_steps := {finding(["canary", "steps"], "the canary has no steps")}

no_hold := {finding(["canary", "steps"], "the canary never holds before full weight")}

blue_green := {finding(["blueGreen"], "the Rollout uses the blueGreen strategy")}

unguarded := {finding(
	["blueGreen"],
	"the Rollout uses the blueGreen strategy, and neither analyses nor waits before it promotes",
)}

both_strategies := {finding([], "the Rollout has both a canary and a blueGreen strategy")}

forever := {"pause": {}}

templates := [{"templateName": "error-rate"}]

test_deny_no_strategy if {
	every strategy in [null, {}, {"canary": null}, {"canary": null, "blueGreen": null}] {
		rule.deny == no_strategy with input as envelope([rollout(strategy)])
		rule.unjudged == set() with input as envelope([rollout(strategy)])
		rule.deny == no_strategy with input as envelope([rollout(strategy)])
			with data.gatelib.params as {"canary": {"blue_green": "require_analysis"}}
	}
	every content in [
		{"kind": "Rollout"},
		{"kind": "Rollout", "spec": null},
		{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "spec": {}},
		{"kind": "Rollout", "spec": "canary"},
	] {
		rule.deny == no_strategy with input as envelope([content])
	}
}

test_deny_no_steps if {
	every fields in [{}, {"steps": []}, {"steps": null}, {"analysis": {"templates": templates}}] {
		rule.deny == no_steps with input as canary(fields)
		rule.deny == no_steps with input as canary(fields) with data.gatelib.params as {"canary": {"require_hold": false}}
	}
}

test_allow_holding_steps if {
	every step in [
		forever,
		{"pause": {"duration": null}},
		{"pause": {"duration": 1}},
		{"pause": {"duration": "30"}},
		{"pause": {"duration": "10m"}},
		{"analysis": {"templates": templates}},
		{"experiment": {"templates": [{"name": "candidate", "specRef": "canary"}]}},
	] {
		every steps in [[step], [{"setWeight": 20}, step], [{"setWeight": 99}, step, {"setWeight": 100}]] {
			rule.deny == set() with input as stepped(steps)
			rule.unjudged == set() with input as stepped(steps)
		}
	}
}

test_deny_steps_that_do_not_hold if {
	every step in [
		{"setWeight": 50},
		{"pause": null},
		{"pause": {"duration": 0}},
		{"pause": {"duration": "0"}},
		{"pause": {"duration": "0m0s"}},
		{"analysis": {}},
		{"analysis": {"templates": []}},
		{"analysis": {"templates": null}},
		{"experiment": {}},
		{"experiment": null},
		{"setCanaryScale": {"weight": 100}},
		{"setHeaderRoute": {"name": "staff"}},
		{"setMirrorRoute": {"name": "mirror", "percentage": 5}},
		{"plugin": {"name": "example.com/approve"}},
		{"puase": {}},
		{},
		null,
	] {
		rule.deny == no_hold with input as stepped([{"setWeight": 20}, step])
		rule.unjudged == set() with input as stepped([{"setWeight": 20}, step])
	}
}

test_deny_hold_at_or_after_full_weight if {
	every steps in [
		[{"setWeight": 100}, forever],
		[{"setWeight": 20}, {"setWeight": 100}, {"setWeight": 20}, forever],
		[{"setWeight": 100, "pause": {}}],
	] {
		rule.deny == no_hold with input as stepped(steps)
	}
}

test_allow_hold_before_full_weight if {
	rule.deny == set() with input as stepped([forever, {"setWeight": 100}, forever, {"setWeight": 100}])
}

test_full_weight_of_the_traffic_router if {
	steps := [{"setWeight": 100}, forever]
	every routing in [{"maxTrafficWeight": 100}, {"maxTrafficWeight": null}, {}, null] {
		rule.deny == no_hold with input as canary({"trafficRouting": routing, "steps": steps})
	}
	rule.deny == set() with input as canary({"trafficRouting": {"maxTrafficWeight": 1000}, "steps": steps})
	late := [{"setWeight": 1000}, forever]
	rule.deny == no_hold with input as canary({"trafficRouting": {"maxTrafficWeight": 1000}, "steps": late})
}

test_pause_of_the_shortest_length if {
	every duration in ["9m59s", 599, "599"] {
		rule.deny == no_hold with input as stepped([{"pause": {"duration": duration}}])
			with data.gatelib.params as {"canary": {"min_hold": "10m"}}
	}
	every step in [{"pause": {"duration": "10m"}}, {"pause": {"duration": 600}}, forever, {"analysis": {"templates": templates}}] {
		rule.deny == set() with input as stepped([step])
			with data.gatelib.params as {"canary": {"min_hold": "10m"}}
	}
}

test_allow_background_analysis if {
	steps := [{"setWeight": 20}, {"setWeight": 60}, {"setWeight": 100}]
	every start in [{}, {"startingStep": null}, {"startingStep": 0}, {"startingStep": 1}] {
		analysis := object.union({"templates": templates}, start)
		rule.deny == set() with input as canary({"analysis": analysis, "steps": steps})
	}
	rule.deny == set() with input as canary({"analysis": {"templates": templates}, "steps": [{"setWeight": 20}]})
}

test_deny_background_analysis_that_does_not_hold if {
	steps := [{"setWeight": 20}, {"setWeight": 60}, {"setWeight": 100}]
	every analysis in [
		null,
		{},
		{"templates": []},
		{"templates": templates, "startingStep": 2},
		{"templates": templates, "startingStep": 3},
	] {
		rule.deny == no_hold with input as canary({"analysis": analysis, "steps": steps})
	}
	rule.deny == no_hold with input as canary({"analysis": {"templates": templates}, "steps": [{"setWeight": 100}]})
}

test_allow_weights_alone_by_parameter if {
	rule.deny == set() with input as stepped([{"setWeight": 20}])
		with data.gatelib.params as {"canary": {"require_hold": false}}
}

test_deny_blue_green if {
	every strategy in [
		{"blueGreen": {}},
		{"blueGreen": {"activeService": "a", "autoPromotionEnabled": false, "prePromotionAnalysis": {"templates": templates}}},
		{"blueGreen": {"activeService": "a"}, "canary": null},
	] {
		rule.deny == blue_green with input as envelope([rollout(strategy)])
	}
}

test_allow_blue_green_by_parameter if {
	rule.deny == set() with input as envelope([rollout({"blueGreen": {}})])
		with data.gatelib.params as {"canary": {"blue_green": "allow"}}
}

test_blue_green_that_must_analyse if {
	params := {"canary": {"blue_green": "require_analysis"}}
	every fields in [{"prePromotionAnalysis": {"templates": templates}}, {"autoPromotionEnabled": false}] {
		rule.deny == set() with input as envelope([rollout({"blueGreen": fields})]) with data.gatelib.params as params
	}
	every fields in [
		{},
		{"autoPromotionEnabled": true},
		{"autoPromotionEnabled": null},
		{"autoPromotionSeconds": 600},
		{"prePromotionAnalysis": {}},
		{"prePromotionAnalysis": {"templates": []}},
		{"prePromotionAnalysis": null},
		{"postPromotionAnalysis": {"templates": templates}},
	] {
		rule.deny == unguarded with input as envelope([rollout({"blueGreen": fields})]) with data.gatelib.params as params
	}
}

test_deny_both_strategies if {
	strategy := {"blueGreen": {}, "canary": {"steps": [forever]}}
	every choice in ["deny", "allow", "require_analysis"] {
		rule.deny == both_strategies with input as envelope([rollout(strategy)])
			with data.gatelib.params as {"canary": {"blue_green": choice}}
	}
}

test_deny_in_each_of_several_rollouts if {
	good := rollout({"canary": {"steps": [forever]}})
	every case in [
		[{}, no_strategy, {}],
		[{"canary": {"steps": [forever]}, "blueGreen": {}}, both_strategies, {}],
		[{"blueGreen": {}}, blue_green, {}],
		[{"blueGreen": {}}, unguarded, {"canary": {"blue_green": "require_analysis"}}],
		[{"canary": {}}, no_steps, {}],
		[{"canary": {"steps": [{"setWeight": 20}]}}, no_hold, {}],
	] {
		bad := rollout(case[0])
		want := {object.union(found, {"document": document}) | some found in case[1]; some document in [1, 3]}
		rule.deny == want with input as envelope([good, bad, good, bad]) with data.gatelib.params as case[2]
	}
}

test_unjudged_strategy if {
	every case in [
		["canary", "`spec.strategy` must be an object, and is `canary`", []],
		[["canary"], "`spec.strategy` must be an object, and is `[\"canary\"]`", []],
		[{"canary": true}, "`spec.strategy.canary` must be an object, and is `true`", ["canary"]],
		[{"canary": [forever]}, "`spec.strategy.canary` must be an object, and is `[{\"pause\": {}}]`", ["canary"]],
		[{"blueGreen": "yes"}, "`spec.strategy.blueGreen` must be an object, and is `yes`", ["blueGreen"]],
		[{"canary": {"steps": "20"}}, "`spec.strategy.canary.steps` must be a list, and is `20`", ["canary", "steps"]],
		[{"canary": {"steps": {}}}, "`spec.strategy.canary.steps` must be a list, and is `{}`", ["canary", "steps"]],
	] {
		contents := [rollout(case[0])]
		rule.unjudged == {problem(case[2], case[1])} with input as envelope(contents)
		rule.deny == set() with input as envelope(contents)
		rule.unjudged == {problem(case[2], case[1])} with input as envelope(contents)
			with data.gatelib.params as {"canary": {"require_hold": false}}
	}
}

test_unjudged_steps if {
	every case in [
		["pause", "must be an object, and is `pause`", []],
		[{"setWeight": "20"}, "must be a whole number, and is `20`", ["setWeight"]],
		[{"setWeight": 1.5}, "must be a whole number, and is `1.5`", ["setWeight"]],
		[{"pause": "10m"}, "must be an object, and is `10m`", ["pause"]],
		[{"pause": {"duration": "soon"}}, "must be a duration, and is `soon`", ["pause", "duration"]],
		[{"pause": {"duration": ""}}, "must be a duration, and is ``", ["pause", "duration"]],
		[{"pause": {"duration": -1}}, "must be a duration, and is `-1`", ["pause", "duration"]],
		[{"analysis": "x"}, "must be an object, and is `x`", ["analysis"]],
		[{"analysis": {"templates": "x"}}, "must be a list, and is `x`", ["analysis", "templates"]],
		[{"experiment": 1}, "must be an object, and is `1`", ["experiment"]],
		[{"experiment": {"templates": {}}}, "must be a list, and is `{}`", ["experiment", "templates"]],
	] {
		path := array.concat(["canary", "steps", 1], case[2])
		message := sprintf("`%s` %s", [concat(".", ["spec.strategy.canary.steps.1", concat(".", case[2])]), case[1]])
		expected := {problem(path, replace(message, ".1.`", ".1`"))}
		rule.unjudged == expected with input as stepped([{"setWeight": 20}, case[0]])
		rule.deny == set() with input as stepped([{"setWeight": 20}, case[0]])
		rule.unjudged == set() with input as stepped([{"setWeight": 20}, case[0]])
			with data.gatelib.params as {"canary": {"require_hold": false}}
	}
}

test_unjudged_canary_fields if {
	every case in [
		[{"analysis": []}, "`spec.strategy.canary.analysis` must be an object, and is `[]`", ["analysis"]],
		[{"analysis": {"templates": "x"}}, "`spec.strategy.canary.analysis.templates` must be a list, and is `x`", ["analysis", "templates"]],
		[
			{"analysis": {"templates": templates, "startingStep": "1"}},
			"`spec.strategy.canary.analysis.startingStep` must be a whole number, and is `1`",
			["analysis", "startingStep"],
		],
		[{"trafficRouting": "nginx"}, "`spec.strategy.canary.trafficRouting` must be an object, and is `nginx`", ["trafficRouting"]],
		[
			{"trafficRouting": {"maxTrafficWeight": "1k"}},
			"`spec.strategy.canary.trafficRouting.maxTrafficWeight` must be a whole number, and is `1k`",
			["trafficRouting", "maxTrafficWeight"],
		],
	] {
		fields := object.union({"steps": [{"setWeight": 20}]}, case[0])
		rule.unjudged == {problem(array.concat(["canary"], case[2]), case[1])} with input as canary(fields)
		rule.deny == set() with input as canary(fields)
	}
}

test_unjudged_blue_green if {
	params := {"canary": {"blue_green": "require_analysis"}}
	every case in [
		[{"autoPromotionEnabled": "false"}, "autoPromotionEnabled", "must be a boolean, and is `false`", ["autoPromotionEnabled"]],
		[{"prePromotionAnalysis": "x"}, "prePromotionAnalysis", "must be an object, and is `x`", ["prePromotionAnalysis"]],
		[
			{"prePromotionAnalysis": {"templates": 1}},
			"prePromotionAnalysis.templates",
			"must be a list, and is `1`",
			["prePromotionAnalysis", "templates"],
		],
	] {
		message := sprintf("`spec.strategy.blueGreen.%s` %s", [case[1], case[2]])
		expected := {problem(array.concat(["blueGreen"], case[3]), message)}
		contents := [rollout({"blueGreen": case[0]})]
		rule.unjudged == expected with input as envelope(contents) with data.gatelib.params as params
		rule.deny == set() with input as envelope(contents) with data.gatelib.params as params
		rule.unjudged == set() with input as envelope(contents)
	}
}

test_subjects_are_rollouts_of_argo if {
	contents := [
		rollout({"canary": {"steps": [forever]}}),
		{"apiVersion": "apps/v1", "kind": "Deployment"},
		{"apiVersion": "example.com/v1", "kind": "Rollout"},
		rollout({"blueGreen": {}}),
	]
	rule.subjects == {0, 3} with input as envelope(contents)
}
