package gatelib.rules.release.sbom_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.sbom as rule

file := "sbom/api.json"

test_allow_allowed_licences if {
	every any_of in [[["MIT"]], [["mit", "apache-2.0"]], [["GPL-2.0-only"], ["BSD-3-Clause"]]] {
		given := envelope([sbom({}), license("x", any_of)])
		rule.deny == set() with input as given
		rule.warn == set() with input as given
		rule.unjudged == set() with input as given
		rule.subjects == {0} with input as given
	}
}

test_allow_an_sbom_that_names_no_digest if {
	rule.deny == set() with input as envelope([sbom({"digest": ""})])
}

test_allow_an_sbom_of_all_the_images_that_it_was_signed_for if {
	images := [packs.image, packs.second_image]
	given := packs.of_release({"images": [sprintf("r.example.com/api@%s", [image]) | some image in images]}, {file: ["sbom", [sbom({"digest": ""})]]})
	denied(packs.verified(given, [object.union(packs.signed(file), {"images": images})])) == set()
	denied(given) == {packs.at_release("GL-REL-023", sprintf("image `%s` has no SBOM", [packs.second_image]))}
}

test_deny_a_pack_without_an_sbom if {
	denied(packs.envelope({})) == {packs.missing("GL-REL-023", "sbom/*.json")}
	denied(envelope([])) == {packs.in_file("GL-REL-023", file, [], "`sbom/api.json` holds no SBOM")}
}

test_unjudged_a_file_that_cannot_be_read if {
	unjudged(packs.unreadable(envelope([sbom({})]), file)) == packs.unjudged(file)
}

test_deny_files_that_are_empty if {
	given := object.union(two_files([], []), {"evidence": {file: {"size": 0}, other: {"size": 0}}})
	denied(given) == {packs.in_file("GL-REL-023", each, [], sprintf("`%s` is empty", [each])) | some each in [file, other]}
}

test_unjudged_files_that_cannot_be_read if {
	unjudged(packs.unreadable(packs.unreadable(two_files([], []), file), other)) == packs.unjudged(file) | packs.unjudged(other)
}

test_deny_files_without_an_sbom if {
	denied(two_files([sbom({})], [sbom({})])) == set()
	denied(two_files([sbom({})], [])) == {packs.in_file("GL-REL-023", other, [], "`sbom/other.json` holds no SBOM")}
	denied(two_files([], [])) == {packs.in_file("GL-REL-023", each, [], sprintf("`%s` holds no SBOM", [each])) | some each in [file, other]}
}

other := "sbom/other.json"

two_files(facts, others) := packs.envelope({file: ["sbom", facts], other: ["sbom", others]})

test_deny_each_of_two_sboms_of_nothing if {
	denied(envelope([sbom({"components": 0}), object.remove(sbom({}), ["components"]), sbom({"components": 1})])) == {packs.in_file("GL-REL-023", file, ["facts", position, "components"], "the SBOM of `sbom/api.json` names no component") |
		some position in [0, 1]
	}
}

test_deny_each_of_two_sboms_of_another_image if {
	denied(envelope([sbom({}), sbom({"digest": "sha256:1"}), sbom({"digest": "sha256:2"})])) == {
		packs.in_file("GL-REL-023", file, ["facts", 1, "digest"], "an SBOM of image `sha256:1`, which is none of the release"),
		packs.in_file("GL-REL-023", file, ["facts", 2, "digest"], "an SBOM of image `sha256:2`, which is none of the release"),
	}
}

test_deny_each_image_without_an_sbom_of_each_release if {
	images := [packs.image, packs.second_image]
	several := packs.of_release({"images": [sprintf("r.example.com/api@%s", [image]) | some image in images]}, {file: ["sbom", [sbom({"digest": "sha256:1"})]]})
	both := object.union(several, {"documents": [object.union(document, {"index": index}) |
		some document in several.documents
		some index in [0, 1]
	]})
	{finding | some finding in denied(both); finding.document} == {object.union(
		packs.at_release("GL-REL-023", sprintf("image `%s` has no SBOM", [image])),
		{"document": index},
	) |
		some image in images
		some index in [0, 1]
	}
}

test_deny_an_sbom_of_nothing if {
	every components in [0, null, "12", -1] {
		denied(envelope([sbom({"components": components})])) == {packs.in_file("GL-REL-023", file, ["facts", 0, "components"], "the SBOM of `sbom/api.json` names no component")}
	}
}

test_deny_an_sbom_of_another_image if {
	without := packs.at_release("GL-REL-023", sprintf("image `%s` has no SBOM", [packs.image]))
	other := packs.in_file("GL-REL-023", file, ["facts", 0, "digest"], sprintf("an SBOM of image `%s`, which is none of the release", [packs.second_image]))
	rule.deny == {without, other} with input as envelope([sbom({"digest": packs.second_image})])
	rule.deny == {other} with input as envelope([sbom({"digest": packs.second_image}), sbom({})])
}

test_deny_licences_that_are_not_allowed if {
	every any_of in [[["GPL-2.0-only"]], [["MIT", "GPL-2.0-only"]], [], [[]], null, ["MIT"], [[7]], ["", null]] {
		denied(envelope([sbom({}), license("x", any_of)])) == {packs.in_file("GL-REL-023", file, ["facts", 1], "2 components (`a`) have the licence `x`, which is not allowed")}
	}
	denied(envelope([sbom({}), license("x", [["GPL-2.0-only"]])])) == set()
		with data.gatelib.params as {"sbom": {"license_allowlist": ["gpl-2.0-ONLY"]}}
}

test_components_without_a_licence if {
	every expression in ["", " ", "NOASSERTION", "none", null, 7] {
		given := envelope([sbom({}), license(expression, [])])
		found := {packs.in_file("GL-REL-023", file, ["facts", 1], "2 components (`a`) have no licence")}
		rule.deny == set() with input as given
		rule.warn == found with input as given
		rule.deny == found with input as given with data.gatelib.params as {"sbom": {"unlicensed": "deny"}}
		rule.warn == set() with input as given with data.gatelib.params as {"sbom": {"unlicensed": "deny"}}
		rule.deny | rule.warn == set() with input as given with data.gatelib.params as {"sbom": {"unlicensed": "allow"}}
	}
}

test_deny_each_of_two_licences_that_do_not_fit if {
	given := envelope([sbom({}), {"type": "license"}, {"type": "license", "components": ["a", "b", "c", "d"]}])
	rule.deny == {
		packs.in_file("GL-REL-023", file, ["facts", 1], "a value of type `null` components () have no licence"),
		packs.in_file("GL-REL-023", file, ["facts", 2], "a value of type `null` components (`a`, `b`, `c`) have no licence"),
	} with input as given with data.gatelib.params as {"sbom": {"unlicensed": "deny"}}
}

sbom(changes) := object.union({"type": "sbom", "spec": "cyclonedx", "components": 12, "digest": packs.image}, changes)

license(expression, any_of) := {"type": "license", "expression": expression, "any_of": any_of, "count": 2, "components": ["a", 7]}

envelope(facts) := packs.envelope({file: ["sbom", facts]})

denied(given) := exported if exported := rule.deny with input as given

unjudged(given) := exported if exported := rule.unjudged with input as given
