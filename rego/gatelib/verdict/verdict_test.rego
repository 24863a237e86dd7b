package gatelib.verdict_test

import data.gatelib.verdict

now := "2026-11-22T00:00:00Z"

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}}

request := {"action": "deploy", "subject": "ci", "context": {"trace": 7}, "artefact": pod}

asking(given) := {"gatelib": 1, "now": now, "documents": [], "request": given}

# What the rules on requests would be, and one rule beside them.
catalog := {"core": {
	"GL-GOV-004": {"package": ["t", "four"], "gates": ["pr"], "severity": "high"},
	"GL-GOV-005": {"package": ["t", "five"], "gates": ["pr"], "severity": "high"},
	"GL-T-001": {"package": ["t", "one"], "gates": ["pr"], "severity": "low", "controls": ["PL-01"]},
}}

quiet := {"t": {"four": {"subjects": {0}}, "five": {"subjects": {0}}, "one": {"subjects": {0}}}}

resource := {"apiVersion": "v1", "kind": "Pod", "name": "api", "namespace": ""}

found(id, action, severity, msg) := {
	"rule": id,
	"action": action,
	"severity": severity,
	"controls": object.get(catalog, ["core", id, "controls"], []),
	"msg": msg,
	"path": [],
	"resource": resource,
	"fingerprint": sprintf("%s|Pod||api|", [id]),
	"document": 0,
}

test_a_request_that_nothing_speaks_against if {
	given := asking(request)
	verdict == {
		"allow": true,
		"decider": "gatelib",
		"rule_id": null,
		"reason": "no finding denies",
		"findings": [],
		"bundle": "r-1",
		"now": now,
	} with input as given
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as quiet
		with data.gatelib.bundle as {"revision": "r-1"}
}

test_the_most_severe_finding_is_the_reason_and_all_are_told if {
	loud := {"t": {
		"four": {"subjects": {0}, "deny": {{"id": "GL-GOV-004", "msg": "no origin", "document": 0, "path": []}}},
		"five": {"subjects": {0}, "warn": {{"id": "GL-GOV-005", "msg": "old", "document": 0, "path": []}}},
		"one": {"subjects": {0}, "deny": {
			{"id": "GL-T-001", "msg": "b", "document": 0, "path": []},
			{"id": "GL-T-001", "msg": "a", "document": 0, "path": []},
		}},
	}}
	wanted := {
		"allow": false,
		"decider": "gatelib",
		"rule_id": "GL-GOV-004",
		"reason": "no origin",
		"findings": [
			found("GL-GOV-004", "deny", "high", "no origin"),
			found("GL-GOV-005", "warn", "high", "old"),
			found("GL-T-001", "deny", "low", "a"),
			found("GL-T-001", "deny", "low", "b"),
		],
		"bundle": "unreleased",
		"now": now,
	}
	verdict == wanted with input as asking(request)
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as loud
		with data.gatelib.bundle as {}
}

test_a_request_without_an_envelope_is_judged_now if {
	moment := verdict.now with input as request with data.gatelib.catalog as catalog with data.gatelib.rules as quiet
	moment > "2026"
	verdict.allow with input as request with data.gatelib.catalog as catalog with data.gatelib.rules as quiet
}

test_what_is_no_request_is_denied_even_where_the_decision_allows if {
	every other in [pod, {"gatelib": 1, "now": now, "documents": [{"index": 0, "content": pod}]}] {
		said := verdict with input as other with data.gatelib.catalog as catalog with data.gatelib.rules as quiet
		object.remove(said, ["now", "bundle"]) == {
			"allow": false,
			"decider": "gatelib",
			"rule_id": "GL-ERR-002",
			"reason": "the input is no request `{action, subject, context, artefact}`",
			"findings": [{
				"rule": "GL-ERR-002",
				"action": "deny",
				"severity": "critical",
				"controls": [],
				"msg": "the input is no request `{action, subject, context, artefact}`",
			}],
		}
	}
}

test_a_malformed_request_is_denied if {
	every other in [null, 7, "deploy", {}, object.remove(request, ["subject"]), asking({}), asking(object.remove(request, ["context"]))] {
		said := verdict with input as other with data.gatelib.catalog as catalog with data.gatelib.rules as quiet
		said.allow == false
		said.rule_id == "GL-ERR-002"
	}
}

test_a_decision_that_lacks_a_part_is_denied if {
	every part in ["deny", "warn", "canary", "waived", "rules", "revision", "verdict"] {
		broken := object.remove(whole, [part])
		said := verdict with input as asking(request) with data.gatelib.main as broken
		said == undecided
	}
	contradicting := object.union(whole, {"deny": [found("GL-T-001", "deny", "low", "a")]})
	said := verdict with input as asking(request) with data.gatelib.main as contradicting
	said == undecided
	other_way_round := object.union(whole, {"verdict": {"allow": false}})
	denied := verdict with input as asking(request) with data.gatelib.main as other_way_round
	denied == undecided
}

whole := {
	"deny": [],
	"warn": [],
	"canary": [],
	"waived": [],
	"rules": [],
	"revision": "r",
	"verdict": {"allow": true, "decider": "gatelib", "rule_id": null, "reason": "no finding denies"},
}

undecided := {
	"allow": false,
	"decider": "gatelib",
	"rule_id": "GL-ERR-201",
	"reason": "the policy gave no whole decision",
	"findings": [{
		"rule": "GL-ERR-201",
		"action": "deny",
		"severity": "critical",
		"controls": [],
		"msg": "the policy gave no whole decision",
	}],
	"bundle": "",
	"now": now,
}

test_what_an_exception_hides_names_it if {
	waived := object.union(found("GL-T-001", "deny", "low", "a"), {"waived_by": 0})
	given := [{"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": "until-monday"}}]
	said := verdict with input as asking(request)
		with data.gatelib.main as object.union(whole, {"waived": [waived]})
		with data.gatelib.exceptions as given
	said.findings == [object.union(waived, {"waived_by": "until-monday"})]
	said.allow
	unknown := verdict with input as asking(request)
		with data.gatelib.main as object.union(whole, {"waived": [waived]})
		with data.gatelib.exceptions as []
	unknown == undecided
}

test_without_an_answer_everything_is_denied if {
	verdict == {
		"allow": false,
		"decider": "gatelib",
		"rule_id": "GL-ERR-201",
		"reason": "the policy gave no whole decision",
		"findings": [],
		"bundle": "",
		"now": "",
	} with input as asking(request) with data.gatelib.lib.verdicts as {}
}
