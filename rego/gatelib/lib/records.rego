# METADATA
# title: Records
# description: >-
#   The library's own records of a kind, wherever they stand: among the documents to judge, or in the evidence.
#   A record that is judged is what a pull request says of itself; one in evidence was signed by a producer.
package gatelib.lib.records

import data.gatelib.lib.documents
import data.gatelib.lib.evidence

# METADATA
# description: >-
#   The records of a kind among the documents to judge and in the files of a role that count, as `{place, prefix,
#   name, spec, metadata, trusted}`. `place` and a path after `prefix` are what a finding points with; `trusted` tells
#   evidence from documents.
all(kind, role) := array.concat(judged(kind), given(role, kind))

# METADATA
# description: Those among the documents to judge.
judged(kind) := [record({"document": document.index}, [], document.content, false) |
	some document in documents.of_type(concat("/", ["gatelib.dev", kind]))
]

# METADATA
# description: Those in the files of a role that count.
given(role, kind) := [record({"evidence": entry.file}, ["facts", entry.position], entry.fact, true) |
	some entry in evidence.facts(role, kind)
]

# METADATA
# description: A finding about a field of a record, without its `id` and `msg`.
at(found, path) := object.union(found.place, {"path": array.concat(found.prefix, path)})

record(place, prefix, content, trusted) := {
	"place": place,
	"prefix": prefix,
	"name": documents.name_of(metadata),
	"metadata": metadata,
	"spec": documents.mapping(object.get(content, "spec", {})),
	"trusted": trusted,
} if {
	metadata := documents.mapping(object.get(content, "metadata", {}))
}
