package gatelib.lib.governance_test

import data.gatelib.lib.governance

now := "2026-11-22T00:00:00Z"

provenance := {
	"origin": "ci",
	"actor": "release-bot",
	"timestamp": "2026-11-21T23:59:00Z",
	"confidence": 0.9,
	"simulated": false,
}

verdict := {"allow": true, "decider": "gatelib", "rule_id": null, "reason": "no finding denies"}

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}}

asking(context) := {
	"gatelib": 1,
	"now": now,
	"documents": [],
	"request": {"action": "deploy", "subject": "ci", "context": context, "artefact": [pod, pod]},
}

at(moment) := {"gatelib": 1, "now": moment, "documents": []}

signed_by(verifications) := {"gatelib": 1, "now": now, "documents": [], "verifications": verifications}

with_signatures := {"governance": {"require_signed_verdict": true}}

test_a_whole_envelope_has_no_problem if {
	every value in [
		provenance,
		object.union(provenance, {"confidence": 0}),
		object.union(provenance, {"confidence": 1}),
		object.union(provenance, {"simulated": true, "trace": "7"}),
		object.union(provenance, {"timestamp": "2026-11-22T00:05:00Z"}),
	] {
		governance.provenance_problems(value) == set() with input as at(now)
	}
}

test_no_envelope if {
	governance.provenance_problems(null) == {{"path": [], "msg": "is missing"}} with input as at(now)
	every value in ["ci", 7, true, [provenance], []] {
		governance.provenance_problems(value) == {{"path": [], "msg": "is no object"}} with input as at(now)
	}
}

test_an_empty_envelope_lacks_every_field if {
	governance.provenance_problems({}) == {
		{"path": ["origin"], "msg": "has no `origin`"},
		{"path": ["actor"], "msg": "has no `actor`"},
		{"path": ["timestamp"], "msg": "has no `timestamp`"},
		{"path": ["confidence"], "msg": "has no `confidence`"},
		{"path": ["simulated"], "msg": "has no `simulated`"},
	} with input as at(now)
}

test_fields_of_an_envelope_that_are_not_what_they_must_be if {
	every field, cases in {
		"origin": [["text", ["", " ", 7, true, {}, []]]],
		"actor": [["text", ["", "\t", 7, {}]]],
		"timestamp": [["RFC 3339 date-time", ["", "2026-11-21", "yesterday", 1795305600, {}]]],
		"confidence": [["number from 0 to 1", ["0.9", "high", -0.1, 1.000001, 90, true, {}]]],
		"simulated": [["boolean", ["false", 0, "", {}]]],
	} {
		every wanted, values in {want: given | some [want, given] in cases} {
			every value in values {
				governance.provenance_problems(object.union(provenance, {field: value})) == {{
					"path": [field],
					"msg": sprintf("has a `%s` that is no %s", [field, wanted]),
				}} with input as at(now)
			}
		}
		governance.provenance_problems(object.union(provenance, {field: null})) == {{
			"path": [field],
			"msg": sprintf("has no `%s`", [field]),
		}} with input as at(now)
	}
}

test_an_envelope_of_the_future if {
	late := object.union(provenance, {"timestamp": "2026-11-22T00:05:00.000000001Z"})
	wanted := {{"path": ["timestamp"], "msg": "has a `timestamp` in the future"}}
	governance.provenance_problems(late) == wanted with input as at(now)
	governance.provenance_problems(late) == set() with input as at(now)
		with data.gatelib.params as {"governance": {"max_clock_skew_seconds": 301}}
}

test_a_verdict_that_allows_has_no_problem if {
	every value in [verdict, object.union(verdict, {"rule_id": "GL-K8S-001", "findings": [], "signature": 7})] {
		governance.verdict_problems(value) == set() with input as at(now)
	}
}

test_no_verdict if {
	signed := signed_by([{"type": "verdict", "decider": "gatelib", "verdict": verdict}])
	governance.verdict_problems(null) == {{"path": [], "msg": "is missing"}} with input as at(now)
	every value in ["allow", true, [verdict]] {
		governance.verdict_problems(value) == {{"path": [], "msg": "is no object"}} with input as at(now)
		governance.verdict_problems(value) == {{"path": [], "msg": "is no object"}} with input as signed
			with data.gatelib.params as with_signatures
	}
}

test_a_verdict_without_its_fields if {
	governance.verdict_problems({}) == {
		{"path": ["allow"], "msg": "has no `allow`"},
		{"path": ["decider"], "msg": "has no `decider`"},
		{"path": ["rule_id"], "msg": "has no `rule_id`"},
		{"path": ["reason"], "msg": "has no `reason`"},
	} with input as at(now)
	every field, wanted in {"allow": "boolean", "decider": "text", "reason": "text", "rule_id": "rule's ID or null"} {
		every value in ["", 7, {}] {
			governance.verdict_problems(object.union(verdict, {field: value})) == {{
				"path": [field],
				"msg": sprintf("has a `%s` that is no %s", [field, wanted]),
			}} with input as at(now)
		}
	}
}

