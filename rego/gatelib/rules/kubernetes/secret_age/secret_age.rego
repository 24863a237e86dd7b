# METADATA
# title: Secrets are rotated in time
# description: >-
#   The longer a credential lives, the more copies of it there are, and the longer a stolen one works. The
#   annotation says when it was last rotated, so that an old one is found before somebody else finds it.
# custom:
#   id: GL-K8S-012
#   severity: high
#   controls: [SEC-01]
#   gates: [pr, pre-promote]
#   kinds: [Secret, bitnami.com/SealedSecret, external-secrets.io/ExternalSecret]
#   scope: document
#   remediation: >-
#     Rotate the credential, and write the moment of it into the annotation `gatelib.dev/rotated-at`, as RFC 3339.
#   params: [secrets.rotated_annotation, secrets.max_age_days]
#   sensitive: true
#   since: 0.1.0
package gatelib.rules.kubernetes.secret_age

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.timestamps

subjects contains secret.index if some secret in secrets

deny contains {
	"id": "GL-K8S-012",
	"msg": sprintf("the %s has no annotation `%s`", [secret.kind, annotation]),
	"document": secret.index,
	"path": ["metadata", "annotations", annotation],
} if {
	some secret in secrets
	count(rotations(secret)) == 0
}

deny contains {
	"id": "GL-K8S-012",
	"msg": sprintf("annotation `%s` %s", [annotation, fault]),
	"document": secret.index,
	"path": rotation.path,
} if {
	some secret in secrets
	some rotation in rotations(secret)
	fault := fault_of(rotation.value)
}

# On the way to the annotations of the template; the own ones are checked by `gatelib.lib.malformed`.
unjudged contains {
	"msg": sprintf("`%s` must be an object", [concat(".", path)]),
	"document": secret.index,
	"path": path,
} if {
	some secret in secrets
	some place in places[secret.type]
	place != own
	some position, _ in place

	# gatelib:equivalent number `0` -> `-1`: a slice from before the beginning is one from the beginning
	path := array.slice(place, 0, position + 1)
	value := object.get(secret.content, path, null)
	not is_null(value)
	not is_object(value)
}

unjudged contains {
	"msg": sprintf("annotation `%s` of the template must be a string", [annotation]),
	"document": secret.index,
	"path": path,
} if {
	some secret in secrets
	some place in places[secret.type]
	place != own
	path := array.concat(place, [annotation])
	value := object.get(secret.content, path, null)
	not is_null(value)
	not is_string(value)
}

annotation := params.all.secrets.rotated_annotation

secrets := [secret | some type, _ in places; some secret in documents.of_type(type)]

own := ["metadata", "annotations"]

# Where the annotation counts: on the object, or on the template of the Secret that comes of it.
places := {
	"Secret": [own],
	"bitnami.com/SealedSecret": [own, ["spec", "template", "metadata", "annotations"]],
	"external-secrets.io/ExternalSecret": [own, ["spec", "target", "template", "metadata", "annotations"]],
}

# Each that is there is judged: a new date in one place must not hide an old one in the other.
rotations(secret) := [{"value": value, "path": path} |
	some place in places[secret.type]
	path := array.concat(place, [annotation])
	value := object.get(secret.content, path, "")
	is_string(value)
	trim_space(value) != ""
]

fault_of(value) := "is not an RFC 3339 date or date-time" if {
	not timestamps.ns(value)
} else := sprintf("is `%s`, which is in the future", [value]) if {
	timestamps.ns(value) > gate_input.now_ns
} else := sprintf("is `%s`, which is more than %d days ago", [value, max_age_days]) if {
	max_age_days := params.all.secrets.max_age_days
	gate_input.now_ns - timestamps.ns(value) > max_age_days * timestamps.day_ns
}
