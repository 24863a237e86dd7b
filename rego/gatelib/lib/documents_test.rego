package gatelib.lib.documents_test

import data.gatelib.lib.documents

test_a_document_is_described if {
	content := {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api", "namespace": "shop"}}
	documents.judged == [{
		"index": 7,
		"content": content,
		"metadata": content.metadata,
		"type": "apps/Deployment",
		"kind": "Deployment",
		"name": "api",
		"namespace": "shop",
		"scope": "namespace:shop",
	}] with input as envelope([{"index": 7, "root": 3, "content": content}], [])
}

test_type_of_a_document if {
	every pair in [
		[{"apiVersion": "v1", "kind": "Pod"}, "Pod"],
		[{"apiVersion": "apps/v1beta2", "kind": "Deployment"}, "apps/Deployment"],
		[{"apiVersion": "extensions/v1beta1", "kind": "Deployment"}, "apps/Deployment"],
		[{"apiVersion": "extensions/v1beta1", "kind": "Ingress"}, "extensions/Ingress"],
		[{"apiVersion": "v1", "kind": "DeploymentConfig"}, "apps.openshift.io/DeploymentConfig"],
		[{"apiVersion": "v1", "kind": "Deployment"}, "Deployment"],
		[{"kind": "Deployment"}, "apps/Deployment"],
		[{"apiVersion": "", "kind": "Release"}, "gatelib.dev/Release"],
		[{"apiVersion": null, "kind": "Release"}, "gatelib.dev/Release"],
		[{"apiVersion": 1, "kind": "Release"}, "gatelib.dev/Release"],
		[{"apiVersion": ["v1"], "kind": "Pod"}, "Pod"],
		[{"kind": "Widget"}, "Widget"],
		[{"apiVersion": "helm.example.com/v1", "kind": "Release"}, "helm.example.com/Release"],
		[{"apiVersion": "apps/v1"}, "apps/"],
		[{"apiVersion": "apps/v1", "kind": 7}, "apps/"],
		[{}, ""],
	] {
		described(pair[0]).type == pair[1]
	}
}

test_name_of_a_document if {
	every pair in [
		[{"name": "api"}, "api"],
		[{"name": "api", "generateName": "web-"}, "api"],
		[{"generateName": "web-"}, "web-"],
		[{"name": "", "generateName": "web-"}, "web-"],
		[{"name": null}, ""],
		[{"name": 7, "generateName": ["web-"]}, ""],
		[null, ""],
		["api", ""],
	] {
		described({"kind": "Pod", "metadata": pair[0]}).name == pair[1]
	}
}

test_scope_of_a_document if {
	every pair in [
		[{"namespace": "shop"}, "namespace:shop"],
		[{"namespace": ""}, "root:5"],
		[{"namespace": null}, "root:5"],
		[{"namespace": 7}, "root:5"],
		[{}, "root:5"],
		[null, "root:5"],
	] {
		described({"kind": "Pod", "metadata": pair[0]}).scope == pair[1]
	}
}

test_look_ups if {
	given := envelope(
		[
			document(0, 0, "Pod", "a", ""),
			document(1, 0, "Service", "b", "shop"),
			document(2, 1, "Pod", "c", "shop"),
			document(3, 1, "Pod", "d", ""),
		],
		[document(0, 0, "Pod", "e", ""), document(1, 9, "Pod", "f", "shop"), document(2, 9, "Secret", "g", "shop")],
	)
	[names(documents.of_type("Pod")), names(documents.of_type("Secret")), names(documents.of_type("Job"))] == [
		{"a", "c", "d"},
		set(),
		set(),
	] with input as given
	names(documents.known_by_type.Pod) == {"a", "c", "d", "e", "f"} with input as given
	names(documents.in_scope("Pod", "root:0")) == {"a", "e"} with input as given
	names(documents.in_scope("Pod", "root:1")) == {"d"} with input as given
	names(documents.in_scope("Pod", "namespace:shop")) == {"c", "f"} with input as given
	names(documents.in_scope("Secret", "namespace:shop")) == {"g"} with input as given
	names(documents.in_scope("Pod", "namespace:root:0")) == set() with input as given
	names(documents.in_scope("Job", "root:0")) == set() with input as given
}

test_namespaces_of_a_scope if {
	given := envelope([document(0, 0, "Namespace", "shop", "")], [
		document(0, 1, "Namespace", "shop", ""),
		document(1, 1, "Namespace", "bank", ""),
	])
	[described_namespace.content.root_of | some described_namespace in documents.namespaces("namespace:shop")] == [
		0,
		1,
	] with input as given
	names(documents.namespaces("namespace:bank")) == {"bank"} with input as given
	documents.namespaces("root:0") == [] with input as given
	documents.namespaces("namespace:none") == [] with input as given
}

test_values_of_the_wanted_type_or_empty_ones if {
	[documents.text("a"), documents.text(7), documents.text(null)] == ["a", "", ""]
	[documents.mapping({"a": 1}), documents.mapping([]), documents.mapping(null)] == [{"a": 1}, {}, {}]
	[documents.list([1]), documents.list({}), documents.list(null)] == [[1], [], []]
}

names(found) := {one.name | some one in found}

described(content) := only if {
	judged := documents.judged with input as envelope([{"index": 0, "root": 5, "content": content}], [])
	only := judged[0]
}

document(index, root, kind, name, namespace) := {"index": index, "root": root, "content": {
	"kind": kind,
	"root_of": root,
	"metadata": {"name": name, "namespace": namespace},
}}

envelope(judged, inventory) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": judged,
	"inventory": inventory,
}
