package gatelib.rules.tenancy.isolation_test

import data.gatelib.rules.tenancy.isolation as rule

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

place(name, labels) := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}

policy(namespace, spec) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": {"name": "p", "namespace": namespace},
	"spec": spec,
}

acme := place("acme", {"gatelib.dev/tenant": "acme"})

globex := place("globex", {"gatelib.dev/tenant": "globex"})

marked := {"gatelib.dev/multi-tenant": "true"}

shared := place("shared", marked)

closed(namespace) := policy(namespace, {"podSelector": {}})

# A policy for some pods that admits one peer.
admits(namespace, peer) := policy(namespace, {"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": [peer]}]})

by_name(name) := {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}

open_by_default(document, name) := {
	"id": "GL-TEN-002",
	"msg": sprintf("tenant namespace `%s` has no NetworkPolicy that denies ingress by default", [name]),
	"document": document,
	"path": ["metadata", "name"],
}

admitted(document, whom) := {
	"id": "GL-TEN-002",
	"msg": sprintf("NetworkPolicy `p` admits %s to tenant namespace `acme`", [whom]),
	"document": document,
	"path": ["spec", "ingress", 0, "from", 0],
}

test_deny_namespace_without_default if {
	given := envelope(
		[
			acme,
			place("tools", {}),
			policy("acme", {"podSelector": {"matchLabels": {"app": "web"}}}),
			policy("acme", {"podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}}),
			policy("acme", {"policyTypes": ["Egress"]}),
			closed("tools"),
		],
		[],
	)
	denied := rule.deny with input as given
	denied == {open_by_default(0, "acme")}
	subjects := rule.subjects with input as given
	subjects == {0, 2, 3, 4}
}

test_allow_default_deny if {
	given := envelope([acme, closed("acme")], [])
	denied := rule.deny with input as given
	denied == set()
	unjudged := rule.unjudged with input as given
	unjudged == set()
}

test_allow_own_namespace_by_default if {
	denied := rule.deny with input as envelope([acme, policy("acme", {"ingress": [{"from": [{"podSelector": {}}]}]})], [])
	denied == set()
}

test_deny_everything if {
	denied := rule.deny with input as envelope([acme, policy("acme", {"ingress": [{"ports": [{"port": 443}]}]})], [])
	denied == {
		open_by_default(0, "acme"),
		object.union(admitted(1, "everything"), {"path": ["spec", "ingress", 0]}),
	}
}

test_deny_own_namespace_by_default_where_it_is_shared if {
	own := policy("shared", {"ingress": [{"from": [{"podSelector": {}}, by_name("shared")]}]})
	denied := rule.deny with input as envelope([shared, own], [])
	denied == {open_by_default(0, "shared")}
}

test_deny_another_tenants_namespace if {
	denied := rule.deny with input as envelope(
		[acme, globex, closed("acme"), closed("globex"), admits("acme", by_name("globex"))],
		[],
	)
	denied == {admitted(4, "namespace `globex` of another tenant")}
}

test_allow_namespaces_of_the_tenant_and_of_none if {
	denied := rule.deny with input as envelope(
		[
			acme,
			closed("acme"),
			place("jobs", {"gatelib.dev/tenant": "acme"}),
			closed("jobs"),
			place("ingress", {}),
			admits("acme", by_name("acme")),
			admits("acme", by_name("jobs")),
			admits("acme", by_name("ingress")),
			admits("acme", by_name("unknown")),
			globex,
			closed("globex"),
			admits("acme", {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "globex", "stage": "prod"}}}),
			admits("acme", {"namespaceSelector": {"matchLabels": {"gatelib.dev/tenant": "acme"}}}),
			admits("acme", {"namespaceSelector": {"matchExpressions": [{"key": "gatelib.dev/tenant", "operator": "DoesNotExist"}]}}),
			admits("acme", {"ipBlock": {"cidr": "203.0.113.0/24"}}),
		],
		[],
	)
	denied == set()
}

