package gatelib.rules.release.control_attestation_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.control_attestation as rule

hash := "4862f447f2c7f272fa2f4aaf89dadb3b1ac09105bd5864f8d1a0c9452bb0a226"

digest := "sha256:df384ae97c77ad3001626aab01f2eb2aad176448109165df1d64c57b7091cd1c"

other_digest := "sha256:735035dfd964db5c5ae740d177cde6b00375e77212e0368ad14d7596f6113467"

image := concat("@", ["registry.example.com/api", digest])

attestation := {
	"type": "controls",
	"file": "controls/attestation.dsse.json",
	"attester": "release-attester",
	"pack": hash,
	"service": "api",
	"version": "1.0.0",
	"commit": "4f1c2a9d",
	"images": [digest],
	"created": "2026-11-21T23:00:00Z",
	"overall": true,
	"failed": [],
	"objections": [],
	"waivers": [{"name": "for-now", "expires": "2026-12-31"}],
	"revision": "2026.11.1",
}

test_allow_an_attestation_of_the_release if {
	rule.deny == set() with input as given([attestation])
	rule.subjects == {0} with input as given([attestation])
}

test_allow_the_same_attestation_twice if {
	rule.deny == set() with input as given([attestation, attestation])
}

test_allow_several_images_in_any_order if {
	images := [image, concat("@", ["registry.example.com/web", other_digest])]
	attested := object.union(attestation, {"images": [other_digest, digest]})
	rule.deny == set() with input as judged(object.union(spec, {"images": images}), [attested])
}

test_warn_of_another_configuration if {
	config := {"judged": ["5e", "6f"], "in_force": "6f"}
	changed := given([object.union(attestation, {"config": config})])
	wanted := one(["evidencePack"], "rests on another configuration than the one in force: `5e`")
	rule.warn == wanted with input as changed
	rule.deny == set() with input as changed
}

test_allow_the_same_configuration_or_one_that_nobody_names if {
	every config in [{"judged": ["6f"], "in_force": "6f"}, {"judged": ["5e"], "in_force": ""}, {}, null, "6f"] {
		rule.warn == set() with input as given([object.union(attestation, {"config": config})])
	}
	rule.warn == set() with input as given([attestation])
}

test_allow_whatever_is_no_release if {
	value := envelope([{"apiVersion": "helm.example.com/v1", "kind": "Release"}], [])
	rule.deny == set() with input as value
	rule.subjects == set() with input as value
}

test_deny_a_release_without_attestation if {
	entry := {"type": "entry", "file": "controls/attestation.dsse.json", "producer": "ci"}
	foreign := {"type": "rejected", "file": "index.jsonl", "reason": "line 1 is no DSSE envelope"}
	every verifications in [[], [entry], [foreign], [null, 7, "controls", ["controls"], {}]] {
		rule.deny == one(["evidencePack"], "is missing, or none was verified") with input as given(verifications)
	}
}

test_deny_an_attestation_that_counts_for_nothing if {
	rejected := {
		"type": "rejected",
		"file": "controls/attestation.dsse.json",
		"reason": "is signed by nobody who is trusted with it",
	}
	wanted := one(["evidencePack"], "counts for nothing: is signed by nobody who is trusted with it")
	rule.deny == wanted with input as given([rejected])
	rule.deny == wanted with input as given([rejected, attestation])
	unknown := one(["evidencePack"], "counts for nothing: ")
	rule.deny == unknown with input as given([object.remove(rejected, ["reason"])])
}

test_deny_attestations_that_disagree if {
	newer := object.union(attestation, {"created": "2026-11-21T23:30:00Z"})
	wanted := one(["evidencePack"], "is given more than once, and not all say the same")
	rule.deny == wanted with input as given([attestation, newer])
}

test_deny_an_attestation_of_another_release if {
	changes := {
		"service": "web",
		"version": "1.0.0-rc.1",
		"commit": "4F1C2A9D",
	}
	every field, value in changes {
		message := sprintf("is of %s `%s`, and the release is of `%s`", [field, value, spec[field]])
		rule.deny == one([field], message) with input as given([object.union(attestation, {field: value})])
	}
}

