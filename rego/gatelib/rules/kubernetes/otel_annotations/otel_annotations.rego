# METADATA
# title: Pods ask for OpenTelemetry
# description: >-
#   A service without traces is a gap in every trace that passes it. With the injection annotation the
#   OpenTelemetry operator instruments the pods of a workload, without a change to its code.
# custom:
#   id: GL-K8S-009
#   severity: medium
#   controls: [REL-01]
#   gates: [pr, pre-promote]
#   kinds: [workloads, Namespace]
#   scope: set
#   remediation: >-
#     Add the annotation for the program's language, such as `instrumentation.opentelemetry.io/inject-java: "true"`,
#     to the pod template, or to the Namespace for all of its pods.
#   params: [otel.annotations_any_of]
#   since: 0.1.0
package gatelib.rules.kubernetes.otel_annotations

import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

deny contains {
	"id": "GL-K8S-009",
	"msg": concat("", ["the pod template asks for no OpenTelemetry injection", switched_off(pod)]),
	"document": pod.document,
	"path": array.concat(pod.path, ["metadata", "annotations"]),
} if {
	some pod in workloads.pods
	not pod.document in referring
	not instrumented(pod)
}

deny contains {
	"id": "GL-K8S-009",
	"msg": sprintf("the pod template of %s `%s` asks for no OpenTelemetry injection", [reference.type, reference.name]),
	"document": reference.document,
	"path": ["spec", "workloadRef"],
} if {
	some reference in workloads.references
	key_of(reference.type, reference.workload.scope, reference.name) in uninstrumented_targets
}

unjudged contains {
	"msg": sprintf("the %s `%s` that gives its pod template is not among the documents", [reference.type, reference.name]),
	"document": reference.document,
	"path": ["spec", "workloadRef"],
} if {
	some reference in workloads.references
	not key_of(reference.type, reference.workload.scope, reference.name) in targets
}

instrumented(pod) if {
	some annotation in annotations
	asks(object.get(pod.annotations, annotation, ""))
}

# What a Namespace says counts where the pod itself says nothing.
instrumented(pod) if {
	some annotation in by_namespaces[pod.workload.scope]
	blank(object.get(pod.annotations, annotation, ""))
}

switched_off(pod) := concat("", [": ", concat(", ", values)]) if {
	values := [sprintf("`%s` is `%s`", [annotation, value]) |
		some annotation in annotations
		value := pod.annotations[annotation]
		is_false(value)
	]
	count(values) > 0
} else := ""

# The operator takes `true`, or the name of an Instrumentation or of a collector.
asks(value) if {
	is_string(value)
	not blank(value)
	not is_false(value)
}

is_false(value) if {
	is_string(value)
	lower(trim_space(value)) == "false"
}

blank(value) if {
	is_string(value)
	trim_space(value) == ""
}

annotations := params.all.otel.annotations_any_of

# By scope, what every one of its Namespace objects asks for.
by_namespaces := {scope: [annotation | some annotation in annotations; all_ask(namespaces, annotation)] |
	some scope in {pod.workload.scope | some pod in workloads.pods}
	namespaces := documents.namespaces(scope)
	count(namespaces) > 0
}

all_ask(namespaces, annotation) if {
	every namespace in namespaces { asks(object.get(namespace.metadata, ["annotations", annotation], "")) }
}

referring := {reference.document | some reference in workloads.references}

targets := {key_of(document.type, document.scope, document.name) | some document in candidates}

uninstrumented_targets := {key_of(document.type, document.scope, document.name) |
	some document in candidates
	some path in workloads.paths(document)
	not instrumented(workloads.pod_at(document, path))
}

candidates := [document |
	some type in {reference.type | some reference in workloads.references}
	workloads.template_paths[type]
	some document in object.get(documents.known_by_type, type, [])
	document.name != ""
]

key_of(type, scope, name) := [type, scope, name]
