package gatelib.rules.tenancy.tenant_label_test

import data.gatelib.rules.tenancy.tenant_label

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

shared := {
	"apiVersion": "v1",
	"kind": "Namespace",
	"metadata": {"name": "shared", "labels": {"gatelib.dev/multi-tenant": "true"}},
}

acme := {"gatelib.dev/tenant": "acme"}

workload(version, kind, namespace, labels, template_labels) := {
	"apiVersion": version,
	"kind": kind,
	"metadata": {"name": "w", "namespace": namespace, "labels": labels},
	"spec": {"template": {"metadata": {"labels": template_labels}, "spec": {"containers": []}}},
}

deployment(namespace, labels, template_labels) := workload("apps/v1", "Deployment", namespace, labels, template_labels)

pod(namespace, labels) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "p", "namespace": namespace, "labels": labels},
	"spec": {"containers": []},
}

rollout(labels, spec) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Rollout",
	"metadata": {"name": "r", "namespace": "shared", "labels": labels},
	"spec": spec,
}

reference(name) := {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}}

finding(document, path, msg) := {"id": "GL-TEN-001", "msg": msg, "document": document, "path": path}

own(document, kind) := finding(
	document,
	["metadata", "labels", "gatelib.dev/tenant"],
	sprintf("the %s serves several tenants and has no label `gatelib.dev/tenant`", [kind]),
)

template(document, kind) := finding(
	document,
	["spec", "template", "metadata", "labels", "gatelib.dev/tenant"],
	sprintf("the %s serves several tenants and its pod template has no label `gatelib.dev/tenant`", [kind]),
)

test_deny_without_label_on_either if {
	deny := tenant_label.deny with input as envelope([deployment("shared", {}, {}), shared], [])
	deny == {own(0, "Deployment"), template(0, "Deployment")}
}

test_deny_without_label_on_the_workload if {
	deny := tenant_label.deny with input as envelope(
		[deployment("shared", {}, acme), deployment("shared", {"gatelib.dev/tenant": ""}, acme)],
		[shared],
	)
	deny == {own(0, "Deployment"), own(1, "Deployment")}
}

test_deny_without_label_on_the_template if {
	contents := [
		deployment("shared", acme, {}),
		deployment("shared", acme, {"gatelib.dev/tenant": ""}),
		deployment("shared", acme, {"gatelib.dev/tenant": null}),
		deployment("shared", acme, {"gatelib.dev/tenant": 7}),
		deployment("shared", acme, ["gatelib.dev/tenant"]),
		deployment("shared", acme, null),
	]
	deny := tenant_label.deny with input as envelope(contents, [shared])
	deny == {template(index, "Deployment") | some index in [0, 1, 2, 3, 4, 5]}
}

test_deny_bare_pod_once if {
	deny := tenant_label.deny with input as envelope([pod("shared", {})], [shared])
	deny == {own(0, "Pod")}
}

test_deny_by_marker_on_the_workload_or_its_template if {
	marked := {"gatelib.dev/multi-tenant": "true"}
	deny := tenant_label.deny with input as envelope([deployment("a", marked, acme), deployment("a", acme, marked)], [])
	deny == {own(0, "Deployment"), template(1, "Deployment")}
}

test_deny_every_template_of_a_list if {
	deny := tenant_label.deny with input as envelope(
		[{
			"apiVersion": "jobset.x-k8s.io/v1alpha2",
			"kind": "JobSet",
			"metadata": {"name": "j", "namespace": "shared", "labels": acme},
			"spec": {"replicatedJobs": [
				{"template": {"spec": {"template": {"metadata": {"labels": acme}}}}},
				{"template": {"spec": {"template": {"metadata": {}}}}},
			]},
		}],
		[shared],
	)
		with data.gatelib.params as {"workloads": {"extra_kinds": [{
			"kind": "jobset.x-k8s.io/JobSet",
			"template": "spec.replicatedJobs.*.template.spec.template",
		}]}}
	deny == {finding(
		0,
		["spec", "replicatedJobs", 1, "template", "spec", "template", "metadata", "labels", "gatelib.dev/tenant"],
		"the JobSet serves several tenants and its pod template has no label `gatelib.dev/tenant`",
	)}
}

test_deny_by_own_parameters if {
	deny := tenant_label.deny with input as envelope(
		[
			{"kind": "Namespace", "metadata": {"name": "pool", "labels": {"sharing": "pooled"}}},
			deployment("pool", {"customer": "acme"}, acme),
			deployment("shared", {}, {}),
			shared,
		],
		[],
	)
		with data.gatelib.params as {"tenancy": {"label": "customer", "marker": {"key": "sharing", "value": "pooled"}}}
	deny == {finding(
		1,
		["spec", "template", "metadata", "labels", "customer"],
		"the Deployment serves several tenants and its pod template has no label `customer`",
	)}
}

test_deny_rollout_whose_target_has_no_label if {
	contents := [shared, rollout(acme, reference("w")), deployment("shared", acme, {})]
	tenant_label.deny == {
		finding(
			1,
			["spec", "workloadRef"],
			"the Rollout serves several tenants and its pod template has no label `gatelib.dev/tenant`",
		),
		template(2, "Deployment"),
	} with input as envelope(contents, [])
	tenant_label.unjudged == set() with input as envelope(contents, [])
}

test_deny_rollout_without_label_or_template if {
	contents := [rollout({}, reference("w")), rollout(acme, {})]
	inventory := [shared, deployment("shared", {}, acme)]
	tenant_label.deny == {own(0, "Rollout"), template(1, "Rollout")} with input as envelope(contents, inventory)
	tenant_label.unjudged == set() with input as envelope(contents, inventory)
}

test_deny_nothing_and_say_so_where_the_template_is_unknown if {
	malformed := {"workloadRef": 7, "template": {"metadata": {"labels": acme}}}
	contents := [rollout(acme, reference("gone")), rollout(acme, malformed)]
	tenant_label.deny == set() with input as envelope(contents, [shared])
	tenant_label.unjudged == {
		problem(0, "the workload `apps/Deployment` `gone` that it refers to is not among the documents"),
		problem(1, "`spec.workloadRef` must be an object of strings"),
	} with input as envelope(contents, [shared])
	tenant_label.unjudged == set() with input as envelope(contents, [])
}

problem(document, msg) := {"document": document, "path": ["spec", "workloadRef"], "msg": msg}

test_allow_label_on_both if {
	contents := [
		shared,
		deployment("shared", acme, acme),
		pod("shared", acme),
		workload("serving.knative.dev/v1", "Service", "shared", acme, acme),
		workload("v1", "Service", "shared", {}, {}),
	]
	tenant_label.deny == set() with input as envelope(contents, [])
	tenant_label.unjudged == set() with input as envelope(contents, [])
	tenant_label.subjects == {1, 2, 3} with input as envelope(contents, [])
}

test_allow_what_serves_one_tenant_or_none if {
	contents := [
		{"kind": "Namespace", "metadata": {"name": "one", "labels": acme}},
		deployment("one", {}, {}),
		deployment("plain", {}, {}),
		deployment("", {}, {}),
		rollout({}, {"workloadRef": "w"}),
		rollout({}, reference("w")),
	]
	tenant_label.deny == set() with input as envelope(contents, [])
	tenant_label.unjudged == set() with input as envelope(contents, [])
	tenant_label.subjects == set() with input as envelope(contents, [])
}
