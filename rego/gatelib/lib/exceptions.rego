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
# description: What the trusted side gave, as `{place, name, spec}`; `place` is what a finding points with.
given := [exception({"exception": index}, content) | some index, content in data.gatelib.exceptions] if {
	is_array(data.gatelib.exceptions)
}

# METADATA
# description: The given ones and those among the judged documents, in the same form.
all := array.concat(
	given,
	[exception({"document": document.index}, document.content) |
		some document in documents.of_type("gatelib.dev/PolicyException")
	],
)

exception(place, content) := {
	"place": place,
	"name": documents.text(object.get(metadata, "name", "")),
	"spec": documents.mapping(object.get(content, "spec", {})),
} if {
	metadata := documents.mapping(object.get(content, "metadata", {}))
}

# METADATA
# description: The people who approved, without empty entries; one name or a list of them.
approvers(spec) := {trim_space(name) |
	some name in array.concat(documents.list(spec.approver), [spec.approver])
	is_string(name)
	trim_space(name) != ""
} if {
	spec.approver
} else := set()

# METADATA
# description: Why nobody who may has approved it; undefined where somebody has.
approver_problem(spec) := "has no approver" if {
	count(approvers(spec)) == 0
} else := "names no requester, so that nobody can tell who may approve it" if {
	requester(spec) == ""
} else := sprintf("is approved by its own requester `%s`", [requester(spec)]) if {
	lower(requester(spec)) in {lower(name) | some name in approvers(spec)}
}

requester(spec) := trim_space(documents.text(object.get(spec, "requester", "")))

# METADATA
# description: Why it does not end, or has ended, with the field at fault; undefined where it is in force.
expiry_problem(spec) := {"field": "expires", "message": "has no expiry"} if {
	object.get(spec, "expires", null) in {null, ""}
} else := {"field": "expires", "message": "has an expiry that is no RFC 3339 date or date-time"} if {
	not timestamps.end_ns(spec.expires)
} else := {"field": "expires", "message": sprintf("expired on `%s`", [spec.expires])} if {
	timestamps.end_ns(spec.expires) <= gate_input.now_ns
} else := {"field": "created", "message": "has no `created`, from which its lifetime counts"} if {
	object.get(spec, "created", null) in {null, ""}
} else := {"field": "created", "message": "has a `created` that is no RFC 3339 date or date-time"} if {
	not timestamps.ns(spec.created)
} else := {"field": "created", "message": sprintf("was created in the future, on `%s`", [spec.created])} if {
	timestamps.ns(spec.created) > gate_input.now_ns
} else := {
	"field": "expires",
	"message": sprintf("runs to `%s`, more than %d days after it was created", [spec.expires, params.all.exceptions.max_days]),
} if {
	lifetime_ns := timestamps.end_ns(spec.expires) - timestamps.ns(spec.created)
	lifetime_ns >= (params.all.exceptions.max_days + 1) * timestamps.day_ns
} else := {
	"field": "expires",
	"message": sprintf("runs to `%s`, more than %d days after it was created", [spec.expires, params.all.exceptions.max_days]),
} if {
	timestamps.is_date_time(spec.expires)
	timestamps.ns(spec.expires) - timestamps.ns(spec.created) > params.all.exceptions.max_days * timestamps.day_ns
}
