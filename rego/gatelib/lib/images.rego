# METADATA
# title: Images
# description: >-
#   Image references as a container runtime reads them, and what the evidence says of their digests. Only
#   evidence counts: an ImageEvidence among the documents proves nothing. Of files with attestations only
#   what gatelib's verifier found to hold counts.
package gatelib.lib.images

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.malformed
import data.gatelib.lib.params
import data.gatelib.lib.provenance
import data.gatelib.lib.workloads

# METADATA
# description: >-
#   Every image of the judged workloads, with its `repository` (registry and path, without tag and digest) and
#   its `digest`; both are empty where the reference is none, and the digest also where it has none.
all := [object.union(image, parsed(image.reference)) | some image in workloads.images]

# METADATA
# description: The registry and path that a runtime takes a reference for; undefined where it is no reference.
repository(reference) := parsed(reference).repository if parsed(reference).repository != ""

# METADATA
# description: Whether the text is a whole digest of an algorithm that pins an image.
pins(digest) if {
	[algorithm, encoded] := split(digest, ":")
	algorithm in digest_algorithms
	regex.match(encodings[algorithm], encoded)
}

# METADATA
# description: The digest algorithms that pin an image.
digest_algorithms := params.all.images.digest_algorithms

# METADATA
# description: Whether any evidence was given at all.
evidence_given if count(gate_input.evidence) > 0

# METADATA
# description: The digests that some attestation vouches for.
attested := {record.digest | some record in records; some type in record.predicate_types; type != ""}

# METADATA
# description: The digests that an SBOM attestation vouches for.
with_sbom := {record.digest |
	some record in records
	some type in record.predicate_types
	is_sbom(type)
}

# METADATA
# description: >-
#   What the evidence says of images, as `{digest, predicate_types, labels, base_images}`: its ImageEvidence
#   records, then its verified attestations.
records := array.concat(image_evidence, attested_records)

# METADATA
# description: Evidence that has the wrong form, as `{evidence, path, msg}`.
problems contains {"evidence": file, "path": [], "msg": "an entry of the evidence must be an object"} if {
	some file, entry in gate_input.evidence
	not is_object(entry)
}

problems contains problem(file, [field], want, value) if {
	some file, entry in gate_input.evidence
	is_object(entry)
	not of_another_format(entry)
	some field, want in {"format": "string", "facts": "array"}
	value := object.get(entry, field, null)
	malformed.wrong(value, want)
}

problems contains problem(entry.file, ["facts", entry.position], "object", entry.fact) if {
	some entry in facts
	not is_object(entry.fact)
}

problems contains problem(entry.file, array.concat(["facts", entry.position], path), want, value) if {
	some entry in facts
	some [path, want, value] in fields(entry)
	malformed.wrong(value, want)
}

# The grammar of the distribution project's reference package: a first component is a registry where it has a
# dot or a port, or is `localhost`.
reference_grammar := concat("", [
	`^(?:(`,
	`[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*)+(?::[0-9]+)?`,
	`|[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*:[0-9]+`,
	`|localhost`,
	`|\[[A-Fa-f0-9:]+\](?::[0-9]+)?`,
	`)/)?`,
	`([a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)`,
	`(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?`,
	`(?:@([A-Za-z0-9]+(?:[+._-][A-Za-z0-9]+)*:[A-Za-z0-9=_-]+))?$`,
])

encodings := {"sha256": `^[a-f0-9]{64}$`, "sha512": `^[a-f0-9]{128}$`}

parsed(reference) := {"repository": concat("/", [registry(domain), path_in(registry(domain), path)]), "digest": digest} if {
	[[_, domain, path, digest]] := regex.find_all_string_submatch_n(reference_grammar, reference, 1)
} else := {"repository": "", "digest": ""}

registry(domain) := "docker.io" if {
	domain in {"", "index.docker.io"}
} else := domain

path_in("docker.io", path) := concat("/", ["library", path]) if {
	not contains(path, "/")
} else := path

path_in(domain, path) := path if domain != "docker.io"

# A file of a pack has a role, if only null: its producer's key speaks for that, and not for images.
image_evidence := [record |
	some entry in facts
	entry.type == "gatelib.dev/ImageEvidence"
	not "role" in object.keys(gate_input.evidence[entry.file])
	spec := documents.mapping(object.get(entry.fact, "spec", {}))
	record := {
		"digest": documents.text(object.get(spec, "digest", "")),
		"predicate_types": texts(spec, "attestations", "predicateType"),
		"labels": documents.mapping(object.get(spec, "labels", {})),
		"base_images": texts(spec, "baseImages", "image"),
	}
]

