# METADATA
# title: A release goes through every ring, and bakes in each
# description: >-
#   A fault that stage does not show is to meet the own staff first (ring-0), then a few tenants (ring-1), and all
#   of them last (ring-2). It shows with time: who skips a ring, or cuts its time short, tries the release on
#   everybody. A Sev-1 incident in a ring sends the release back.
# custom:
#   id: GL-REL-018
#   severity: high
#   controls: [REL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [rings.order, rings.bake_hours, rings.guarded, evidence.max_age_days]
#   remediation: >-
#     Wait until the bake time is over, and add a RingPromotion, with `to` and for each ring of the way its
#     `entered`, `left` and number of `sev1` incidents in `history`, with `gatelib evidence add PACK FILE --as
#     rollout/rings.json`. After a Sev-1 incident, release the fix as a version of its own.
#   since: 0.1.0
package gatelib.rules.release.ring_order

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.records
import data.gatelib.lib.timestamps

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-018"}) if some fault in evidence.faults("rings")

unjudged contains problem if some problem in evidence.unreadable("rings")

deny contains {"id": "GL-REL-018", "evidence": file, "path": [], "msg": msg} if {
	files := evidence.files("rings")
	file := files[0]
	count(promotions) == 0
	msg := sprintf("`%s` has no RingPromotion", [file])
}

deny contains object.union(records.at(promotion, ["spec", "to"]), {"id": "GL-REL-018", "msg": "a RingPromotion is given more than once"}) if {
	some position, promotion in promotions
	position > 0
}

deny contains object.union(records.at(promotion, ["spec", "to"]), {"id": "GL-REL-018", "msg": msg}) if {
	some promotion in promotions

	# gatelib:equivalent null: neither is the name of a ring
	msg := target_problem(object.get(promotion.spec, "to", null))
}

deny contains object.union(records.at(promotion, ["spec", "history"]), {"id": "GL-REL-018", "msg": msg}) if {
	some promotion in promotions
	to := promotion.spec.to
	wanted := way(to)
	msg := way_problem(to, wanted, rings_of(promotion))
}

deny contains object.union(records.at(promotion, array.concat(["spec", "history"], path)), {"id": "GL-REL-018", "msg": msg}) if {
	some promotion in promotions
	wanted := way(promotion.spec.to)
	rings_of(promotion) == wanted
	history := stays(promotion)
	some position, stay in history
	some [path, msg] in problems(history, position, stay)
}

target_problem(ring) := "the RingPromotion names no ring `to` which it goes" if {
	not is_string(ring)
} else := sprintf("`%s` is no ring", [ring]) if {
	not ring in rings.order
} else := sprintf("a promotion to `%s` is asked for, and this gate stands before `%s`", [ring, rings.guarded]) if {
	not rings.guarded in {"", ring}
}

# Where a release must have been before it enters a ring.
way(ring) := array.concat(["stage"], before) if {
	position := min([index | some index, name in rings.order; name == ring])
	before := array.slice(rings.order, 0, position) # gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
}

way_problem(to, wanted, given) := sprintf("the promotion to `%s` skips `%s`", [to, skipped[0]]) if {
	skipped := [ring | some ring in wanted; not ring in given]
	count(skipped) > 0
} else := sprintf("the history is `%s`, and the way to `%s` is `%s`", [concat(", ", given), to, concat(", ", wanted)]) if {
	given != wanted
}

problems(history, position, stay) := {[[position, field], problem] |
	some field in ["entered", "left"]
	problem := time_problem(stay, field)
} | ({[[position, "left"], msg] |
	timestamps.ns(stay.left) < timestamps.ns(stay.entered)
	msg := sprintf("the release left `%s` before it entered it", [stay.ring])
} | (following_problems(history, position, stay) | ({[[position, "sev1"], problem] |
	# gatelib:equivalent null: neither is a number
	problem := sev1_problem(stay.ring, object.get(stay, "sev1", null))
} | {[[position, field], problem] |
	[field, problem] := bake_problem(stay)
})))

time_problem(stay, field) := sprintf("the release names no time at which it %s `%s`", [field, stay.ring]) if {
	is_given(stay, field)
	not timestamps.is_date_time(object.get(stay, field, null)) # gatelib:equivalent null: neither is a time
} else := sprintf("the release %s `%s` in the future, on `%s`", [field, stay.ring, stay[field]]) if {
	timestamps.ns(stay[field]) > now_ns
}

is_given(_, "entered") := true

# Its time in the last ring may go on.
is_given(stay, "left") if not is_null(object.get(stay, "left", null))

following_problems(history, position, stay) := {[[position, "left"], msg] |
	next := history[position + 1]
	not is_given(stay, "left")
	msg := sprintf("the release entered `%s` and has not left `%s`", [next.ring, stay.ring])
} | {[[position + 1, "entered"], msg] |
	next := history[position + 1]
	timestamps.ns(next.entered) < timestamps.ns(stay.left)
	msg := sprintf("the release entered `%s` before it left `%s`", [next.ring, stay.ring])
}

sev1_problem(ring, sev1) := sprintf("nobody says how many Sev-1 incidents there were in `%s`", [ring]) if {
	not is_number(sev1)
} else := sprintf("there were Sev-1 incidents in `%s`: %s", [ring, numerals.shown(sev1)]) if {
	sev1 != 0
}

bake_problem(stay) := ["ring", msg] if {
	not is_number(object.get(rings.bake_hours, stay.ring, null)) # gatelib:equivalent null: neither is a number
	msg := sprintf("`rings.bake_hours` has no time for `%s`", [stay.ring])
} else := ["entered", msg] if {
	hours := rings.bake_hours[stay.ring]
	end(stay) - timestamps.ns(stay.entered) < hours * hour_ns
	msg := sprintf("the release was in `%s` from `%s` to `%s`, less than %s hours", [
		stay.ring,
		stay.entered,
		until(stay),
		numerals.shown(hours),
	])
}

end(stay) := timestamps.ns(stay.left) if timestamps.is_date_time(stay.left)

end(stay) := now_ns if not is_given(stay, "left")

until(stay) := stay.left if {
	is_given(stay, "left")
} else := "now"

rings_of(promotion) := [documents.text(object.get(stay, "ring", "")) | some stay in stays(promotion)]

stays(promotion) := [documents.mapping(stay) | some stay in documents.list(object.get(promotion.spec, "history", []))]

promotions := records.given("rings", "RingPromotion")

rings := params.all.rings

now_ns := gate_input.now_ns

hour_ns := timestamps.day_ns / 24
