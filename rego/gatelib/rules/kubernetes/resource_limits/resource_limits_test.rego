package gatelib.rules.kubernetes.resource_limits_test

import data.gatelib.rules.kubernetes.resource_limits as rule

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

pod(spec) := envelope([{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}])

one(container) := pod({"containers": [object.union({"name": "app"}, container)]})

limited(limits) := one({"resources": {"limits": limits}})

finding(path, message) := {"id": "GL-K8S-006", "msg": message, "document": 0, "path": path}

no_cpu(path, name) := finding(
	array.concat(path, ["resources", "limits", "cpu"]),
	sprintf("container `%s` has no CPU limit", [name]),
)

no_memory(path, name) := finding(
	array.concat(path, ["resources", "limits", "memory"]),
	sprintf("container `%s` has no memory limit", [name]),
)

first := ["spec", "containers", 0]

neither := {no_cpu(first, "app"), no_memory(first, "app")}

test_deny_no_limits if {
	every container in [
		{},
		{"resources": null},
		{"resources": {}},
		{"resources": {"limits": null}},
		{"resources": {"limits": {}}},
		{"resources": {"limits": {"cpu": null, "memory": ""}}},
		{"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}},
		{"resources": "1Gi"},
		{"resources": {"limits": ["1Gi"]}},
	] {
		rule.deny == neither with input as one(container)
		rule.unjudged == set() with input as one(container)
	}
}

test_deny_one_missing if {
	rule.deny == {no_memory(first, "app")} with input as limited({"cpu": "500m"})
	rule.deny == {no_cpu(first, "app")} with input as limited({"memory": "1Gi"})
}

test_allow_limits if {
	every limits in [{"cpu": "500m", "memory": "1Gi"}, {"cpu": 1, "memory": 536870912}, {"cpu": 0.5, "memory": "64e6"}] {
		rule.deny == set() with input as limited(limits)
		rule.unjudged == set() with input as limited(limits)
	}
}

test_deny_zero if {
	every value in [0, "0", "0m", "0Mi", "0.0", "-1", "00"] {
		expected := {
			finding(array.concat(first, ["resources", "limits", "cpu"]), sprintf("container `app` has a CPU limit of `%v`", [value])),
			finding(array.concat(first, ["resources", "limits", "memory"]), sprintf("container `app` has a memory limit of `%v`", [value])),
		}
		rule.deny == expected with input as limited({"cpu": value, "memory": value})
		rule.unjudged == set() with input as limited({"cpu": value, "memory": value})
	}
}

test_unjudged_limits if {
	every value in ["lots", "1 Gi", "512MB", true, [1], {"amount": 1}] {
		expected := {
			{
				"msg": sprintf("the CPU limit of container `app` is no quantity: `%v`", [value]),
				"document": 0,
				"path": array.concat(first, ["resources", "limits", "cpu"]),
			},
			{
				"msg": sprintf("the memory limit of container `app` is no quantity: `%v`", [value]),
				"document": 0,
				"path": array.concat(first, ["resources", "limits", "memory"]),
			},
		}
		rule.unjudged == expected with input as limited({"cpu": value, "memory": value})
		rule.deny == set() with input as limited({"cpu": value, "memory": value})
	}
}

test_deny_every_container if {
	spec := {
		"initContainers": [{"name": "init"}],
		"containers": [{"name": "app"}, {"name": "proxy"}],
	}
	expected := {
		no_cpu(["spec", "initContainers", 0], "init"),
		no_memory(["spec", "initContainers", 0], "init"),
		no_cpu(first, "app"),
		no_memory(first, "app"),
		no_cpu(["spec", "containers", 1], "proxy"),
		no_memory(["spec", "containers", 1], "proxy"),
	}
	rule.deny == expected with input as pod(spec)
}

test_allow_ephemeral_containers if {
	every container in [{"name": "debug"}, {"name": "debug", "restartPolicy": "Always"}] {
		rule.deny == set() with input as pod({"ephemeralContainers": [container]})
	}
}

test_init_containers_by_parameter if {
	params := {"limits": {"init_containers": false}}
	every policy in [null, "", "Never", "OnFailure"] {
		rule.deny == set() with input as pod({"initContainers": [{"name": "init", "restartPolicy": policy}]})
			with data.gatelib.params as params
	}
	rule.deny == set() with input as pod({"initContainers": [{"name": "init"}]}) with data.gatelib.params as params
	rule.deny == neither with input as one({}) with data.gatelib.params as params
}

test_deny_sidecar_where_init_containers_are_left_out if {
	expected := {no_cpu(["spec", "initContainers", 0], "side"), no_memory(["spec", "initContainers", 0], "side")}
	every policy in ["Always", "always", ["Always"]] {
		rule.deny == expected with input as pod({"initContainers": [{"name": "side", "restartPolicy": policy}]})
			with data.gatelib.params as {"limits": {"init_containers": false}}
	}
}

test_limits_of_the_pod if {
	containers := [{"name": "app"}]
	every limits in [{"cpu": "1", "memory": "1Gi"}, {"cpu": 2, "memory": 1e9}] {
		spec := {"resources": {"limits": limits}, "containers": containers, "initContainers": [{"name": "init"}]}
		rule.deny == set() with input as pod(spec)
	}
	rule.deny == {no_memory(first, "app")} with input as pod({"resources": {"limits": {"cpu": "1"}}, "containers": containers})
	every limits in [null, {}, {"cpu": "0", "memory": 0}, {"cpu": null, "memory": ""}] {
		rule.deny == neither with input as pod({"resources": {"limits": limits}, "containers": containers})
		rule.unjudged == set() with input as pod({"resources": {"limits": limits}, "containers": containers})
	}
}

test_deny_zero_below_limits_of_the_pod if {
	expected := {finding(array.concat(first, ["resources", "limits", "cpu"]), "container `app` has a CPU limit of `0`")}
	spec := {
		"resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
		"containers": [{"name": "app", "resources": {"limits": {"cpu": "0"}}}],
	}
	rule.deny == expected with input as pod(spec)
}

test_unjudged_limits_of_the_pod if {
	spec := {"resources": {"limits": {"cpu": "one", "memory": true}}}
	expected := {
		{
			"msg": "the CPU limit of the pod is no quantity: `one`",
			"document": 0,
			"path": ["spec", "resources", "limits", "cpu"],
		},
		{
			"msg": "the memory limit of the pod is no quantity: `true`",
			"document": 0,
			"path": ["spec", "resources", "limits", "memory"],
		},
	}
	rule.unjudged == expected with input as pod(spec)
}

test_unjudged_limits_of_each_pod if {
	pods := [{"kind": "Pod", "spec": {"resources": {"limits": {"cpu": cpu}}}} | some cpu in ["one", "1", "two"]]
	rule.unjudged == {{
		"msg": sprintf("the CPU limit of the pod is no quantity: `%s`", [cpu]),
		"document": document,
		"path": ["spec", "resources", "limits", "cpu"],
	} |
		some document, cpu in {0: "one", 2: "two"}
	} with input as envelope(pods)
}

test_one_limit_by_parameter if {
	rule.deny == {no_memory(first, "app")} with input as one({}) with data.gatelib.params as {"limits": {"cpu": false}}
	rule.deny == {no_cpu(first, "app")} with input as one({}) with data.gatelib.params as {"limits": {"memory": false}}
	rule.deny == set() with input as limited({"cpu": "0", "memory": "1Gi"})
		with data.gatelib.params as {"limits": {"cpu": false}}
	rule.unjudged == set() with input as limited({"cpu": "one"}) with data.gatelib.params as {"limits": {"cpu": false}}
}

test_subjects_are_the_workloads if {
	contents := [
		{"apiVersion": "v1", "kind": "Service"},
		{"apiVersion": "apps/v1", "kind": "Deployment"},
		{"apiVersion": "v1", "kind": "Pod"},
	]
	rule.subjects == {1, 2} with input as envelope(contents)
}

test_deny_in_a_template if {
	template := {"spec": {"containers": [{"name": "app", "resources": {"limits": {"cpu": "1"}}}]}}
	contents := [{"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": template}}}}]
	path := ["spec", "jobTemplate", "spec", "template", "spec", "containers", 0]
	rule.deny == {no_memory(path, "app")} with input as envelope(contents)
}