test_deny_selectors_that_leave_the_tenant_open if {
	every selector in [
		{},
		{"matchExpressions": [{"key": "gatelib.dev/tenant", "operator": "Exists"}]},
		{"matchExpressions": [{"key": "gatelib.dev/tenant", "operator": "NotIn", "values": ["globex"]}]},
		{"matchExpressions": [{"key": "gatelib.dev/tenant", "operator": "NotIn", "values": [""]}]},
		{"matchLabels": marked, "matchExpressions": [{"key": "gatelib.dev/tenant", "operator": "Exists"}]},
	] {
		denied := rule.deny with input as envelope([acme, closed("acme"), admits("acme", {"namespaceSelector": selector})], [])
		denied == {admitted(2, "namespaces of any other tenant")}
	}
}

test_deny_tenants_that_the_selector_names if {
	every selector in [
		{"matchLabels": {"gatelib.dev/tenant": "globex"}},
		{"matchExpressions": [{"key": "gatelib.dev/tenant", "operator": "In", "values": ["acme", "globex"]}]},
	] {
		denied := rule.deny with input as envelope([acme, closed("acme"), admits("acme", {"namespaceSelector": selector})], [])
		denied == {admitted(2, "tenant `globex`")}
	}
}

test_deny_namespace_of_several_tenants if {
	both := [acme, closed("acme"), shared, closed("shared")]
	by_marker := rule.deny with input as envelope(array.concat(both, [admits("acme", {"namespaceSelector": {"matchLabels": marked}})]), [])
	by_marker == {admitted(4, "multi-tenant namespaces")}
	by_its_name := rule.deny with input as envelope(array.concat(both, [admits("acme", by_name("shared"))]), [])
	by_its_name == {admitted(4, "namespace `shared` of another tenant")}
}

test_allow_own_pods_in_a_namespace_of_several_tenants if {
	own_pods := {"podSelector": {"matchLabels": {"gatelib.dev/tenant": "acme"}}}
	both := [acme, closed("acme"), shared, closed("shared")]
	denied := rule.deny with input as envelope(
		array.concat(both, [
			admits("acme", object.union(by_name("shared"), own_pods)),
			admits("acme", object.union({"namespaceSelector": {"matchLabels": marked}}, own_pods)),
		]),
		[],
	)
	denied == set()
}

test_deny_pods_of_all_other_tenants if {
	others := {"podSelector": {"matchExpressions": [{"key": "gatelib.dev/tenant", "operator": "NotIn", "values": ["acme"]}]}}
	denied := rule.deny with input as envelope(
		[acme, closed("acme"), shared, closed("shared"), admits("acme", object.union(by_name("shared"), others))],
		[],
	)
	denied == {admitted(4, "namespace `shared` of another tenant")}
}

test_deny_others_pods_in_a_namespace_of_several_tenants if {
	others := {"podSelector": {"matchExpressions": [{"key": "gatelib.dev/tenant", "operator": "In", "values": ["acme", "globex"]}]}}
	denied := rule.deny with input as envelope(
		[acme, closed("acme"), shared, closed("shared"), admits("acme", object.union(by_name("shared"), others))],
		[],
	)
	denied == {admitted(4, "namespace `shared` of another tenant")}
}

test_policy_of_a_shared_namespace_belongs_to_whom_it_selects if {
	for_acme := policy("shared", {
		"podSelector": {"matchLabels": {"gatelib.dev/tenant": "acme"}},
		"ingress": [{"from": [by_name("acme"), by_name("globex")]}],
	})
	denied := rule.deny with input as envelope([shared, closed("shared"), for_acme], [acme, globex])
	denied == {{
		"id": "GL-TEN-002",
		"msg": "NetworkPolicy `p` admits namespace `globex` of another tenant to tenant namespace `shared`",
		"document": 2,
		"path": ["spec", "ingress", 0, "from", 1],
	}}
}

test_policy_of_one_tenant_does_not_belong_to_whom_it_selects if {
	for_globex := policy("acme", {
		"podSelector": {"matchLabels": {"gatelib.dev/tenant": "globex"}},
		"ingress": [{"from": [by_name("globex")]}],
	})
	denied := rule.deny with input as envelope([acme, closed("acme"), for_globex], [globex])
	denied == {admitted(2, "namespace `globex` of another tenant")}
}

test_deny_policy_for_a_namespace_of_the_inventory if {
	given := envelope([admits("acme", by_name("globex"))], [acme, globex])
	denied := rule.deny with input as given
	denied == {admitted(0, "namespace `globex` of another tenant")}
	subjects := rule.subjects with input as given
	subjects == {0}
}

