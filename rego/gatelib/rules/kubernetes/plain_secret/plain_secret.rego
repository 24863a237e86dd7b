# METADATA
# title: Secrets carry no values in plain text
# description: >-
#   A Secret's values are only encoded, not encrypted: whoever can read the repository or the rendered manifests
#   has them, and history keeps them. A SealedSecret or an ExternalSecret carries none.
# custom:
#   id: GL-K8S-011
#   severity: critical
#   controls: [SEC-01]
#   gates: [pr, pre-promote]
#   kinds: [Secret]
#   scope: document
#   remediation: >-
#     Take the values out, and give a SealedSecret or an ExternalSecret in place of the Secret. Rotate what was
#     committed: removing it does not remove it from history.
#   sensitive: true
#   since: 0.1.0
package gatelib.rules.kubernetes.plain_secret

import data.gatelib.lib.documents

subjects contains secret.index if some secret in secrets

# Neither values nor their names are shown: a name is sometimes a value that was put in the wrong place.
deny contains {
	"id": "GL-K8S-011",
	"msg": sprintf("`%s` holds %s in plain text", [field, amount(number)]),
	"document": secret.index,
	"path": [field],
} if {
	some secret in secrets
	some field in fields
	number := count([value | some value in documents.mapping(object.get(secret.content, field, {})); not empty(value)])
	number > 0
}

unjudged contains {
	"msg": sprintf("`%s` must be an object", [field]),
	"document": secret.index,
	"path": [field],
} if {
	some secret in secrets
	some field in fields
	value := object.get(secret.content, field, null)
	not is_null(value)
	not is_object(value)
}

secrets := documents.of_type("Secret")

fields := ["data", "stringData"]

empty(value) if value in {null, ""}

amount(number) := "1 value" if number == 1

amount(number) := sprintf("%d values", [number]) if number > 1
