package gatelib.lib.calico_test

import data.gatelib.lib.calico

problems(spec) := calico.read({"content": {"spec": spec}}).problems

policy(spec) := calico.read({"content": {"spec": spec}}).policies[0]

rules(spec) := calico.read({"content": {"spec": spec}}).policies[0].rules

# The peer of a source without its path.
peer(source) := object.remove(calico.read({"content": {"spec": {"ingress": [{"action": "Allow", "source": source}]}}}).policies[0].rules[0].peers[0], ["path"])

test_selectors if {
	calico.parse(null) == {}
	calico.parse("") == {}
	calico.parse("all()") == {"matchExpressions": []}
	calico.parse("has(app)") == {"matchExpressions": [{"key": "app", "operator": "Exists"}]}
	calico.parse("has( app.kubernetes.io/name )") == {"matchExpressions": [{"key": "app.kubernetes.io/name", "operator": "Exists"}]}
	calico.parse("app=='web'") == {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}
	calico.parse("app == \"\"") == {"matchExpressions": [{"key": "app", "operator": "In", "values": [""]}]}
	calico.parse(" app in { 'a',\"b\" } &&  has(x)&&all() ") == {"matchExpressions": [
		{"key": "app", "operator": "In", "values": ["a", "b"]},
		{"key": "x", "operator": "Exists"},
	]}
}

test_labels_that_only_resemble_those_that_calico_makes_up if {
	every key in ["example.pcns.team", "pcns", "projectcalico.org/namespace-of"] {
		calico.parse(sprintf("%s == 'x'", [key])) == {"matchExpressions": [{"key": key, "operator": "In", "values": ["x"]}]}
	}
}

test_selectors_beyond_the_common_forms if {
	every selector in [
		"app != 'web'",
		"!has(app)",
		"app == 'a' || app == 'b'",
		"has(app) || has(other)",
		"app in {'a'} || has(other)",
		"has(app) && app != 'web'",
		"has(other) || has(app) && app == 'a'",
		"(app == 'a')",
		"app not in {'a'}",
		"app in {}",
		"app == 'a' &&",
		"app == web",
		"pcns.team == 'x'",
		"has(pcsa.role)",
		"projectcalico.org/namespace in {'x'}",
		"projectcalico.org/serviceaccount == 'x'",
		"has(projectcalico.org/orchestrator)",
		7,
		{},
	] {
		not calico.parse(selector)
	}
}

test_absent_spec_selects_all if {
	closed := {"problems": [], "policies": [{"selector": {}, "types": {"Ingress"}, "rules": []}]}
	calico.read({"content": {}}) == closed
	calico.read({"content": {"spec": {"selector": null, "serviceAccountSelector": ""}}}) == closed
}

test_types if {
	policy({"ingress": [{"action": "Allow"}]}).types == {"Ingress"}
	policy({"egress": [{"action": "Allow"}]}).types == {"Egress"}
	policy({"ingress": [{"action": "Allow"}], "egress": [{"action": "Allow"}]}).types == {"Ingress", "Egress"}
	policy({"types": ["Egress", "Ingress"]}).types == {"Ingress", "Egress"}
	policy({"types": ["Egress"], "ingress": [{"action": "Allow"}]}).types == {"Egress"}
	policy({"types": ["Egress"], "ingress": [{"action": "Allow"}]}).rules == []
}

test_a_policy_selects_what_its_selector_says if {
	policy({"selector": "app == 'web'"}).selector == {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}
}

test_rules_that_let_in if {
	at := ["spec", "ingress", 1]
	rules({"ingress": [{"action": "Deny"}, {"action": "Allow"}, {"action": "Log"}]}) == [{
		"path": at,
		"any_port": true,
		"peers": [{"path": at, "from": "everywhere"}],
	}]
	rules({"ingress": [{"action": "Pass", "protocol": "TCP"}]})[0].any_port == false
	rules({"ingress": [{"action": "Allow", "source": {"nets": ["10.0.0.0/8"]}}]})[0].any_port == true
	rules({"ingress": [{"action": "Allow", "metadata": {"annotations": {"why": "probes"}}}]})[0].any_port == true
}

test_a_rule_without_an_action_lets_in if {
	calico.read({"content": {"spec": {"ingress": [{}]}}}) == {"problems": [], "policies": [{
		"selector": {},
		"types": {"Ingress"},
		"rules": [{
			"path": ["spec", "ingress", 0],
			"any_port": true,
			"peers": [{"path": ["spec", "ingress", 0], "from": "everywhere"}],
		}],
	}]}
}

