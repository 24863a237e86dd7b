package gatelib.rules.governance.citations_test

import data.gatelib.rules.governance.citations

envelope(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": record(spec)} | some index, spec in specs],
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Action", "metadata": {"name": "r"}, "spec": spec}

finding(index, path, msg) := {
	"id": "GL-GOV-003",
	"msg": concat("", ["action `r` ", msg]),
	"document": index,
	"path": array.concat(["spec"], path),
}

sources := [{"id": "a", "uri": "https://a.example.com"}, {"id": "b"}, {"id": "c", "uri": "x"}, {"id": "c", "uri": "y"}, "d", null]

test_deny_citations_that_are_no_list if {
	given := [{"citations": value} | some value in ["a", 7, true, {}, {"source": "a"}]]
	citations.deny == {finding(index, ["citations"], "has citations that are no list") |
		some index, _ in given
	} with input as envelope(given)
}

test_deny_a_citation_of_nothing if {
	cited := ["a", null, 7, [], {}, {"source": null}, {"source": ""}, {"source": 7}, {"source": ["a"]}]
	citations.deny == {finding(0, ["citations", position, "source"], "has a citation of no source") |
		some position, _ in cited
	} with input as envelope([{"citations": cited, "sources": sources}])
}

test_deny_what_leads_nowhere if {
	cited := [{"source": "b"}, {"source": "c"}, {"source": "d"}, {"source": "A"}, {"source": "a "}]
	citations.deny == {
		finding(0, ["citations", 0, "source"], "cites `b`, a source without `uri`"),
		finding(0, ["citations", 1, "source"], "cites `c`, which is the `id` of 2 sources"),
		finding(0, ["citations", 2, "source"], "cites `d`, which is none of its sources"),
		finding(0, ["citations", 3, "source"], "cites `A`, which is none of its sources"),
		finding(0, ["citations", 4, "source"], "cites `a `, which is none of its sources"),
	} with input as envelope([{"citations": cited, "sources": sources}])
}

test_deny_where_there_are_no_sources if {
	given := [object.union({"citations": [{"source": "a"}]}, more) |
		some more in [{}, {"sources": null}, {"sources": []}, {"sources": "a"}, {"sources": {"a": {}}}]
	]
	citations.deny == {finding(index, ["citations", 0, "source"], "cites `a`, which is none of its sources") |
		some index, _ in given
	} with input as envelope(given)
}

test_allow_what_resolves_and_nothing_cited if {
	given := envelope([{}, {"citations": null}, {"citations": []}, {"citations": [{"source": "a"}, {"source": "a"}], "sources": sources}])
	citations.deny == set() with input as given
	citations.subjects == {0, 1, 2, 3} with input as given
}
