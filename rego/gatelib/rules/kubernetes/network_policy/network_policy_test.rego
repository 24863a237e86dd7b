package gatelib.rules.kubernetes.network_policy_test

import data.gatelib.rules.kubernetes.network_policy as rule

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

pod(labels) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "web", "namespace": "shop", "labels": labels},
	"spec": {"containers": []},
}

on_host := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "agent", "namespace": "shop"},
	"spec": {"hostNetwork": true},
}

policy(name, spec) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": spec,
}

web := pod({"app": "web"})

rollout := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Rollout",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
}

selects_web := {"podSelector": {"matchLabels": {"app": "web"}}}

finding(message) := of_document(0, message)

of_document(document, message) := {
	"id": "GL-K8S-004",
	"msg": message,
	"document": document,
	"path": ["metadata", "labels"],
}

unselected := finding("no NetworkPolicy of namespace `shop` selects pods labelled `app=web`")

no_ingress := finding("no NetworkPolicy of namespace `shop` restricts `Ingress` of pods labelled `app=web`")

no_egress := finding("no NetworkPolicy of namespace `shop` restricts `Egress` of pods labelled `app=web`")

opened := finding("all ingress of pods labelled `app=web` is allowed by NetworkPolicy `a`, `b`")

test_deny_without_policy if {
	given := envelope([web], [])
	denied := rule.deny with input as given
	denied == {unselected}
	warned := rule.warn with input as given
	warned == set()
	subjects := rule.subjects with input as given
	subjects == {0}
}

test_deny_policy_that_selects_others if {
	denied := rule.deny with input as envelope([web, policy("api", {"podSelector": {"matchLabels": {"app": "api"}}})], [])
	denied == {unselected}
}

test_allow_selected_pod if {
	given := envelope([web, policy("web", selects_web)], [])
	denied := rule.deny with input as given
	denied == set()
	warned := rule.warn with input as given
	warned == set()
	unjudged := rule.unjudged with input as given
	unjudged == set()
	subjects := rule.subjects with input as given
	subjects == {0}
}

test_allow_pod_on_the_hosts_network if {
	given := envelope([on_host], [])
	denied := rule.deny with input as given
	denied == set()
	subjects := rule.subjects with input as given
	subjects == set()
}

test_allow_exempt_kind if {
	given := envelope([web, object.union(rollout, {"spec": {"workloadRef": {"name": "x"}}})], [])
	params := {"network_policy": {"exempt_kinds": ["Pod", "argoproj.io/Rollout"]}}
	denied := rule.deny with input as given with data.gatelib.params as params
	denied == set()
	subjects := rule.subjects with input as given with data.gatelib.params as params
	subjects == set()
	unjudged := rule.unjudged with input as given with data.gatelib.params as params
	unjudged == set()
}

test_deny_workload_with_one_pod_off_the_hosts_network if {
	set_of_jobs := {
		"apiVersion": "jobset.x-k8s.io/v1alpha2",
		"kind": "JobSet",
		"metadata": {"name": "train", "namespace": "shop"},
		"spec": {"jobs": [
			{"template": {"spec": {"hostNetwork": true}}},
			{"template": {"metadata": {"labels": {"role": "worker"}}, "spec": {}}},
		]},
	}
	given := envelope([set_of_jobs], [])
	params := {"workloads": {"extra_kinds": [{"kind": "jobset.x-k8s.io/JobSet", "template": "spec.jobs.*.template"}]}}
	denied := rule.deny with input as given with data.gatelib.params as params
	denied == {{
		"id": "GL-K8S-004",
		"msg": "no NetworkPolicy of namespace `shop` selects pods labelled `role=worker`",
		"document": 0,
		"path": ["spec", "jobs", 1, "template", "metadata", "labels"],
	}}
	subjects := rule.subjects with input as given with data.gatelib.params as params
	subjects == {0}
}

test_warn_egress_only if {
	given := envelope([web, policy("dns", object.union(selects_web, {"policyTypes": ["Egress"]}))], [])
	denied := rule.deny with input as given
	denied == set()
	warned := rule.warn with input as given
	warned == {no_ingress}
}

test_deny_missing_required_type if {
	given := envelope([web, policy("dns", object.union(selects_web, {"policyTypes": ["Egress"]}))], [])
	params := {"network_policy": {"required_types": ["Ingress"]}}
	denied := rule.deny with input as given with data.gatelib.params as params
	denied == {no_ingress}
	warned := rule.warn with input as given with data.gatelib.params as params
	warned == set()
}

test_deny_missing_required_egress if {
	given := envelope([web, policy("in", selects_web)], [])
	params := {"network_policy": {"required_types": ["Ingress", "Egress"]}}
	denied := rule.deny with input as given with data.gatelib.params as params
	denied == {no_egress}
}

test_deny_once_where_no_policy_selects if {
	params := {"network_policy": {"required_types": ["Ingress", "Egress"]}}
	denied := rule.deny with input as envelope([web], []) with data.gatelib.params as params
	denied == {unselected}
}

