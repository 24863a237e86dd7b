# METADATA
# title: Workloads that serve several tenants name the tenant
# description: >-
#   Where tenants share a namespace, the label is all that tells their pods apart: network policies, quotas,
#   cost reports and audit go by it. Pods take it from the template, people and tools look at the workload.
# custom:
#   id: GL-TEN-001
#   severity: high
#   controls: [TEN-01]
#   gates: [pr, pre-promote]
#   kinds: [workloads, Namespace]
#   scope: set
#   remediation: >-
#     Set the label `gatelib.dev/tenant` to the tenant's name, under `metadata.labels` of the workload and of its
#     pod template.
#   params: [tenancy.label, tenancy.marker]
#   since: 0.1.0
package gatelib.rules.tenancy.tenant_label

import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.tenants
import data.gatelib.lib.workloads

subjects contains workload.index if some workload in tenants.multi_tenant_workloads

deny contains finding(
	workload.index,
	["metadata", "labels"],
	sprintf("the %s serves several tenants and has no label `%s`", [workload.kind, params.all.tenancy.label]),
) if {
	some workload in tenants.multi_tenant_workloads
	not tenants.tenant(tenants.labels_of(workload))
}

deny contains finding(
	pod.document,
	array.concat(pod.path, ["metadata", "labels"]),
	sprintf(
		"the %s serves several tenants and its pod template has no label `%s`",
		[pod.workload.kind, params.all.tenancy.label],
	),
) if {
	some pod in workloads.pods
	pod.document in subjects
	pod.path != []
	not template_elsewhere(pod)
	not tenants.tenant(pod.labels)
}

deny contains {
	"id": "GL-TEN-001",
	"msg": sprintf(
		"the Rollout serves several tenants and takes its pods from `%s %s`, whose pod template has no label `%s`",
		[reference.kind, reference.name, params.all.tenancy.label],
	),
	"document": reference.document,
	"path": ["spec", "workloadRef"],
} if {
	some reference in references
	reference.key in unlabelled
}

unjudged contains {
	"document": reference.document,
	"path": ["spec", "workloadRef"],
	"msg": sprintf(
		"the Rollout takes its pods from `%s %s`, which is not among the documents of its namespace",
		[reference.kind, reference.name],
	),
} if {
	some reference in references
	not reference.key in referenced
}

unjudged contains {
	"document": workload.index,
	"path": path,
	"msg": sprintf("`%s` must be %s, and is of type `%s`", [concat(".", path), want.phrase, type_name(value)]),
} if {
	some workload in tenants.multi_tenant_workloads
	workload.type == "argoproj.io/Rollout"
	some path, want in {
		["spec", "workloadRef"]: {"type": "object", "phrase": "an object"},
		["spec", "workloadRef", "apiVersion"]: {"type": "string", "phrase": "a string"},
		["spec", "workloadRef", "kind"]: {"type": "string", "phrase": "a string"},
		["spec", "workloadRef", "name"]: {"type": "string", "phrase": "a string"},
	}
	value := object.get(workload.content, path, null)
	not type_name(value) in {"null", want.type}
}

references := [{
	"document": reference.document,
	"kind": documents.text(object.get(reference.workload.content.spec.workloadRef, "kind", "")),
	"name": reference.name,
	"key": key(reference.type, reference.workload.scope, reference.name),
} |
	some reference in workloads.references
	reference.document in subjects
]

# The workloads that Rollouts could refer to, in one pass.
targets := [{"key": name, "document": document} |
	some type in {reference.type | some reference in workloads.references}
	workloads.template_paths[type]
	some document in object.get(documents.known_by_type, type, [])
	name := key(type, document.scope, document.name)
]

referenced := {target.key | some target in targets}

unlabelled := {target.key |
	some target in targets
	path := array.concat(workloads.template_paths[target.document.type], ["metadata", "labels"])
	not tenants.tenant(documents.mapping(object.get(target.document.content, path, {})))
}

template_elsewhere(pod) if {
	is_object(pod.workload.content.spec.workloadRef)
	pod.workload.type == "argoproj.io/Rollout"
	object.get(pod.workload.content, pod.path, null) == null
}

key(type, scope, name) := concat(" ", [type, scope, name])

finding(document, labels, msg) := {
	"id": "GL-TEN-001",
	"msg": msg,
	"document": document,
	"path": array.concat(labels, [params.all.tenancy.label]),
}
