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

with_signatures := {"governance": {"require_signed_verdict": true}}

signed_in_pack(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "gatelib.dev/v1",
		"kind": "Release",
		"spec": {"service": "s", "version": "1", "commit": "c", "images": ["i@sha256:1"]},
	}}],
	"evidence": {"governance/actions.json": {
		"format": "gatelib.dev/v1",
		"role": "actions",
		"size": 1,
		"facts": [record(spec) | some spec in specs],
	}},
	"verifications": array.concat(
		[{
			"type": "entry",
			"file": "governance/actions.json",
			"service": "s",
			"version": "1",
			"commit": "c",
			"images": ["sha256:1"],
			"created": "2026-11-21T00:00:00Z",
		}],
		[{"type": "verdict", "file": "governance/actions.json", "fact": position, "decider": "gatelib"} |
			some position, spec in specs
			spec.verdict.signature
		],
	),
}

acted(verdict, moment) := {"verdict": verdict, "provenance": {"timestamp": moment}}

signed_at(now) := object.union(allowing, {"now": now, "signature": {}})

in_file(position, path, msg) := {
	"id": "GL-GOV-005",
	"msg": concat("", ["the verdict of action `r` ", msg]),
	"evidence": "governance/actions.json",
	"path": array.concat(["facts", position, "spec", "verdict"], path),
}

test_deny_an_unsigned_verdict_where_signatures_are_wanted if {
	given := signed_in_pack([{"verdict": allowing}, {}, {"verdict": "yes"}])
	verdict.deny == {
		in_file(0, ["signature"], "is not signed for this action by a key of `trust.verdicts`"),
		in_file(1, [], "is missing"),
		in_file(2, [], "is no object"),
	} with input as given with data.gatelib.params as with_signatures
}

test_deny_a_verdict_where_something_else_was_verified if {
	given := json.patch(
		signed_in_pack([acted(signed_at("2026-11-21T00:00:00Z"), "2026-11-21T00:00:00Z")]),
		[{"op": "replace", "path": "/verifications/1/type", "value": "signature"}],
	)
	verdict.deny == {in_file(0, ["signature"], "is not signed for this action by a key of `trust.verdicts`")} with input as given
		with data.gatelib.params as with_signatures
}

test_deny_a_document_whatever_was_verified_of_a_file if {
	given := signed_in_pack([acted(signed_at("2026-11-21T00:00:00Z"), "2026-11-21T00:00:00Z")])
	beside := json.patch(given, [{"op": "add", "path": "/documents/1", "value": {
		"index": 1,
		"root": 0,
		"content": record(acted(signed_at("2026-11-21T00:00:00Z"), "2026-11-21T00:00:00Z")),
	}}])
	msg := "the verdict of action `r` is not signed for this action by a key of `trust.verdicts`"
	verdict.deny == {finding(1, ["verdict", "signature"], msg)} with input as beside
		with data.gatelib.params as with_signatures
}

test_deny_a_signed_verdict_of_another_time if {
	given := signed_in_pack([
		acted(object.union(allowing, {"signature": {}}), "2026-11-21T00:00:00Z"),
		acted(signed_at("2026-11-20"), "2026-11-21T00:00:00Z"),
		acted(signed_at("2026-11-21T00:05:01Z"), "2026-11-21T00:00:00Z"),
		acted(signed_at("2026-11-19T23:59:59Z"), "2026-11-21T00:00:00Z"),
	])
	verdict.deny == {
		in_file(0, ["now"], "has no `now` that tells when it was given"),
		in_file(1, ["now"], "has no `now` that tells when it was given"),
		in_file(2, ["now"], "was given after the action"),
		in_file(3, ["now"], "was more than 24 hours old when it was acted on"),
	} with input as given with data.gatelib.params as with_signatures
}

test_allow_a_signed_verdict_of_its_time if {
	given := signed_in_pack([
		acted(signed_at("2026-11-20T00:00:00Z"), "2026-11-21T00:00:00Z"),
		acted(signed_at("2026-11-21T00:05:00Z"), "2026-11-21T00:00:00Z"),
	])
	verdict.deny == set() with input as given with data.gatelib.params as with_signatures
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

test_deny_all_that_the_verdict_of_a_request_lacks if {
	verdict.deny == {{
		"id": "GL-GOV-005",
		"msg": sprintf("the context's verdict has no `%s`", [field]),
		"document": 0,
		"path": [],
	} |
		some field in ["decider", "reason"]
	} with input as asking({"verdict": object.remove(allowing, ["decider", "reason"])})
}

test_deny_a_signed_verdict_of_another_time_to_the_nanosecond if {
	given := signed_in_pack([
		acted(signed_at("2026-11-21T00:05:00.000000001Z"), "2026-11-21T00:00:00Z"),
		acted(signed_at("2026-11-20T00:00:00Z"), "2026-11-21T00:00:00.000000001Z"),
		acted(signed_at("2026-11-21T00:05:00Z"), "2026-11-21T00:00:00Z"),
		acted(signed_at("2026-11-20T00:00:00Z"), "2026-11-21T00:00:00Z"),
	])
	verdict.deny == {
		in_file(0, ["now"], "was given after the action"),
		in_file(1, ["now"], "was more than 24 hours old when it was acted on"),
	} with input as given with data.gatelib.params as with_signatures
}
