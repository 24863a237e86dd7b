# METADATA
# title: Companions
# description: >-
#   Documents that a rule reads beside the ones it judges, be they judged too or only looked up, and what is
#   wrong with those.
package gatelib.lib.companions

import data.gatelib.lib.documents
import data.gatelib.lib.labels

# METADATA
# description: All known documents of some types, as `{document, judged}`.
of_types(types) := array.concat(
	[{"document": document, "judged": true} |
		some type in types
		some document in documents.of_type(type)
	],
	[{"document": document, "judged": false} |
		some document in only_looked_up
		document.type in types
	],
)

# METADATA
# description: >-
#   Problems in the form of `unjudged`. Each is `{companion, path, msg}`; one of a document that is only looked
#   up counts where the document lies in one of the scopes, and has no place to point at. Where there is a scope
#   at all, so do documents of the types whose own metadata leave open where they lie.
unjudged(types, problems, scopes) := ({entry |
	some problem in problems
	problem.companion.judged
	entry := {"document": problem.companion.document.index, "path": problem.path, "msg": problem.msg}
} | {entry |
	some problem in problems
	not problem.companion.judged
	document := problem.companion.document
	document.scope in scopes
	entry := {"msg": sprintf("%s, at `%s`: %s", [described(document), dotted(problem.path), problem.msg])}
}) | {entry |
	count(scopes) > 0
	some document in only_looked_up
	document.type in types
	not has_metadata(document.content)
	entry := {"msg": sprintf("%s: its metadata are malformed", [described(document)])}
}

# Of documents to judge, `gatelib.lib.malformed` says so.
has_metadata(content) if {
	metadata := object.get(content, "metadata", {})
	is_object(metadata)
	every field in ["name", "namespace"] {
		type_name(object.get(metadata, field, null)) in {"null", "string"}
	}
	not labels.problem({"matchLabels": object.get(metadata, "labels", null)})
}

described(document) := sprintf("%s `%s` of the inventory", [document.kind, document.name])

dotted(path) := concat(".", [sprintf("%v", [step]) | some step in path])

only_looked_up := array.slice(documents.known, count(documents.judged), count(documents.known))
