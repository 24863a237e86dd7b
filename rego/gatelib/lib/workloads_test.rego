package gatelib.lib.workloads_test

import data.gatelib.lib.workloads

template := {"metadata": {"labels": {"app": "api"}, "annotations": {"a": "b"}}, "spec": {"containers": [{"name": "api"}]}}

test_every_type_has_its_template if {
	every pair in [
		["v1", "Pod", []],
		["v1", "PodTemplate", ["template"]],
		["v1", "ReplicationController", ["spec", "template"]],
		["apps/v1", "DaemonSet", ["spec", "template"]],
		["apps/v1", "Deployment", ["spec", "template"]],
		["extensions/v1beta1", "Deployment", ["spec", "template"]],
		["apps/v1", "ReplicaSet", ["spec", "template"]],
		["apps/v1", "StatefulSet", ["spec", "template"]],
		["batch/v1", "Job", ["spec", "template"]],
		["batch/v1", "CronJob", ["spec", "jobTemplate", "spec", "template"]],
		["argoproj.io/v1alpha1", "Rollout", ["spec", "template"]],
		["apps.openshift.io/v1", "DeploymentConfig", ["spec", "template"]],
		["v1", "DeploymentConfig", ["spec", "template"]],
		["serving.knative.dev/v1", "Service", ["spec", "template"]],
	] {
		[version, kind, path] := pair
		content := object.union({"apiVersion": version, "kind": kind}, nested(path))
		[[pod.document, pod.path, pod.labels, pod.annotations, pod.spec] | some pod in workloads.pods] == [[
			0, path,
			{"app": "api"},
			{"a": "b"},
			template.spec,
		]] with input as envelope([content])
		[[container.name, container.path] | some container in workloads.containers] == [[
			"api",
			array.concat(path, ["spec", "containers", 0]),
		]] with input as envelope([content])
	}
}

test_other_types_are_no_workloads if {
	given := envelope([
		{"apiVersion": "v1", "kind": "Service", "spec": {"template": template}},
		{"apiVersion": "jobs.example.com/v1", "kind": "Job", "spec": {"template": template}},
		{"kind": "List"}, {},
	])
	workloads.all == [] with input as given
	workloads.pods == [] with input as given
}

