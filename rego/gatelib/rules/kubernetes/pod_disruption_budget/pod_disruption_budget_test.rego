package gatelib.rules.kubernetes.pod_disruption_budget_test

import data.gatelib.rules.kubernetes.pod_disruption_budget as rule

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

workload(api_version, kind, spec) := {
	"apiVersion": api_version,
	"kind": kind,
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": object.union({"template": {"metadata": {"labels": {"app": "web"}}}}, spec),
}

deployment(spec) := workload("apps/v1", "Deployment", spec)

budget(api_version, spec) := {
	"apiVersion": api_version,
	"kind": "PodDisruptionBudget",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": spec,
}

autoscaler(name, minimum) := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {
		"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
		"minReplicas": minimum,
	},
}

finding(document, replicas) := {
	"id": "GL-K8S-005",
	"msg": sprintf("no PodDisruptionBudget of namespace `shop` selects pods labelled `app=web`, of which there are %v", [replicas]),
	"document": document,
	"path": ["spec", "template", "metadata", "labels"],
}

from_three := {"pdb": {"min_replicas": 3}}

test_deny_every_replicated_kind if {
	given := envelope(
		[
			deployment({}),
			workload("apps/v1", "StatefulSet", {"replicas": 2}),
			workload("argoproj.io/v1alpha1", "Rollout", {"replicas": 3}),
			workload("apps.openshift.io/v1", "DeploymentConfig", {"replicas": null}),
			workload("apps/v1", "DaemonSet", {}),
			workload("batch/v1", "Job", {}),
		],
		[],
	)
	denied := rule.deny with input as given
	denied == {finding(0, 1), finding(1, 2), finding(2, 3), finding(3, 1)}
	subjects := rule.subjects with input as given
	subjects == {0, 1, 2, 3}
}

test_allow_selected_pods if {
	given := envelope([deployment({}), budget("policy/v1", {"selector": {"matchLabels": {"app": "web"}}})], [])
	denied := rule.deny with input as given
	denied == set()
	unjudged := rule.unjudged with input as given
	unjudged == set()
}

test_allow_empty_selector_of_v1 if {
	denied := rule.deny with input as envelope([deployment({}), budget("policy/v1", {"selector": {}})], [])
	denied == set()
}

test_deny_selector_that_selects_nothing if {
	denied := rule.deny with input as envelope(
		[
			deployment({}),
			budget("policy/v1beta1", {"selector": {"matchLabels": {}, "matchExpressions": []}}),
			budget("policy/v1", {}),
			budget("policy/v1", {"selector": null}),
			budget("policy/v1", null),
			budget("policy/v1", {"selector": {"matchLabels": {"app": "api"}}}),
			budget("policy/v1", {"selector": {"matchLabels": {"app": "web", "tier": "front"}}}),
			budget("policy/v1", {"selector": {"matchLabels": "app"}}),
		],
		[],
	)
	denied == {finding(0, 1)}
}

