# METADATA
# title: Provenance
# description: >-
#   Who signed images and who attests to them, as gatelib's own verifier found it to hold; what a file of
#   evidence only claims is not here. A digest is that of an image, such as `sha256:…`.
package gatelib.lib.provenance

import data.gatelib.input as gate_input
import data.gatelib.lib.documents

# METADATA
# description: >-
#   The verified attestations, as `{digest, name, predicate_type, signer, file, role, position, provenance}`:
#   `name` is what the statement calls its subject, `position` that of the statement among the file's facts,
#   and `provenance` the fact of the SLSA provenance in it, empty where it has none.
attestations := [{
	"digest": found.subject,
	"name": documents.text(object.get(found, "name", "")),
	"predicate_type": documents.text(object.get(found, "predicate_type", "")),
	"signer": documents.text(object.get(found, "signer", "")),
	"file": found.file,
	"role": role_of(found.file),
	"position": found.fact,
	"provenance": provenance,
} |
	some found in of_type("attestation")
	provenance := provenance_after(found)
]

# METADATA
# description: >-
#   The verified signatures, as `{digest, reference, signer, file, role, position}`: `reference` is the
#   repository that was signed, with its registry; empty where the form of the signature does not name it.
signatures := [{
	"digest": found.subject,
	"reference": documents.text(object.get(found, "reference", "")),
	"signer": documents.text(object.get(found, "signer", "")),
	"file": found.file,
	"role": role_of(found.file),
	"position": found.fact,
} |
	some found in of_type("signature")
]

# METADATA
# description: >-
#   The verified provenance, as `{digest, builder, source, signer, file, role, position, fact}`: `source` is
#   `{uri, ref, commit}` with empty texts for what it does not say, and `position` that of `fact` in its file.
verified := [{
	"digest": attestation.digest,
	"builder": documents.text(object.get(attestation.provenance, "builder", "")),
	"source": {key: text |
		some key in ["uri", "ref", "commit"]
		text := documents.text(object.get(source, key, ""))
	},
	"signer": attestation.signer,
	"file": attestation.file,
	"role": attestation.role,
	"position": attestation.position + 1,
	"fact": attestation.provenance,
} |
	some attestation in attestations
	attestation.provenance != {}
	source := documents.mapping(object.get(attestation.provenance, "source", {}))
]

# METADATA
# description: The verified provenance of a digest, none where there is none.
of_digest(digest) := [entry | some entry in verified; entry.digest == digest]

# METADATA
# description: The verified signatures of a digest, none where there are none.
signatures_of(digest) := [entry | some entry in signatures; entry.digest == digest]

# METADATA
# description: The verified attestations of a digest, none where there are none.
attestations_of(digest) := [entry | some entry in attestations; entry.digest == digest]

of_type(type) := [found |
	some found in verifications
	found.type == type
	is_string(found.subject)
	is_string(found.file)
	is_number(found.fact)
]

role_of(file) := documents.text(object.get(entry_of(file), "role", ""))

# The fact of a provenance stands right after that of its statement.
provenance_after(found) := fact if { # gatelib:ignore else_value one position is the next
	some position, fact in documents.list(object.get(entry_of(found.file), "facts", []))
	position == found.fact + 1
	fact.type == "provenance"
} else := {}

entry_of(file) := documents.mapping(object.get(evidence, file, {}))

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
evidence := gate_input.evidence

verifications := gate_input.verifications
