package gatelib.lib.network_policies_test

import data.gatelib.lib.network_policies

read(spec) := network_policies.read({"content": {"spec": spec}})

types(spec) := network_policies.read({"content": {"spec": spec}}).policies[0].types

peers(rule) := network_policies.read({"content": {"spec": {"ingress": [rule]}}}).policies[0].rules[0].peers

problems(spec) := network_policies.read({"content": {"spec": spec}}).problems

test_absent_spec_and_selector_select_all if {
	closed := {"problems": [], "policies": [{"selector": {}, "types": {"Ingress"}, "rules": []}]}
	network_policies.read({"content": {}}) == closed
	read(null) == closed
	read({"podSelector": null}) == closed
}

test_types if {
	types({}) == {"Ingress"}
	types({"policyTypes": []}) == {"Ingress"}
	types({"egress": []}) == {"Ingress"}
	types({"egress": [{}]}) == {"Ingress", "Egress"}
	types({"policyTypes": ["Egress"]}) == {"Egress"}
	types({"policyTypes": ["Ingress"], "egress": [{}]}) == {"Ingress"}
}

test_ingress_of_egress_policies_is_void if {
	read({"policyTypes": ["Egress"], "ingress": [{}]}).policies[0].rules == []
}

test_rules if {
	read({"podSelector": {"matchLabels": {"a": "b"}}, "ingress": [{}, {"ports": [{"port": 1}]}]}).policies == [{
		"selector": {"matchLabels": {"a": "b"}},
		"types": {"Ingress"},
		"rules": [
			{"path": ["spec", "ingress", 0], "any_port": true, "peers": [{"path": ["spec", "ingress", 0], "from": "everywhere"}]},
			{"path": ["spec", "ingress", 1], "any_port": false, "peers": [{"path": ["spec", "ingress", 1], "from": "everywhere"}]},
		],
	}]
	read({"ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 1}]}]}).policies[0].rules == [{
		"path": ["spec", "ingress", 0],
		"any_port": false,
		"peers": [{"path": ["spec", "ingress", 0, "from", 0], "from": "own", "pods": {}}],
	}]
}

test_peers if {
	at := ["spec", "ingress", 0, "from", 0]
	peers({"from": [{"podSelector": {"matchLabels": {"a": "b"}}}]}) == [{"path": at, "from": "own", "pods": {"matchLabels": {"a": "b"}}}]
	peers({"from": [{"namespaceSelector": {}}]}) == [{"path": at, "from": "namespaces", "namespaces": {}, "pods": {}}]
	peers({"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"a": "b"}}}]}) == [{
		"path": at,
		"from": "namespaces",
		"namespaces": {},
		"pods": {"matchLabels": {"a": "b"}},
	}]
	peers({"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}) == [{"path": at, "from": "outside"}]
	peers({"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}) == [{"path": at, "from": "everywhere"}]
	peers({"from": [{"ipBlock": {"cidr": "::/0"}}]}) == [{"path": at, "from": "everywhere"}]
	peers({"from": [{"ipBlock": {"cidr": "0.0.0.0/1"}}]}) == [{"path": at, "from": "outside"}]
	peers({"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}) == [{"path": at, "from": "outside"}]
}

test_problems_leave_no_policy if read("x") == {"problems": [[["spec"], "`spec` must be an object"]], "policies": []}

test_problems if {
	selector := "the selector must be an object"
	peer := "a peer must have either `ipBlock`, or `podSelector` or `namespaceSelector` or both"
	block := "`ipBlock` must be an object with a `cidr`, and `except` a list"
	at := ["spec", "ingress", 0, "from", 0]
	problems({"podSelector": []}) == [[["spec", "podSelector"], selector]]
	problems({"ingress": 1}) == [[["spec", "ingress"], "`spec.ingress` must be a list"]]
	problems({"egress": {}}) == [[["spec", "egress"], "`spec.egress` must be a list"]]
	problems({"policyTypes": "Ingress"}) == [[["spec", "policyTypes"], "`spec.policyTypes` must be a list"]]
	problems({"policyTypes": ["Ingress", "ingress"]}) == [[["spec", "policyTypes", 1], "`ingress` is no policy type"]]
	problems({"ingress": [null]}) == [[["spec", "ingress", 0], "a rule must be an object"]]
	problems({"egress": ["x"]}) == [[["spec", "egress", 0], "a rule must be an object"]]
	problems({"ingress": [{"from": {}}]}) == [[["spec", "ingress", 0, "from"], "`from` must be a list"]]
	problems({"ingress": [{"ports": 80}]}) == [[["spec", "ingress", 0, "ports"], "`ports` must be a list"]]
	problems({"ingress": [{"ports": [80]}]}) == [[["spec", "ingress", 0, "ports", 0], "a port must be an object"]]
	problems({"ingress": [{"from": null, "ports": null}]}) == []
	problems({"ingress": [{"from": ["x"]}]}) == [[at, peer]]
	problems({"ingress": [{"from": [{}]}]}) == [[at, peer]]
	problems({"ingress": [{"from": [{"podSelector": null}]}]}) == [[at, peer]]
	problems({"ingress": [{"from": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}]}) == [[at, peer]]
	problems({"ingress": [{"from": [{"podSelector": 1}]}]}) == [[array.concat(at, ["podSelector"]), selector]]
	problems({"ingress": [{"from": [{"namespaceSelector": 1}]}]}) == [[array.concat(at, ["namespaceSelector"]), selector]]
	problems({"ingress": [{"from": [{"ipBlock": 1}]}]}) == [[array.concat(at, ["ipBlock"]), block]]
	problems({"ingress": [{"from": [{"ipBlock": {"cidr": "all"}}]}]}) == [[array.concat(at, ["ipBlock"]), block]]
	problems({"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": "x"}}]}]}) == [[array.concat(at, ["ipBlock"]), block]]
}

test_every_problem_is_told if {
	rule := "a rule must be an object"
	port := "a port must be an object"
	peer := "a peer must have either `ipBlock`, or `podSelector` or `namespaceSelector` or both"
	selector := "the selector must be an object"
	second := ["spec", "ingress", 2]
	problems({
		"ingress": [
			{},
			"x",
			{
				"ports": [{}, 80, "http"],
				"from": [{"podSelector": {}}, {}, {"podSelector": 1, "namespaceSelector": 1}],
			},
			{"from": {}, "ports": {}},
			null,
		],
		"egress": [{}, "x"],
	}) == [
		[["spec", "ingress", 1], rule],
		[["spec", "ingress", 4], rule],
		[["spec", "egress", 1], rule],
		[["spec", "ingress", 3, "from"], "`from` must be a list"],
		[["spec", "ingress", 3, "ports"], "`ports` must be a list"],
		[array.concat(second, ["ports", 1]), port],
		[array.concat(second, ["ports", 2]), port],
		[array.concat(second, ["from", 1]), peer],
		[array.concat(second, ["from", 2, "podSelector"]), selector],
		[array.concat(second, ["from", 2, "namespaceSelector"]), selector],
	]
}
