# METADATA
# title: Every image of a release has an SBOM, and each component a licence that is allowed
# description: >-
#   The SBOM tells which releases a new vulnerability touches, and by which terms each part may be shipped. One that
#   is empty, or of another image, tells both wrongly.
# custom:
#   id: GL-REL-023
#   severity: high
#   controls: [SC-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [sbom.license_allowlist, sbom.unlicensed]
#   remediation: >-
#     Write the SBOM of the image, for example `syft IMAGE@DIGEST -o cyclonedx-json=sbom/NAME.json`, add it with
#     `gatelib evidence add`, and seal the pack. Replace a component whose licence is not allowed, or have the
#     licence added to `sbom.license_allowlist` of the trusted configuration.
#   since: 0.1.0
package gatelib.rules.release.sbom

import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.image_evidence
import data.gatelib.lib.numerals
import data.gatelib.lib.params

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-023"}) if some fault in evidence.faults("sbom")

unjudged contains problem if some problem in evidence.unreadable("sbom")

deny contains finding if {
	some file in evidence.files("sbom")
	not file in {sbom.file | some sbom in sboms}
	finding := {"id": "GL-REL-023", "msg": sprintf("`%s` holds no SBOM", [file]), "evidence": file, "path": []}
}

deny contains finding if {
	some sbom in sboms
	not names_components(sbom.fact)
	msg := sprintf("the SBOM of `%s` names no component", [sbom.file])
	finding := object.union(evidence.at(sbom, ["components"]), {"id": "GL-REL-023", "msg": msg})
}

deny contains finding if {
	some other in image_evidence.foreign(sboms)
	msg := sprintf("an SBOM of image `%s`, which is none of the release", [other.digest])
	finding := object.union(evidence.at(other.entry, ["digest"]), {"id": "GL-REL-023", "msg": msg})
}

deny contains object.union(evidence.at_release(release), {"id": "GL-REL-023", "msg": msg}) if {
	some release in evidence.releases
	count(sboms) > 0
	some digest in release.images
	not digest in described
	msg := sprintf("image `%s` has no SBOM", [digest])
}

deny contains finding if {
	some license in licenses
	is_named(license.fact)
	not is_allowed(license.fact)
	msg := sprintf("%s have the licence `%s`, which is not allowed", [components(license.fact), expression(license.fact)])
	finding := object.union(evidence.at(license, []), {"id": "GL-REL-023", "msg": msg})
}

deny contains finding if {
	params.all.sbom.unlicensed == "deny"
	some finding in unlicensed
}

warn contains finding if {
	params.all.sbom.unlicensed == "warn"
	some finding in unlicensed
}

unlicensed contains finding if {
	some license in licenses
	not is_named(license.fact)
	msg := sprintf("%s have no licence", [components(license.fact)])
	finding := object.union(evidence.at(license, []), {"id": "GL-REL-023", "msg": msg})
}

sboms := evidence.facts("sbom", "sbom")

licenses := evidence.facts("sbom", "license")

# The images that have an SBOM.
described := {digest | some sbom in sboms; some digest in image_evidence.about(sbom)}

# SPDX's words for a licence that nobody looked for, or found.
is_named(fact) if not upper(trim_space(expression(fact))) in {"", "NOASSERTION", "NONE"}

is_allowed(fact) if {
	some alternative in documents.list(object.get(fact, "any_of", []))
	is_array(alternative)
	count(alternative) > 0
	every id in alternative {
		lower(documents.text(id)) in allowed
	}
}

# SPDX identifiers are the same in any case (SPDX 2.3, annex D).
allowed := {lower(id) | some id in params.all.sbom.license_allowlist}

expression(fact) := documents.text(object.get(fact, "expression", ""))

components(fact) := sprintf("%s components%s", [numerals.shown(object.get(fact, "count", null)), examples]) if {
	names := [name | some name in documents.list(object.get(fact, "components", [])); is_string(name)]

	# gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
	shown := [sprintf("`%s`", [name]) | some name in array.slice(names, 0, 3)]
	examples := concat("", [" (", concat(", ", shown), ")"])
}

names_components(fact) if {
	number := fact.components
	is_number(number)
	number > 0
}
