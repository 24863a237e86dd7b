package gatelib.rules.governance.verdict_test

import data.gatelib.rules.governance.verdict

envelope(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": record(spec)} | some index, spec in specs],
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Action", "metadata": {"name": "r"}, "spec": spec}

finding(index, path, msg) := {
	"id": "GL-GOV-005",
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

allowing := {"allow": true, "decider": "gatelib", "rule_id": null, "reason": "no finding denies"}

test_deny_no_verdict if {
	given := [{}, {"verdict": null}, "spec", {"verdict": true}]
	verdict.deny == {
		finding(0, ["verdict"], "the verdict of action `r` is missing"),
		finding(1, ["verdict"], "the verdict of action `r` is missing"),
		finding(2, ["verdict"], "the verdict of action `r` is missing"),
		finding(3, ["verdict"], "the verdict of action `r` is no object"),
	} with input as envelope(given)
}

test_deny_a_verdict_that_denies_or_lacks_something if {
	given := [{"verdict": object.union(allowing, {"allow": false})}, {"verdict": object.remove(allowing, ["reason"])}]
	verdict.deny == {
		finding(0, ["verdict", "allow"], "the verdict of action `r` denies"),
		finding(1, ["verdict", "reason"], "the verdict of action `r` has no `reason`"),
	} with input as envelope(given)
}

test_deny_an_unsigned_verdict_where_signatures_are_wanted if {
	signed := {"governance": {"require_signed_verdict": true}}
	verdict.deny == {finding(
		0,
		["verdict", "signature"],
		"the verdict of action `r` is not signed by a key of `trust.verdicts`",
	)} with input as envelope([{"verdict": allowing}])
		with data.gatelib.params as signed
}

test_deny_a_request_whose_verdict_denies if {
	given := asking({"verdict": object.union(allowing, {"allow": false})})
	verdict.deny == {{
		"id": "GL-GOV-005",
		"msg": "the context's verdict denies",
		"document": 0,
		"path": [],
	}} with input as given
	verdict.subjects == {0} with input as given
}

test_allow_a_verdict_that_allows if {
	given := envelope([{"verdict": allowing}])
	verdict.deny == set() with input as given
	verdict.subjects == {0} with input as given
	verdict.deny == set() with input as asking({})
}
