# METADATA
# title: Governance
# description: >-
#   What makes a provenance envelope or a governance verdict one that cannot be relied on, said here once: for
#   the context of a verdict request, and for records that carry one.
package gatelib.lib.governance

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.timestamps

# METADATA
# description: >-
#   What is wrong with a provenance envelope `{origin, actor, timestamp, confidence, simulated}`, as `{path, msg}`:
#   `path` leads into the value, and `msg` goes on from its name, such as "has no `origin`". A value that is not
#   there is given as null.
provenance_problems(value) := {{"path": path, "msg": msg} |
	some [path, msg] in envelope_problems(value, provenance_form)
} | {{"path": ["timestamp"], "msg": "has a `timestamp` in the future"} | in_future(value, "timestamp")}

# METADATA
# description: >-
#   What is wrong with a verdict `{allow, decider, rule_id, reason}` that somebody else gave, in the same form. Only
#   one that allows has no problem; `rule_id` may be null, since no rule denies then. Where
#   `governance.require_signed_verdict` is set, gatelib's verifier must have found it signed, by an entry
#   `{"type": "verdict", "decider", "verdict"}` of the verifications whose `verdict` is the value without its
#   `signature`, and it may not be older than `governance.max_verdict_age_hours`.
verdict_problems(value) := content_problems(value) | {{"path": path, "msg": msg} |
	[path, msg] := signature_problem(value)
}

# METADATA
# description: The same of a verdict that is on record, whose signature is judged by what the record binds it to.
content_problems(value) := {{"path": path, "msg": msg} |
	some [path, msg] in envelope_problems(value, verdict_form)
} | {{"path": ["allow"], "msg": "denies"} | documents.mapping(value).allow == false}

# METADATA
# description: The request for a verdict that is judged, as `{action, subject, context}`; undefined for other inputs.
request := gate_input.request

# METADATA
# description: >-
#   What is wrong with the provenance envelope in `context.provenance` of a request, as a finding without `id` for
#   each document of its artefact.
provenance_of_request contains about(document, "the context's provenance envelope", problem) if {
	some problem in provenance_problems(object.get(request.context, "provenance", null))
	some document in documents.judged
}

# METADATA
# description: >-
#   What is wrong with the verdict in `context.verdict` of a request, in the same form. A request without one is
#   fine unless `governance.require_verdict` is set.
verdict_of_request contains about(document, "the context's verdict", problem) if {
	is_wanted
	some problem in verdict_problems(object.get(request.context, "verdict", null))
	some document in documents.judged
}

# METADATA
# description: The documents of a request's artefact, for a rule's `subjects`; none for other inputs.
subjects contains document.index if {
	request
	some document in documents.judged
}

is_wanted if "verdict" in object.keys(request.context)

is_wanted if {
	request # gatelib:equivalent condition: without a request, what asks for this has no context to read either
	params.all.governance.require_verdict
}

about(document, what, problem) := {
	"document": document.index,
	"path": [],
	"msg": sprintf("%s %s", [what, problem.msg]),
}

envelope_problems(value, _) := [[[], "is missing"]] if is_null(value)

envelope_problems(value, _) := [[[], "is no object"]] if {
	not is_null(value)
	not is_object(value)
}

envelope_problems(value, form) := [[[field], msg] |
	some field, want in form
	msg := field_problem(value, field, want)
] if {
	is_object(value)
}

field_problem(value, field, want) := sprintf("has no `%s`", [field]) if {
	not field in object.keys(value)
} else := sprintf("has no `%s`", [field]) if {
	is_null(value[field])
	field != "rule_id"
} else := sprintf("has a `%s` that is no %s", [field, want]) if {
	not fits(value[field], want)
}

provenance_form := {
	"origin": "text",
	"actor": "text",
	"timestamp": "RFC 3339 date-time",
	"confidence": "number from 0 to 1",
	"simulated": "boolean",
}

verdict_form := {"allow": "boolean", "decider": "text", "rule_id": "rule's ID or null", "reason": "text"}

fits(value, "text") if is_text(value)

fits(value, "boolean") if is_boolean(value)

fits(value, "RFC 3339 date-time") if timestamps.is_date_time(value)

fits(value, "number from 0 to 1") if {
	is_number(value) # gatelib:equivalent condition: of what is no number, all is below 0 or above 1
	value >= 0
	value <= 1
}

fits(value, "rule's ID or null") if is_null(value)

fits(value, "rule's ID or null") if is_text(value)

is_text(value) if {
	is_string(value)
	trim_space(value) != ""
}

# Clocks differ a little, and a message must not be refused for it.
in_future(value, field) if {
	is_object(value) # gatelib:equivalent condition: what is no object has no field
	moment := timestamps.ns(value[field])
	moment > now_ns + (max_clock_skew_seconds * 1000000000)
}

signature_problem(value) := [["signature"], "is not signed by a key of `trust.verdicts`"] if {
	require_signed_verdict
	is_object(value)
	not is_signed(value)
}

signature_problem(value) := problem if {
	require_signed_verdict
	is_signed(value)
	problem := age_problem(value)
}

is_signed(value) if {
	some found in verified
	found.type == "verdict"
	found.decider == value.decider
	found.verdict == object.remove(value, ["signature"])
}

# A signature holds for ever, and what it allowed then may be denied by now.
age_problem(value) := [["now"], "has no `now` that tells when it was given"] if {
	# gatelib:equivalent null: neither null nor false is a date-time
	not timestamps.is_date_time(object.get(value, "now", null))
} else := [["now"], "has a `now` in the future"] if {
	in_future(value, "now")
} else := [["now"], sprintf("is more than %v hours old", [max_verdict_age_hours])] if {
	now_ns - timestamps.ns(value.now) > max_verdict_age_hours * 3600000000000
}

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
now_ns := gate_input.now_ns

verified := gate_input.verifications

require_signed_verdict := params.all.governance.require_signed_verdict

max_verdict_age_hours := params.all.governance.max_verdict_age_hours

max_clock_skew_seconds := params.all.governance.max_clock_skew_seconds
