# METADATA
# title: Input shapes
# description: Which of the shapes the input has, and its documents.
package gatelib.input.shapes

import data.gatelib.input.lists
import data.gatelib.input.synced
import data.gatelib.lib.timestamps

envelope_keys := {
	"gatelib", "now", "gate", "rules", "documents", "inventory",
	"evidence", "verifications", "request",
}

request_keys := {"action", "subject", "context", "artefact"}

# METADATA
# description: >-
#   The shape's name. Whatever carries `gatelib` and is no envelope has none, so that an object cannot
#   pose as an empty envelope.
name := "envelope" if {
	is_object(input)
	input.gatelib == 1
	is_array(input.documents)
	every key, _ in input { key in envelope_keys }
} else := "spoofed_envelope" if {
	is_object(input)
	"gatelib" in object.keys(input)
} else := "combined" if {
	is_array(input)
	every file in input { is_object(file.contents) }
} else := "combined" if {
	is_array(input)
	every file in input {
		is_string(file.path)
		"contents" in object.keys(file)
	}
} else := "admission_review" if {
	input.kind == "AdmissionReview"
	is_object(input.request)
} else := "gatekeeper_review" if {
	is_object(input.review)
} else := "artefact" if {
	is_object(input)
	count({"action", "artefact"} & object.keys(input)) > 0
	every key, _ in input { key in request_keys }
} else := "object" if {
	is_string(input.kind)
	input.kind != ""
} else := "unknown"

# METADATA
# description: The input itself where it is an envelope; undefined otherwise.
envelope := input if name == "envelope"

# METADATA
# description: The request for a verdict, as an input of its own or in an envelope that fixes the moment.
request := input if name == "artefact"

request := envelope.request

# METADATA
# description: The documents to judge; none where the input has an error.
documents := [] if {
	count(errors) > 0
} else := [{"index": document.index, "root": object.get(document, "root", 0), "content": document.content} |
	some document in envelope.documents
] if {
	name == "envelope"
	not request
} else := [{"index": index, "root": root, "content": content} |
	some index, content in flattened
	root := object.get(roots, index, 0)
]

# METADATA
# description: The documents that are only looked up, in the same form.
inventory := [] if {
	count(errors) > 0
} else := [{"index": index, "root": object.get(document, "root", 0), "content": document.content} |
	some index, document in inventory_given
]

inventory_given := envelope.inventory if {
	is_array(envelope.inventory)
} else := [{"content": content} |
	some content in synced.objects
	not content in superseded
] if {
	is_review
} else := []

# METADATA
# description: Whether an API server asks about one object that it is about to store.
is_review if name in {"admission_review", "gatekeeper_review"}

# What the cluster still holds of the object under review is not how it will be.
superseded contains content if {
	is_review
	some content in synced.objects
	some reviewed in plain
	identity(content) == identity(reviewed)
}

identity(content) := [group, content.kind, object.get(content, ["metadata", "namespace"], ""), content.metadata.name] if {
	parts := split(content.apiVersion, "/")
	group := array.slice(parts, 0, count(parts) - 1)
}

# METADATA
# description: What a Gatekeeper Constraint gives.
default parameters := {}

parameters := input.parameters if {
	name == "gatekeeper_review"
	is_object(input.parameters)
}

# Conftest's files; it hands on their empty documents as null.
files := input if name == "combined"

plain := [file.contents | some file in files; not is_null(file.contents)] if name == "combined"

plain := [input.request.object] if name == "admission_review"

plain := [input.review.object] if name == "gatekeeper_review"

plain := request.artefact if is_array(request.artefact)

plain := [artefact] if {
	artefact := request.artefact
	not is_array(artefact)
}

plain := [input] if name == "object"

# Documents without a namespace share one below the nearest kustomization only, as where gatelib walks a folder.
roots := {index: root |
	some index, path in [path |
		some file in files
		path := object.get(file, "path", "")
		not is_null(file.contents)
		some _ in lists.leaves(file.contents)
	]
	some root in nearest_kustomization[path]
} if {
	name == "combined"
	count(kustomizations) > 0
} else := {}

# Of each file that lies below one, in a list of its own, since the nearest may be the top.
nearest_kustomization := {file.path: [above[count(above) - 1]] |
	some file in files
	is_string(file.path)
	folders := split(replace(file.path, "\\", "/"), "/")
	above := [folder |
		some depth in numbers.range(0, count(folders) - 1)
		folder := concat("/", array.slice(folders, 0, depth))
		folder in kustomizations
	]
	count(above) > 0
}

