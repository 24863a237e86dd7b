package gatelib.rules.release.artifact_escrow_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.artifact_escrow as rule

file := "provenance/escrow/api.json"

test_allow_what_is_signed_and_attested_there if {
	given := envelope([packs.signature(file, packs.image, "escrow.example.com/api"), packs.attestation(file, packs.image)])
	rule.deny == set() with input as given with data.gatelib.params as params
	rule.unjudged == set() with input as given with data.gatelib.params as params
	rule.subjects == {0} with input as given with data.gatelib.params as params
}

test_deny_a_pack_without_the_file if {
	denied(packs.envelope({})) == {packs.missing("GL-REL-020", "provenance/escrow/*"), unsigned(""), unattested} with data.gatelib.params as params
}

test_unjudged_a_file_that_cannot_be_read if {
	unjudged(packs.unreadable(envelope([]), file)) == packs.unjudged(file) with data.gatelib.params as params
}

test_unjudged_where_no_registry_is_named if {
	given := envelope([packs.signature(file, packs.image, "escrow.example.com/api"), packs.attestation(file, packs.image)])
	rule.deny == set() with input as given
	rule.unjudged == {{"document": 0, "path": ["spec", "evidencePack"], "msg": "`escrow.registries` names no secondary registry"}} with input as given
}

test_deny_signatures_of_elsewhere if {
	attestation := packs.attestation(file, packs.image)
	every reference in ["r.example.com/api", "escrow.example.com.evil.example/api", ""] {
		given := envelope([packs.signature(file, packs.image, reference), attestation])
		rule.deny == {unsigned(sprintf("; it is signed as `%s`", [reference]))} with input as given with data.gatelib.params as params
	}
	other_role := packs.verified(
		packs.envelope({file: ["escrow", []], "provenance/api.json": ["provenance", []]}),
		[packs.signature("provenance/api.json", packs.image, "escrow.example.com/api"), packs.attestation("provenance/api.json", packs.image)],
	)
	rule.deny == {unsigned(""), unattested} with input as other_role with data.gatelib.params as params
	other_image := envelope([packs.signature(file, packs.second_image, "escrow.example.com/api"), packs.attestation(file, packs.second_image)])
	rule.deny == {unsigned(""), unattested} with input as other_image with data.gatelib.params as params
}

unsigned(rest) := packs.at_release("GL-REL-020", sprintf("image `%s` has no verified signature in a secondary registry%s", [packs.image, rest]))

unattested := packs.at_release("GL-REL-020", sprintf("image `%s` has no verified attestation from a secondary registry", [packs.image]))

params := {"escrow": {"registries": ["escrow.example.com/*"]}}

envelope(found) := packs.verified(packs.envelope({file: ["escrow", []]}), found)

denied(given) := exported if exported := rule.deny with input as given

unjudged(given) := exported if exported := rule.unjudged with input as given
