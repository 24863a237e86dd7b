# METADATA
# title: Malformed workloads
# description: >-
#   Values of the wrong type where rules read them. The API server would refuse such a document; a rule would
#   find nothing in it, so each is an error instead. An explicit null counts as absent, as it does there.
package gatelib.lib.malformed

import data.gatelib.lib.documents
import data.gatelib.lib.workloads

# METADATA
# description: The wrong values, as `{document, path, message}`.
all contains problem(document.index, path, want, value) if {
	some document in documents.judged
	some [path, want, value] in document_fields(document)
	wrong(value, want)
}

all contains problem(pod.document, array.concat(pod.path, path), want, value) if {
	some pod in workloads.pods
	some [path, want, value] in pod_fields(pod)
	wrong(value, want)
}

all contains problem(container.document, array.concat(container.path, path), want, value) if {
	some container in workloads.containers
	some [path, want, value] in container_fields(container.spec)
	wrong(value, want)
}

all contains problem(volume.document, array.concat(volume.path, [field]), want, value) if {
	some volume in workloads.volumes
	some field, value in volume.spec
	want := volume_types[field]
	wrong(value, want)
}

# On the way to the pod template: objects, and a list where the pattern has a star.
all contains problem(workload.index, path, want, value) if {
	some workload in workloads.all
	pattern := workloads.template_paths[workload.type]
	some position, _ in pattern
	path := array.slice(pattern, 0, position + 1)
	not "*" in path
	value := object.get(workload.content, path, null)
	want := wanted_on_the_way(pattern, position + 1)
	wrong(value, want)
}

# An element of a list that is no object, where the list itself is one.
all contains problem(pod.document, array.concat(pod.path, ["spec", field, position]), "object", value) if {
	some pod in workloads.pods
	some field in ["containers", "initContainers", "ephemeralContainers", "volumes"]
	some position, value in documents.list(object.get(pod.spec, field, []))
	not is_object(value)
}

problem(document, path, want, value) := {
	"document": document,
	"path": path,
	"message": sprintf("`%s` must be %s, and is %s", [written(path), article[want], article[type_name(value)]]),
}

wrong(value, want) if {
	not is_null(value)
	type_name(value) != want
}

written(path) := concat(".", [sprintf("%v", [step]) | some step in path])

wanted_on_the_way(pattern, next) := "array" if {
	pattern[next] == "*"
} else := "object"

article := {
	"array": "a list",
	"boolean": "a boolean",
	"null": "null",
	"number": "a number",
	"object": "an object",
	"set": "a set",
	"string": "a string",
}

document_fields(document) := array.concat(
	typed_fields(document.content, {["apiVersion"]: "string", ["metadata"]: "object"}),
	metadata_fields(["metadata"], document.metadata),
)

metadata_fields(path, metadata) := array.concat(
	[[array.concat(path, [field]), want, value] |
		some field, value in metadata
		want := metadata_types[field]
	],
	[[array.concat(path, [field, key]), "string", value] |
		some field in ["labels", "annotations"]
		some key, value in documents.mapping(object.get(metadata, field, {}))
	],
)

pod_fields(pod) := array.concat(
	metadata_fields(["metadata"], pod.metadata),
	array.concat(
		[[["metadata"], "object", template.metadata] | pod.path != []; not is_null(template.metadata)],
		[[array.concat(["spec"], path), want, value] | some [path, want, value] in typed_fields(pod.spec, pod_types)],
	),
) if {
	template := object.get(pod.workload.content, pod.path, {})
	is_object(template)
}

# The pod's spec itself.
all contains problem(pod.document, array.concat(pod.path, ["spec"]), "object", value) if {
	some pod in workloads.pods
	value := object.get(pod.workload.content, array.concat(pod.path, ["spec"]), null)
	wrong(value, "object")
}

container_fields(spec) := typed_fields(spec, container_types)

# Every field of the table that is there, with what it must be; keys of the table are paths.
typed_fields(spec, types) := [[path, want, value] |
	some path, want in types
	value := object.get(spec, path, null)
	not is_null(value)
]

metadata_types := {
	"name": "string",
	"generateName": "string",
	"namespace": "string",
	"labels": "object",
	"annotations": "object",
}

pod_types := {
	["containers"]: "array",
	["initContainers"]: "array",
	["ephemeralContainers"]: "array",
	["volumes"]: "array",
	["hostNetwork"]: "boolean",
	["hostPID"]: "boolean",
	["hostIPC"]: "boolean",
	["os"]: "object",
	["os", "name"]: "string",
	["resources"]: "object",
	["resources", "limits"]: "object",
	["securityContext"]: "object",
	["securityContext", "sysctls"]: "array",
	["securityContext", "seccompProfile"]: "object",
	["securityContext", "appArmorProfile"]: "object",
	["securityContext", "seLinuxOptions"]: "object",
	["securityContext", "windowsOptions"]: "object",
	["securityContext", "windowsOptions", "hostProcess"]: "boolean",
}

container_types := {
	["name"]: "string",
	["image"]: "string",
	["ports"]: "array",
	["resources"]: "object",
	["resources", "limits"]: "object",
	["securityContext"]: "object",
	["securityContext", "privileged"]: "boolean",
	["securityContext", "allowPrivilegeEscalation"]: "boolean",
	["securityContext", "capabilities"]: "object",
	["securityContext", "capabilities", "add"]: "array",
	["securityContext", "procMount"]: "string",
	["securityContext", "seccompProfile"]: "object",
	["securityContext", "appArmorProfile"]: "object",
	["securityContext", "seLinuxOptions"]: "object",
	["securityContext", "windowsOptions"]: "object",
	["securityContext", "windowsOptions", "hostProcess"]: "boolean",
}

volume_types := {
	"name": "string",
	"hostPath": "object",
	"image": "object",
}