test_deny_an_attestation_that_names_no_release if {
	every field in ["service", "version", "commit"] {
		every value in [null, 7, "", ["api"]] {
			wanted := one([field], sprintf("names no %s", [field]))
			rule.deny == wanted with input as given([object.union(attestation, {field: value})])
			rule.deny == wanted with input as given([object.remove(attestation, [field])])
		}
	}
	nameless := object.remove(spec, ["commit"])
	rule.deny == one(["commit"], "names no commit") with input as judged(nameless, [object.remove(attestation, ["commit"])])
}

test_deny_an_attestation_of_another_pack if {
	every value in [upper(hash), "5e", "", 7, null] {
		shown := [value | is_string(value)]
		message := sprintf("is of the Evidence Pack `%s`, which is not the one given", [concat("", shown)])
		wanted := one(["evidencePack", "sha256"], message)
		rule.deny == wanted with input as given([object.union(attestation, {"pack": value})])
	}
}

test_deny_an_attestation_without_any_pack if {
	value := object.union(given([]), {"verifications": [attestation]})
	message := sprintf("is of the Evidence Pack `%s`, which is not the one given", [hash])
	rule.deny == one(["evidencePack", "sha256"], message) with input as value
}

test_deny_an_attestation_of_no_image if {
	every images in [[], null, digest, {}] {
		value := given([object.union(attestation, {"images": images})])
		rule.deny == {
			finding(["images"], "is of no image"),
			finding(["images", 0], sprintf("is not of image `%s`", [image])),
		} with input as value
	}
}

test_deny_an_image_that_is_not_attested if {
	every name in [
		concat("@", ["registry.example.com/web", other_digest]),
		"registry.example.com/web:1.0.0",
		"registry.example.com/web@",
		concat("@", ["registry.example.com/web", digest, other_digest]),
		"",
	] {
		value := judged(object.union(spec, {"images": [image, name]}), [attestation])
		rule.deny == one(["images", 1], sprintf("is not of image `%s`", [name])) with input as value
	}
	number := judged(object.union(spec, {"images": [7, image]}), [attestation])
	rule.deny == one(["images", 0], "is not of image ``") with input as number
}

test_deny_an_image_without_digest_that_is_attested_by_an_empty_one if {
	value := judged(
		object.union(spec, {"images": [image, "registry.example.com/web@"]}),
		[object.union(attestation, {"images": [digest, ""]})],
	)
	rule.deny == one(["images", 1], "is not of image `registry.example.com/web@`") with input as value
}

test_deny_an_attested_image_that_the_release_leaves_out if {
	message := sprintf("is of image `%s`, which is none of the release", [other_digest])
	wanted := one(["images"], message)
	rule.deny == wanted with input as given([object.union(attestation, {"images": [digest, other_digest]})])
}

test_deny_controls_that_do_not_hold if {
	wanted := one(["evidencePack"], "says that these controls do not hold: TEN-01, SC-01")
	every overall in [true, false] {
		changed := object.union(attestation, {"overall": overall, "failed": ["TEN-01", "SC-01"]})
		rule.deny == wanted with input as given([changed])
	}
}

test_deny_what_is_no_plain_yes if {
	wanted := one(["evidencePack"], "does not say that the release may go out")
	every overall in [false, null, "true", 1, [true]] {
		rule.deny == wanted with input as given([object.union(attestation, {"overall": overall})])
	}
	rule.deny == wanted with input as given([object.remove(attestation, ["overall"])])
}

test_deny_what_speaks_against_the_release_besides_its_controls if {
	wanted := one(["evidencePack"], "says what speaks against the release: rules were skipped; the gate denies")
	every overall in [true, false] {
		changed := {"overall": overall, "objections": ["rules were skipped", "the gate denies"]}
		rule.deny == wanted with input as given([object.union(attestation, changed)])
	}
}

