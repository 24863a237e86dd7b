# METADATA
# title: Images come from approved registries
# description: >-
#   What runs here must come from where we scan, sign and keep it. An image from anywhere else, or one built
#   on a foreign base, brings content that nobody has looked at.
# custom:
#   id: GL-IMG-002
#   severity: high
#   controls: [SC-02]
#   gates: [pr, pre-promote, admission]
#   kinds: [workloads]
#   scope: document
#   params: [images.allowlist]
#   remediation: >-
#     Mirror the image, or its base, to an approved registry and use it from there; or have the registry added
#     to `images.allowlist`.
#   since: 0.1.0
package gatelib.rules.images.base_allowlist

import data.gatelib.lib.images
import data.gatelib.lib.params
import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

deny contains finding(image, "names no image") if {
	some image in images.all
	image.reference == ""
}

deny contains finding(image, fault) if {
	some image in images.all
	image.reference != ""
	image.repository == ""
	fault := sprintf("has the image `%s`, which is no image reference", [image.reference])
}

deny contains finding(image, fault) if {
	some image in images.all
	image.repository != ""
	not approved(image.repository)
	fault := sprintf("has the image `%s`, and `%s` is in no approved registry", [image.reference, image.repository])
}

deny contains finding(image, fault) if {
	some image in images.all
	some base in object.get(foreign_bases, image.digest, [])
	fault := sprintf("has the image `%s`, built on `%s`, which is from no approved registry", [image.reference, base])
}

unjudged contains problem if some problem in images.problems

# The base images outside the approved registries, by the digest of what was built on them.
foreign_bases := {digest: bases | some digest, bases in foreign_by_digest}

foreign_by_digest[record.digest] contains base if {
	some record in images.records
	record.digest != ""
	some base in record.base_images
	not approved_reference(base)
}

approved_reference(reference) if approved(images.repository(reference))

approved(repository) if {
	some pattern in params.all.images.allowlist
	glob.match(pattern, null, repository)
}

finding(image, fault) := {
	"id": "GL-IMG-002",
	"msg": sprintf("%s %s", [image.owner, fault]),
	"document": image.document,
	"path": image.path,
}
