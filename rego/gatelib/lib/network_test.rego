package gatelib.lib.network_test

import data.gatelib.lib.network

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

policy(api_version, kind, name, spec) := {
	"apiVersion": api_version,
	"kind": kind,
	"metadata": {"name": name, "namespace": "shop"},
	"spec": spec,
}

selecting(name, selector) := policy("networking.k8s.io/v1", "NetworkPolicy", name, {"podSelector": selector})

admitted := {"network_policy": {"extra_kinds": [
	"cilium.io/CiliumNetworkPolicy",
	"crd.projectcalico.org/NetworkPolicy",
	"projectcalico.org/NetworkPolicy",
]}}

others := [
	policy("cilium.io/v2", "CiliumNetworkPolicy", "a", {"endpointSelector": {}, "ingress": [{}]}),
	policy("cilium.io/v2", "CiliumNetworkPolicy", "void", {"endpointSelector": {}}),
	policy("crd.projectcalico.org/v1", "NetworkPolicy", "b", {}),
	policy("projectcalico.org/v3", "NetworkPolicy", "c", {}),
	policy("extensions/v1beta1", "NetworkPolicy", "d", {}),
]

names(found) := {each.document.name | some each in found}

test_kinds_that_count if {
	by_default := network.policies with input as envelope(others, [])
	names(by_default) == {"d"}
	all := network.policies with input as envelope(others, []) with data.gatelib.params as admitted
	names(all) == {"a", "b", "c", "d"}
}

test_documents_with_several_policies_or_problems if {
	given := [{
		"apiVersion": "cilium.io/v2",
		"kind": "CiliumNetworkPolicy",
		"metadata": {"name": "two", "namespace": "shop"},
		"specs": [{"endpointSelector": {"matchLabels": {"a": "b"}}, "ingress": [{}]}, {"endpointSelector": {}, "ingress": [{}]}],
	}]
	found := network.policies with input as envelope(given, []) with data.gatelib.params as admitted
	[each.rules[0].path | some each in found] == [["specs", 0, "ingress", 0], ["specs", 1, "ingress", 0]]

	broken := policy("networking.k8s.io/v1", "NetworkPolicy", "two", {"podSelector": 1, "ingress": [{}, "x"]})
	problems := network.problems with input as envelope([selecting("fine", {}), broken], [])
	[[problem.companion.document.name, problem.path, problem.msg] | some problem in problems] == [
		["two", ["spec", "podSelector"], "the selector must be an object"],
		["two", ["spec", "ingress", 1], "a rule must be an object"],
	]
}

test_a_selector_is_found_by_the_key_that_fewest_share if {
	common := {"release": "shop"}
	either := {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["front", "edge"]}], "matchLabels": common}
	known := envelope(
		[
			selecting("a", {"matchLabels": object.union(common, {"app": "a"})}),
			selecting("b", {"matchLabels": object.union(common, {"app": "b"})}),
			selecting("c", either),
			selecting("d", either),
			selecting("e", {"matchLabels": {"tier": "front"}}),
			object.union(selecting("elsewhere", {"matchLabels": common}), {"metadata": {"namespace": "other"}}),
		],
		[],
	)
	network.shares == {
		"namespace:shop": {"release=shop": 4, "app=a": 1, "app=b": 1, "tier=front": 3, "tier=edge": 2},
		"namespace:other": {"release=shop": 1},
	} with input as known
	network.by_key == {
		"namespace:shop": {"app=a": [0], "app=b": [1], "release=shop": [2, 3], "tier=front": [4]},
		"namespace:other": {"release=shop": [5]},
	} with input as known
}

test_every_selector_is_found_by_its_key if {
	known := envelope(
		[
			selecting("empty", {}),
			selecting("label", {"matchLabels": {"app": "web"}}),
			selecting("two labels", {"matchLabels": {"tier": "front", "app": "web"}}),
			selecting("in", {"matchExpressions": [{"key": "app", "operator": "In", "values": ["api", "web"]}]}),
			selecting("exists", {"matchExpressions": [{"key": "app", "operator": "Exists"}]}),
			selecting("not in", {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["api"]}]}),
			selecting("other label", {"matchLabels": {"app": "api"}}),
			selecting("second label differs", {"matchLabels": {"app": "web", "tier": "back"}}),
			selecting("other in", {"matchExpressions": [{"key": "app", "operator": "In", "values": ["api"]}]}),
			selecting("absent", {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}),
			object.union(selecting("elsewhere", {}), {"metadata": {"namespace": "other"}}),
		],
		[selecting("inventory", {"matchLabels": {"app": "web"}})],
	)
	found := network.selecting("namespace:shop", {"app": "web", "tier": "front"}) with input as known
	names(found) == {"empty", "label", "two labels", "in", "exists", "not in", "inventory"}
	bare := network.selecting("namespace:shop", {}) with input as known
	names(bare) == {"empty", "not in", "absent"}
	nowhere := network.selecting("namespace:none", {}) with input as known
	nowhere == []
}

test_policies_of_a_scope if {
	known := envelope([selecting("a", {}), object.union(selecting("b", {}), {"metadata": {"namespace": "x"}})], [])
	found := network.in_scope("namespace:x") with input as known
	names(found) == {"b"}
	nowhere := network.in_scope("namespace:none") with input as known
	nowhere == []
}

test_all_ingress if {
	network.allows_all({"rules": [{"any_port": true, "peers": [{"from": "own"}, {"from": "everywhere"}]}]})
	network.allows_all({"rules": [{"any_port": true, "peers": []}, {"any_port": true, "peers": [{"from": "everywhere"}]}]})
	not network.allows_all({"rules": [{"any_port": false, "peers": [{"from": "everywhere"}]}]})
	not network.allows_all({"rules": [{"any_port": true, "peers": [{"from": "outside"}]}]})
	not network.allows_all({"rules": []})
}

test_all_pods if {
	network.selects_all({"selector": {}})
	network.selects_all({"selector": {"matchLabels": {}, "matchExpressions": []}})
	network.selects_all({"selector": {"matchLabels": null, "matchExpressions": null}})
	not network.selects_all({"selector": {"matchLabels": {"a": "b"}}})
	not network.selects_all({"selector": {"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}})
}
