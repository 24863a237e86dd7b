package gatelib.lib.tenants_test

import data.gatelib.lib.tenants

tenant_namespace(name, labels) := {
	"apiVersion": "v1",
	"kind": "Namespace",
	"metadata": {"name": name, "labels": labels},
}

pod(namespace, labels) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "p", "namespace": namespace, "labels": labels},
}

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

labelled := {"gatelib.dev/tenant": "acme"}

marked := {"gatelib.dev/multi-tenant": "true"}

test_namespaces_with_label_or_marker_are_tenants if {
	documents := tenants.judged_namespaces with input as envelope(
		[
			tenant_namespace("a", labelled),
			tenant_namespace("b", marked),
			tenant_namespace("c", {"gatelib.dev/tenant": ""}),
			tenant_namespace("d", {"gatelib.dev/multi-tenant": "false"}),
			tenant_namespace("e", ["gatelib.dev/tenant"]),
			pod("f", labelled),
		],
		[tenant_namespace("g", labelled)],
	)
	[document.name | some document in documents] == ["a", "b", "c"]
}

test_tenants_by_scope if {
	scopes := tenants.by_scope with input as envelope(
		[
			tenant_namespace("a", labelled),
			tenant_namespace("a", {"gatelib.dev/tenant": "other"}),
			tenant_namespace("b", marked),
			tenant_namespace("c", {"gatelib.dev/tenant": ""}),
			tenant_namespace("d", {}),
		],
		[tenant_namespace("g", labelled)],
	)
	scopes == {
		"namespace:a": {"acme", "other"},
		"namespace:b": set(),
		"namespace:c": set(),
		"namespace:g": {"acme"},
	}
}

test_tenants_of_one_scope if {
	known := envelope([tenant_namespace("a", labelled)], [])
	present := tenants.of_scope("namespace:a") with input as known
	present == {"acme"}
	absent := tenants.of_scope("namespace:b") with input as known
	absent == set()
}

test_tenant_label_must_be_text if not tenants.tenant({"gatelib.dev/tenant": 7})

test_label_and_marker_are_parameters if {
	scopes := tenants.by_scope with input as envelope(
		[tenant_namespace("a", {"team": "x"}), tenant_namespace("b", {"shared": "yes"}), tenant_namespace("c", labelled)],
		[],
	)
		with data.gatelib.params as {"tenancy": {"label": "team", "marker": {"key": "shared", "value": "yes"}}}
	scopes == {"namespace:a": {"x"}, "namespace:b": set()}
}

test_workloads_that_serve_several_tenants if {
	workloads := tenants.multi_tenant_workloads with input as envelope(
		[
			pod("a", {}),
			pod("b", marked),
			{
				"apiVersion": "apps/v1",
				"kind": "Deployment",
				"metadata": {"name": "d"},
				"spec": {"template": {"metadata": {"labels": marked}}},
			},
			pod("c", labelled),
			pod("d", {}),
		],
		[tenant_namespace("a", marked), tenant_namespace("d", labelled)],
	)
	[workload.index | some workload in workloads] == [0, 1, 2]
}