test_deny_namespace_for_a_policy_of_the_inventory if {
	given := envelope([acme], [closed("acme"), admits("acme", by_name("globex")), globex, admits("globex", by_name("acme"))])
	denied := rule.deny with input as given
	denied == {object.union(admitted(0, "namespace `globex` of another tenant"), {"path": ["metadata", "name"]})}
	subjects := rule.subjects with input as given
	subjects == {0}
}

test_label_and_marker_are_parameters if {
	denied := rule.deny with input as envelope([place("a", {"team": "x"}), place("b", {"shared": "yes"}), acme], [])
		with data.gatelib.params as {"tenancy": {"label": "team", "marker": {"key": "shared", "value": "yes"}}}
	denied == {open_by_default(0, "a"), open_by_default(1, "b")}
}

test_unjudged_policies if {
	broken := policy("acme", {"podSelector": 1})
	problem := {"document": 1, "path": ["spec", "podSelector"], "msg": "the selector must be an object"}
	judged := rule.unjudged with input as envelope([acme, broken], [])
	judged == {problem}

	looked_up := rule.unjudged with input as envelope([acme], [broken, place("x", 1), policy("other", {"podSelector": 1})])
	looked_up == {
		{"msg": "NetworkPolicy `p` of the inventory, at `spec.podSelector`: the selector must be an object"},
		{"msg": "Namespace `x` of the inventory: its metadata are malformed"},
	}

	beside_a_policy := rule.unjudged with input as envelope([closed("acme")], [broken])
	beside_a_policy == {{"msg": "NetworkPolicy `p` of the inventory, at `spec.podSelector`: the selector must be an object"}}
}

test_unjudged_peer if {
	calico := {
		"apiVersion": "projectcalico.org/v3",
		"kind": "NetworkPolicy",
		"metadata": {"name": "c", "namespace": "acme"},
		"spec": {"ingress": [{"action": "Allow", "source": {"notNets": ["10.0.0.0/8"]}}]},
	}
	own := admits("acme", by_name("acme"))
	unjudged := rule.unjudged with input as envelope([acme, calico, closed("acme"), own], [])
		with data.gatelib.params as {"network_policy": {"extra_kinds": ["projectcalico.org/NetworkPolicy"]}}
	unjudged == {{"document": 1, "path": ["spec", "ingress", 0], "msg": "whom this admits is not understood"}}
}

