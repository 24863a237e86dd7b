# METADATA
# title: Citations resolve among the given sources
# description: >-
#   A citation is what a reader checks a claim by. One that leads nowhere, or to one of two, gives a claim the look of
#   a proof.
# custom:
#   id: GL-GOV-003
#   severity: medium
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/Action]
#   scope: document
#   remediation: >-
#     Let `source` of each of `spec.citations` be the `id` of one of `spec.sources`, and give that source its `uri`;
#     or take the claim out. Then `gatelib evidence add PACK actions.json --role actions`.
#   since: 0.1.0
package gatelib.rules.governance.citations

import data.gatelib.lib.documents
import data.gatelib.lib.governed

subjects := governed.subjects(governed.actions)

deny contains object.union(governed.about(action, path, problem), {"id": "GL-GOV-003"}) if {
	some action in governed.actions
	some [path, problem] in problems(object.get(action.spec, "citations", null), action.spec)
}

problems(citations, _) := [[["citations"], "has citations that are no list"]] if {
	not is_null(citations)
	not is_array(citations)
}

problems(citations, spec) := [[["citations", position, "source"], problem] |
	some position, citation in citations
	cited := governed.text_at(citation, ["source"])
	named := [source |
		some source in documents.list(object.get(spec, "sources", []))
		governed.text_at(source, ["id"]) == cited
	]
	problem := citation_problem(cited, named)
] if {
	is_array(citations)
}

citation_problem(cited, named) := "has a citation of no source" if {
	cited == ""
} else := sprintf("cites `%s`, which is none of its sources", [cited]) if {
	count(named) == 0
} else := sprintf("cites `%s`, which is the `id` of %v sources", [cited, count(named)]) if {
	count(named) > 1
} else := sprintf("cites `%s`, a source without `uri`", [cited]) if {
	governed.text_at(named[0], ["uri"]) == ""
}
