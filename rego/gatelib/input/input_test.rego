package gatelib.input_test

import data.gatelib.input as gate_input

pod := {"apiVersion": "v1", "kind": "Pod"}

moment := 1795305600000000000

test_an_envelope_hands_on_what_it_carries if {
	given := {
		"gatelib": 1,
		"now": "2026-11-22T00:00:00Z",
		"gate": "publish",
		"rules": ["GL-K8S-001"],
		"documents": [{"index": 4, "root": 1, "content": pod}],
		"inventory": [{"index": 0, "root": 1, "content": pod}],
		"evidence": {"a.json": {}},
		"verifications": [{"a": 1}],
	}
	gate_input.gate == "publish" with input as given
	gate_input.rules == ["GL-K8S-001"] with input as given
	gate_input.documents == [{"index": 4, "root": 1, "content": pod}] with input as given
	gate_input.inventory == [{"index": 0, "root": 1, "content": pod}] with input as given
	gate_input.evidence == {"a.json": {}} with input as given
	gate_input.verifications == [{"a": 1}] with input as given
	gate_input.now == "2026-11-22T00:00:00Z" with input as given
	gate_input.now_ns == moment with input as given
	gate_input.errors == set() with input as given
}

test_an_envelope_may_leave_out_all_but_documents if {
	given := {"gatelib": 1, "documents": []}
	gate_input.gate == "pr" with input as given
	not asks_for_rules(given)
	gate_input.inventory == [] with input as given
	gate_input.evidence == {} with input as given
	gate_input.verifications == [] with input as given
}

test_only_an_envelope_hands_anything_on if {
	given := object.union(pod, {
		"now": "2026-11-22T00:00:00Z",
		"gate": "publish",
		"rules": [],
		"inventory": [{"index": 0, "content": pod}],
		"evidence": {"a.json": {}},
		"verifications": [{}],
	})
	gate_input.gate == "pr" with input as given
	not asks_for_rules(given)
	gate_input.inventory == [] with input as given
	gate_input.evidence == {} with input as given
	gate_input.verifications == [] with input as given
	gate_input.now_ns != moment with input as given
}

test_wrong_types_are_errors_and_hand_nothing_on if {
	given := {"gatelib": 1, "documents": [], "gate": 7, "evidence": [], "verifications": {}, "now": 7}
	gate_input.errors == {{"code": "GL-ERR-002", "message": sprintf("`%s` of the envelope must be %s", pair)} |
		some pair in [
			["gate", "a gate's name"], ["evidence", "an object by file"],
			["verifications", "a list"], ["now", "an RFC 3339 date-time"],
		]
	} with input as given
	gate_input.gate == "pr" with input as given
	gate_input.evidence == {} with input as given
	gate_input.verifications == [] with input as given
}

test_the_gate_of_a_review_is_admission if {
	gate_input.gate == "admission" with input as {"review": {"object": pod}}
	gate_input.gate == "admission" with input as {"kind": "AdmissionReview", "request": {"object": pod}}
}

test_the_bundle_names_the_gate_where_the_envelope_does_not if {
	bundle := {"gate": "pre-promote"}
	gate_input.gate == "pre-promote" with input as pod with data.gatelib.bundle as bundle
	gate_input.gate == "pre-promote" with input as {"review": {"object": pod}} with data.gatelib.bundle as bundle
	gate_input.gate == "publish" with input as {"gatelib": 1, "documents": [], "gate": "publish"}
		with data.gatelib.bundle as bundle
	gate_input.gate == "pr" with input as pod with data.gatelib.bundle as {"gate": 7}
}

test_the_clock_where_no_moment_is_named if {
	every given in [pod, {"gatelib": 1, "documents": []}, {"gatelib": 1, "documents": [], "now": "soon"}] {
		gate_input.now_ns == 1000 with input as given with time.now_ns as 1000
		gate_input.now == "1970-01-01T00:00:00.000001Z" with input as given with time.now_ns as 1000
	}
}

test_a_constraint_asks_for_rules if {
	gate_input.rules == ["GL-T-001"] with input as {"review": {"object": pod}, "parameters": {"rules": ["GL-T-001"]}}
	not asks_for_rules({"review": {"object": pod}, "parameters": {}})
}

test_a_bundle_brings_evidence_for_inputs_that_carry_none if {
	facts := {"images.yaml": {"format": "gatelib.dev/v1", "facts": []}}
	gate_input.evidence == facts with input as {"review": {"object": pod}} with data.gatelib.evidence as facts
	gate_input.evidence == {} with input as {"gatelib": 1, "documents": []} with data.gatelib.evidence as facts
	gate_input.evidence == {} with input as pod with data.gatelib.evidence as 7
}

asks_for_rules(given) if {
	rules := gate_input.rules with input as given
	is_array(rules)
}

test_a_bundle_brings_verifications_for_inputs_that_carry_none if {
	found := [{"type": "pack"}]
	gate_input.verifications == found with input as {"review": {"object": pod}} with data.gatelib.verifications as found
	gate_input.verifications == [] with input as {"gatelib": 1, "documents": []} with data.gatelib.verifications as found
	gate_input.verifications == [] with input as pod with data.gatelib.verifications as 7
}

test_a_request_is_told_without_its_artefact if {
	asked := {"action": "deploy", "subject": "ci", "context": {"trace": 7}, "artefact": pod}
	every given in [asked, {"gatelib": 1, "documents": [], "request": asked}] {
		gate_input.request == object.remove(asked, ["artefact"]) with input as given
		gate_input.context == {"trace": 7} with input as given
	}
	every other in [pod, object.remove(asked, ["subject"]), {"gatelib": 1, "documents": []}] {
		not gate_input.request with input as other
		not gate_input.context with input as other
	}
}
