package gatelib.lib.running_test

import data.gatelib.lib.running

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

workload(api_version, kind, metadata) := {
	"apiVersion": api_version,
	"kind": kind,
	"metadata": metadata,
	"spec": {"template": {"metadata": {"labels": {"app": "web"}}}},
}

rollout(reference) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Rollout",
	"metadata": {"name": "r", "namespace": "shop"},
	"spec": {"workloadRef": reference, "template": {"metadata": {"labels": {"app": "ignored"}}}},
}

deployment := workload("apps/v1", "Deployment", {"name": "web", "namespace": "shop"})

test_labels_that_controllers_add if {
	pods := running.pods with input as envelope(
		[
			workload("batch/v1", "Job", {"name": "seed"}),
			workload("apps.openshift.io/v1", "DeploymentConfig", {"name": "old"}),
			workload("serving.knative.dev/v1", "Service", {"name": "fn"}),
			workload("apps/v1", "Deployment", {"name": "web"}),
			workload("batch/v1", "Job", {"generateName": "seed-"}),
			workload("apps.openshift.io/v1", "DeploymentConfig", {"name": ""}),
			workload("serving.knative.dev/v1", "Service", {"name": 7}),
		],
		[],
	)
	[pod.selectable | some pod in pods] == [
		{"app": "web", "job-name": "seed", "batch.kubernetes.io/job-name": "seed"},
		{"app": "web", "deploymentconfig": "old"},
		{"app": "web", "serving.knative.dev/service": "fn"},
		{"app": "web"},
		{"app": "web"},
		{"app": "web"},
		{"app": "web"},
	]
	[pod.labels | some pod in pods] == [{"app": "web"} | some _ in numbers.range(1, 7)]
}

test_rollout_takes_the_template_it_refers_to if {
	given := envelope([rollout({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"})], [deployment])
	pods := running.pods with input as given
	[[pod.document, pod.workload.name, pod.path, pod.labels] | some pod in pods] == [[0, "r", ["spec", "workloadRef"], {"app": "web"}]]
	problems := running.problems with input as given
	problems == set()
}

named_rollout(name, namespace, reference) := object.union(
	rollout(reference),
	{"metadata": {"name": name, "namespace": namespace}},
)

labelled(api_version, kind, name, namespace, label) := {
	"apiVersion": api_version,
	"kind": kind,
	"metadata": {"name": name, "namespace": namespace},
	"spec": {"template": {"metadata": {"labels": {"app": label}}}},
}

test_rollouts_of_several_kinds_names_and_namespaces if {
	to_deployment := {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
	to_replica_set := {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "api"}
	given := envelope(
		[
			named_rollout("a", "shop", to_deployment),
			named_rollout("b", "shop", to_replica_set),
			named_rollout("c", "other", to_deployment),
		],
		[
			labelled("apps/v1", "Deployment", "web", "shop", "one"),
			labelled("apps/v1", "Deployment", "web", "shop", "contradicts one"),
			labelled("apps/v1", "Deployment", "api", "shop", "is not referred to"),
			labelled("apps/v1", "ReplicaSet", "api", "shop", "two"),
			labelled("apps/v1", "Deployment", "web", "other", "three"),
		],
	)
	pods := running.pods with input as given
	[[pod.document, pod.workload.name, pod.labels.app] | some pod in pods] == [
		[0, "a", "one"],
		[0, "a", "contradicts one"],
		[1, "b", "two"],
		[2, "c", "three"],
	]
	problems := running.problems with input as given
	problems == set()
}

test_every_template_of_the_workload_referred_to if {
	fleet := {
		"apiVersion": "acme.example/v1",
		"kind": "Fleet",
		"metadata": {"name": "f", "namespace": "shop"},
		"spec": {"parts": [{"template": {"metadata": {"labels": {"part": part}}}} | some part in ["a", "b"]]},
	}
	given := envelope([rollout({"apiVersion": "acme.example/v1", "kind": "Fleet", "name": "f"})], [fleet])
	pods := running.pods with input as given
		with data.gatelib.params as {"workloads": {"extra_kinds": [{"kind": "acme.example/Fleet", "template": "spec.parts.*.template"}]}}
	[[pod.workload.name, pod.path, pod.labels] | some pod in pods] == [
		["r", ["spec", "workloadRef"], {"part": "a"}],
		["r", ["spec", "workloadRef"], {"part": "b"}],
	]
}

test_a_malformed_reference_has_no_targets if {
	every reference in [null, "web", {"kind": 7}] {
		running.targets({"type": "apps/Deployment", "name": "web", "workload": {"scope": "namespace:shop", "content": rollout(reference)}}) == [] with input as envelope([], [deployment])
	}
}

test_rollout_with_null_reference_has_its_own_template if {
	pods := running.pods with input as envelope([rollout(null)], [])
	[[pod.path, pod.labels] | some pod in pods] == [[["spec", "template", "metadata", "labels"], {"app": "ignored"}]]
	problems := running.problems with input as envelope([rollout(null)], [])
	problems == set()
}

test_references_that_lead_nowhere if {
	lost := {"document": 0, "path": ["spec", "workloadRef"], "msg": "the workload `apps/Deployment` `web` that it refers to is not among the documents"}
	here := {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
	elsewhere := object.union(deployment, {"metadata": {"namespace": "other"}})
	unfound := running.problems with input as envelope([rollout(here)], [elsewhere])
	unfound == {lost}

	no_workload := running.problems with input as envelope(
		[rollout({"kind": "ConfigMap", "name": "web"})],
		[workload("v1", "ConfigMap", {"name": "web", "namespace": "shop"})],
	)
	no_workload == {object.union(lost, {"msg": "the workload `ConfigMap` `web` that it refers to is not among the documents"})}
}

test_malformed_references if {
	problem := {"document": 0, "path": ["spec", "workloadRef"], "msg": "`spec.workloadRef` must be an object of strings"}
	every reference in ["web", {"apiVersion": 1, "kind": "Deployment", "name": "web"}, {"kind": [], "name": "web"}, {"kind": "Deployment", "name": 1}] {
		given := envelope([rollout(reference)], [deployment])
		problems := running.problems with input as given
		problems == {problem}
	}
	pods := running.pods with input as envelope([rollout({"apiVersion": 1, "kind": "Deployment", "name": "web"})], [deployment])
	pods == []
}

test_words if {
	running.labelled({}) == "without labels"
	running.labelled({"b": "2", "a": 1}) == "labelled `a=1, b=2`"
	running.of_namespace({"namespace": ""}) == "without a namespace"
	running.of_namespace({"namespace": "shop"}) == "of namespace `shop`"
}