test_deny_an_attestation_that_hides_what_speaks_against_the_release if {
	wanted := one(["evidencePack"], "does not say what speaks against the release")
	every key in ["failed", "objections"] {
		rule.deny == wanted with input as given([object.remove(attestation, [key])])
		rule.deny == wanted with input as given([object.union(attestation, {key: "TEN-01"})])
	}
}

test_allow_an_attestation_of_exactly_a_day_ago if {
	every created in ["2026-11-21T00:00:00Z", "2026-11-21T01:00:00+01:00", "2026-11-22T00:00:00Z"] {
		rule.deny == set() with input as given([object.union(attestation, {"created": created})])
	}
}

test_deny_an_old_attestation if {
	created := "2026-11-20T23:59:59.999999999Z"
	message := sprintf("was made on `%s`, more than 24 hours ago", [created])
	wanted := one(["evidencePack"], message)
	value := given([object.union(attestation, {"created": created})])
	rule.deny == wanted with input as value
	rule.deny == set() with input as value with data.gatelib.params as {"attestation": {"max_age_hours": 25}}
}

test_deny_an_attestation_of_the_future if {
	created := "2026-11-22T00:00:00.000000001Z"
	wanted := one(["evidencePack"], sprintf("was made in the future, on `%s`", [created]))
	rule.deny == wanted with input as given([object.union(attestation, {"created": created})])
}

test_deny_an_attestation_without_a_time if {
	wanted := one(["evidencePack"], "names no time at which it was made")
	every created in [null, "", 7, "2026-11-21", "yesterday", "2026-02-29T00:00:00Z"] {
		rule.deny == wanted with input as given([object.union(attestation, {"created": created})])
	}
	rule.deny == wanted with input as given([object.remove(attestation, ["created"])])
}

test_allow_an_exception_on_its_last_day if {
	every expires in ["2026-11-22", "2026-11-22T00:00:00.000000001Z"] {
		value := given([object.union(attestation, {"waivers": [{"name": "for-now", "expires": expires}]})])
		rule.deny == set() with input as value
	}
}

test_deny_an_exception_that_has_expired_since if {
	every expires in ["2026-11-21", "2026-11-22T00:00:00Z"] {
		message := sprintf("rests on exception `for-now`, which expired on `%s`", [expires])
		waivers := [{"name": "for-now", "expires": expires}, {"name": "later", "expires": "2026-12-31"}]
		rule.deny == one(["evidencePack"], message) with input as given([object.union(attestation, {"waivers": waivers})])
	}
}

test_deny_an_exception_without_end if {
	every waiver in [{"name": "for-now"}, {"name": "for-now", "expires": null}, {"name": "for-now", "expires": "never"}] {
		wanted := one(["evidencePack"], "rests on exception `for-now`, which names no expiry")
		rule.deny == wanted with input as given([object.union(attestation, {"waivers": [waiver]})])
	}
	nameless := one(["evidencePack"], "rests on exception ``, which names no expiry")
	rule.deny == nameless with input as given([object.union(attestation, {"waivers": ["for-now"]})])
}

test_deny_an_attestation_that_hides_its_exceptions if {
	wanted := one(["evidencePack"], "does not say on which exceptions it rests")
	rule.deny == wanted with input as given([object.remove(attestation, ["waivers"])])
	rule.deny == wanted with input as given([object.union(attestation, {"waivers": "for-now"})])
}

# Two that are wrong in nearly all that can be wrong, and not in the same way.
wrong := object.union(attestation, {
	"pack": "5e",
	"service": "web",
	"version": "2.0.0",
	"commit": "beef",
	"images": [],
	"created": "yesterday",
	"overall": false,
	"waivers": "for-now",
	"config": {"judged": ["5e", "6f"], "in_force": "7a"},
})

worse := object.union(attestation, {
	"pack": "6f",
	"service": null,
	"version": null,
	"commit": null,
	"images": [other_digest, "sha256:5e"],
	"created": "2025-01-01T00:00:00Z",
	"failed": ["TEN-01"],
	"waivers": [{"name": "first"}, {"name": "second"}],
	"config": {"judged": ["7a", "8b"], "in_force": "7a"},
})

