# METADATA
# title: Workloads
# description: >-
#   Everything that carries a pod template, its templates, containers, volumes and images. Rules go through
#   here and never walk a pod themselves. What has the wrong type is left out here and reported by
#   `gatelib.lib.malformed`.
package gatelib.lib.workloads

import data.gatelib.lib.documents
import data.gatelib.lib.params

# METADATA
# description: The documents to judge that are workloads.
all := [document | some document in documents.judged; template_paths[document.type]]

# METADATA
# description: >-
#   The pod templates, as `{document, workload, path, metadata, labels, annotations, spec}`: `document` is an
#   index, `workload` the described document, `path` leads to the template.
pods := [pod | some workload in all; some path in paths(workload); pod := pod_at(workload, path)]

# METADATA
# description: >-
#   The containers of every kind, as `{document, workload, pod, type, name, path, spec}`; `type` is the field
#   of the pod that lists it.
containers := [container |
	some pod in pods
	some type in ["initContainers", "containers", "ephemeralContainers"]
	some position, spec in documents.list(object.get(pod.spec, type, []))
	is_object(spec)
	container := {
		"document": pod.document,
		"workload": pod.workload,
		"pod": pod,
		"type": type,
		"name": label(spec, position),
		"path": array.concat(pod.path, ["spec", type, position]),
		"spec": spec,
	}
]

# METADATA
# description: The volumes, as `{document, workload, name, path, spec}`.
volumes := [volume |
	some pod in pods
	some position, spec in documents.list(object.get(pod.spec, "volumes", []))
	is_object(spec)
	volume := {
		"document": pod.document,
		"workload": pod.workload,
		"name": label(spec, position),
		"path": array.concat(pod.path, ["spec", "volumes", position]),
		"spec": spec,
	}
]

# METADATA
# description: >-
#   Every place that names an image, as `{document, workload, owner, path, reference}`: containers, with an
#   empty reference where none is given, and image volumes.
images := array.concat(
	[image |
		some container in containers
		image := {
			"document": container.document,
			"workload": container.workload,
			"owner": sprintf("container `%s`", [container.name]),
			"path": array.concat(container.path, ["image"]),
			"reference": documents.text(object.get(container.spec, "image", "")),
		}
	],
	[image |
		some volume in volumes
		source := volume.spec.image
		is_object(source)
		image := {
			"document": volume.document,
			"workload": volume.workload,
			"owner": sprintf("volume `%s`", [volume.name]),
			"path": array.concat(volume.path, ["image", "reference"]),
			"reference": documents.text(object.get(source, "reference", "")),
		}
	],
)

# METADATA
# description: >-
#   Where each workload type keeps its pod template, a team's own types among them; a known type's cannot be moved.
template_paths := object.union(
	{type: split(min(templates), ".") | some type, templates in extra_templates},
	data.gatelib.kinds.workloads,
)

extra_templates[kind.kind] contains kind.template if some kind in params.all.workloads.extra_kinds

# METADATA
# description: >-
#   The Rollouts that take their pod template from another workload, as `{document, workload, kind, name}`.
references := [reference |
	some workload in all
	workload.type == "argoproj.io/Rollout"
	target := workload.content.spec.workloadRef
	is_object(target)
	reference := {
		"document": workload.index,
		"workload": workload,
		"type": documents.type_of(target, documents.text(object.get(target, "kind", ""))),
		"name": documents.text(object.get(target, "name", "")),
	}
]

# The path of the template with the positions of lists filled in; a star stands for each element of one.
paths(workload) := [template_paths[workload.type]] if not "*" in template_paths[workload.type]

paths(workload) := [path |
	"*" in template_paths[workload.type] # gatelib:equivalent condition: asked below, too; here it spares the walk
	walk(workload.content, [path, _])
	fits(path, template_paths[workload.type])
] if {
	"*" in template_paths[workload.type]
}

fits(path, pattern) if {
	count(path) == count(pattern)
	every position, step in path { step_fits(step, pattern[position]) }
}

step_fits(step, pattern) if step == pattern

step_fits(step, "*") if is_number(step)

pod_at(workload, path) := {
	"document": workload.index,
	"workload": workload,
	"path": path,
	"metadata": metadata,
	"labels": documents.mapping(object.get(metadata, "labels", {})),
	"annotations": documents.mapping(object.get(metadata, "annotations", {})),
	"spec": documents.mapping(object.get(template, "spec", {})),
} if {
	template := documents.mapping(object.get(workload.content, path, {}))
	metadata := documents.mapping(object.get(template, "metadata", {}))
}

label(spec, position) := spec.name if {
	is_string(spec.name)
	spec.name != ""
} else := sprintf("#%d", [position])
