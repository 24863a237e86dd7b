package gatelib.rules.release.provenance_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.provenance as rule

file := "provenance/api.json"

image := sprintf("r.example.com/api@%s", [packs.image])

test_allow_what_is_signed_and_built_by_whom_we_trust if {
	every commit in [packs.commit, upper(packs.commit), ""] {
		given := attested(provenance("builder-1", "https://git.example.com/api", commit))
		rule.deny == set() with input as given with data.gatelib.params as trusted
		rule.unjudged == set() with input as given with data.gatelib.params as trusted
		rule.subjects == {0} with input as given with data.gatelib.params as trusted
	}
}

test_deny_a_pack_without_provenance if {
	denied(packs.envelope({})) == {
		packs.missing("GL-REL-005", "provenance/*"),
		about(0, sprintf("image `%s` has no verified signature", [image])),
		about(0, sprintf("image `%s` has no verified provenance", [image])),
	} with data.gatelib.params as trusted
}

test_deny_what_was_verified_in_the_escrow_alone if {
	given := packs.verified(
		packs.envelope({
			file: ["provenance", []],
			"provenance/escrow/api.json": ["escrow", [{"type": "statement"}, provenance("builder-1", "https://git.example.com/api", "")]],
		}),
		[packs.signature("provenance/escrow/api.json", packs.image, "x"), packs.attestation("provenance/escrow/api.json", packs.image)],
	)
	rule.deny == {
		about(0, sprintf("image `%s` has no verified signature", [image])),
		about(0, sprintf("image `%s` has no verified provenance", [image])),
	} with input as given with data.gatelib.params as trusted
}

test_deny_provenance_that_does_not_fit if {
	flaws := {
		"provenance of builder `builder-x`, which is not trusted": ["builder-x", "https://git.example.com/api", packs.commit],
		"provenance of builder ``, which is not trusted": [7, "https://git.example.com/api", packs.commit],
		"provenance of source `https://git.example.org/api`, which is not trusted": ["builder-1", "https://git.example.org/api", packs.commit],
		"provenance of source ``, which is not trusted": ["builder-1", null, packs.commit],
		sprintf("provenance of commit `0000`, and the release is of `%s`", [packs.commit]): ["builder-1", "https://git.example.com/api", "0000"],
	}
	every flaw, parts in flaws {
		[builder, source, commit] := parts
		given := attested(provenance(builder, source, commit))
		rule.deny == {about(0, sprintf("image `%s` has %s", [image, flaw]))} with input as given with data.gatelib.params as trusted
	}
}

test_unjudged_where_nobody_is_trusted if {
	given := attested(provenance("builder-x", "https://git.example.org/api", packs.commit))
	rule.deny == set() with input as given
	rule.unjudged == {
		{"document": 0, "path": ["spec", "evidencePack"], "msg": "`provenance.builders` trusts none"},
		{"document": 0, "path": ["spec", "evidencePack"], "msg": "`provenance.sources` trusts none"},
	} with input as given
}

test_unjudged_a_file_that_cannot_be_read if {
	given := packs.unreadable(attested(provenance("builder-1", "https://git.example.com/api", "")), file)
	rule.unjudged == packs.unjudged(file) with input as given with data.gatelib.params as trusted
}

test_deny_images_that_are_not_named_by_their_digest if {
	fine := attested(provenance("builder-1", "https://git.example.com/api", ""))
	every wrong in ["r.example.com/api:1", "r.example.com/api@sha256:00", "", sprintf("@%s", [packs.image]), upper(image), sprintf("me@%s", [image]), sprintf("%s0", [image])] {
		given := json.patch(fine, [{"op": "add", "path": "documents/0/content/spec/images/0", "value": wrong}])
		about(0, sprintf("image `%s` is not named by its digest", [wrong])) in rule.deny with input as given with data.gatelib.params as trusted
	}
	number := json.patch(fine, [{"op": "add", "path": "documents/0/content/spec/images/0", "value": 7}])
	about(0, "image `` is not named by its digest") in rule.deny with input as number with data.gatelib.params as trusted
}

test_deny_a_release_without_images if {
	every images in [[], null, "none"] {
		given := packs.of_release({"images": images}, {})
		{"id": "GL-REL-005", "document": 0, "path": ["spec", "images"], "msg": "release `api-1` names no image"} in rule.deny with input as given with data.gatelib.params as trusted
	}
}

test_each_record_of_a_release_is_judged if {
	every given in [packs.envelope({}), packs.of_release({"images": []}, {}), packs.of_release({"images": ["api:1"]}, {})] {
		denied(packs.twice(given)) == packs.of_both(denied(given)) with data.gatelib.params as trusted
		unjudged(packs.twice(given)) == packs.of_both(unjudged(given))
		count(unjudged(given)) == 2
	}
}