test_warn_or_deny_all_ingress if {
	wide := object.union(selects_web, {"ingress": [{}]})
	given := envelope([web, policy("closed", {}), policy("b", wide), policy("a", wide)], [])
	denied := rule.deny with input as given
	denied == set()
	warned := rule.warn with input as given
	warned == {opened}

	params := {"network_policy": {"reject_allow_all": true}}
	narrow := rule.deny with input as envelope([web, policy("web", selects_web)], []) with data.gatelib.params as params
	narrow == set()
	denied_then := rule.deny with input as given with data.gatelib.params as params
	denied_then == {opened}
	warned_then := rule.warn with input as given with data.gatelib.params as params
	warned_then == set()
}

test_each_of_several_pods_is_judged if {
	params := {"network_policy": {"required_types": ["Egress"]}}
	named := {name: pod({"app": name}) | some name in ["api", "shut", "web"]}
	selects := {name: {"podSelector": {"matchLabels": {"app": name}}} | some name in ["api", "shut", "web"]}
	given := envelope(
		[
			named.shut,
			pod({"app": "none"}),
			named.api,
			named.web,
			policy("shut", object.union(selects.shut, {"policyTypes": ["Ingress", "Egress"]})),
			policy("dns", object.union(selects.api, {"policyTypes": ["Egress"]})),
			policy("open", object.union(selects.web, {"policyTypes": ["Ingress"], "ingress": [{}]})),
		],
		[],
	)
	denied := rule.deny with input as given with data.gatelib.params as params
	denied == {
		of_document(1, "no NetworkPolicy of namespace `shop` selects pods labelled `app=none`"),
		of_document(3, "no NetworkPolicy of namespace `shop` restricts `Egress` of pods labelled `app=web`"),
	}
	warned := rule.warn with input as given with data.gatelib.params as params
	warned == {
		of_document(2, "no NetworkPolicy of namespace `shop` restricts `Ingress` of pods labelled `app=api`"),
		of_document(3, "all ingress of pods labelled `app=web` is allowed by NetworkPolicy `open`"),
	}
	rejected := rule.deny with input as given with data.gatelib.params as {"network_policy": {"reject_allow_all": true}}
	rejected == {
		of_document(1, "no NetworkPolicy of namespace `shop` selects pods labelled `app=none`"),
		of_document(3, "all ingress of pods labelled `app=web` is allowed by NetworkPolicy `open`"),
	}
}

test_allow_each_required_type_by_a_policy_of_its_own if {
	params := {"network_policy": {"required_types": ["Ingress", "Egress"]}}
	every types in [["Ingress", "Egress"], ["Egress", "Ingress"]] {
		policies := [policy(type, object.union(selects_web, {"policyTypes": [type]})) | some type in types]
		denied := rule.deny with input as envelope(array.concat([web], policies), []) with data.gatelib.params as params
		denied == set()
	}
}

test_unjudged_references_are_subjects if {
	given := envelope([web, rollout, object.union(rollout, {"metadata": {"name": "api"}})], [])
	unjudged := rule.unjudged with input as given
	unjudged == {{
		"document": document,
		"path": ["spec", "workloadRef"],
		"msg": "the workload `apps/Deployment` `web` that it refers to is not among the documents",
	} |
		some document in [1, 2]
	}
	subjects := rule.subjects with input as given
	subjects == {0, 1, 2}
}

test_workloads_on_the_hosts_network_beside_others_are_no_subjects if {
	subjects := rule.subjects with input as envelope([on_host, web, on_host, pod({"app": "api"})], [])
	subjects == {1, 3}
}

test_unjudged_policy if {
	broken := policy("broken", {"podSelector": "web"})
	found := envelope([web, broken], [])
	judged := rule.unjudged with input as found
	judged == {{"document": 1, "path": ["spec", "podSelector"], "msg": "the selector must be an object"}}

	looked_up := rule.unjudged with input as envelope([web], [broken])
	looked_up == {{"msg": "NetworkPolicy `broken` of the inventory, at `spec.podSelector`: the selector must be an object"}}

	elsewhere := object.union(broken, {"metadata": {"namespace": "other"}})
	unrelated := rule.unjudged with input as envelope([web], [elsewhere])
	unrelated == set()
}

test_unjudged_policies_in_the_namespace_of_any_pod if {
	in_search := {"metadata": {"namespace": "search"}}
	broken := policy("broken", {"podSelector": "web"})
	unjudged := rule.unjudged with input as envelope(
		[web, object.union(web, in_search), broken],
		[broken, object.union(broken, in_search)],
	)
	unjudged == {
		{"document": 2, "path": ["spec", "podSelector"], "msg": "the selector must be an object"},
		{"msg": "NetworkPolicy `broken` of the inventory, at `spec.podSelector`: the selector must be an object"},
	}
	only_elsewhere := rule.unjudged with input as envelope(
		[web, object.union(web, in_search)],
		[object.union(broken, in_search)],
	)
	only_elsewhere == {{"msg": "NetworkPolicy `broken` of the inventory, at `spec.podSelector`: the selector must be an object"}}
	only_here := rule.unjudged with input as envelope([object.union(web, in_search), web], [broken])
	only_here == only_elsewhere
}
