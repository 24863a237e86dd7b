package gatelib.lib.scaling_test

import data.gatelib.lib.scaling

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

autoscaler(api_version, kind, spec) := {"apiVersion": api_version, "kind": kind, "metadata": {"namespace": "shop"}, "spec": spec}

target := {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}

horizontal(minimum) := autoscaler("autoscaling/v2", "HorizontalPodAutoscaler", {"scaleTargetRef": target, "minReplicas": minimum})

minima(contents) := [found.minimum | some found in targeting] if {
	targeting := scaling.targeting("namespace:shop", "apps/Deployment", "web") with input as envelope(contents)
}

test_minimum_of_each_kind if {
	minima([horizontal(3)]) == [3]
	minima([horizontal(null)]) == [1]
	minima([autoscaler("autoscaling/v1", "HorizontalPodAutoscaler", {"scaleTargetRef": target})]) == [1]
	minima([autoscaler("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": {"name": "web"}})]) == [0]
	minima([autoscaler("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": target, "minReplicaCount": 2})]) == [2]
	minima([autoscaler("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", {"targetRef": target})]) == [null]
}

test_malformed_autoscalers_target_nothing if {
	minima([horizontal("3")]) == []
	minima([horizontal(1.5)]) == []
	minima([autoscaler("autoscaling/v2", "HorizontalPodAutoscaler", {"scaleTargetRef": object.union(target, {"apiVersion": 1})})]) == []
}

test_what_a_scaled_object_leaves_out_is_a_deployment if {
	of_apps := {"apiVersion": "", "kind": "", "name": "web"}
	minima([autoscaler("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": of_apps})]) == [0]
	minima([autoscaler("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": object.union(of_apps, {"kind": null})})]) == [0]

	# KEDA takes `apps/v1` for the version of whatever kind.
	rollout := autoscaler("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": {"kind": "Rollout", "name": "web"}})
	found := scaling.targeting("namespace:shop", "argoproj.io/Rollout", "web") with input as envelope([rollout])
	found == []
}

test_a_vertical_autoscaler_has_no_minimum if {
	given := envelope([autoscaler("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", {"targetRef": target, "": 3, "minReplicas": "x"})])
	found := scaling.targeting("namespace:shop", "apps/Deployment", "web") with input as given
	[[entry.type, entry.name, entry.minimum] | some entry in found] == [["apps/Deployment", "web", null]]
	problems := scaling.problems with input as given
	problems == []
}

of_kind(namespace, kind, name, minimum) := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"namespace": namespace},
	"spec": {"scaleTargetRef": {"apiVersion": "acme.example/v1", "kind": kind, "name": name}, "minReplicas": minimum},
}

test_namespaces_and_kinds_are_kept_apart if {
	given := envelope([
		of_kind("a", "Web", "shop", 1),
		of_kind("a", "Webs", "hop", 2),
		of_kind("b", "Web", "shop", 3),
		of_kind("c", "Web", "other", 4),
	])
	every place, minimum in {["a", "Web", "shop"]: 1, ["a", "Webs", "hop"]: 2, ["b", "Web", "shop"]: 3, ["c", "Web", "other"]: 4} {
		found := scaling.targeting(concat(":", ["namespace", place[0]]), concat("/", ["acme.example", place[1]]), place[2]) with input as given
		[entry.minimum | some entry in found] == [minimum]
	}
	found := scaling.targeting("namespace:c", "acme.example/Web", "shop") with input as given
	found == []
}

test_every_malformed_autoscaler_is_a_problem if {
	given := envelope([
		horizontal(3),
		autoscaler("autoscaling/v2", "HorizontalPodAutoscaler", {"minReplicas": 1.5}),
		autoscaler("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": {"kind": 7, "name": "web"}, "minReplicaCount": "2"}),
		autoscaler("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", {"targetRef": "web"}),
	])
	problems := scaling.problems with input as given
	{[problem.companion.document.index, problem.path, problem.msg] | some problem in problems} == {
		[1, ["spec", "scaleTargetRef"], "`spec.scaleTargetRef` must be an object with the name and kind of its target"],
		[2, ["spec", "scaleTargetRef"], "`spec.scaleTargetRef` must be an object with the name and kind of its target"],
		[3, ["spec", "targetRef"], "`spec.targetRef` must be an object with the name and kind of its target"],
		[1, ["spec", "minReplicas"], "`spec.minReplicas` must be a whole number, and is `1.5`"],
		[2, ["spec", "minReplicaCount"], "`spec.minReplicaCount` must be a whole number, and is `2`"],
	}
}

test_several_autoscalers if minima([horizontal(3), horizontal(4)]) == [3, 4]
