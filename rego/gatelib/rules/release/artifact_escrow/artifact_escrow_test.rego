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

test_deny_files_that_are_empty if {
	given := packs.verified(packs.emptied(packs.emptied(two_files, file), other), escrowed)
	rule.deny == {packs.empty("GL-REL-020", file), packs.empty("GL-REL-020", other)} with input as given with data.gatelib.params as params
}

test_unjudged_files_that_cannot_be_read if {
	unjudged(packs.unreadable(packs.unreadable(two_files, file), other)) == packs.unjudged(file) | packs.unjudged(other) with data.gatelib.params as params
}

test_each_record_of_a_release_is_judged if {
	denied(packs.twice(envelope([]))) == packs.of_both({unsigned(""), unattested}) with data.gatelib.params as params
	unjudged(packs.twice(envelope([]))) == packs.of_both({{"document": 0, "path": ["spec", "evidencePack"], "msg": "`escrow.registries` names no secondary registry"}})
}

test_deny_each_of_two_images if {
	given := packs.of_release({"images": [sprintf("r/a@%s", [packs.image]), sprintf("r/b@%s", [packs.second_image])]}, {file: ["escrow", []]})
	rule.deny == {packs.at_release("GL-REL-020", sprintf("image `%s` has no verified %s", [digest, missing])) |
		some digest in [packs.image, packs.second_image]
		some missing in ["signature in a secondary registry", "attestation from a secondary registry"]
	} with input as given with data.gatelib.params as params
}

test_allow_one_signature_and_attestation_of_several if {
	here := [packs.signature(elsewhere, packs.image, "a.example.com/api"), packs.attestation(elsewhere, packs.image), packs.signature(file, packs.image, "a.example.com/api")]
	both := packs.envelope({file: ["escrow", []], elsewhere: ["provenance", []]})
	every found in [array.concat(here, escrowed), array.concat(escrowed, here)] {
		rule.deny == set() with input as packs.verified(both, found) with data.gatelib.params as params
	}
}

test_deny_signatures_of_several_other_registries if {
	given := envelope([
		packs.attestation(file, packs.image),
		packs.signature(file, packs.image, "b.example.com/api"),
		packs.signature(file, packs.image, "a.example.com/api"),
	])
	rule.deny == {unsigned("; it is signed as `a.example.com/api`, `b.example.com/api`")} with input as given with data.gatelib.params as params
}

other := "provenance/escrow/other.json"

elsewhere := "provenance/api.json"

two_files := packs.envelope({file: ["escrow", []], other: ["escrow", []]})

escrowed := [packs.signature(file, packs.image, "escrow.example.com/api"), packs.attestation(file, packs.image)]

unsigned(rest) := packs.at_release("GL-REL-020", sprintf("image `%s` has no verified signature in a secondary registry%s", [packs.image, rest]))

unattested := packs.at_release("GL-REL-020", sprintf("image `%s` has no verified attestation from a secondary registry", [packs.image]))

params := {"escrow": {"registries": ["escrow.example.com/*"]}}

envelope(found) := packs.verified(packs.envelope({file: ["escrow", []]}), found)

denied(given) := exported if exported := rule.deny with input as given

unjudged(given) := exported if exported := rule.unjudged with input as given
