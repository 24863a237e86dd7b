# METADATA
# title: Drills
# description: >-
#   Drill records in an Evidence Pack. Of each type the last drill counts: an earlier one that went well says nothing
#   once a later one has failed.
package gatelib.lib.drills

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.durations
import data.gatelib.lib.evidence
import data.gatelib.lib.records
import data.gatelib.lib.timestamps

# METADATA
# description: >-
#   Why the drills of a role do not show that one of some types, which count as one, has passed within some days, as
#   findings without their `id`. None where no file of the role counts, since `evidence.faults` says so.
problems(role, types, max_age_days) := missing(role, types) | (undated(role, types) | last_problems(role, types, max_age_days))

# METADATA
# description: >-
#   The drill of some types that was finished last, as `records.given` has it; several where they were finished at the
#   same moment, and none where it is unknown when one was finished.
last(role, types) := [found |
	count(undated(role, types)) == 0
	given := of_types(role, types)
	latest := max([timestamps.ns(found.spec.finished) | some found in given])
	some found in given
	timestamps.ns(found.spec.finished) == latest
]

# METADATA
# description: >-
#   A finding, without its `id`, for each last drill of some types that took longer than a duration such as `15m`, or
#   that does not say how long it took. `field` is `rpo`, `rto` or `mttr`.
over(role, types, field, limit) := {object.union(records.at(found, ["spec", field]), {"msg": msg}) |
	some found in last(role, types)
	msg := duration_problem(found.spec, field, limit)
}

# METADATA
# description: The drills of a role that are of none of some types, as findings without their `id`.
others(role, types) := {object.union(records.at(found, ["spec", "type"]), {"msg": msg}) |
	some found in records.given(role, "Drill")
	type := object.get(found.spec, "type", null) # gatelib:equivalent null: neither null nor false is text
	not type in types
	msg := sprintf("a drill is of type `%s`, which is not %s", [documents.text(type), named(types, " or ")])
}

missing(role, types) := {{"evidence": file, "path": [], "msg": msg} |
	file := evidence.files(role)[0]
	count(of_types(role, types)) == 0
	msg := sprintf("`%s` has no Drill of type %s", [file, named(types, " or ")])
}

undated(role, types) := {object.union(records.at(found, ["spec", "finished"]), {"msg": msg}) |
	some found in of_types(role, types)
	problem := time_problem(object.get(found.spec, "finished", null)) # gatelib:equivalent null: neither null nor false is a date-time
	msg := sprintf("the `%s` drill %s", [found.spec.type, problem])
}

last_problems(role, types, max_age_days) := {object.union(records.at(found, ["spec", field]), {"msg": msg}) |
	some found in last(role, types)
	some [field, problem] in outcome_problems(found.spec, max_age_days)
	msg := sprintf("the last `%s` drill %s", [found.spec.type, problem])
}

outcome_problems(spec, max_age_days) := {["finished", problem] |
	now_ns - timestamps.ns(spec.finished) > max_age_days * day_ns
	problem := sprintf("was finished on `%s`, more than %v days ago", [spec.finished, max_age_days])
} | {["passed", problem] | problem := failure(object.get(spec, "passed", null), spec.finished)}

failure(false, finished) := sprintf("did not pass, on `%s`", [finished])

failure(passed, _) := "does not say whether it passed" if not is_boolean(passed)

time_problem(finished) := "names no time at which it was finished" if {
	not timestamps.is_date_time(finished)
} else := sprintf("was finished in the future, on `%s`", [finished]) if {
	timestamps.ns(finished) > now_ns
}

duration_problem(spec, field, limit) := sprintf("the last `%s` drill has no `%s` that is a duration", [spec.type, field]) if {
	not durations.seconds(object.get(spec, field, null)) # gatelib:equivalent null: neither null nor false is a duration
} else := sprintf("the last `%s` drill had a `%s` of `%s`, over `%s`", [spec.type, field, spec[field], limit]) if {
	durations.seconds(spec[field]) > durations.seconds(limit)
}

of_types(role, types) := [found |
	some found in records.given(role, "Drill")
	object.get(found.spec, "type", null) in types # gatelib:equivalent null: types are texts
]

named(types, separator) := concat(separator, [sprintf("`%s`", [type]) | some type in types])

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
now_ns := gate_input.now_ns

day_ns := timestamps.day_ns
