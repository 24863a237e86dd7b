# METADATA
# title: Exceptions
# description: >-
#   PolicyException records: those of the judged tree, which are documents and waive nothing, and those that
#   the trusted side gave. What makes one invalid is said here once, for the rules that report it and for the
#   waivers that must not follow from it.
package gatelib.lib.exceptions

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.timestamps

default given := []

# METADATA
# description: >-
#   What the trusted side gave, as `{place, type, name, spec, verified}`. `place` is what a finding points with;
#   `verified` is what gatelib's verifier found of the signatures, or null.
given := [exception({"exception": index}, content, verified_of(content)) |
	some index, content in data.gatelib.exceptions
] if {
	is_array(data.gatelib.exceptions)
}

# METADATA
# description: Those among the judged documents, in the same form; nothing in them is verified.
judged := [exception({"document": document.index}, document.content, null) |
	some document in documents.of_type("gatelib.dev/PolicyException")
]

# METADATA
# description: All of them.
all := array.concat(given, judged)

verified_of(content) := content.verified if {
	is_object(content.verified)
} else := null

exception(place, content, verified) := {
	"place": place,
	"type": documents.type_of(record, documents.text(object.get(record, "kind", ""))),
	"name": documents.text(object.get(metadata, "name", "")),
	"spec": documents.mapping(object.get(record, "spec", {})),
	"verified": verified,
} if {
	record := documents.mapping(content)
	metadata := documents.mapping(object.get(record, "metadata", {}))
}

# METADATA
# description: The people who approved, without empty entries; one name or a list of them.
approvers(spec) := {trim_space(name) |
	some name in named_approvers(spec)
	is_string(name)
	trim_space(name) != ""
}

named_approvers(spec) := spec.approver if {
	is_array(spec.approver)
} else := [object.get(spec, "approver", null)]

# METADATA
# description: The same people with each counted once, since the case of letters makes nobody another person.
people(spec) := {lower(name) | some name in approvers(spec)}

# METADATA
# description: Why nobody who may has approved it, with the field at fault; undefined where somebody has.
approver_problem(spec) := {"field": "approver", "message": "has an approver that is no name"} if {
	some value in named_approvers(spec)
	not is_null(value)
	not is_string(value)
} else := {"field": "approver", "message": "has no approver"} if {
	count(approvers(spec)) == 0
} else := {"field": "requester", "message": "names no requester, so that nobody can tell who may approve it"} if {
	requester(spec) == ""
} else := {"field": "approver", "message": sprintf("is approved by its own requester `%s`", [requester(spec)])} if {
	lower(requester(spec)) in people(spec)
}

# A rule of its own for each value from another package: where a package's rules were read through an import,
# regorus leaves what its functions import undefined.
now_ns := gate_input.now_ns

max_days := params.all.exceptions.max_days

warn_days := params.all.exceptions.warn_days

day_ns := timestamps.day_ns

requester(spec) := trim_space(documents.text(object.get(spec, "requester", "")))

# METADATA
# description: Why it does not end, or has ended, with the field at fault; undefined where it is in force.
expiry_problem(spec) := {"field": "expires", "message": "has no expiry"} if {
	object.get(spec, "expires", null) in {null, ""}
} else := {"field": "expires", "message": "has an expiry that is no RFC 3339 date or date-time"} if {
	not timestamps.end_ns(spec.expires)
} else := {"field": "expires", "message": sprintf("expired on `%s`", [spec.expires])} if {
	timestamps.end_ns(spec.expires) <= now_ns
} else := {"field": "created", "message": "has no `created`, from which its lifetime counts"} if {
	object.get(spec, "created", null) in {null, ""}
} else := {"field": "created", "message": "has a `created` that is no RFC 3339 date or date-time"} if {
	not timestamps.ns(spec.created)
} else := {"field": "created", "message": sprintf("was created in the future, on `%s`", [spec.created])} if {
	timestamps.ns(spec.created) > now_ns
} else := {
	"field": "expires",
	"message": sprintf("runs to `%s`, more than %v days after it was created", [spec.expires, max_days]),
} if {
	lifetime_ns := timestamps.end_ns(spec.expires) - timestamps.ns(spec.created)
	lifetime_ns >= (max_days + 1) * day_ns
} else := {
	"field": "expires",
	"message": sprintf("runs to `%s`, more than %v days after it was created", [spec.expires, max_days]),
} if {
	timestamps.is_date_time(spec.expires) # gatelib:equivalent condition: a date that is too late has been refused above
	timestamps.ns(spec.expires) - timestamps.ns(spec.created) > max_days * day_ns
}

# METADATA
# description: Whether it is in force, and ends within the days of which a rule warns.
expires_soon(spec) if {
	not expiry_problem(spec)
	timestamps.end_ns(spec.expires) - now_ns <= warn_days * day_ns
}