kustomizations := {concat("/", array.slice(parts, 0, count(parts) - 1)) |
	some file in files
	is_string(file.path)
	parts := split(replace(file.path, "\\", "/"), "/")
	parts[count(parts) - 1] in {"kustomization.yaml", "kustomization.yml"}
}

flattened := [lists.inherit(content, path, item) |
	some content in plain
	some [path, item] in lists.leaves(content)
]

# METADATA
# description: Why the input cannot be judged, as `{code, message}`.
errors contains {
	"code": "GL-ERR-002",
	"message": "the input carries `gatelib` and is not an envelope",
} if {
	name == "spoofed_envelope"
}

errors contains {
	"code": "GL-ERR-002",
	"message": "the input has none of the known shapes",
} if {
	name == "unknown"
}

errors contains {
	"code": "GL-ERR-002",
	"message": sprintf("this bundle takes %s, not `%s`", [concat(" or ", [sprintf("`%v`", [shape]) | some shape in shapes]), name]),
} if {
	shapes := data.gatelib.bundle.inputs
	not name in shapes
}

errors contains {
	"code": "GL-ERR-002",
	"message": sprintf("`%s` of the envelope must be %s", [key, want.phrase]),
} if {
	some key, want in {
		"now": {"type": "string", "phrase": "an RFC 3339 date-time"},
		"gate": {"type": "string", "phrase": "a gate's name"},
		"rules": {"type": "array", "phrase": "a list of rule IDs"},
		"inventory": {"type": "array", "phrase": "a list of documents"},
		"evidence": {"type": "object", "phrase": "an object by file"},
		"verifications": {"type": "array", "phrase": "a list"},
		"request": {"type": "object", "phrase": "a request for a verdict"},
	}
	type_name(envelope[key]) != want.type
}

errors contains {
	"code": "GL-ERR-002",
	"message": "`now` of the envelope must be an RFC 3339 date-time",
} if {
	is_string(envelope.now)
	not timestamps.is_date_time(envelope.now)
}

errors contains {
	"code": "GL-ERR-002",
	"message": "a document of the envelope must be an object with `content`, a number `index` of its own and no list of `items`",
} if {
	some document in array.concat(envelope.documents, inventory_given)
	not well_formed_document(document)
}

errors contains {
	"code": "GL-ERR-002",
	"message": "two documents of the envelope have the same `index`",
} if {
	indexes := [document.index | some document in envelope.documents]
	count({index | some index in indexes}) != count(indexes)
}

errors contains {
	"code": "GL-ERR-002",
	"message": sprintf("the input holds a document that is no object but %s", [type_name(content)]),
} if {
	some content in flattened
	not is_object(content)
}

errors contains {"code": "GL-ERR-002", "message": problem} if some problem in request_problems

errors contains {
	"code": "GL-ERR-002",
	"message": sprintf("`%s` has `items`, and tools disagree on whether that makes it a list", [kind]),
} if {
	not is_review
	some content in plain
	some kind in lists.ambiguous(content)
}

# Nothing that an API server sends for review is a list: an object that looks like one would hide itself.
errors contains {
	"code": "GL-ERR-002",
	"message": "the object under review carries a list of `items`",
} if {
	is_review
	some content in plain
	lists.is_list(content)
}

request_problems contains sprintf("`%s` of the request is missing", [key]) if {
	is_object(request)
	some key in request_keys
	not key in object.keys(request)
}

request_problems contains sprintf("a request has no `%s`", [key]) if {
	is_object(request)
	some key, _ in request
	not key in request_keys
}

request_problems contains "`action` of the request must be a text that says what is to be done" if {
	action := request.action
	not is_text(action)
}

request_problems contains "`subject` of the request must be a text or an object that says who asks" if {
	subject := request.subject
	not is_text(subject)
	not is_filled(subject)
}

request_problems contains "`context` of the request must be an object" if {
	context := request.context
	not is_object(context)
}

request_problems contains "a document of the artefact has no `kind`, by which rules would know it" if {
	request
	some content in flattened
	is_object(content)
	not is_text(object.get(content, "kind", null))
}

request_problems contains "an envelope with a request has documents of its own" if {
	envelope.request
	envelope.documents != []
}

is_text(value) if {
	is_string(value)
	trim_space(value) != ""
}

is_filled(value) if {
	is_object(value)
	count(value) > 0
}

well_formed_document(document) if {
	is_object(document.content)
	is_number(document.index)
	not lists.is_list(document.content)
}
