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
all contains problem(section.document, array.concat(section.path, [field]), want, value) if {
	some section in sections
	some field, value in section.fields
	want := section.types[field]
	type_name(value) != want
	not is_null(value)
}

all contains problem(entries.document, array.concat(entries.path, [field, key]), "string", value) if {
	some entries in metadata
	some field in ["labels", "annotations"]
	some key, value in documents.mapping(object.get(entries.fields, field, {}))
	not is_string(value)
	not is_null(value)
}

# On the way to the pod template: objects, and a list where the pattern has a star.
all contains problem(workload.index, path, want, value) if {
	some workload in workloads.all
	pattern := workloads.template_paths[workload.type]
	some [path, value] in on_the_way(workload.content, pattern)
	want := wanted_on_the_way(pattern, count(path))
	wrong(value, want)
}

# An element of a list that is no object, where the list itself is one.
all contains problem(pod.document, array.concat(pod.path, ["spec", field, position]), "object", value) if {
	some pod in workloads.pods
	some field in ["containers", "initContainers", "ephemeralContainers", "volumes"]
	some position, value in documents.list(object.get(pod.spec, field, []))
	not is_object(value)
}

# The pod's spec and metadata themselves.
all contains problem(pod.document, array.concat(pod.path, [field]), "object", value) if {
	some pod in workloads.pods
	some field in ["metadata", "spec"]
	value := object.get(pod.workload.content, array.concat(pod.path, [field]), null)
	wrong(value, "object")
}

# Every object whose fields have types, as `{document, path, fields, types}`.
sections := array.concat(
	[{
		"document": document.index,
		"path": [],
		"fields": document.content,
		"types": {"apiVersion": "string", "kind": "string", "metadata": "object"},
	} |
		some document in documents.judged
	],
	array.concat(metadata, array.concat(pod_sections, container_sections)),
)

metadata := array.concat(
	[{"document": document.index, "path": ["metadata"], "fields": document.metadata, "types": metadata_types} |
		some document in documents.judged
	],
	[{
		"document": pod.document,
		"path": array.concat(pod.path, ["metadata"]),
		"fields": pod.metadata,
		"types": metadata_types,
	} |
		some pod in workloads.pods
		pod.path != [] # gatelib:equivalent condition: what is said twice is said once
	],
)

pod_sections := [{
	"document": pod.document,
	"path": array.concat(pod.path, array.concat(["spec"], path)),
	"fields": fields,
	"types": types,
} |
	some pod in workloads.pods
	some [path, types] in pod_types
	fields := object.get(pod.spec, path, null) # gatelib:equivalent null: neither null nor false is an object
	is_object(fields)
]

container_sections := array.concat(
	[{
		"document": container.document,
		"path": array.concat(container.path, path),
		"fields": fields,
		"types": types,
	} |
		some container in workloads.containers
		some [path, types] in container_types
		fields := object.get(container.spec, path, null) # gatelib:equivalent null: neither null nor false is an object
		is_object(fields)
	],
	[{"document": volume.document, "path": volume.path, "fields": volume.spec, "types": volume_types} |
		some volume in workloads.volumes
	],
)

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

on_the_way(content, pattern) := [[path, object.get(content, path, null)] |
	some position, _ in pattern
	path := array.slice(pattern, 0, position + 1) # gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
] if {
	not "*" in pattern
}

on_the_way(content, pattern) := [[path, value] |
	walk(content, [path, value])

	# gatelib:equivalent condition: a document itself is an object
	# gatelib:equivalent comparison `>` -> `>=`: the same
	# gatelib:equivalent number `0` -> `-1`: the same
	count(path) > 0
	workloads.fits(path, array.slice(pattern, 0, count(path))) # gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
] if {
	"*" in pattern
}

wanted_on_the_way(pattern, next) := "array" if {
	pattern[next] == "*"
} else := "object"

article := {
	"array": "a list",
	"boolean": "a boolean",
	"null": "null",
	"number": "a number",
	"object": "an object",
	"string": "a string",
}

metadata_types := {
	"name": "string",
	"generateName": "string",
	"namespace": "string",
	"labels": "object",
	"annotations": "object",
}

pod_types := [
	[[], {
		"containers": "array",
		"initContainers": "array",
		"ephemeralContainers": "array",
		"volumes": "array",
		"hostNetwork": "boolean",
		"hostPID": "boolean",
		"hostIPC": "boolean",
		"os": "object",
		"resources": "object",
		"securityContext": "object",
	}],
	[["os"], {"name": "string"}],
	[["resources"], {"limits": "object"}],
	[["securityContext"], object.union(security_types, {"sysctls": "array"})],
	[["securityContext", "windowsOptions"], {"hostProcess": "boolean"}],
]

container_types := [
	[[], {
		"name": "string",
		"image": "string",
		"ports": "array",
		"resources": "object",
		"securityContext": "object",
	}],
	[["resources"], {"limits": "object"}],
	[["securityContext"], object.union(security_types, {
		"privileged": "boolean",
		"allowPrivilegeEscalation": "boolean",
		"capabilities": "object",
		"procMount": "string",
	})],
	[["securityContext", "capabilities"], {"add": "array"}],
	[["securityContext", "windowsOptions"], {"hostProcess": "boolean"}],
]

security_types := {
	"seccompProfile": "object",
	"appArmorProfile": "object",
	"seLinuxOptions": "object",
	"windowsOptions": "object",
}

volume_types := {
	"name": "string",
	"hostPath": "object",
	"image": "object",
}
