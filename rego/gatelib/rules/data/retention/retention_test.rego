package gatelib.rules.data.retention_test

import data.gatelib.rules.data.retention

envelope(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": record(spec)} | some index, spec in specs],
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "Dataset", "metadata": {"name": "r"}, "spec": spec}

finding(index, path, msg) := {
	"id": "GL-DAT-004",
	"msg": concat("", ["dataset `r` ", msg]),
	"document": index,
	"path": array.concat(["spec"], path),
}

test_deny_no_period if {
	given := [
		{}, {"retention": null}, {"retention": "30 days"}, {"retention": 30}, {"retention": ["30"]}, "spec",
	]
	retention.deny == {finding(index, ["retention"], "has no retention period") | some index, _ in given} with input as envelope(given)
	empty := [{"retention": {}}, {"retention": {"days": null, "until": ""}}, {"retention": {"created": "2026-11-01"}}]
	retention.deny == {finding(index, ["retention"], "has no retention period: neither `days` nor `until`") |
		some index, _ in empty
	} with input as envelope(empty)
}

test_deny_days_that_are_none if {
	every days in [0, -1, 1.5, "30", true, [30], {}] {
		retention.deny == {finding(
			0,
			["retention", "days"],
			"has a retention period of `days` that are no whole number above zero",
		)} with input as envelope([{"retention": {"days": days, "created": "2026-11-20"}}])
	}
}

test_deny_days_that_count_from_nothing if {
	every created in [null, "", "2026-02-29", "2026-11-20 06:00", "2026-11-20T06:00:00", 1795132800, ["2026-11-20"]] {
		retention.deny == {finding(
			0, ["retention", "created"],
			"has a retention period of days, and no `created` in RFC 3339 from which they count",
		)} with input as envelope([{"retention": {"days": 30, "created": created}}])
	}
}

test_deny_a_creation_in_the_future_whichever_end_there_is if {
	given := [
		{"retention": {"days": 30, "created": "2026-11-22T00:00:01Z"}},
		{"retention": {"until": "2027-01-01", "created": "2026-11-22T00:00:01Z"}},
	]
	retention.deny == {finding(index, ["retention", "created"], "was created in the future, on `2026-11-22T00:00:01Z`") |
		some index, _ in given
	} with input as envelope(given)
}

test_deny_an_end_that_is_none if {
	every until in ["soon", "2027-02-29", 2027, true, ["2027-01-01"], {}] {
		retention.deny == {finding(
			0,
			["retention", "until"],
			"has an `until` that is no RFC 3339 date or date-time",
		)} with input as envelope([{"retention": {"until": until}}])
	}
}

test_deny_each_end_that_has_passed if {
	given := envelope([{"retention": {"days": 1, "created": "2026-11-20T23:59:59.999Z", "until": "2026-11-21"}}])
	retention.deny == {
		finding(0, ["retention", "days"], "was created on `2026-11-20T23:59:59.999Z`, and may be kept 1 days"),
		finding(0, ["retention", "until"], "may be kept until `2026-11-21`"),
	} with input as given
}

test_allow_to_the_last_moment if {
	given := envelope([
		{"retention": {"days": 1, "created": "2026-11-21T00:00:00Z"}},
		{"retention": {"days": 1, "created": "2026-11-21"}},
		{"retention": {"days": 36500, "created": "2026-11-22T00:00:00Z"}},
		{"retention": {"until": "2026-11-22T00:00:00Z"}},
		{"retention": {"until": "2026-11-22", "days": null, "created": "2026-11-01"}},
		{"retention": {"until": null, "days": 30, "created": "2026-11-01"}},
		{"retention": {"until": "", "days": 30, "created": "2026-11-01"}},
	])
	retention.deny == set() with input as given
	retention.subjects == {0, 1, 2, 3, 4, 5, 6} with input as given
}