test_allow_selector_of_v1beta1 if {
	denied := rule.deny with input as envelope(
		[
			deployment({}),
			budget("policy/v1beta1", {"selector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}}),
		],
		[],
	)
	denied == set()
	by_label := rule.deny with input as envelope(
		[deployment({}), budget("policy/v1beta1", {"selector": {"matchLabels": {"app": "web"}}})],
		[],
	)
	by_label == set()
}

test_allow_fewer_replicas if {
	given := envelope([deployment({"replicas": 2}), deployment({})], [autoscaler("other", 5)])
	denied := rule.deny with input as given with data.gatelib.params as from_three
	denied == set()
	subjects := rule.subjects with input as given with data.gatelib.params as from_three
	subjects == set()
}

test_deny_replicas_of_the_autoscaler if {
	denied := rule.deny with input as envelope([deployment({"replicas": 2})], [autoscaler("web", 4)])
		with data.gatelib.params as from_three
	denied == {finding(0, 4)}
}

test_deny_more_replicas_than_the_autoscaler_needs if {
	denied := rule.deny with input as envelope([deployment({"replicas": 5})], [autoscaler("web", 1)])
		with data.gatelib.params as from_three
	denied == {finding(0, 5)}
}

test_deny_replicas_of_any_of_several_autoscalers if {
	every minimums in [[4, 3], [3, 4]] {
		autoscalers := [autoscaler("web", minimum) | some minimum in minimums]
		denied := rule.deny with input as envelope([deployment({"replicas": 2})], autoscalers)
			with data.gatelib.params as from_three
		denied == {finding(0, 4)}
	}
}

test_deny_replicas_beside_a_vertical_autoscaler if {
	vertical := {
		"apiVersion": "autoscaling.k8s.io/v1",
		"kind": "VerticalPodAutoscaler",
		"metadata": {"name": "web", "namespace": "shop"},
		"spec": {"targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
	}
	denied := rule.deny with input as envelope([deployment({}), vertical], [])
	denied == {finding(0, 1)}
}

test_unjudged_replicas if {
	given := envelope(
		[
			deployment({"replicas": "3"}),
			deployment({"replicas": 1.5}),
			workload("apps/v1", "DaemonSet", {"replicas": "3"}),
		],
		[],
	)
	denied := rule.deny with input as given
	denied == set()
	unjudged := rule.unjudged with input as given
	unjudged == {
		{"document": 0, "path": ["spec", "replicas"], "msg": "`spec.replicas` must be a whole number, and is `3`"},
		{"document": 1, "path": ["spec", "replicas"], "msg": "`spec.replicas` must be a whole number, and is `1.5`"},
	}
}

test_unjudged_references if {
	rollout := workload("argoproj.io/v1alpha1", "Rollout", {"workloadRef": {"kind": "Deployment", "name": "gone"}})
	unjudged := rule.unjudged with input as envelope([rollout, rollout], [])
	unjudged == {{
		"document": document,
		"path": ["spec", "workloadRef"],
		"msg": "the workload `apps/Deployment` `gone` that it refers to is not among the documents",
	} |
		some document in [0, 1]
	}
}

test_unjudged_companions if {
	unjudged := rule.unjudged with input as envelope(
		[
			deployment({}),
			budget("policy/v1", "all"),
			budget("policy/v1", {"selector": []}),
			autoscaler("web", "2"),
		],
		[budget("policy/v1", {"selector": 1})],
	)
	unjudged == {
		{"document": 1, "path": ["spec"], "msg": "`spec` must be an object"},
		{"document": 2, "path": ["spec", "selector"], "msg": "the selector must be an object"},
		{"document": 3, "path": ["spec", "minReplicas"], "msg": "`spec.minReplicas` must be a whole number, and is `2`"},
		{"msg": "PodDisruptionBudget `web` of the inventory, at `spec.selector`: the selector must be an object"},
	}
}

test_unjudged_inventory_without_a_namespace_that_can_be_read if {
	nowhere := {"metadata": {"namespace": 1}}
	unjudged := rule.unjudged with input as envelope(
		[deployment({})],
		[
			object.union(budget("policy/v1", {"selector": {}}), nowhere),
			object.union(autoscaler("web", 2), nowhere),
			object.union(workload("apps/v1", "DaemonSet", {}), nowhere),
		],
	)
	unjudged == {
		{"msg": "PodDisruptionBudget `web` of the inventory: its metadata are malformed"},
		{"msg": "HorizontalPodAutoscaler `web` of the inventory: its metadata are malformed"},
	}
}

test_unjudged_inventory_in_the_namespace_of_any_workload if {
	broken := budget("policy/v1", {"selector": 1})
	in_search := {"metadata": {"namespace": "search"}}
	every workloads in [
		[deployment({}), object.union(deployment({}), in_search)],
		[object.union(deployment({}), in_search), deployment({})],
	] {
		unjudged := rule.unjudged with input as envelope(workloads, [broken])
		unjudged == {{"msg": "PodDisruptionBudget `web` of the inventory, at `spec.selector`: the selector must be an object"}}
	}
}

test_allow_malformed_inventory_of_other_namespaces if {
	elsewhere := object.union(budget("policy/v1", {"selector": 1}), {"metadata": {"namespace": "other"}})
	unjudged := rule.unjudged with input as envelope([deployment({})], [elsewhere])
	unjudged == set()
}
