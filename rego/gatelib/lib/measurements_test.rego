package gatelib.lib.measurements_test

import data.gatelib.lib.measurements

file := "build/reproducibility.json"

test_the_number_that_was_measured if {
	measurements.value("reproducibility", "reproducibility.ratio") == 0.93 with input as envelope([ratio({})])
	measurements.problems("reproducibility", "reproducibility.ratio") == set() with input as envelope([ratio({})])
	measurements.record("reproducibility", "reproducibility.ratio").spec == ratio({}).spec with input as envelope([ratio({})])
}

test_neighbours_do_not_count if {
	other := measurement({"name": "trace.coverage", "value": "most", "unit": 7, "measured": "2020-01-01T00:00:00Z"})
	measurements.value("reproducibility", "reproducibility.ratio") == 0.93 with input as envelope([other, ratio({})])
}

test_nothing_is_said_where_no_file_counts if {
	given := object.union(envelope([ratio({})]), {"verifications": []})
	measurements.problems("reproducibility", "reproducibility.ratio") == set() with input as given
	not measurements.value("reproducibility", "reproducibility.ratio") with input as given
	measurements.problems("slo-burn", "slo.burn_rate") == set() with input as envelope([ratio({})])
	not measurements.value("slo-burn", "slo.burn_rate") with input as envelope([ratio({})])
}

test_one_that_is_missing if {
	every facts in [[], [measurement({"name": "other"})], [measurement({})], [{"type": "scan"}], [measurement({"name": ["reproducibility.ratio"]})]] {
		found({"evidence": file, "path": [], "msg": "`build/reproducibility.json` has no Measurement `reproducibility.ratio`"}, facts)
	}
}

test_one_that_is_given_twice if {
	found(
		problem(1, "name", "Measurement `reproducibility.ratio` is given 2 times"),
		[ratio({}), ratio({"value": 0.1})],
	)
	given := envelope([ratio({}), measurement({"name": "other"}), ratio({"value": 0.1}), ratio({"unit": "percent"})])
	measurements.problems("reproducibility", "reproducibility.ratio") == {
		problem(2, "name", "Measurement `reproducibility.ratio` is given 3 times"),
		problem(3, "name", "Measurement `reproducibility.ratio` is given 3 times"),
	} with input as given
	not measurements.record("reproducibility", "reproducibility.ratio") with input as given
}

test_all_that_is_wrong_with_one if {
	given := envelope([measurement({"name": "other"}), ratio({"value": 1.5, "unit": "percent", "measured": "lately"})])
	measurements.problems("reproducibility", "reproducibility.ratio") == {
		problem(1, "value", "Measurement `reproducibility.ratio` has a value above 1"),
		problem(1, "unit", "Measurement `reproducibility.ratio` is in `percent`, and must be in `ratio`"),
		problem(1, "measured", "Measurement `reproducibility.ratio` names no time at which it was measured"),
	} with input as given
}

# What each is counted in, the least that it may be and the most, `null` where it has no bound.
known := {
	"api.breaking_changes": ["count", 0, null],
	"base_image.drift": ["count", 0, null],
	"chaos.pass_rate": ["percent", 0, 100],
	"error_budget.remaining": ["percent", null, 100],
	"governance.provenance_validation": ["percent", 0, 100],
	"governance.slo_adherence": ["percent", 0, 100],
	"governance.verdict_coverage": ["percent", 0, 100],
	"migration.lint.errors": ["count", 0, null],
	"pen_test.oldest_critical_days": ["days", 0, null],
	"redaction.coverage": ["percent", 0, 100],
	"replication.lag_seconds": ["seconds", 0, null],
	"reproducibility.ratio": ["ratio", 0, 1],
	"scorecard.score": ["points", 0, 100],
	"shadow_read.error_rate": ["ratio", 0, 1],
	"shadow_read.reads": ["count", 0, null],
	"slo.burn_rate": ["ratio", 0, null],
	"storage.projected_bytes": ["bytes", 0, null],
	"storage.projected_growth_percent": ["percent", -100, null],
	"trace.coverage": ["percent", 0, 100],
	"vulnerabilities.p90_age_days": ["days", 0, null],
}

test_units_and_bounds_of_all_that_rules_read if {
	every name, wanted in known {
		[unit, least, most] := wanted
		every value in [number | some number in [0, least, most]; is_number(number)] {
			problems_of(name, value, unit) == set()
		}
		problems_of(name, 0, "other") == {problem(0, "unit", sprintf("Measurement `%s` is in `other`, and must be in `%s`", [name, unit]))}
		below_least(name, unit, least)
		above_most(name, unit, most)
	}
}

