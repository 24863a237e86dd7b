# METADATA
# title: Emergency access is recorded, reviewed and over
# description: >-
#   Whoever breaks the glass goes around every rule, for good reasons and for bad ones. A signed record with a second
#   person's review tells one from the other, and an end keeps the emergency from becoming the way that things are done.
# custom:
#   id: GL-EXC-006
#   severity: high
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/BreakGlass]
#   scope: document
#   params: [break_glass.max_hours, evidence.max_age_days]
#   remediation: >-
#     End the access, have somebody else review what was done, and add the BreakGlass records, an empty list where there
#     are none, with `gatelib evidence add governance/break-glass.json`.
#   since: 0.1.0
package gatelib.rules.exceptions.break_glass

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.params
import data.gatelib.lib.records
import data.gatelib.lib.timestamps

subjects := evidence.subjects | {use.place.document | some use in unsigned}

deny contains object.union(fault, {"id": "GL-EXC-006"}) if some fault in evidence.faults("break-glass")

unjudged contains problem if some problem in evidence.unreadable("break-glass")

deny contains {"id": "GL-EXC-006", "evidence": file, "path": ["facts", position], "msg": msg} if {
	some file in evidence.files("break-glass")
	some position, fact in gate_input.evidence[file].facts
	not is_use(documents.mapping(fact))
	msg := sprintf("`%s` holds something else than a BreakGlass record", [file])
}

deny contains object.union(records.at(use, []), {"id": "GL-EXC-006", "msg": msg}) if {
	some use in unsigned
	msg := sprintf("break-glass record `%s` lies among what is judged, where nobody has signed it", [use.name])
}

deny contains object.union(records.at(use, ["spec", field]), {"id": "GL-EXC-006", "msg": msg}) if {
	some use in uses
	some field in ["requester", "reason"]
	text(use.spec, field) == ""
	msg := sprintf("break-glass record `%s` has no `%s`", [use.name, field])
}

deny contains object.union(records.at(use, ["spec", problem.field]), {"id": "GL-EXC-006", "msg": msg}) if {
	some use in uses
	problem := time_problem(use.spec)
	msg := sprintf("break-glass record `%s` %s", [use.name, problem.message])
}

deny contains object.union(records.at(use, ["spec", "review"]), {"id": "GL-EXC-006", "msg": msg}) if {
	some use in uses
	problem := review_problem(use.spec, documents.mapping(object.get(use.spec, "review", {})))
	msg := sprintf("break-glass record `%s` %s", [use.name, problem])
}

is_use(fact) if {
	fact.apiVersion == "gatelib.dev/v1"
	fact.kind == "BreakGlass"
}

unsigned := records.judged("BreakGlass")

uses := records.all("BreakGlass", "break-glass")

text(fields, field) := trim_space(documents.text(object.get(fields, field, "")))

time_problem(spec) := {"field": "started", "message": "has no `started` that is an RFC 3339 date-time"} if {
	# gatelib:equivalent null: neither null nor false is a date-time
	not timestamps.is_date_time(object.get(spec, "started", null))
} else := {"field": "ended", "message": "has no `ended` that is an RFC 3339 date-time"} if {
	# gatelib:equivalent null: neither null nor false is a date-time
	not timestamps.is_date_time(object.get(spec, "ended", null))
} else := {"field": "ended", "message": sprintf("ended on `%s`, before it started", [spec.ended])} if {
	timestamps.ns(spec.ended) < timestamps.ns(spec.started)
} else := {"field": "ended", "message": sprintf("lasts until `%s`, which is still to come", [spec.ended])} if {
	timestamps.ns(spec.ended) > gate_input.now_ns
} else := {
	"field": "ended",
	"message": sprintf("lasted from `%s` to `%s`, more than %v hours", [spec.started, spec.ended, max_hours]),
} if {
	timestamps.ns(spec.ended) - timestamps.ns(spec.started) > max_hours * hour_ns
}

review_problem(spec, review) := "has no review with a `reviewer`" if {
	text(review, "reviewer") == ""
} else := sprintf("is reviewed by its own requester `%s`", [text(spec, "requester")]) if {
	lower(text(review, "reviewer")) == lower(text(spec, "requester"))
} else := "has a review without a `reviewed` that is an RFC 3339 date-time" if {
	# gatelib:equivalent null: neither null nor false is a date-time
	not timestamps.is_date_time(object.get(review, "reviewed", null))
} else := sprintf("was reviewed in the future, on `%s`", [review.reviewed]) if {
	timestamps.ns(review.reviewed) > gate_input.now_ns
} else := sprintf("was reviewed on `%s`, before it ended", [review.reviewed]) if {
	timestamps.ns(review.reviewed) < timestamps.ns(spec.ended)
}

max_hours := params.all.break_glass.max_hours

hour_ns := timestamps.day_ns / 24