test_each_record_of_a_release_is_judged if {
	rejected := {"type": "rejected", "file": "controls/attestation.dsse.json", "reason": "is no JSON"}
	every verifications in [[], [rejected], [wrong], [worse], [wrong, worse]] {
		denied(packs.twice(given(verifications))) == packs.of_both(denied(given(verifications)))
		warned(packs.twice(given(verifications))) == packs.of_both(warned(given(verifications)))
	}
}

test_each_attestation_is_judged if {
	disagree := one(["evidencePack"], "is given more than once, and not all say the same")
	denied(given([attestation, worse])) == denied(given([worse])) | disagree
	every verifications in [[wrong, worse], [worse, wrong]] {
		denied(given(verifications)) == (denied(given([wrong])) | denied(given([worse]))) | disagree
		warned(given(verifications)) == {
			finding(["evidencePack"], "rests on another configuration than the one in force: `5e`"),
			finding(["evidencePack"], "rests on another configuration than the one in force: `6f`"),
			finding(["evidencePack"], "rests on another configuration than the one in force: `8b`"),
		}
	}
}

test_deny_all_that_is_wrong_with_an_attestation if {
	denied(given([worse])) == {
		finding(["service"], "names no service"),
		finding(["version"], "names no version"),
		finding(["commit"], "names no commit"),
		finding(["evidencePack", "sha256"], "is of the Evidence Pack `6f`, which is not the one given"),
		finding(["images", 0], sprintf("is not of image `%s`", [image])),
		finding(["images"], sprintf("is of image `%s`, which is none of the release", [other_digest])),
		finding(["images"], "is of image `sha256:5e`, which is none of the release"),
		finding(["evidencePack"], "says that these controls do not hold: TEN-01"),
		finding(["evidencePack"], "was made on `2025-01-01T00:00:00Z`, more than 24 hours ago"),
		finding(["evidencePack"], "rests on exception `first`, which names no expiry"),
		finding(["evidencePack"], "rests on exception `second`, which names no expiry"),
	}
}

test_deny_one_objection if {
	wanted := one(["evidencePack"], "says what speaks against the release: the gate denies")
	rule.deny == wanted with input as given([object.union(attestation, {"objections": ["the gate denies"]})])
}

test_deny_each_reason_for_which_one_counts_for_nothing if {
	reasons := ["is no JSON", "is signed by nobody who is trusted with it"]
	denied(given([{"type": "rejected", "file": "controls/attestation.dsse.json", "reason": reason} | some reason in reasons])) == {
		finding(["evidencePack"], "counts for nothing: is no JSON"),
		finding(["evidencePack"], "counts for nothing: is signed by nobody who is trusted with it"),
	}
}

test_allow_an_attestation_of_any_pack_that_is_given if {
	rule.deny == set() with input as given([{"type": "pack", "sha256": "5e", "problems": []}, object.union(attestation, {"pack": "5e"})])
}

denied(value) := exported if exported := rule.deny with input as value

warned(value) := exported if exported := rule.warn with input as value

one(path, message) := {finding(path, message)}

finding(path, message) := {
	"id": "GL-REL-027",
	"msg": sprintf("the control attestation of release `api-1` %s", [message]),
	"document": 0,
	"path": array.concat(["spec"], path),
}

spec := {
	"service": "api",
	"version": "1.0.0",
	"commit": "4f1c2a9d",
	"images": [image],
	"evidencePack": {"sha256": hash},
}

given(verifications) := judged(spec, verifications)

judged(contents, verifications) := envelope(
	[{"apiVersion": "gatelib.dev/v1", "kind": "Release", "metadata": {"name": "api-1"}, "spec": contents}],
	array.concat([{"type": "pack", "sha256": hash, "problems": []}], verifications),
)

envelope(contents, verifications) := {
	"gatelib": 1,
	"gate": "publish",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"verifications": verifications,
}