# An attestation of another type, such as that of a scan, says nothing of where an image comes from.
attested_records := [record |
	some attestation in provenance.attestations
	vouches(attestation.predicate_type)
	record := {
		"digest": attestation.digest,
		"predicate_types": {attestation.predicate_type},
		"labels": {},
		"base_images": base_images(attestation.provenance),
	}
]

vouches(type) if is_sbom(type)

vouches(type) if regex.match(`^https://slsa\.dev/provenance/v[0-9]+(\.[0-9]+)?$`, type)

is_sbom(type) if regex.match(`^https://(spdx\.dev/Document|cyclonedx\.org/bom)(/.+)?$`, type)

base_images(fact) := {base_image(uri) |
	some material in documents.list(object.get(fact, "materials", []))
	uri := documents.text(object.get(documents.mapping(material), "uri", ""))
	regex.match(image_uri, uri)
}

image_uri := `^(pkg:docker/|pkg:oci/|docker://|docker-image://|oci://)`

# The image that a material's URI names: a package URL, or the reference after a scheme. Where a package URL
# does not say which registry the image is from, it stands as it is, and is from no approved one.
base_image(uri) := repository_url if {
	startswith(uri, "pkg:oci/")
	[repository_url] := repository_urls(uri)
} else := concat("/", [repository_url, named(uri)]) if {
	startswith(uri, "pkg:docker/")
	[repository_url] := repository_urls(uri)
} else := named(uri) if {
	startswith(uri, "pkg:docker/")
	repository_urls(uri) == []
} else := uri if {
	startswith(uri, "pkg:")
} else := regex.replace(uri, image_uri, "")

named(uri) := unescaped(regex.replace(regex.replace(uri, image_uri, ""), `[@?#].*$`, ""))

repository_urls(uri) := [unescaped(found[1]) |
	some found in regex.find_all_string_submatch_n(`[?&]repository_url=([^&#]*)`, uri, -1)
]

# What package URLs escape of a reference; anything else that is escaped makes it none.
unescaped(text) := replace(replace(replace(replace(text, "%2F", "/"), "%2f", "/"), "%3A", ":"), "%3a", ":")

of_another_format(entry) if {
	is_string(entry.format)
	entry.format != "gatelib.dev/v1"
}

facts := [{"file": file, "position": position, "fact": fact, "type": type_of(fact)} |
	some file, entry in gate_input.evidence
	entry.format == "gatelib.dev/v1"
	some position, fact in documents.list(object.get(entry, "facts", []))
]

type_of(fact) := documents.type_of(fact, documents.text(object.get(fact, "kind", ""))) if {
	is_object(fact)
} else := ""

texts(spec, field, key) := {documents.text(object.get(item, key, "")) |
	some item in documents.list(object.get(spec, field, []))
	is_object(item)
}

fields(entry) := typed_fields(entry.fact, [[["kind"], "string"], [["apiVersion"], "string"]]) if {
	is_object(entry.fact)
	entry.type != "gatelib.dev/ImageEvidence"
}

fields(entry) := array.concat(
	typed_fields(entry.fact, field_types),
	array.concat(
		[[["spec", "labels", key], "string", value] | some key, value in documents.mapping(object.get(spec, "labels", {}))],
		array.concat(
			item_fields(spec, "attestations", "predicateType"),
			item_fields(spec, "baseImages", "image"),
		),
	),
) if {
	entry.type == "gatelib.dev/ImageEvidence"
	spec := documents.mapping(object.get(entry.fact, "spec", {}))
}

typed_fields(fact, types) := [[path, want, object.get(fact, path, null)] | some [path, want] in types]

field_types := [
	[["apiVersion"], "string"],
	[["spec"], "object"],
	[["spec", "digest"], "string"],
	[["spec", "labels"], "object"],
	[["spec", "attestations"], "array"],
	[["spec", "baseImages"], "array"],
]

item_fields(spec, field, key) := array.concat(
	[[["spec", field, position], "object", item] | some position, item in items],
	[[["spec", field, position, key], "string", object.get(item, key, null)] |
		some position, item in items
		is_object(item)
	],
) if {
	items := documents.list(object.get(spec, field, []))
}

problem(file, path, want, value) := {
	"evidence": file,
	"path": path,
	"msg": sprintf("`%s` must be %s, and is %s", [
		malformed.written(path),
		article[want],
		article[type_name(value)],
	]),
}

# A rule of its own: a function that reads another package's rule may find it undefined in regorus.
article := malformed.article