test_peers if {
	web := {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}
	peer(null) == {"from": "everywhere"}
	peer({"ports": [80], "selector": ""}) == {"from": "everywhere"}
	peer({"selector": null, "nets": [], "notNets": null}) == {"from": "everywhere"}
	peer({"nets": ["10.0.0.0/8", "0.0.0.0/0"]}) == {"from": "everywhere"}
	peer({"nets": ["10.0.0.0/8"]}) == {"from": "outside"}
	peer({"nets": ["0.0.0.0/1"]}) == {"from": "outside"}
	peer({"nets": ["0.0.0.0/0"], "selector": "app == 'web'"}) == {"from": "unknown"}
	peer({"selector": "app == 'web'"}) == {"from": "own", "pods": web}
	peer({"namespaceSelector": "global()", "selector": "app == 'web'"}) == {"from": "outside"}
	peer({"namespaceSelector": "projectcalico.org/name == 'b'", "selector": "app == 'web'"}) == {
		"from": "namespaces",
		"namespaces": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["b"]}]},
		"pods": web,
	}
	peer({"namespaceSelector": "has(team) && projectcalico.org/name in {'b', 'c'}"}) == {
		"from": "namespaces",
		"namespaces": {"matchExpressions": [
			{"key": "team", "operator": "Exists"},
			{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["b", "c"]},
		]},
		"pods": {},
	}
	peer({"namespaceSelector": "all()"}) == {"from": "namespaces", "namespaces": {"matchExpressions": []}, "pods": {}}
	peer({"selector": "app != 'web'"}) == {"from": "unknown"}
	peer({"namespaceSelector": "app != 'web'"}) == {"from": "unknown"}
	peer({"namespaceSelector": "all()", "notNets": ["10.0.0.0/8"]}) == {"from": "unknown"}
	peer({"serviceAccounts": {"names": ["x"]}}) == {"from": "unknown"}
}

test_problems if {
	rule := "a rule's `action` must be known, and its `source` have strings and lists"
	problems("x") == [[["spec"], "`spec` must be an object"]]
	problems({"selector": "app != 'web'"}) == [[["spec", "selector"], "the selector `app != 'web'` is beyond the forms that are understood"]]
	problems({"serviceAccountSelector": "all()"}) == [[["spec", "serviceAccountSelector"], "which service accounts pods have is not judged"]]
	problems({"ingress": {}}) == [[["spec", "ingress"], "`ingress` must be a list of objects"]]
	problems({"egress": [{}, 1]}) == [[["spec", "egress"], "`egress` must be a list of objects"]]
	problems({"egress": [1]}) == [[["spec", "egress"], "`egress` must be a list of objects"]]
	problems({"types": "Ingress"}) == [[["spec", "types"], "`types` must be a list of `Ingress` and `Egress`"]]
	problems({"types": {"a": "Ingress"}}) == [[["spec", "types"], "`types` must be a list of `Ingress` and `Egress`"]]
	problems({"types": ["Ingress", "In"]}) == [[["spec", "types"], "`types` must be a list of `Ingress` and `Egress`"]]
	problems({"types": ["In"]}) == [[["spec", "types"], "`types` must be a list of `Ingress` and `Egress`"]]
	problems({"ingress": [{"action": "allow"}]}) == [[["spec", "ingress", 0], rule]]
	problems({"ingress": [{}, {"action": "Allow"}, {"action": "allow"}]}) == [[["spec", "ingress", 2], rule]]
	problems({"ingress": [{"source": "x"}]}) == [[["spec", "ingress", 0], rule]]
	problems({"ingress": [{"source": {"selector": 1}}]}) == [[["spec", "ingress", 0], rule]]
	problems({"ingress": [{"source": {"namespaceSelector": {}}}]}) == [[["spec", "ingress", 0], rule]]
	problems({"ingress": [{"source": {"nets": "0.0.0.0/0"}}]}) == [[["spec", "ingress", 0], rule]]
	calico.read({"content": {"spec": {"selector": 1}}}).policies == []
}

test_a_policy_with_a_problem_counts_for_nothing if {
	every spec in [{"serviceAccountSelector": "has(role)"}, {"ingress": [{"action": "Deny"}, {"action": "allow"}]}] {
		calico.read({"content": {"spec": spec}}).policies == []
	}
}
