# METADATA
# title: Datasets
# description: Which documents describe or hold a dataset of a preview environment.
package gatelib.lib.datasets

import data.gatelib.lib.documents
import data.gatelib.lib.params

# METADATA
# description: The Dataset records whose environment is `preview`.
preview_records := [document |
	some document in documents.of_type("gatelib.dev/Dataset")
	environment(document) == "preview"
]

# METADATA
# description: >-
#   The objects of a preview namespace that carry the dataset label. The key is what counts: an empty value
#   still marks the object, so that emptying it does not take the object out of sight.
preview_carriers := [document |
	some type in ["PersistentVolumeClaim", "ConfigMap", "Secret", "batch/Job"]
	some document in documents.of_type(type)
	in_preview(document.namespace)
	params.all.dataset.label in object.keys(labels_of(document))
]

# METADATA
# description: A document's own labels, none where it has no object of them.
labels_of(document) := documents.mapping(object.get(document.metadata, "labels", {}))

# METADATA
# description: >-
#   Whether a namespace is a preview namespace by its name. One that is not named is none: it could be any.
in_preview(namespace) if {
	namespace != ""
	some pattern in namespace_patterns
	glob.match(pattern, null, namespace)
}

# METADATA
# description: Why the environment of a Dataset record cannot be told, as `{document, path, msg}`.
problems contains {"document": document.index, "path": path, "msg": msg} if {
	some document in documents.of_type("gatelib.dev/Dataset")
	[path, msg] := problem(document.content)
}

problem(content) := [["spec"], sprintf("`spec` must be an object, and is of type `%s`", [type_name(spec)])] if {
	spec := object.get(content, "spec", null)
	not is_null(spec)
	not is_object(spec)
} else := [["spec", "environment"], "the record names no `environment`"] if {
	object.get(content, ["spec", "environment"], null) in {null, ""}
} else := [
	["spec", "environment"],
	sprintf("`spec.environment` must be a string, and is of type `%s`", [type_name(content.spec.environment)]),
] if {
	not is_string(content.spec.environment)
}

# gatelib:equivalent string: neither an empty text nor another word is `preview`
environment(document) := lower(trim_space(documents.text(object.get(document.content, ["spec", "environment"], ""))))

# What a function of a library reads of another package it reads through a rule of its own: once regorus has
# evaluated this package for somebody else, its functions no longer see the imports.
namespace_patterns := params.all.preview.namespaces