test_deny_policies_of_extra_kinds if {
	cilium := {
		"apiVersion": "cilium.io/v2",
		"kind": "CiliumNetworkPolicy",
		"metadata": {"name": "p", "namespace": "acme"},
		"spec": {
			"endpointSelector": {},
			"ingress": [{"fromEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "globex"}}]}],
		},
	}
	denied := rule.deny with input as envelope([acme, cilium], [globex])
		with data.gatelib.params as {"network_policy": {"extra_kinds": ["cilium.io/CiliumNetworkPolicy"]}}
	denied == {{
		"id": "GL-TEN-002",
		"msg": "CiliumNetworkPolicy `p` admits namespace `globex` of another tenant to tenant namespace `acme`",
		"document": 1,
		"path": ["spec", "ingress", 0, "fromEndpoints", 0],
	}}
}

test_allow_default_deny_beside_other_policies if {
	denied := rule.deny with input as envelope([acme, admits("acme", by_name("acme")), closed("acme")], [])
	denied == set()
}

test_deny_a_default_that_one_rule_or_peer_opens if {
	by_rule := policy("acme", {"ingress": [{"from": [{"podSelector": {}}]}, {"ports": [{"port": 443}]}]})
	by_peer := policy("acme", {"ingress": [{"from": [{"podSelector": {}}, {"ipBlock": {"cidr": "0.0.0.0/0"}}]}]})
	every pair in [[by_rule, ["spec", "ingress", 1]], [by_peer, ["spec", "ingress", 0, "from", 1]]] {
		[opened, path] := pair
		denied := rule.deny with input as envelope([acme, opened], [])
		denied == {open_by_default(0, "acme"), object.union(admitted(1, "everything"), {"path": path})}
	}
}

test_deny_each_tenant_that_the_selector_names if {
	given := envelope(
		[
			acme,
			closed("acme"),
			admits("acme", {"namespaceSelector": {"matchExpressions": [in_tenants(["acme", "globex", "initech"])]}}),
			admits("acme", {"namespaceSelector": {"matchExpressions": [
				{"key": "stage", "operator": "Exists"},
				in_tenants(["globex"]),
			]}}),
		],
		[],
	)
	denied := rule.deny with input as given
	denied == {admitted(2, "tenant `globex`"), admitted(2, "tenant `initech`"), admitted(3, "tenant `globex`")}
}

test_deny_each_namespace_that_the_selector_finds if {
	others := [staged("globex", "prod"), staged("initech", "prod"), staged("umbrella", "dev"), staged("acme-2", "test")]
	given := envelope(
		[
			acme,
			closed("acme"),
			admits("acme", {"namespaceSelector": {"matchLabels": {"stage": "prod"}}}),
			admits("acme", {"namespaceSelector": {"matchExpressions": [
				{"key": "stage", "operator": "In", "values": ["dev", "prod"]},
			]}}),
		],
		others,
	)
	denied := rule.deny with input as given
	denied == {admitted(document, sprintf("namespace `%s` of another tenant", [name])) |
		some document, names in {2: ["globex", "initech"], 3: ["globex", "initech", "umbrella"]}
		some name in names
	}
}

test_deny_a_namespace_by_what_any_document_says_of_it if {
	by_stage := admits("acme", {"namespaceSelector": {"matchLabels": {"stage": "prod"}}})
	every inventory in [[globex, staged("globex", "prod")], [staged("globex", "prod"), globex]] {
		denied := rule.deny with input as envelope([acme, closed("acme"), by_stage], inventory)
		denied == {admitted(2, "namespace `globex` of another tenant")}
	}
}

in_tenants(names) := {"key": "gatelib.dev/tenant", "operator": "In", "values": names}

staged(name, stage) := place(name, {"gatelib.dev/tenant": name, "stage": stage})

test_deny_each_namespace_for_each_policy_of_the_inventory if {
	given := envelope(
		[acme, globex],
		[
			shared,
			closed("acme"),
			closed("globex"),
			admits("acme", by_name("globex")),
			admits("acme", by_name("shared")),
			admits("globex", by_name("acme")),
		],
	)
	at_name := {"path": ["metadata", "name"]}
	denied := rule.deny with input as given
	denied == {
		object.union(admitted(0, "namespace `globex` of another tenant"), at_name),
		object.union(admitted(0, "namespace `shared` of another tenant"), at_name),
		object.union(admitted(1, ""), {
			"path": ["metadata", "name"],
			"msg": "NetworkPolicy `p` admits namespace `acme` of another tenant to tenant namespace `globex`",
		}),
	}
	subjects := rule.subjects with input as given
	subjects == {0, 1}
}

test_unjudged_policies_of_every_namespace_that_is_judged if {
	broken := {"podSelector": 1}
	elsewhere := object.union(policy("other", broken), {"metadata": {"name": "q"}})
	inventory := [policy("globex", broken), closed("other"), elsewhere]
	wanted := {{"msg": "NetworkPolicy `p` of the inventory, at `spec.podSelector`: the selector must be an object"}}
	beside_namespaces := rule.unjudged with input as envelope([acme, globex], inventory)
	beside_namespaces == wanted
	beside_policies := rule.unjudged with input as envelope([closed("acme"), closed("globex")], inventory)
	beside_policies == wanted
}

test_unjudged_each_peer if {
	not_these := {"action": "Allow", "source": {"notNets": ["10.0.0.0/8"]}}
	calico := {
		"apiVersion": "projectcalico.org/v3",
		"kind": "NetworkPolicy",
		"metadata": {"name": "c", "namespace": "acme"},
		"spec": {"ingress": [not_these, not_these]},
	}
	unjudged := rule.unjudged with input as envelope([acme, calico], [])
		with data.gatelib.params as {"network_policy": {"extra_kinds": ["projectcalico.org/NetworkPolicy"]}}
	unjudged == {{"document": 1, "path": ["spec", "ingress", index], "msg": "whom this admits is not understood"} |
		some index in [0, 1]
	}
}
