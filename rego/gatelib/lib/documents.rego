# METADATA
# title: Documents
# description: >-
#   The documents of the input with their type, name and namespace worked out once. A document here is
#   `{index, content, type, kind, name, namespace, scope, metadata}`: `type` is `group/Kind`, or the bare
#   kind in the core group; `scope` is what two documents of one namespace share.
package gatelib.lib.documents

import data.gatelib.input as gate_input

# METADATA
# description: The documents to judge.
judged := [describe(document) | some document in gate_input.documents]

# METADATA
# description: The documents to judge and those that are only looked up.
known := array.concat(judged, [describe(document) | some document in gate_input.inventory])

# METADATA
# description: The documents to judge, by type.
by_type := {type: [judged[position] | some position in positions] | some type, positions in judged_positions}

# METADATA
# description: All known documents, by type.
known_by_type := {type: [known[position] | some scope in scopes; some position in scope] |
	some type, scopes in known_positions
}

# METADATA
# description: All known documents, by type and then by scope.
known_by_scope := {type: {scope: [known[position] | some position in positions] |
	some scope, positions in scopes
} |
	some type, scopes in known_positions
}

# Grouped by partial rules, whose sets of numbers are cheap, and only looked up in the complete rules above:
# regorus evaluates an undefined key of a partial rule again at each look-up.
judged_positions[document.type] contains position if some position, document in judged

known_positions[document.type][document.scope] contains position if some position, document in known

# METADATA
# description: The documents to judge of one type, none where there are none.
of_type(type) := object.get(by_type, type, [])

# METADATA
# description: All known documents of one type in one scope.
in_scope(type, scope) := object.get(known_by_scope, [type, scope], [])

# METADATA
# description: >-
#   The Namespace objects that are known for a scope; none for documents that name no namespace, several
#   where several inputs describe the same one.
namespaces(scope) := object.get(namespaces_by_scope, scope, [])

namespaces_by_scope := {scope: [namespace_objects[position] | some position in positions] |
	some scope, positions in namespace_positions
}

namespace_positions[scope] contains position if {
	some position, document in namespace_objects
	scope := own_scope(document)
}

namespace_objects := object.get(known_by_type, "Namespace", [])

# METADATA
# description: The scope that a Namespace object makes, in which its documents lie.
own_scope(document) := scope_of(document.name, "")

describe(document) := {
	"index": document.index,
	"content": content,
	"metadata": metadata,
	"type": type,
	"kind": kind,
	"name": name_of(metadata),
	"namespace": namespace,
	"scope": scope_of(namespace, document.root),
} if {
	content := document.content
	kind := text(object.get(content, "kind", ""))
	type := type_of(content, kind)
	metadata := mapping(object.get(content, "metadata", {}))
	namespace := text(object.get(metadata, "namespace", ""))
}

# METADATA
# description: >-
#   `group/Kind`; a missing apiVersion counts as the group that the kind is known for, and groups that an
#   API has left count as the one it moved to.
type_of(content, kind) := object.get(data.gatelib.kinds.aliases, type, type) if {
	type := qualified(group_of(object.get(content, "apiVersion", null), kind), kind)
}

group_of(version, kind) := "" if {
	is_string(version)
	version != ""
	not contains(version, "/")
} else := split(version, "/")[0] if {
	is_string(version)
	version != ""
} else := object.get(data.gatelib.kinds.well_known, kind, "")

qualified("", kind) := kind

qualified(group, kind) := concat("/", [group, kind]) if group != ""

# A created object may have only the prefix of its name.
name_of(metadata) := metadata.name if {
	is_string(metadata.name)
	metadata.name != ""
} else := text(object.get(metadata, "generateName", ""))

scope_of("", root) := sprintf("root:%v", [root])

scope_of(namespace, _) := concat("", ["namespace:", namespace]) if namespace != ""

# METADATA
# description: The value where it is a string, else an empty one.
text(value) := value if {
	is_string(value)
} else := ""

# METADATA
# description: The value where it is an object, else an empty one.
mapping(value) := value if {
	is_object(value)
} else := {}

# METADATA
# description: The value where it is an array, else an empty one.
list(value) := value if {
	is_array(value)
} else := []
