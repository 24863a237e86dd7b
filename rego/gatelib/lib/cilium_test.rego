package gatelib.lib.cilium_test

import data.gatelib.lib.cilium

problems(content) := cilium.read({"content": content}).problems

policy(spec) := cilium.read({"content": {"spec": object.union({"endpointSelector": {}}, spec)}}).policies[0]

rule(ingress) := cilium.read({"content": {"spec": {"endpointSelector": {}, "ingress": [ingress]}}}).policies[0].rules[0]

# The peers without the path.
peers(ingress) := [object.remove(peer, ["path"]) |
	some peer in cilium.read({"content": {"spec": {"endpointSelector": {}, "ingress": [ingress]}}}).policies[0].rules[0].peers
]

test_selectors_lose_the_source_of_labels if {
	labels := {"k8s:app": "web", "any:tier": "front", "plain": "x"}
	cilium.read({"content": {"spec": {"endpointSelector": {"matchLabels": labels, "matchExpressions": [{"key": "k8s:a", "operator": "Exists"}]}}}}) == {
		"problems": [],
		"policies": [{
			"selector": {"matchExpressions": [
				{"key": "tier", "operator": "In", "values": ["front"]},
				{"key": "app", "operator": "In", "values": ["web"]},
				{"key": "plain", "operator": "In", "values": ["x"]},
				{"key": "a", "operator": "Exists"},
			]},
			"types": set(),
			"rules": [],
		}],
	}
}

test_several_specs if {
	read := cilium.read({"content": {"specs": [{"endpointSelector": {}, "ingress": [{}]}, {"endpointSelector": {}, "egress": [{}]}]}})
	[[spec.types, spec.rules] | some spec in read.policies] == [
		[{"Ingress"}, [{"path": ["specs", 0, "ingress", 0], "any_port": true, "peers": []}]],
		[{"Egress"}, []],
	]
}

test_all_rules_of_a_policy_count if {
	policy({"ingress": [{}, {"fromEntities": ["all"]}]}).rules == [
		{"path": ["spec", "ingress", 0], "any_port": true, "peers": []},
		{
			"path": ["spec", "ingress", 1],
			"any_port": true,
			"peers": [{"path": ["spec", "ingress", 1, "fromEntities", 0], "from": "everywhere"}],
		},
	]
}

test_types if {
	policy({"ingress": []}).types == set()
	policy({"ingress": [{}]}).types == {"Ingress"}
	policy({"ingressDeny": [{}]}).types == {"Ingress"}
	policy({"egress": [{}]}).types == {"Egress"}
	policy({"egressDeny": [{}], "ingress": [{}]}).types == {"Ingress", "Egress"}
	policy({"ingress": [{}], "enableDefaultDeny": {"ingress": false}}).types == set()
	policy({"ingress": [{}], "enableDefaultDeny": {"egress": false}}).types == {"Ingress"}
}

test_ports if {
	rule({"fromEntities": ["all"]}).any_port == true
	rule({"fromEntities": ["all"], "toPorts": [], "icmps": null}).any_port == true
	rule({"fromEntities": ["all"], "toPorts": [{}]}).any_port == false
	rule({"fromEntities": ["all"], "icmps": [{}]}).any_port == false
}

test_peers if {
	peers({}) == []
	peers({"toPorts": [{}]}) == [{"from": "everywhere"}]
	peers({"toPorts": [{}], "fromEntities": ["world"]}) == [{"from": "outside"}]
	peers({"fromEndpoints": null}) == []
	peers({"fromEndpoints": null, "toPorts": [{}]}) == [{"from": "everywhere"}]
	peers({"authentication": {"mode": "required"}, "fromEntities": ["all"]}) == [{"from": "everywhere"}]
	peers({"fromCIDR": ["10.0.0.0/8"], "fromEntities": ["all"]}) == [{"from": "outside"}, {"from": "everywhere"}]
	peers({"fromEndpoints": [{}]}) == [{"from": "own", "pods": {"matchExpressions": []}}]
	peers({"fromEndpoints": [{"matchLabels": {"app": "web"}}]}) == [{
		"from": "own",
		"pods": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]},
	}]
	peers({"fromEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "b", "k8s:io.cilium.k8s.namespace.labels.team": "x", "app": "web"}}]}) == [{
		"from": "namespaces",
		"namespaces": {"matchExpressions": [
			{"key": "team", "operator": "In", "values": ["x"]},
			{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["b"]},
		]},
		"pods": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]},
	}]
	peers({"fromEndpoints": [{"matchLabels": {"reserved:host": ""}}]}) == [{"from": "unknown"}]
	peers({"fromEndpoints": [{"matchLabels": {"io.cilium.k8s.policy.serviceaccount": "x"}}]}) == [{"from": "unknown"}]
	peers({"fromEndpoints": [{"matchLabels": {"example.com/io.cilium.k8s.namespace.labels.team": "x"}}]}) == [{
		"from": "own",
		"pods": {"matchExpressions": [{"key": "example.com/io.cilium.k8s.namespace.labels.team", "operator": "In", "values": ["x"]}]},
	}]
	peers({"fromEndpoints": [{"matchLabels": {"io.cilium.k8s.namespace.labels.k8s:team": "x"}}]}) == [{
		"from": "namespaces",
		"namespaces": {"matchExpressions": [{"key": "k8s:team", "operator": "In", "values": ["x"]}]},
		"pods": {"matchExpressions": []},
	}]
	peers({"fromEntities": ["all", "cluster", "world", "unmanaged"]}) == [
		{"from": "everywhere"},
		{"from": "namespaces", "namespaces": {}, "pods": {}},
		{"from": "outside"},
		{"from": "unknown"},
	]
	peers({"fromCIDR": ["0.0.0.0/0"]}) == [{"from": "outside"}]
	peers({"fromRequires": [{}]}) == [{"from": "unknown"}]
}