below_least(name, unit, null) if problems_of(name, -1000000, unit) == set()

below_least(name, unit, least) if {
	is_number(least)
	problems_of(name, least - 0.5, unit) == {problem(0, "value", sprintf("Measurement `%s` has a value below %v", [name, least]))}
}

above_most(name, unit, null) if problems_of(name, 1000000000000, unit) == set()

above_most(name, unit, most) if {
	is_number(most)
	problems_of(name, most + 0.5, unit) == {problem(0, "value", sprintf("Measurement `%s` has a value above %v", [name, most]))}
}

problems_of(name, value, unit) := found if {
	given := envelope([measurement({"name": name, "value": value, "unit": unit, "measured": "2026-11-21T00:00:00Z"})])
	found := measurements.problems("reproducibility", name) with input as given
}

test_one_without_a_number if {
	every value in [null, "0.93", true, [0.93], {"n": 1}] {
		found(problem(0, "value", "Measurement `reproducibility.ratio` has no `value` that is a number"), [ratio({"value": value})])
	}
	given := [{"apiVersion": "gatelib.dev/v1", "kind": "Measurement", "spec": object.remove(ratio({}).spec, ["value"])}]
	found(problem(0, "value", "Measurement `reproducibility.ratio` has no `value` that is a number"), given)
}

test_one_in_another_unit if {
	found(problem(0, "unit", "Measurement `reproducibility.ratio` is in `percent`, and must be in `ratio`"), [ratio({"unit": "percent"})])
	every unit in [null, 1] {
		found(problem(0, "unit", "Measurement `reproducibility.ratio` names no unit, and must be in `ratio`"), [ratio({"unit": unit})])
	}
}

test_one_out_of_its_bounds if {
	found(problem(0, "value", "Measurement `reproducibility.ratio` has a value below 0"), [ratio({"value": -0.01})])
	found(problem(0, "value", "Measurement `reproducibility.ratio` has a value above 1"), [ratio({"value": 1.01})])
	every value in [0, 1] {
		measurements.value("reproducibility", "reproducibility.ratio") == value with input as envelope([ratio({"value": value})])
	}
}

test_one_of_no_known_name_has_any_unit if {
	given := envelope([measurement({"name": "team.own", "value": -3, "measured": "2026-11-20T00:00:00Z"})])
	measurements.value("reproducibility", "team.own") == -3 with input as given
}

test_the_age_counts_to_the_nanosecond if {
	every measured in ["2026-11-15T00:00:00Z", "2026-11-15T01:00:00+01:00", "2026-11-22T00:00:00Z"] {
		measurements.value("reproducibility", "reproducibility.ratio") == 0.93 with input as envelope([ratio({"measured": measured})])
	}
	found(
		problem(0, "measured", "Measurement `reproducibility.ratio` was measured on `2026-11-14T23:59:59.999999999Z`, more than 7 days ago"),
		[ratio({"measured": "2026-11-14T23:59:59.999999999Z"})],
	)
	found(
		problem(0, "measured", "Measurement `reproducibility.ratio` was measured in the future, on `2026-11-22T00:00:00.000000001Z`"),
		[ratio({"measured": "2026-11-22T00:00:00.000000001Z"})],
	)
	every measured in [null, "", "2026-11-21", "yesterday", 7] {
		found(problem(0, "measured", "Measurement `reproducibility.ratio` names no time at which it was measured"), [ratio({"measured": measured})])
	}
}

found(wanted, facts) if {
	measurements.problems("reproducibility", "reproducibility.ratio") == {wanted} with input as envelope(facts)
	not measurements.value("reproducibility", "reproducibility.ratio") with input as envelope(facts)
}

problem(position, field, msg) := {"evidence": file, "path": ["facts", position, "spec", field], "msg": msg}

ratio(changes) := measurement(object.union(
	{"name": "reproducibility.ratio", "value": 0.93, "unit": "ratio", "measured": "2026-11-21T00:00:00Z"},
	changes,
))

measurement(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Measurement", "spec": spec}

envelope(facts) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "gatelib.dev/v1",
		"kind": "Release",
		"metadata": {"name": "api-1"},
		"spec": {"service": "api", "version": "1", "commit": "c", "images": ["r.example.com/api@sha256:aa"]},
	}}],
	"evidence": {file: {"format": "gatelib.dev/v1", "role": "reproducibility", "sha256": "00", "size": 9, "facts": facts}},
	"verifications": [{
		"type": "entry", "file": file, "producer": "ci", "service": "api", "version": "1", "commit": "c",
		"images": ["sha256:aa"], "created": "2026-11-21T23:00:00Z",
	}],
}
