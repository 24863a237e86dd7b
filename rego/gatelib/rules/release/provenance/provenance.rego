# METADATA
# title: Every image of a release is signed, and has provenance of a builder and a source that are trusted
# description: >-
#   A signature says who vouches for an image, and provenance what it was made from and by whom. Without both, an
#   image that somebody built on a laptop, or from another repository, passes for one of the release. Only what
#   gatelib's verifier found signed by a key of `trust.images` counts.
# custom:
#   id: GL-REL-005
#   severity: critical
#   controls: [SC-02]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [provenance.builders, provenance.sources]
#   remediation: >-
#     Sign the image and attest to its build with the builder's key, for example with `cosign sign` and `cosign
#     attest --type slsaprovenance1`; add what `cosign download signature` and `cosign download attestation` print to
#     `provenance/` with `gatelib evidence add`, and seal the pack. Trusted builders and sources stand in
#     `provenance.builders` and `provenance.sources`.
#   since: 0.1.0
package gatelib.rules.release.provenance

import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.params
import data.gatelib.lib.provenance

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-005"}) if some fault in evidence.faults("provenance")

unjudged contains problem if some problem in evidence.unreadable("provenance")

unjudged contains object.union(evidence.at_release(release), {"msg": msg}) if {
	some release in evidence.releases
	some name in ["builders", "sources"]
	count(params.all.provenance[name]) == 0
	msg := sprintf("`provenance.%s` trusts none", [name])
}

deny contains {"id": "GL-REL-005", "msg": msg, "document": release.index, "path": ["spec", "images"]} if {
	some release in evidence.releases
	count(named(release)) == 0
	msg := sprintf("release `%s` names no image", [release.name])
}

deny contains {"id": "GL-REL-005", "msg": msg, "document": release.index, "path": ["spec", "images", position]} if {
	some release in evidence.releases
	some position, image in named(release)
	not is_pinned(image)
	msg := sprintf("image `%s` is not named by its digest", [documents.text(image)])
}

deny contains finding if {
	some [release, position, image] in pinned
	not "provenance" in {found.role | some found in provenance.signatures_of(digest_of(image))}
	msg := sprintf("image `%s` has no verified signature", [image])
	finding := {"id": "GL-REL-005", "msg": msg, "document": release.index, "path": ["spec", "images", position]}
}

deny contains finding if {
	some [release, position, image] in pinned
	found := [claim | some claim in provenance.of_digest(digest_of(image)); claim.role == "provenance"]
	problem := flaw_of_all(release, found)
	msg := sprintf("image `%s` has %s", [image, problem])
	finding := {"id": "GL-REL-005", "msg": msg, "document": release.index, "path": ["spec", "images", position]}
}

pinned := [[release, position, image] |
	some release in evidence.releases
	some position, image in named(release)
	is_pinned(image)
]

named(release) := documents.list(object.get(release.spec, "images", []))

is_pinned(image) if {
	is_string(image)
	regex.match(`^[^@]+@sha256:[0-9a-f]{64}$`, image)
}

digest_of(image) := split(image, "@")[1]

# One provenance that holds is enough; where none does, the first tells why.
flaw_of_all(_, []) := "no verified provenance"

flaw_of_all(release, found) := first if {
	flaws := [problem | some claim in found; problem := flaw(release, claim)]
	count(flaws) == count(found)
	first := flaws[0]
}

flaw(release, claim) := sprintf("provenance of builder `%s`, which is not trusted", [claim.builder]) if {
	not matches(params.all.provenance.builders, claim.builder)
} else := sprintf("provenance of source `%s`, which is not trusted", [claim.source.uri]) if {
	not matches(params.all.provenance.sources, claim.source.uri)
} else := sprintf("provenance of commit `%s`, and the release is of `%s`", [claim.source.commit, release.commit]) if {
	not lower(claim.source.commit) in {"", lower(release.commit)}
}

# An empty list is an error of its own.
matches([], _) := true

matches(patterns, text) if {
	some pattern in patterns
	glob.match(pattern, null, text)
}
