# METADATA
# title: Measurements
# description: >-
#   Measurement records in an Evidence Pack, by the name of what was measured. A number counts where it is given
#   once, in the unit that is wanted, within the bounds of what it counts, and was measured not long ago.
package gatelib.lib.measurements

import data.gatelib.input as gate_input
import data.gatelib.lib.evidence
import data.gatelib.lib.params
import data.gatelib.lib.records
import data.gatelib.lib.timestamps

# METADATA
# description: >-
#   The number that was measured; undefined where `problems` has something to say.
value(role, name) := record(role, name).spec.value

# METADATA
# description: >-
#   The one record of a measurement, as `records.given` has it; undefined where `problems` has something to say.
record(role, name) := found[0] if {
	found := named(role, name)
	count(problems(role, name)) == 0
}

# METADATA
# description: >-
#   Why a measurement does not count, as findings without their `id`: it is missing, given more than once, no
#   number, in another unit, out of its bounds, or not measured lately. None where no file of the role counts, since
#   `evidence.faults` says so.
problems(role, name) := {{"evidence": files[0], "path": [], "msg": sprintf("`%s` has no Measurement `%s`", [files[0], name])}} if {
	files := evidence.files(role)
	count(files) > 0
	count(named(role, name)) == 0
} else := {object.union(records.at(found, ["spec", "name"]), {"msg": sprintf("Measurement `%s` is given %v times", [name, times])}) |
	some place, found in named(role, name)
	place > 0
} if {
	times := count(named(role, name))
	times > 1
} else := {object.union(records.at(found, path), {"msg": sprintf("Measurement `%s` %s", [name, message])}) |
	some found in named(role, name) # gatelib:equivalent first-only: there is but one here
	some [path, message] in flaws(name, found.spec)
}

# METADATA
# description: The records of a role that are called so, in the order of the pack.
named(role, name) := [found |
	some found in records.given(role, "Measurement")
	found.spec.name == name
]

flaws(name, spec) := ({[["spec", "value"], "has no `value` that is a number"] |
	not is_number(object.get(spec, "value", null)) # gatelib:equivalent null: neither is a number
} | unit_flaws(object.get(wanted, name, {}), spec)) | {[["spec", "measured"], message] |
	message := age_flaw(object.get(spec, "measured", null)) # gatelib:equivalent null: neither is a time
}

unit_flaws(want, spec) := {[["spec", "unit"], message] |
	message := unit_flaw(want, object.get(spec, "unit", null)) # gatelib:equivalent null: neither is a unit
} | {[["spec", "value"], message] |
	message := bound_flaw(want, spec.value)
}

unit_flaw(want, unit) := sprintf("names no unit, and must be in `%s`", [want.unit]) if {
	want.unit # gatelib:equivalent condition: the message names the unit, and is undefined without one
	not is_string(unit)
} else := sprintf("is in `%s`, and must be in `%s`", [unit, want.unit]) if {
	want.unit != unit
}

bound_flaw(want, number) := sprintf("has a value below %v", [want.least]) if {
	is_number(number)
	number < want.least
} else := sprintf("has a value above %v", [want.most]) if {
	is_number(number)
	number > want.most
}

age_flaw(measured) := "names no time at which it was measured" if {
	not timestamps.is_date_time(measured)
} else := sprintf("was measured in the future, on `%s`", [measured]) if {
	timestamps.ns(measured) > now_ns
} else := sprintf("was measured on `%s`, more than %v days ago", [measured, max_age_days]) if {
	now_ns - timestamps.ns(measured) > max_age_days * day_ns
}

# What is known of the measurements that rules read; of others, unit and bounds are not judged.
wanted := {
	"api.breaking_changes": {"unit": "count", "least": 0},
	"base_image.drift": {"unit": "count", "least": 0},
	"chaos.pass_rate": {"unit": "percent", "least": 0, "most": 100},
	"error_budget.remaining": {"unit": "percent", "most": 100},
	"governance.provenance_validation": {"unit": "percent", "least": 0, "most": 100},
	"governance.slo_adherence": {"unit": "percent", "least": 0, "most": 100},
	"governance.verdict_coverage": {"unit": "percent", "least": 0, "most": 100},
	"migration.lint.errors": {"unit": "count", "least": 0},
	"pen_test.oldest_critical_days": {"unit": "days", "least": 0},
	"redaction.coverage": {"unit": "percent", "least": 0, "most": 100},
	"replication.lag_seconds": {"unit": "seconds", "least": 0},
	"reproducibility.ratio": {"unit": "ratio", "least": 0, "most": 1},
	"scorecard.score": {"unit": "points", "least": 0, "most": 100},
	"shadow_read.error_rate": {"unit": "ratio", "least": 0, "most": 1},
	"shadow_read.reads": {"unit": "count", "least": 0},
	"slo.burn_rate": {"unit": "ratio", "least": 0},
	"storage.projected_bytes": {"unit": "bytes", "least": 0},
	"storage.projected_growth_percent": {"unit": "percent", "least": -100},
	"trace.coverage": {"unit": "percent", "least": 0, "most": 100},
	"vulnerabilities.p90_age_days": {"unit": "days", "least": 0},
}

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
now_ns := gate_input.now_ns

max_age_days := params.all.measurements.max_age_days

day_ns := timestamps.day_ns
