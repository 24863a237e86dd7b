package gatelib.lib.provenance_test

import data.gatelib.lib.provenance

digest := "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

other := "sha256:fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"

slsa := "https://slsa.dev/provenance/v1"

statement := {"type": "statement", "predicate_type": slsa}

built := {"type": "provenance", "builder": "b", "source": {"uri": "u", "ref": "r", "commit": "c"}}

attested := {"type": "attestation", "file": "p", "fact": 0, "subject": digest, "name": "n", "predicate_type": slsa, "signer": "s"}

signed := {"type": "signature", "file": "p", "fact": 0, "subject": digest, "reference": "r.example/api", "signer": "s"}

test_verified_provenance_of_a_digest if {
	wanted := [{
		"digest": digest, "builder": "b", "source": {"uri": "u", "ref": "r", "commit": "c"},
		"signer": "s", "file": "p", "role": "provenance", "position": 1, "fact": built,
	}]
	given := envelope({"p": entry([statement, built])}, [attested])
	provenance.verified == wanted with input as given
	provenance.of_digest(digest) == wanted with input as given
	provenance.of_digest(other) == [] with input as given
	provenance.attestations_of(other) == [] with input as given
	provenance.attestations_of(digest) == [{
		"digest": digest, "name": "n", "predicate_type": slsa, "signer": "s",
		"file": "p", "role": "provenance", "position": 0, "provenance": built,
	}] with input as given
}

test_nothing_is_verified_that_the_verifier_did_not_name if {
	evidence := {"p": entry([object.union(statement, {"signed": true}), object.union(built, {"signed": true})])}
	every found in [[], [signed], [object.union(attested, {"type": "entry"})]] {
		provenance.verified == [] with input as envelope(evidence, found)
		provenance.attestations == [] with input as envelope(evidence, found)
	}
}

test_provenance_is_that_of_its_own_statement if {
	facts := [statement, built, {"type": "statement"}, object.union(built, {"builder": "c"})]
	second := object.union(attested, {"fact": 2, "subject": other})
	given := envelope({"p": entry(facts), "q": entry(facts)}, [attested, second])
	[[found.digest, found.builder, found.position] | some found in provenance.verified] == [
		[digest, "b", 1],
		[other, "c", 3],
	] with input as given
}

test_a_statement_without_provenance_is_an_attestation_alone if {
	every facts in [[statement], [statement, statement, built], [statement, object.remove(built, ["type"])], [statement, "x"], "x", null, {"1": built}] {
		given := envelope({"p": {"format": "in-toto", "role": "provenance", "facts": facts}}, [attested])
		provenance.verified == [] with input as given
		[found.provenance | some found in provenance.attestations] == [{}] with input as given
	}
}

test_verified_signatures_of_a_digest if {
	given := envelope({"p": entry([{"type": "signature"}])}, [signed, object.union(signed, {"subject": other})])
	provenance.signatures_of(digest) == [{
		"digest": digest, "reference": "r.example/api", "signer": "s",
		"file": "p", "role": "provenance", "position": 0,
	}] with input as given
	count(provenance.signatures) == 2 with input as given
	provenance.signatures_of("sha256:0") == [] with input as given
}

test_verifications_of_wrong_types_are_none if {
	every key in ["subject", "file", "fact"] {
		every wrong in [null, true, {}, []] {
			found := [object.union(attested, {key: wrong}), object.union(signed, {key: wrong})]
			provenance.attestations == [] with input as envelope({"p": entry([statement, built])}, found)
			provenance.signatures == [] with input as envelope({"p": entry([statement, built])}, found)
		}
	}
	every key in ["type", "subject", "file", "fact"] {
		found := [object.remove(attested, [key]), object.remove(signed, [key])]
		provenance.attestations == [] with input as envelope({"p": entry([statement, built])}, found)
		provenance.signatures == [] with input as envelope({"p": entry([statement, built])}, found)
	}
	every wrong in [null, "x", 7, [], [attested]] {
		provenance.attestations == [] with input as envelope({}, [wrong])
		provenance.signatures == [] with input as envelope({}, [wrong])
	}
}

test_what_a_verification_does_not_name_is_empty if {
	bare := {"type": "attestation", "file": "p", "fact": 0.5, "subject": digest}
	mistyped := object.union(bare, {"name": 7, "signer": {}, "predicate_type": []})
	wanted := {
		"digest": digest, "name": "", "predicate_type": "", "signer": "",
		"file": "p", "role": "", "position": 0.5, "provenance": {},
	}
	every evidence in [{}, {"p": "x"}, {"p": {"role": 7, "facts": [statement, built]}}] {
		provenance.attestations == [wanted, wanted] with input as envelope(evidence, [bare, mistyped])
	}
	bare_signature := {"type": "signature", "file": "p", "fact": 0, "subject": digest}
	provenance.signatures == [{
		"digest": digest, "reference": "", "signer": "",
		"file": "p", "role": "provenance", "position": 0,
	}] with input as envelope({"p": entry([])}, [bare_signature])
	every sparse in [{"type": "provenance", "builder": 7, "source": {"uri": ["u"]}}, {"type": "provenance"}] {
		given := envelope({"p": entry([statement, sparse])}, [attested])
		provenance.verified == [{
			"digest": digest, "builder": "", "source": {"uri": "", "ref": "", "commit": ""},
			"signer": "s", "file": "p", "role": "provenance", "position": 1, "fact": sparse,
		}] with input as given
	}
}

entry(facts) := {"format": "slsa-provenance", "role": "provenance", "facts": facts}

envelope(evidence, verifications) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [],
	"evidence": evidence,
	"verifications": verifications,
}
