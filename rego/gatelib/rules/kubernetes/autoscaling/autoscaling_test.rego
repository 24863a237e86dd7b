package gatelib.rules.kubernetes.autoscaling_test

import data.gatelib.rules.kubernetes.autoscaling as rule

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

workload(api_version, kind, name) := {
	"apiVersion": api_version,
	"kind": kind,
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"template": {}},
}

deployment := workload("apps/v1", "Deployment", "web")

autoscaler(api_version, kind, spec) := {
	"apiVersion": api_version,
	"kind": kind,
	"metadata": {"name": "scaler", "namespace": "shop"},
	"spec": spec,
}

horizontal(target) := autoscaler("autoscaling/v2", "HorizontalPodAutoscaler", {"scaleTargetRef": target})

to_web := {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}

finding(document, kind) := {
	"id": "GL-K8S-010",
	"msg": sprintf("no HorizontalPodAutoscaler, VerticalPodAutoscaler or ScaledObject of namespace `shop` targets this %s", [kind]),
	"document": document,
	"path": ["spec", "replicas"],
}

test_warn_without_autoscaler if {
	given := envelope(
		[deployment, workload("argoproj.io/v1alpha1", "Rollout", "web"), workload("apps/v1", "StatefulSet", "web")],
		[],
	)
	warned := rule.warn with input as given
	warned == {finding(0, "Deployment"), finding(1, "Rollout")}
	subjects := rule.subjects with input as given
	subjects == {0, 1}
	unjudged := rule.unjudged with input as given
	unjudged == set()
}

test_allow_targets_of_each_kind if {
	every scaler in [
		horizontal(to_web),
		autoscaler("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", {"targetRef": to_web}),
		autoscaler("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": {"name": "web"}}),
		autoscaler("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": {"apiVersion": "", "kind": null, "name": "web"}}),
	] {
		warned := rule.warn with input as envelope([deployment], [scaler])
		warned == set()
	}
}

test_warn_target_elsewhere if {
	warned := rule.warn with input as envelope(
		[
			deployment,
			horizontal(object.union(to_web, {"name": "api"})),
			horizontal({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}),
			object.union(horizontal(to_web), {"metadata": {"namespace": "other"}}),
		],
		[],
	)
	warned == {finding(0, "Deployment")}
}

test_warn_kinds_of_the_parameter if {
	given := envelope([deployment, workload("apps/v1", "StatefulSet", "db")], [])
	params := {"autoscaling": {"kinds": ["apps/StatefulSet", "apps/StatefulSet"]}}
	warned := rule.warn with input as given with data.gatelib.params as params
	warned == {finding(1, "StatefulSet")}
	subjects := rule.subjects with input as given with data.gatelib.params as params
	subjects == {1}
}

test_allow_deployment_scaled_through_its_rollout if {
	rollout := object.union(
		workload("argoproj.io/v1alpha1", "Rollout", "canary"),
		{"spec": {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}},
	)
	to_rollout := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "canary"}
	warned := rule.warn with input as envelope([deployment, rollout, horizontal(to_rollout)], [])
	warned == set()

	unscaled := rule.warn with input as envelope([deployment, rollout], [])
	unscaled == {finding(0, "Deployment"), finding(1, "Rollout")}
}

test_allow_each_deployment_scaled_through_its_rollout if {
	pairs := [pair |
		some name in ["web", "api"]
		pair := [
			workload("apps/v1", "Deployment", name),
			object.union(
				workload("argoproj.io/v1alpha1", "Rollout", name),
				{"spec": {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}}},
			),
			horizontal({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": name}),
		]
	]
	warned := rule.warn with input as envelope(array.concat(pairs[0], pairs[1]), [])
	warned == set()
}

test_deployment_of_the_inventory_is_not_taken_for_a_judged_one if {
	rollout := object.union(
		workload("argoproj.io/v1alpha1", "Rollout", "canary"),
		{"spec": {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}},
	)
	to_rollout := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "canary"}
	warned := rule.warn with input as envelope(
		[workload("apps/v1", "Deployment", "api"), rollout, horizontal(to_rollout)],
		[deployment],
	)
	warned == {finding(0, "Deployment")}
}

test_unjudged_autoscaler if {
	target := {"msg": "`spec.scaleTargetRef` must be an object with the name and kind of its target", "path": ["spec", "scaleTargetRef"]}
	unjudged := rule.unjudged with input as envelope(
		[
			deployment,
			horizontal("web"),
			horizontal({"name": "web"}),
			horizontal({"kind": "Deployment", "name": 1}),
			horizontal(object.union(to_web, {"apiVersion": 1})),
			autoscaler("autoscaling/v2", "HorizontalPodAutoscaler", null),
			autoscaler("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": {"name": "web"}, "minReplicaCount": 0.5}),
		],
		[],
	)
	unjudged == {object.union(target, {"document": index}) | some index in [1, 2, 3, 4, 5]} | {{
		"document": 6,
		"path": ["spec", "minReplicaCount"],
		"msg": "`spec.minReplicaCount` must be a whole number, and is `0.5`",
	}}
}

test_unjudged_autoscaler_of_the_inventory_in_the_namespace_of_any_workload if {
	elsewhere := object.union(deployment, {"metadata": {"namespace": "search"}})
	every workloads in [[deployment, elsewhere], [elsewhere, deployment]] {
		unjudged := rule.unjudged with input as envelope(workloads, [horizontal("web")])
		unjudged == {{"msg": concat("", [
			"HorizontalPodAutoscaler `scaler` of the inventory, at `spec.scaleTargetRef`: ",
			"`spec.scaleTargetRef` must be an object with the name and kind of its target",
		])}}
	}
	unrelated := rule.unjudged with input as envelope([elsewhere], [horizontal("web")])
	unrelated == set()
}