test_what_is_no_pod_is_outside if {
	every entity in ["world", "world-ipv4", "world-ipv6", "host", "remote-node", "kube-apiserver", "ingress", "health", "none"] {
		peers({"fromEntities": [entity]}) == [{"from": "outside"}]
	}
	every field in ["fromCIDR", "fromCIDRSet", "fromGroups", "fromNodes"] {
		peers({field: [{}]}) == [{"from": "outside"}]
	}
}

test_paths_of_peers if {
	rule({"toPorts": [{}]}).peers == [{"path": ["spec", "ingress", 0], "from": "everywhere"}]
	rule({"fromEntities": ["world", "host"]}).peers == [
		{"path": ["spec", "ingress", 0, "fromEntities", 0], "from": "outside"},
		{"path": ["spec", "ingress", 0, "fromEntities", 1], "from": "outside"},
	]
}

test_problems if {
	missing := "there must be a `spec`, or `specs` as a list"
	problems({}) == [[["spec"], missing]]
	problems({"spec": null, "specs": []}) == [[["spec"], missing]]
	problems({"spec": {"endpointSelector": {}}, "specs": "x"}) == [[["spec"], missing]]
	problems({"specs": ["x"]}) == [[["specs", 0], "the spec must be an object"]]
	problems({"spec": {}}) == [[["spec", "endpointSelector"], "the selector must be an object"]]
	problems({"spec": {"endpointSelector": {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "x"}}}}) == [[
		["spec", "endpointSelector"],
		"the selector goes beyond the pod's own labels",
	]]
	every field in ["ingress", "ingressDeny", "egress", "egressDeny"] {
		problems({"spec": {"endpointSelector": {}, field: [{}, 1]}}) == [[["spec", field], sprintf("`%s` must be a list of objects", [field])]]
	}
	problems({"spec": {"endpointSelector": {}, "ingress": {}}}) == [[["spec", "ingress"], "`ingress` must be a list of objects"]]
	problems({"spec": {"endpointSelector": {}, "egressDeny": [1]}}) == [[["spec", "egressDeny"], "`egressDeny` must be a list of objects"]]
	switch := [[["spec", "enableDefaultDeny"], "`enableDefaultDeny` must be an object of booleans"]]
	problems({"spec": {"endpointSelector": {}, "enableDefaultDeny": {"ingress": "no"}}}) == switch
	problems({"spec": {"endpointSelector": {}, "enableDefaultDeny": {"egress": true, "ingress": "no"}}}) == switch
	problems({"spec": {"endpointSelector": {}, "enableDefaultDeny": true}}) == switch
	problems({"spec": {"endpointSelector": {}, "ingress": [{"fromCIDR": "0.0.0.0/0"}]}}) == [[
		["spec", "ingress", 0, "fromCIDR"],
		"`fromCIDR` must be a list",
	]]
	problems({"spec": {"endpointSelector": {}, "ingress": [{"fromEndpoints": ["x"]}]}}) == [[
		["spec", "ingress", 0, "fromEndpoints", 0],
		"the selector must be an object",
	]]
	problems({"spec": {"endpointSelector": {}, "enableDefaultDeny": [{}]}}) == switch
	cilium.read({"content": {"spec": {"endpointSelector": {}, "ingress": {}}}}).policies == []
}

test_all_problems_are_told if {
	problems({"specs": [{"endpointSelector": {}}, {"egress": {}, "ingress": [
		{"fromEntities": ["all"]},
		{"fromCIDR": 1, "fromEndpoints": [{}, 2], "fromEntities": {}},
	]}]}) == [
		[["specs", 1, "endpointSelector"], "the selector must be an object"],
		[["specs", 1, "egress"], "`egress` must be a list of objects"],
		[["specs", 1, "ingress", 1, "fromCIDR"], "`fromCIDR` must be a list"],
		[["specs", 1, "ingress", 1, "fromEntities"], "`fromEntities` must be a list"],
		[["specs", 1, "ingress", 1, "fromEndpoints", 1], "the selector must be an object"],
	]
}

test_fields_that_name_no_source_are_left_alone if {
	problems({"spec": {"endpointSelector": {}, "ingress": [{"authentication": {"mode": "required"}, "not-from": 1}]}}) == []
}
