package gatelib.rules.kubernetes.otel_annotations_test

import data.gatelib.rules.kubernetes.otel_annotations as rule

java := "instrumentation.opentelemetry.io/inject-java"

sidecar := "sidecar.opentelemetry.io/inject"

lacking := "the pod template asks for no OpenTelemetry injection"

test_allow_each_annotation_of_the_list if {
	every annotation in [
		"instrumentation.opentelemetry.io/inject-java",
		"instrumentation.opentelemetry.io/inject-python",
		"instrumentation.opentelemetry.io/inject-nodejs",
		"instrumentation.opentelemetry.io/inject-dotnet",
		"instrumentation.opentelemetry.io/inject-go",
		"instrumentation.opentelemetry.io/inject-sdk",
		"sidecar.opentelemetry.io/inject",
	] {
		every value in ["true", "True", "observability/default", "java-agent"] {
			rule.deny == set() with input as envelope([pod({annotation: value})])
		}
	}
}

test_deny_without_an_annotation_that_asks if {
	every given in [{}, {"prometheus.io/scrape": "true"}, {java: ""}, {java: " "}, {java: true}, {java: null}] {
		rule.deny == {finding(0, lacking, ["metadata", "annotations"])} with input as envelope([pod(given)])
	}
}

test_deny_what_is_switched_off if {
	want := {finding(
		0,
		"the pod template asks for no OpenTelemetry injection: `instrumentation.opentelemetry.io/inject-java` is `false`, `sidecar.opentelemetry.io/inject` is `False `",
		["metadata", "annotations"],
	)}
	rule.deny == want with input as envelope([pod({java: "false", sidecar: "False "})])
}

test_allow_one_that_asks_beside_one_that_is_off if {
	rule.deny == set() with input as envelope([pod({java: "true", sidecar: "false"})])
}

test_deny_annotations_of_the_workload_alone if {
	content := {"kind": "Deployment", "metadata": {"annotations": {java: "true"}}, "spec": {"template": {}}}
	rule.deny == {finding(0, lacking, ["spec", "template", "metadata", "annotations"])} with input as envelope([content])
}

test_allow_what_the_namespace_asks_for if {
	documents := envelope([pod({}), namespace("shop", {java: "true"})])
	rule.deny == set() with input as documents
	known := object.union(envelope([pod({})]), {"inventory": [{"index": 0, "content": namespace("shop", {java: "true"})}]})
	rule.deny == set() with input as known
}

test_deny_what_another_namespace_asks_for if {
	want := {finding(0, lacking, ["metadata", "annotations"])}
	rule.deny == want with input as envelope([pod({}), namespace("search", {java: "true"})])
	rule.deny == want with input as envelope([pod({}), namespace("shop", {"team": "shop"})])
	rule.deny == want with input as envelope([pod({}), namespace("shop", {java: "false"})])
	rule.deny == want with input as envelope([pod({}), {"kind": "Namespace", "metadata": {"name": "shop", "annotations": [java]}}])
}

test_deny_where_one_of_two_namespaces_does_not_ask if {
	want := {finding(0, lacking, ["metadata", "annotations"])}
	documents := [pod({}), namespace("shop", {java: "true"}), namespace("shop", {sidecar: "true"})]
	rule.deny == want with input as envelope(documents)
}

test_deny_a_pod_that_declines_what_the_namespace_asks_for if {
	rule.deny == {finding(
		0,
		"the pod template asks for no OpenTelemetry injection: `instrumentation.opentelemetry.io/inject-java` is `false`",
		["metadata", "annotations"],
	)} with input as envelope([pod({java: "false"}), namespace("shop", {java: "true"})])
}

test_allow_what_the_namespace_asks_for_beside_what_the_pod_declines if {
	content := pod({java: "false"})
	rule.deny == set() with input as envelope([content, namespace("shop", {java: "true", sidecar: "true"})])
}

test_deny_a_pod_whose_own_annotation_is_no_text if {
	rule.deny == {finding(0, lacking, ["metadata", "annotations"])} with input as envelope([
		pod({java: true}),
		namespace("shop", {java: "true"}),
	])
}

test_each_pod_by_its_own_namespace if {
	asking := {java: "true"}
	in_search := object.union(pod({}), {"metadata": {"namespace": "search"}})
	in_billing := object.union(pod({}), {"metadata": {"namespace": "billing"}})
	documents := [pod({}), in_search, in_billing, namespace("search", asking), namespace("shop", asking)]
	rule.deny == {finding(2, lacking, ["metadata", "annotations"])} with input as envelope(documents)
	rule.deny == {finding(0, lacking, ["metadata", "annotations"])} with input as envelope([in_billing, in_search, namespace("search", asking)])
}

test_deny_a_pod_without_a_namespace if {
	content := {"kind": "Pod", "metadata": {"name": "api"}}
	rule.deny == {finding(0, lacking, ["metadata", "annotations"])} with input as envelope([content, namespace("", {java: "true"})])
}

test_deny_what_the_parameters_do_not_list if {
	given := {"otel": {"annotations_any_of": ["acme.example/trace"]}}
	rule.deny == {finding(0, lacking, ["metadata", "annotations"])} with input as envelope([pod({java: "true"})]) with data.gatelib.params as given
	rule.deny == set() with input as envelope([pod({"acme.example/trace": "true"})]) with data.gatelib.params as given
}