test_a_workload_without_a_template_stays_a_workload if {
	every spec in [null, {}, {"template": null}, {"template": "none"}, []] {
		given := envelope([{"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}])
		[workload.index | some workload in workloads.all] == [0] with input as given
		[[pod.spec, pod.labels] | some pod in workloads.pods] == [[{}, {}]] with input as given
		workloads.containers == [] with input as given
	}
}

test_extra_kinds if {
	params := {"workloads": {"extra_kinds": [
		{"kind": "jobset.x-k8s.io/JobSet", "template": "spec.replicatedJobs.*.template.spec.template"},
		{"kind": "acme.io/Worker", "template": "pod"},
		{"kind": "acme.io/Twice", "template": "b"},
		{"kind": "acme.io/Twice", "template": "a"},
	]}}
	jobs := {"apiVersion": "jobset.x-k8s.io/v1", "kind": "JobSet", "spec": {"replicatedJobs": [
		{"name": "one", "template": {"spec": {"template": template}}},
		{"name": "none"},
		{"name": "two", "template": {"spec": {"template": template}}},
	]}}
	given := envelope([
		jobs,
		{"apiVersion": "acme.io/v2", "kind": "Worker", "pod": template},
		{"apiVersion": "acme.io/v2", "kind": "Twice", "a": template},
	])
	[[pod.document, pod.path] | some pod in workloads.pods] == [
		[0, ["spec", "replicatedJobs", 0, "template", "spec", "template"]],
		[0, ["spec", "replicatedJobs", 2, "template", "spec", "template"]],
		[1, ["pod"]],
		[2, ["a"]],
	] with input as given with data.gatelib.params as params
	workloads.all == [] with input as given
	[workload.index | some workload in workloads.all] == [0] with input as envelope([{
		"apiVersion": "jobset.x-k8s.io/v1",
		"kind": "JobSet",
		"spec": {"replicatedJobs": {"0": {"template": {"spec": {"template": template}}}}},
	}])
		with data.gatelib.params as params
}

test_containers_of_every_kind_with_a_name if {
	pod := {"kind": "Pod", "spec": {
		"containers": [{"name": "api"}, {}, {"name": ""}, {"name": 7}],
		"initContainers": [{"name": "migrate"}],
		"ephemeralContainers": [{"name": "debug"}],
	}}
	[[container.type, container.name] | some container in workloads.containers] == [
		["initContainers", "migrate"],
		["containers", "api"],
		["containers", "#1"],
		["containers", "#2"],
		["containers", "#3"],
		["ephemeralContainers", "debug"],
	] with input as envelope([pod])
}

test_what_is_no_container_is_left_out if {
	pod := {"kind": "Pod", "spec": {
		"containers": [null, "api", 7, [], {"name": "api"}],
		"initContainers": {"name": "migrate"},
		"ephemeralContainers": "debug",
		"volumes": [null, {"name": "data"}],
	}}
	[[container.name, container.path] | some container in workloads.containers] == [[
		"api",
		["spec", "containers", 4],
	]] with input as envelope([pod])
	[[volume.name, volume.path] | some volume in workloads.volumes] == [[
		"data",
		["spec", "volumes", 1],
	]] with input as envelope([pod])
}

test_images_of_containers_and_volumes if {
	pod := {"kind": "Pod", "spec": {
		"containers": [{"name": "api", "image": "a:1"}, {"name": "none"}, {"name": "odd", "image": ["a"]}],
		"volumes": [
			{"name": "model", "image": {"reference": "m:1"}},
			{"name": "bare", "image": {}},
			{"name": "text", "image": "m:1"},
			{"name": "cache", "emptyDir": {}},
		],
	}}
	[[image.document, image.owner, image.path, image.reference] | some image in workloads.images] == [
		[0, "container `api`", ["spec", "containers", 0, "image"], "a:1"],
		[0, "container `none`", ["spec", "containers", 1, "image"], ""],
		[0, "container `odd`", ["spec", "containers", 2, "image"], ""],
		[0, "volume `model`", ["spec", "volumes", 0, "image", "reference"], "m:1"],
		[0, "volume `bare`", ["spec", "volumes", 1, "image", "reference"], ""],
	] with input as envelope([pod])
}

test_every_pod_is_looked_into if {
	pod := {"kind": "Pod", "spec": {
		"containers": [{"name": "a"}, {"name": "b"}],
		"initContainers": [{"name": "c"}],
		"volumes": [{"name": "d"}, {"name": "e"}],
	}}
	given := envelope([pod, pod])
	{[container.document, container.name] | some container in workloads.containers} == {[document, name] |
		some document in {0, 1}
		some name in {"a", "b", "c"}
	} with input as given
	{[volume.document, volume.name] | some volume in workloads.volumes} == {[document, name] |
		some document in {0, 1}
		some name in {"d", "e"}
	} with input as given
}

test_what_is_said_of_a_container_a_volume_and_a_reference if {
	content := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "api"}, "spec": {
		"workloadRef": {"apiVersion": "apps/v1", "name": "api"},
		"template": {
			"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}},
			"spec": {"containers": [{"name": "x"}], "volumes": [{"name": "y", "image": {"reference": "z"}}]},
		},
	}}
	every said in ["pods", "containers", "volumes", "images", "references"] {
		[workload] := workloads.all with input as envelope([content])
		pod := {
			"document": 0,
			"workload": workload,
			"path": ["spec", "template"],
			"metadata": content.spec.template.metadata,
			"labels": {"a": "b"},
			"annotations": {"c": "d"},
			"spec": content.spec.template.spec,
		}
		container := {
			"document": 0,
			"workload": workload,
			"pod": pod,
			"type": "containers",
			"name": "x",
			"path": ["spec", "template", "spec", "containers", 0],
			"spec": {"name": "x"},
		}
		volume := {
			"document": 0,
			"workload": workload,
			"name": "y",
			"path": ["spec", "template", "spec", "volumes", 0],
			"spec": {"name": "y", "image": {"reference": "z"}},
		}
		images := [
			{
				"document": 0,
				"workload": workload,
				"owner": "container `x`",
				"path": ["spec", "template", "spec", "containers", 0, "image"],
				"reference": "",
			},
			{
				"document": 0,
				"workload": workload,
				"owner": "volume `y`",
				"path": ["spec", "template", "spec", "volumes", 0, "image", "reference"],
				"reference": "z",
			},
		]
		reference := {"document": 0, "workload": workload, "type": "apps/", "name": "api"}
		wanted := {"pods": [pod], "containers": [container], "volumes": [volume], "images": images, "references": [reference]}
		found := all_of(content)
		found[said] == wanted[said]
	}
}

all_of(content) := {
	"pods": pods,
	"containers": containers,
	"volumes": volumes,
	"images": images,
	"references": references,
} if {
	pods := workloads.pods with input as envelope([content])
	containers := workloads.containers with input as envelope([content])
	volumes := workloads.volumes with input as envelope([content])
	images := workloads.images with input as envelope([content])
	references := workloads.references with input as envelope([content])
}

test_a_star_stands_for_a_position_of_a_list if {
	pattern := ["spec", "jobs", "*", "template"]
	workloads.fits(["spec", "jobs", 3, "template"], pattern)
	every path in [
		["spec", "jobs", "first", "template"],
		["spec", "tasks", 3, "template"],
		["spec", "jobs", 3, "spec"],
		["spec", "jobs", 3],
		["spec", "jobs", 3, "template", "spec"],
		["data", "a", "b", "c"],
		[],
	] {
		not workloads.fits(path, pattern)
	}
}

test_references_of_rollouts if {
	rollout := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"}
	given := envelope([
		object.union(rollout, {"spec": {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}}}),
		object.union(rollout, {"spec": {"workloadRef": {"kind": "ReplicaSet"}}}),
		object.union(rollout, {"spec": {"workloadRef": "api"}}),
		object.union(rollout, {"spec": {"template": template}}),
		{"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"workloadRef": {"kind": "ReplicaSet", "name": "api"}}},
	])
	[[reference.document, reference.type, reference.name] | some reference in workloads.references] == [
		[0, "apps/Deployment", "api"],
		[1, "apps/ReplicaSet", ""],
	] with input as given
}

nested([]) := template

nested(["template"]) := {"template": template}

nested(["spec", "template"]) := {"spec": {"template": template}}

nested(["spec", "jobTemplate", "spec", "template"]) := {"spec": {"jobTemplate": {"spec": {"template": template}}}}

envelope(contents) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

test_a_known_kind_keeps_its_template if {
	workloads.template_paths.Pod == [] with data.gatelib.params as {"workloads": {"extra_kinds": [
		{"kind": "Pod", "template": "spec.elsewhere"},
		{"kind": "acme.io/Job", "template": "spec.template"},
	]}}
}