test_deny_files_that_are_empty if {
	given := packs.emptied(packs.emptied(in_two_files, file), other)
	rule.deny == {packs.empty("GL-REL-005", file), packs.empty("GL-REL-005", other)} with input as given with data.gatelib.params as trusted
}

test_unjudged_files_that_cannot_be_read if {
	given := packs.unreadable(packs.unreadable(in_two_files, file), other)
	rule.unjudged == packs.unjudged(file) | packs.unjudged(other) with input as given with data.gatelib.params as trusted
}

test_deny_each_of_two_images_that_nobody_signed if {
	second := sprintf("r.example.com/worker@%s", [packs.second_image])
	denied(packs.of_release({"images": [image, second]}, {file: ["provenance", []]})) == {
		about(0, sprintf("image `%s` has no verified signature", [image])),
		about(0, sprintf("image `%s` has no verified provenance", [image])),
		about(1, sprintf("image `%s` has no verified signature", [second])),
		about(1, sprintf("image `%s` has no verified provenance", [second])),
	} with data.gatelib.params as trusted
}

test_allow_a_signature_that_is_in_the_escrow_as_well if {
	fine := attested(provenance("builder-1", "https://git.example.com/api", ""))
	given := object.union(fine, {"verifications": array.concat([packs.signature("provenance/escrow/api.json", packs.image, "x")], fine.verifications)})
	rule.deny == set() with input as given with data.gatelib.params as trusted
}

test_one_provenance_that_holds_is_enough if {
	fine := provenance("builder-1", "https://git.example.com/api", "")
	stranger := provenance("builder-x", "https://git.example.com/api", "")
	fork := provenance("builder-1", "https://git.example.org/api", "")
	denied(attested_by([stranger, fine])) == set() with data.gatelib.params as trusted
	denied(attested_by([fine, stranger])) == set() with data.gatelib.params as trusted
	denied(attested_by([stranger, fork])) == {about(0, sprintf("image `%s` has provenance of builder `builder-x`, which is not trusted", [image]))} with data.gatelib.params as trusted
	denied(attested_by([fork, stranger])) == {about(0, sprintf("image `%s` has provenance of source `https://git.example.org/api`, which is not trusted", [image]))} with data.gatelib.params as trusted
}

test_allow_the_commit_of_a_release_in_capitals if {
	given := json.patch(attested(provenance("builder-1", "https://git.example.com/api", packs.commit)), [
		{"op": "replace", "path": "documents/0/content/spec/commit", "value": upper(packs.commit)},
		{"op": "replace", "path": "verifications/0/commit", "value": upper(packs.commit)},
	])
	rule.deny == set() with input as given with data.gatelib.params as trusted
}

test_allow_each_of_two_builders_that_are_trusted if {
	every builder in ["builder-1", "builder-2"] {
		rule.deny == set() with input as attested(provenance(builder, "https://git.example.com/api", ""))
			with data.gatelib.params as {"provenance": {"builders": ["builder-1", "builder-2"], "sources": ["https://git.example.com/*"]}}
	}
}

other := "provenance/other.json"

in_two_files := json.patch(attested(provenance("builder-1", "https://git.example.com/api", "")), [
	{"op": "add", "path": ["evidence", other], "value": packs.envelope({other: ["provenance", []]}).evidence[other]},
	{"op": "add", "path": ["verifications", 0], "value": packs.signed(other)},
])

attested_by(facts) := packs.verified(
	packs.envelope({file: ["provenance", [fact | some each in facts; some fact in [{"type": "statement"}, each]]]}),
	array.concat(
		[packs.signature(file, packs.image, "r.example.com/api")],
		[object.union(packs.attestation(file, packs.image), {"fact": 2 * position}) | some position, _ in facts],
	),
)

unjudged(given) := exported if exported := rule.unjudged with input as given

about(position, msg) := {"id": "GL-REL-005", "document": 0, "path": ["spec", "images", position], "msg": msg}

attested(fact) := packs.verified(
	packs.envelope({file: ["provenance", [{"type": "statement"}, fact]]}),
	[packs.signature(file, packs.image, "r.example.com/api"), packs.attestation(file, packs.image)],
)

provenance(builder, source, commit) := {
	"type": "provenance",
	"builder": builder,
	"source": {"uri": source, "ref": "", "commit": commit},
}

trusted := {"provenance": {"builders": ["builder-1"], "sources": ["https://git.example.com/*"]}}

test_deny_an_unpinned_image_for_that_alone if {
	fine := attested(provenance("builder-1", "https://git.example.com/api", ""))
	given := json.patch(fine, [{"op": "add", "path": "documents/0/content/spec/images/1", "value": "r.example.com/worker:1"}])
	rule.deny == {about(1, "image `r.example.com/worker:1` is not named by its digest")} with input as given with data.gatelib.params as trusted
}

denied(given) := exported if exported := rule.deny with input as given