test_a_verdict_that_denies if {
	denied := object.union(verdict, {"allow": false, "rule_id": "GL-K8S-001"})
	governance.verdict_problems(denied) == {{"path": ["allow"], "msg": "denies"}} with input as at(now)
}

test_a_signed_verdict_where_signatures_are_required if {
	value := object.union(verdict, {"now": "2026-11-21T00:00:00Z"})
	found := {"type": "verdict", "decider": "gatelib", "verdict": value}
	unsigned := {{"path": ["signature"], "msg": "is not signed by a key of `trust.verdicts`"}}
	shown := object.union(value, {"signature": {"payload": "…"}})
	signed := signed_by([found])
	second := signed_by([object.union(found, {"decider": "somebody"}), found])
	governance.verdict_problems(value) == set() with input as signed with data.gatelib.params as with_signatures
	governance.verdict_problems(shown) == set() with input as signed with data.gatelib.params as with_signatures
	governance.verdict_problems(shown) == set() with input as second with data.gatelib.params as with_signatures
	every verifications in [
		[],
		[object.union(found, {"type": "entry"})],
		[object.union(found, {"decider": "somebody"})],
		[{"type": "verdict", "decider": "gatelib", "verdict": verdict}],
		[{"type": "verdict", "decider": "gatelib"}],
		["verdict", null],
	] {
		governance.verdict_problems(shown) == unsigned with input as signed_by(verifications)
			with data.gatelib.params as with_signatures
	}
}

test_the_age_of_a_signed_verdict if {
	cases := {
		"2026-11-21T00:00:00Z": set(),
		"2026-11-20T23:59:59.999999999Z": {{"path": ["now"], "msg": "is more than 24 hours old"}},
		"2026-11-22T00:05:00Z": set(),
		"2026-11-22T00:05:01Z": {{"path": ["now"], "msg": "has a `now` in the future"}},
		"2026-11-21": {{"path": ["now"], "msg": "has no `now` that tells when it was given"}},
	}
	every moment, wanted in cases {
		value := object.union(verdict, {"now": moment})
		found := {"type": "verdict", "decider": "gatelib", "verdict": value}
		governance.verdict_problems(value) == wanted with input as signed_by([found])
			with data.gatelib.params as with_signatures
	}
	old := object.union(verdict, {"now": "2026-01-01T00:00:00Z"})
	governance.verdict_problems(old) == set() with input as signed_by([{"type": "verdict", "decider": "gatelib", "verdict": old}])
	undated := {"type": "verdict", "decider": "gatelib", "verdict": verdict}
	wanted := {{"path": ["now"], "msg": "has no `now` that tells when it was given"}}
	governance.verdict_problems(verdict) == wanted with input as signed_by([undated])
		with data.gatelib.params as with_signatures
}

test_a_request_is_about_each_document_of_its_artefact if {
	said := "the context's provenance envelope is missing"
	governance.provenance_of_request == {
		{"document": 0, "path": [], "msg": said},
		{"document": 1, "path": [], "msg": said},
	} with input as asking({})
	governance.provenance_of_request == set() with input as asking({"provenance": provenance})
	governance.subjects == {0, 1} with input as asking({})
	governance.request == {"action": "deploy", "subject": "ci", "context": {"trace": 7}} with input as asking({"trace": 7})
}

test_the_verdict_of_a_request if {
	governance.verdict_of_request == set() with input as asking({})
	governance.verdict_of_request == set() with input as asking({"verdict": verdict})
	missing := {{"document": index, "path": [], "msg": "the context's verdict is missing"} | some index in [0, 1]}
	governance.verdict_of_request == missing with input as asking({"verdict": null})
	governance.verdict_of_request == missing with input as asking({})
		with data.gatelib.params as {"governance": {"require_verdict": true}}
	denied := {{"document": index, "path": [], "msg": "the context's verdict denies"} | some index in [0, 1]}
	governance.verdict_of_request == denied with input as asking({"verdict": object.union(verdict, {"allow": false})})
}

test_no_other_input_has_a_request if {
	every other in [at(now), pod, [{"path": "a", "contents": pod}]] {
		not governance.request with input as other
		governance.subjects == set() with input as other
		governance.provenance_of_request == set() with input as other
		governance.verdict_of_request == set() with input as other
			with data.gatelib.params as {"governance": {"require_verdict": true}}
	}
}

test_a_verdict_on_record_is_judged_by_what_it_says if {
	governance.content_problems(verdict) == set() with input as at(now) with data.gatelib.params as with_signatures
	denying := object.union(verdict, {"allow": false})
	governance.content_problems(denying) == {{"path": ["allow"], "msg": "denies"}} with input as at(now)
		with data.gatelib.params as with_signatures
}
