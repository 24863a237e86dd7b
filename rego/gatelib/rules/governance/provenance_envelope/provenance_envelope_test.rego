package gatelib.rules.governance.provenance_envelope_test

import data.gatelib.rules.governance.provenance_envelope

envelope(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": record(spec)} | some index, spec in specs],
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Action", "metadata": {"name": "r"}, "spec": spec}

finding(index, path, msg) := {
	"id": "GL-GOV-004",
	"msg": msg,
	"document": index,
	"path": array.concat(["spec"], path),
}

asking(context) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [],
	"request": {
		"action": "deploy",
		"subject": "ci",
		"context": context,
		"artefact": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}},
	},
}

whole := {
	"origin": "ci",
	"actor": "bot",
	"timestamp": "2026-11-22T00:00:00Z",
	"confidence": 1,
	"simulated": false,
}

test_deny_no_envelope if {
	given := [{}, {"provenance": null}, "spec", {"provenance": "ci"}, {"provenance": [whole]}]
	provenance_envelope.deny == {
		finding(0, ["provenance"], "the provenance envelope of action `r` is missing"),
		finding(1, ["provenance"], "the provenance envelope of action `r` is missing"),
		finding(2, ["provenance"], "the provenance envelope of action `r` is missing"),
		finding(3, ["provenance"], "the provenance envelope of action `r` is no object"),
		finding(4, ["provenance"], "the provenance envelope of action `r` is no object"),
	} with input as envelope(given)
}

test_deny_an_envelope_that_lacks_something if {
	given := [{"provenance": object.remove(whole, ["actor"])}, {"provenance": object.union(whole, {"confidence": 1.1})}]
	provenance_envelope.deny == {
		finding(0, ["provenance", "actor"], "the provenance envelope of action `r` has no `actor`"),
		finding(
			1,
			["provenance", "confidence"],
			"the provenance envelope of action `r` has a `confidence` that is no number from 0 to 1",
		),
	} with input as envelope(given)
}

test_deny_a_dataset_without_envelope if {
	dataset := object.union(record({}), {"kind": "Dataset"})
	provenance_envelope.deny == {finding(
		0,
		["provenance"],
		"the provenance envelope of dataset `r` is missing",
	)} with input as {"gatelib": 1, "documents": [{"index": 0, "content": dataset}]}
}

test_deny_a_request_without_envelope if {
	given := asking({})
	provenance_envelope.deny == {{
		"id": "GL-GOV-004",
		"msg": "the context's provenance envelope is missing",
		"document": 0,
		"path": [],
	}} with input as given
	provenance_envelope.subjects == {0} with input as given
}

test_allow_whole_envelopes if {
	given := envelope([{"provenance": whole}])
	provenance_envelope.deny == set() with input as given
	provenance_envelope.subjects == {0} with input as given
	provenance_envelope.deny == set() with input as asking({"provenance": whole})
}

test_deny_all_that_the_envelope_of_a_request_lacks if {
	provenance_envelope.deny == {{
		"id": "GL-GOV-004",
		"msg": sprintf("the context's provenance envelope has no `%s`", [field]),
		"document": 0,
		"path": [],
	} |
		some field in ["actor", "origin"]
	} with input as asking({"provenance": object.remove(whole, ["actor", "origin"])})
}
