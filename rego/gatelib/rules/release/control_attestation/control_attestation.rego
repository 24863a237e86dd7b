# METADATA
# title: A release is published with a verified control attestation of its sealed pack
# description: >-
#   The attestation says what held when the release was judged: for which images and which evidence, by which rules,
#   with which exceptions. Without one, with an old one, or with another release's, nobody can show later why this
#   one went out. Only what gatelib's verifier found signed by a key of `trust.attestation` counts.
# custom:
#   id: GL-REL-027
#   severity: high
#   controls: []
#   gates: [publish]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [attestation.max_age_hours]
#   remediation: >-
#     Make an attestation of the sealed pack with `gatelib attest render` and `gatelib attest sign`, by a key that
#     `trust.attestation` names, and publish within `attestation.max_age_hours`. Where a control does not hold, or an
#     exception has expired since, mend that first and attest anew. `gatelib attest verify` says what does not fit.
#   since: 0.1.0
package gatelib.rules.release.control_attestation

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.params
import data.gatelib.lib.timestamps

subjects := evidence.subjects

deny contains finding(release, ["evidencePack"], "is missing, or none was verified") if {
	some release in evidence.releases
	count(given) + count(reasons) == 0
}

deny contains finding(release, ["evidencePack"], message) if {
	some release in evidence.releases
	some reason in reasons
	message := sprintf("counts for nothing: %s", [reason])
}

deny contains finding(release, ["evidencePack"], "is given more than once, and not all say the same") if {
	some release in evidence.releases
	count({attestation | some attestation in given}) > 1
}

deny contains finding(release, [field], message) if {
	some release in evidence.releases
	some attestation in given
	some field in ["service", "version", "commit"]
	message := another(release, attestation, field)
}

deny contains finding(release, ["evidencePack", "sha256"], message) if {
	some release in evidence.releases
	some attestation in given
	attested := text(attestation, "pack")
	not attested in {pack.sha256 | some pack in evidence.packs}
	message := sprintf("is of the Evidence Pack `%s`, which is not the one given", [attested])
}

deny contains finding(release, ["images"], "is of no image") if {
	some release in evidence.releases
	some attestation in given
	count(images(attestation)) == 0
}

deny contains finding(release, ["images", position], message) if {
	some release in evidence.releases
	some attestation in given
	some position, image in documents.list(object.get(release.spec, "images", []))
	not attests(attestation, image)
	message := sprintf("is not of image `%s`", [documents.text(image)])
}

deny contains finding(release, ["images"], message) if {
	some release in evidence.releases
	some attestation in given
	some image in images(attestation)
	not image in release.images
	message := sprintf("is of image `%s`, which is none of the release", [image])
}

deny contains finding(release, ["evidencePack"], message) if {
	some release in evidence.releases
	some attestation in given
	message := objection(attestation)
}

deny contains finding(release, ["evidencePack"], message) if {
	some release in evidence.releases
	some attestation in given
	message := age_problem(text(attestation, "created"))
}

deny contains finding(release, ["evidencePack"], "does not say on which exceptions it rests") if {
	some release in evidence.releases
	some attestation in given
	not is_array(object.get(attestation, "waivers", null)) # gatelib:equivalent null: `false` is no list either
}

deny contains finding(release, ["evidencePack"], message) if {
	some release in evidence.releases
	some attestation in given
	some waiver in documents.list(object.get(attestation, "waivers", []))
	problem := expiry_problem(text(waiver, "expires"))
	message := sprintf("rests on exception `%s`, which %s", [text(waiver, "name"), problem])
}

warn contains finding(release, ["evidencePack"], message) if {
	some release in evidence.releases
	some attestation in given
	config := documents.mapping(object.get(attestation, "config", {}))
	in_force := text(config, "in_force")
	in_force != ""
	some judged in texts(config, "judged")
	judged != in_force
	message := sprintf("rests on another configuration than the one in force: `%s`", [judged])
}

finding(release, path, message) := {
	"id": "GL-REL-027",
	"msg": sprintf("the control attestation of release `%s` %s", [release.name, message]),
	"document": release.index,
	"path": array.concat(["spec"], path),
}

another(release, attestation, field) := sprintf("names no %s", [field]) if {
	text(attestation, field) == ""
} else := sprintf("is of %s `%s`, and the release is of `%s`", [field, attested, release[field]]) if {
	attested := text(attestation, field)
	attested != release[field]
}

objection(attestation) := sprintf("says that these controls do not hold: %s", [concat(", ", failed)]) if {
	failed := texts(attestation, "failed")
	count(failed) > 0
} else := sprintf("says what speaks against the release: %s", [concat("; ", objections)]) if {
	objections := texts(attestation, "objections")
	count(objections) > 0
} else := "does not say that the release may go out" if {
	object.get(attestation, "overall", false) != true
} else := "does not say what speaks against the release" if {
	some key in ["failed", "objections"]
	not is_array(object.get(attestation, key, null)) # gatelib:equivalent null: `false` is no list either
}

age_problem(created) := "names no time at which it was made" if {
	not timestamps.is_date_time(created)
} else := sprintf("was made in the future, on `%s`", [created]) if {
	timestamps.ns(created) > now_ns
} else := sprintf("was made on `%s`, more than %v hours ago", [created, max_age_hours]) if {
	now_ns - timestamps.ns(created) > max_age_hours * hour_ns
}

expiry_problem(expires) := "names no expiry" if {
	not timestamps.end_ns(expires)
} else := sprintf("expired on `%s`", [expires]) if {
	timestamps.end_ns(expires) <= now_ns
}

# An image that is not named by its digest, and by that alone, is none that anybody can attest.
attests(attestation, image) if {
	[_, digest] := split(documents.text(image), "@")
	digest != ""
	digest in images(attestation)
}

images(attestation) := {image | some image in texts(attestation, "images")}

texts(value, key) := [documents.text(entry) | some entry in documents.list(object.get(value, key, []))]

text(value, key) := documents.text(object.get(documents.mapping(value), key, ""))

given := [documents.mapping(found) |
	some found in gate_input.verifications
	text(found, "type") == "controls"
]

reasons := {text(found, "reason") |
	some found in gate_input.verifications
	text(found, "type") == "rejected"
	text(found, "file") == "controls/attestation.dsse.json"
}

now_ns := gate_input.now_ns

max_age_hours := params.all.attestation.max_age_hours

hour_ns := timestamps.day_ns / 24
