package gatelib.rules.kubernetes.privileged_test

import data.gatelib.rules.kubernetes.privileged as rule

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

pod(spec) := envelope([{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}])

container(name, context) := {"name": name, "securityContext": context}

finding(document, path, name) := {
	"id": "GL-K8S-001",
	"msg": sprintf("container `%s` is privileged", [name]),
	"document": document,
	"path": array.concat(path, ["securityContext", "privileged"]),
}

test_deny_every_list_of_containers if {
	every type in ["containers", "initContainers", "ephemeralContainers"] {
		containers := [container("safe", {"privileged": false}), container("root", {"privileged": true})]
		rule.deny == {finding(0, ["spec", type, 1], "root")} with input as pod({type: containers})
	}
}

test_deny_each_container if {
	spec := {"containers": [container("a", {"privileged": true}), container("b", {"privileged": true})]}
	expected := {finding(0, ["spec", "containers", 0], "a"), finding(0, ["spec", "containers", 1], "b")}
	rule.deny == expected with input as pod(spec)
}

test_deny_every_workload if {
	template := {"spec": {"containers": [container("app", {"privileged": true})]}}
	every case in [
		["v1", "Pod", [], template],
		["v1", "PodTemplate", ["template"], {"template": template}],
		["v1", "ReplicationController", ["spec", "template"], {"spec": {"template": template}}],
		["apps/v1", "Deployment", ["spec", "template"], {"spec": {"template": template}}],
		["apps/v1", "ReplicaSet", ["spec", "template"], {"spec": {"template": template}}],
		["apps/v1", "StatefulSet", ["spec", "template"], {"spec": {"template": template}}],
		["apps/v1", "DaemonSet", ["spec", "template"], {"spec": {"template": template}}],
		["extensions/v1beta1", "Deployment", ["spec", "template"], {"spec": {"template": template}}],
		["batch/v1", "Job", ["spec", "template"], {"spec": {"template": template}}],
		[
			"batch/v1", "CronJob", ["spec", "jobTemplate", "spec", "template"],
			{"spec": {"jobTemplate": {"spec": {"template": template}}}},
		],
		["argoproj.io/v1alpha1", "Rollout", ["spec", "template"], {"spec": {"template": template}}],
		["apps.openshift.io/v1", "DeploymentConfig", ["spec", "template"], {"spec": {"template": template}}],
		["serving.knative.dev/v1", "Service", ["spec", "template"], {"spec": {"template": template}}],
	] {
		contents := [object.union({"apiVersion": case[0], "kind": case[1]}, case[3])]
		path := array.concat(case[2], ["spec", "containers", 0])
		rule.deny == {finding(0, path, "app")} with input as envelope(contents)
		rule.subjects == {0} with input as envelope(contents)
	}
}

test_allow_unprivileged_containers if {
	every context in [
		null,
		{},
		{"privileged": false},
		{"privileged": null},
		{"capabilities": {"add": ["NET_ADMIN"]}},
		{"runAsUser": 0},
	] {
		rule.deny == set() with input as pod({"containers": [container("app", context)]})
	}
	rule.deny == set() with input as pod({"containers": [{"name": "app"}]})
}

test_allow_privileged_outside_containers if {
	rule.deny == set() with input as pod({"securityContext": {"privileged": true}, "containers": [{"name": "app"}]})
}

test_deny_by_error_of_the_library_where_the_type_is_wrong if {
	every value in ["true", 1, ["true"], {"a": true}] {
		spec := {"containers": [container("app", {"privileged": value})]}
		rule.deny == set() with input as pod(spec)
		problems := data.gatelib.lib.malformed.all with input as pod(spec)
		[problem.path | some problem in problems] == [["spec", "containers", 0, "securityContext", "privileged"]]
	}
}

test_subjects_are_the_workloads if {
	contents := [
		{"apiVersion": "v1", "kind": "ConfigMap"},
		{"apiVersion": "apps/v1", "kind": "Deployment"},
		{"apiVersion": "example.com/v1", "kind": "Deployment"},
		{"apiVersion": "v1", "kind": "Pod"},
	]
	rule.subjects == {1, 3} with input as envelope(contents)
}
