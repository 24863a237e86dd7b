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

test_several_autoscalers if minima([horizontal(3), horizontal(4)]) == [3, 4]
