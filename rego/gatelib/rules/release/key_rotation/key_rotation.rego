# METADATA
# title: Signing keys are young, and revoked ones are at rest
# description: >-
#   The longer a key is in use, the more copies of it there are and the more a thief can sign. A key that signs
#   after it was revoked is in the wrong hands, or was never replaced. Who has signed this pack must have a key in
#   the inventory, so that a key that is left out is missed.
# custom:
#   id: GL-REL-028
#   severity: high
#   controls: [SC-02]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [keys.max_age_days, evidence.max_age_days]
#   remediation: >-
#     Make a new key, give its public half to whoever verifies, revoke the old one, and add the KeyInventory, with
#     each key's `id`, `owner`, `created`, `revoked` and `lastUsed`, with `gatelib evidence add PACK FILE --as
#     keys/inventory.json`. `owner` is the party's name in `trust`; the `id` of a key that signs evidence is `sha256:`
#     and the SHA-256 of its public half in DER, as `openssl pkey -pubin -in KEY.pub -outform DER | sha256sum` prints it.
#   since: 0.1.0
package gatelib.rules.release.key_rotation

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.params
import data.gatelib.lib.records
import data.gatelib.lib.timestamps

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-028"}) if some fault in evidence.faults("keys")

unjudged contains problem if some problem in evidence.unreadable("keys")

deny contains {"id": "GL-REL-028", "evidence": file, "path": [], "msg": msg} if {
	files := evidence.files("keys")
	file := files[0]
	count(keys) == 0
	msg := sprintf("`%s` has no KeyInventory that names a key", [file])
}

deny contains object.union(place(key, field), {"id": "GL-REL-028", "msg": msg}) if {
	some key in keys
	some [field, problem] in problems(key)
	msg := sprintf("key `%s` %s", [key.id, problem])
}

deny contains object.union(place(key, "id"), {"id": "GL-REL-028", "msg": msg}) if {
	some position, key in keys
	key.id != ""
	position > first[key.id]
	msg := sprintf("key `%s` is listed more than once", [key.id])
}

deny contains object.union(place(key, "owner"), {"id": "GL-REL-028", "msg": msg}) if {
	key := keys[0]
	some entry in gate_input.verifications
	documents.mapping(entry).type == "entry"
	not "key" in object.keys(entry)
	producer := object.get(entry, "producer", "")
	not producer in in_use
	msg := sprintf("`%v` has signed this pack, and has no key in the inventory that is in use", [producer])
}

# The verifier says which key a signature holds with, so that no other key can stand in for it.
deny contains object.union(place(key, "id"), {"id": "GL-REL-028", "msg": msg}) if {
	key := keys[0]
	some [producer, id] in signed_with
	problem := signing_problem(producer, id)
	msg := sprintf("`%v` has signed this pack with key `%v`, %s", [producer, id, problem])
}

signed_with contains [producer, id] if {
	some entry in gate_input.verifications
	documents.mapping(entry).type == "entry"
	producer := object.get(entry, "producer", "")
	id := entry.key
}

signing_problem(producer, id) := "which the inventory does not list as theirs" if {
	not producer in {owner | some key in keys; key.id == id; owner := key.fields.owner}
} else := "which was revoked" if {
	some key in keys
	key.id == id
	is_revoked(key)
}

problems(key) := {["id", "has no `id`"] | key.id == ""} | (creation_problems(key) | revocation_problems(key))

creation_problems(key) := {["created", problem] | problem := time_problem(key.fields, "created")} | {["created", problem] |
	not is_revoked(key)
	age_ns := now_ns - timestamps.ns(key.fields.created)
	age_ns > max_age_days * timestamps.day_ns
	problem := sprintf("was made on `%s`, more than %v days ago", [key.fields.created, max_age_days])
}

revocation_problems(key) := {["revoked", "has a `revoked` that is no date-time"] |
	is_given(key.fields, "revoked")
	not timestamps.is_date_time(key.fields.revoked)
} | ({["lastUsed", problem] |
	is_given(key.fields, "revoked")
	problem := time_problem(key.fields, "lastUsed")
} | {["lastUsed", problem] |
	timestamps.ns(key.fields.lastUsed) > timestamps.ns(key.fields.revoked)
	problem := sprintf("was used on `%s`, after it was revoked on `%s`", [key.fields.lastUsed, key.fields.revoked])
})

time_problem(fields, field) := sprintf("has no `%s` that is a date-time", [field]) if {
	not timestamps.is_date_time(object.get(fields, field, null)) # gatelib:equivalent null: `false` is no date-time either
} else := sprintf("has a `%s` in the future, on `%s`", [field, fields[field]]) if {
	timestamps.ns(fields[field]) > now_ns
}

# One that is to be revoked later is in use until then.
is_revoked(key) if {
	timestamps.is_date_time(key.fields.revoked)
	timestamps.ns(key.fields.revoked) <= now_ns
}

is_given(fields, field) if not is_null(object.get(fields, field, null))

in_use := {owner |
	some key in keys
	owner := key.fields.owner
	not is_revoked(key)
}

place(key, field) := records.at(key.inventory, ["spec", "keys", key.position, field])

keys := [{"inventory": inventory, "position": position, "id": id, "fields": fields} |
	some inventory in inventories
	some position, listed in documents.list(object.get(inventory.spec, "keys", []))
	fields := documents.mapping(listed)
	id := documents.text(object.get(fields, "id", ""))
]

positions[key.id] contains position if some position, key in keys

first := {id: min(found) | some id, found in positions}

inventories := records.given("keys", "KeyInventory")

now_ns := gate_input.now_ns

max_age_days := params.all.keys.max_age_days
