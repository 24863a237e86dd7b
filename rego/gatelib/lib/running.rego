# METADATA
# title: Running pods
# description: >-
#   The pods that workloads run, as selectors see them: with the labels that controllers add, and for a
#   Rollout with `workloadRef` from the template of the workload it refers to.
package gatelib.lib.running

import data.gatelib.lib.documents
import data.gatelib.lib.workloads

# METADATA
# description: >-
#   The pods of the workloads to judge, as `{document, workload, path, labels, selectable, spec}`: `labels` are
#   the template's, `selectable` those and the ones that controllers add; `path` leads to the labels, or to
#   the reference that the template comes from.
pods := array.concat(
	[pod |
		some template in workloads.pods
		not template.document in referring
		pod := placed(template.workload, template, array.concat(template.path, ["metadata", "labels"]))
	],
	[pod |
		some reference in workloads.references
		some target in targets(reference)
		some path in workloads.paths(target)
		pod := placed(reference.workload, workloads.pod_at(target, path), ["spec", "workloadRef"])
	],
)

# METADATA
# description: The references that lead to no pod template, as `{document, path, msg}`.
problems contains {
	"document": reference.document,
	"path": ["spec", "workloadRef"],
	"msg": sprintf(
		"the workload `%s` `%s` that it refers to is not among the documents",
		[reference.type, reference.name],
	),
} if {
	some reference in workloads.references
	has_strings(reference.workload.content.spec.workloadRef)

	# gatelib:equivalent first-only: all targets of one reference have its type
	count([target | some target in targets(reference); workloads.template_paths[target.type]]) == 0
}

problems contains {
	"document": rollout.index,
	"path": ["spec", "workloadRef"],
	"msg": "`spec.workloadRef` must be an object of strings",
} if {
	some rollout in documents.of_type("argoproj.io/Rollout")
	reference := rollout.content.spec.workloadRef
	not is_null(reference)
	not has_strings(reference)
}

# METADATA
# description: Labels for a message.
labelled(labels) := "without labels" if {
	count(labels) == 0
} else := sprintf("labelled `%s`", [concat(", ", [sprintf("%s=%v", [key, value]) | some key, value in labels])])

# METADATA
# description: Where a document's companions lie, for a message.
of_namespace(document) := "without a namespace" if {
	document.namespace == ""
} else := sprintf("of namespace `%s`", [document.namespace])

# METADATA
# description: >-
#   The known workloads that a reference leads to: none, or one, or several where documents contradict each other.
targets(reference) := object.get(by_name, [reference.type, reference.workload.scope, reference.name], []) if {
	has_strings(reference.workload.content.spec.workloadRef)
} else := []

has_strings(reference) if {
	is_object(reference)
	every field in ["apiVersion", "kind", "name"] {
		type_name(object.get(reference, field, null)) in {"null", "string"}
	}
}

referring := {reference.document | some reference in workloads.references}

placed(workload, template, path) := {
	"document": workload.index,
	"workload": workload,
	"path": path,
	"labels": template.labels,
	"selectable": object.union(generated_labels(workload), template.labels),
	"spec": template.spec,
}

# What the API server or the workload's controller puts on each pod.
generated_labels(workload) := {"job-name": name, "batch.kubernetes.io/job-name": name} if {
	workload.type == "batch/Job"
	name := own_name(workload)
} else := {"deploymentconfig": name} if {
	workload.type == "apps.openshift.io/DeploymentConfig"
	name := own_name(workload)
} else := {"serving.knative.dev/service": name} if {
	workload.type == "serving.knative.dev/Service"
	name := own_name(workload)
} else := {}

own_name(workload) := name if {
	name := workload.metadata.name
	is_string(name)
	name != ""
}

by_name := {type: {scope: {name: [documents.known[position] | some position in positions] |
	some name, positions in names
} |
	some scope, names in scopes
} |
	some type, scopes in name_positions
}

name_positions[document.type][document.scope][document.name] contains position if {
	some position, document in documents.known
	document.type in referenced_types # gatelib:equivalent condition: by other types nothing is looked up
}

referenced_types := {reference.type | some reference in workloads.references}