test_allow_a_rollout_by_the_template_it_refers_to if {
	documents := [rollout("api"), deployment("shop", "api", {java: "true"})]
	rule.deny == set() with input as envelope(documents)
	rule.unjudged == set() with input as envelope(documents)
}

test_deny_a_rollout_by_the_template_it_refers_to if {
	documents := object.union(
		envelope([rollout("api")]),
		{"inventory": [{"index": 0, "content": deployment("shop", "api", {})}]},
	)
	rule.deny == {finding(
		0,
		"the pod template of apps/Deployment `api` asks for no OpenTelemetry injection",
		["spec", "workloadRef"],
	)} with input as documents
	rule.unjudged == set() with input as documents
}

test_each_of_several_rollouts_by_its_own_template if {
	to_set := object.union(rollout("queue"), {"spec": {"workloadRef": {"kind": "StatefulSet"}}})
	queue := object.union(deployment("shop", "queue", {}), {"kind": "StatefulSet"})
	asking := {java: "true"}
	given := object.union(
		envelope([rollout("api"), rollout("web"), to_set, rollout("gone"), rollout("lost")]),
		{"inventory": [{"index": index, "content": content} |
			some index, content in [
				deployment("shop", "api", asking),
				deployment("shop", "web", {}),
				queue,
				object.union(deployment("shop", "gone", asking), {"kind": "StatefulSet"}),
				deployment("shopl", "ost", asking),
			]
		]},
	)
	path := ["spec", "workloadRef"]
	rule.deny == {
		finding(1, "the pod template of apps/Deployment `web` asks for no OpenTelemetry injection", path),
		finding(2, "the pod template of apps/StatefulSet `queue` asks for no OpenTelemetry injection", path),
	} with input as given
	rule.unjudged == {
		{"msg": "the apps/Deployment `gone` that gives its pod template is not among the documents", "document": 3, "path": path},
		{"msg": "the apps/Deployment `lost` that gives its pod template is not among the documents", "document": 4, "path": path},
	} with input as given
}

test_deny_a_rollout_where_one_of_several_templates_does_not_ask if {
	asking := {"template": {"metadata": {"annotations": {java: "true"}}}}
	params := {"workloads": {"extra_kinds": [{"kind": "jobset.x-k8s.io/JobSet", "template": "spec.jobs.*.template"}]}}
	job_set := {"apiVersion": "jobset.x-k8s.io/v1alpha2", "kind": "JobSet"}
	content := object.union(rollout("train"), {"spec": {"workloadRef": job_set}})
	every jobs in [[asking, {"template": {}}], [{"template": {}}, asking]] {
		target := object.union(job_set, {"metadata": {"name": "train", "namespace": "shop"}, "spec": {"jobs": jobs}})
		given := object.union(envelope([content]), {"inventory": [{"index": 0, "content": target}]})
		rule.deny == {finding(
			0,
			"the pod template of jobset.x-k8s.io/JobSet `train` asks for no OpenTelemetry injection",
			["spec", "workloadRef"],
		)} with input as given with data.gatelib.params as params
		rule.unjudged == set() with input as given with data.gatelib.params as params
	}
}

test_unjudged_rollout_whose_template_is_not_there if {
	want := {{
		"msg": "the apps/Deployment `api` that gives its pod template is not among the documents",
		"document": 0,
		"path": ["spec", "workloadRef"],
	}}
	every other in [deployment("search", "api", {java: "true"}), deployment("shop", "web", {java: "true"}), {"kind": "Pod"}] {
		input_documents := object.union(envelope([rollout("api")]), {"inventory": [{"index": 0, "content": other}]})
		rule.unjudged == want with input as input_documents
		rule.deny == set() with input as input_documents
	}
}

test_unjudged_reference_to_no_workload if {
	content := {
		"kind": "Rollout",
		"metadata": {"namespace": "shop"},
		"spec": {"workloadRef": {"kind": "ConfigMap", "name": "api"}},
	}
	documents := envelope([content, {"kind": "ConfigMap", "metadata": {"namespace": "shop", "name": "api"}}])
	rule.unjudged == {{
		"msg": "the ConfigMap `api` that gives its pod template is not among the documents",
		"document": 0,
		"path": ["spec", "workloadRef"],
	}} with input as documents
}

test_unjudged_reference_without_a_name if {
	documents := envelope([rollout(""), deployment("shop", "", {java: "true"})])
	rule.unjudged == {{
		"msg": "the apps/Deployment `` that gives its pod template is not among the documents",
		"document": 0,
		"path": ["spec", "workloadRef"],
	}} with input as documents
}

test_subjects_are_workloads if {
	rule.subjects == {0, 1} with input as envelope([pod({}), rollout("api"), namespace("shop", {})])
}

pod(given) := {"kind": "Pod", "metadata": {"name": "api", "namespace": "shop", "annotations": given}}

namespace(name, given) := {"kind": "Namespace", "metadata": {"name": name, "annotations": given}}

deployment(scope, name, given) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": name, "namespace": scope},
	"spec": {"template": {"metadata": {"annotations": given}}},
}

rollout(name) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Rollout",
	"metadata": {"name": "api", "namespace": "shop"},
	"spec": {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}},
}

finding(document, message, path) := {
	"id": "GL-K8S-009",
	"msg": message,
	"document": document,
	"path": path,
}

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}
