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
