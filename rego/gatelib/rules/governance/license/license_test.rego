package gatelib.rules.governance.license_test

import data.gatelib.rules.governance.license

envelope(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": record(spec)} | some index, spec in specs],
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Action", "metadata": {"name": "r"}, "spec": spec}

finding(index, path, msg) := {
	"id": "GL-GOV-002",
	"msg": concat("", ["action `r` ", msg]),
	"document": index,
	"path": array.concat(["spec"], path),
}

terms := {"uri": "https://data.example.com/terms", "acceptedBy": "legal", "accepted": "2026-11-22T00:00:00Z"}

relying_on(source) := envelope([{"sources": [source]}])

problem(msg) := finding(0, ["sources", 0], concat("", ["relies on source `s`, ", msg]))

test_deny_where_nothing_is_said if {
	given := [{}, {"sources": null}, {"sources": "status"}, {"sources": {"id": "s"}}, {"sources": 7}, "spec"]
	license.deny == {finding(index, ["sources"], "does not say by `sources` what it relies on") |
		some index, _ in given
	} with input as envelope(given)
}

test_deny_a_source_that_is_none if {
	sources := [null, "status", 7, ["s"], {}, {"id": 7}]
	license.deny == {finding(
		0,
		["sources", position],
		sprintf("relies on source %v, which has neither a licence nor accepted terms", [position]),
	) |
		some position, _ in sources
	} with input as envelope([{"sources": sources}])
}

test_deny_a_licence_that_is_none if {
	every licence in ["", " ", null, 7, true, ["MIT"], {}] {
		license.deny == {problem("which has neither a licence nor accepted terms")} with input as relying_on({"id": "s", "licence": licence})
	}
}

test_deny_other_licences if {
	every licence in ["CC-BY-NC-4.0", "mit", "MIT OR SSPL-1.0"] {
		every given in [{}, {"terms": {}}, {"terms": null}, {"terms": "accepted"}] {
			license.deny == {problem(sprintf("whose licence `%s` is not in `governance.license_allowlist`", [licence]))} with input as relying_on(object.union({"id": "s", "licence": licence}, given))
		}
	}
}

test_deny_terms_that_nobody_accepted if {
	every value in ["", " ", null, 7, true] {
		license.deny == {problem("which has terms without `uri`")} with input as relying_on({"id": "s", "terms": object.union(terms, {"uri": value})})
		license.deny == {problem("which has terms without `acceptedBy`")} with input as relying_on({"id": "s", "terms": object.union(terms, {"acceptedBy": value})})
		license.deny == {problem("which has terms whose `accepted` is no RFC 3339 date or date-time")} with input as relying_on({"id": "s", "terms": object.union(terms, {"accepted": value})})
	}
	license.deny == {problem("which has terms without `uri`, `acceptedBy`")} with input as relying_on({"id": "s", "terms": {"accepted": "2026-01-01"}})
	late := object.union(terms, {"accepted": "2026-11-22T00:00:01Z"})
	license.deny == {problem("which has terms that are accepted in the future, on `2026-11-22T00:00:01Z`")} with input as relying_on({"id": "s", "terms": late})
}

test_deny_a_dataset_from_nowhere if {
	dataset := object.union(record({"sources": []}), {"kind": "Dataset"})
	license.deny == {object.union(
		finding(0, ["sources"], ""),
		{"msg": "dataset `r` has no sources"},
	)} with input as {"gatelib": 1, "documents": [{"index": 0, "content": dataset}]}
}

test_allow_a_dataset_from_somewhere if {
	dataset := object.union(record({"sources": [{"licence": "MIT"}]}), {"kind": "Dataset"})
	license.deny == set() with input as {"gatelib": 1, "documents": [{"index": 0, "content": dataset}]}
}

test_allow_listed_licences_and_accepted_terms if {
	given := envelope([
		{"sources": []},
		{"sources": [{"id": "a", "licence": "MIT"}, {"id": "b", "terms": terms}]},
		{"sources": [{"licence": "SSPL-1.0", "terms": object.union(terms, {"accepted": "2026-11-22"})}]},
		{"sources": [{"licence": "MIT", "terms": {"uri": "https://data.example.com/terms"}}]},
	])
	license.deny == set() with input as given
	license.subjects == {0, 1, 2, 3} with input as given
}

test_allow_by_own_parameters if {
	own := {"governance": {"license_allowlist": ["SSPL-1.0"]}}
	license.deny == set() with input as relying_on({"id": "s", "licence": "SSPL-1.0"}) with data.gatelib.params as own
	license.deny == {problem("whose licence `MIT` is not in `governance.license_allowlist`")} with input as relying_on({"id": "s", "licence": "MIT"})
		with data.gatelib.params as own
}

test_deny_each_dataset_from_nowhere_beside_one_from_somewhere if {
	sources := [[{"licence": "MIT"}], [], []]
	license.deny == {object.union(finding(index, ["sources"], ""), {"msg": "dataset `r` has no sources"}) |
		some index in [1, 2]
	} with input as {"gatelib": 1, "documents": [{"index": index, "content": dataset} |
		some index, given in sources
		dataset := object.union(record({"sources": given}), {"kind": "Dataset"})
	]}
}
