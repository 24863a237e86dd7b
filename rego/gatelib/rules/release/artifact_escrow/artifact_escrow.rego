# METADATA
# title: Every image of a release lies in the secondary registry, with its signature and attestation
# description: >-
#   When the first registry is gone, what is left is what was copied before; an image without its signature there
#   would be refused by the cluster that needs it most.
# custom:
#   id: GL-REL-020
#   severity: high
#   controls: [DR-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [escrow.registries]
#   remediation: >-
#     Copy the image with all that belongs to it, `cosign copy SOURCE@DIGEST TARGET`, sign it there, add what `cosign
#     download signature TARGET@DIGEST` and `cosign download attestation TARGET@DIGEST` print to `provenance/escrow/`
#     with `gatelib evidence add`, and seal the pack.
#   since: 0.1.0
package gatelib.rules.release.artifact_escrow

import data.gatelib.lib.evidence
import data.gatelib.lib.params
import data.gatelib.lib.provenance

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-020"}) if some fault in evidence.faults("escrow")

unjudged contains problem if some problem in evidence.unreadable("escrow")

unjudged contains object.union(evidence.at_release(release), {"msg": msg}) if {
	some release in evidence.releases
	count(params.all.escrow.registries) == 0
	msg := "`escrow.registries` names no secondary registry"
}

deny contains object.union(evidence.at_release(release), {"id": "GL-REL-020", "msg": msg}) if {
	some release in evidence.releases
	count(params.all.escrow.registries) > 0
	some digest in release.images
	signed := {found.reference | some found in provenance.signatures_of(digest); found.role == "escrow"}
	every reference in signed {
		not is_secondary(reference)
	}
	msg := sprintf("image `%s` has no verified signature in a secondary registry%s", [digest, elsewhere(signed)])
}

deny contains object.union(evidence.at_release(release), {"id": "GL-REL-020", "msg": msg}) if {
	some release in evidence.releases
	some digest in release.images
	not "escrow" in {found.role | some found in provenance.attestations_of(digest)}
	msg := sprintf("image `%s` has no verified attestation from a secondary registry", [digest])
}

is_secondary(reference) if {
	some pattern in params.all.escrow.registries
	glob.match(pattern, null, reference)
}

elsewhere(signed) := sprintf("; it is signed as %s", [concat(", ", [sprintf("`%s`", [reference]) | some reference in signed])]) if {
	count(signed) > 0
} else := ""
