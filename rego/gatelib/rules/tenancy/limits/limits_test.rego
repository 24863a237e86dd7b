package gatelib.rules.tenancy.limits_test

import data.gatelib.rules.tenancy.limits

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

namespace(labels) := {"kind": "Namespace", "metadata": {"name": "n", "labels": labels}}

acme := namespace({"gatelib.dev/tenant": "acme"})

record(spec) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "TenantLimits",
	"metadata": {"name": "acme"},
	"spec": spec,
}

complete := {
	"tenant": "acme",
	"rateLimit": {"requestsPerSecond": 250},
	"slo": {"objective": "99.9%", "window": "30d"},
	"budget": {"monthly": 1200, "currency": "EUR"},
	"noisyNeighbourTest": {"passed": true, "finished": "2026-11-03"},
}

finding(document, msg) := {
	"id": "GL-TEN-005",
	"msg": msg,
	"document": document,
	"path": ["metadata", "labels", "gatelib.dev/tenant"],
}

about(problem) := {finding(0, sprintf("the limits of tenant `acme` %s", [problem]))}

with_field(path, value) := json.patch(complete, [{"op": "replace", "path": path, "value": value}])

found(spec) := deny if {
	deny := limits.deny with input as envelope([acme], [record(spec)])
}

test_deny_without_a_record if {
	limits.deny == {finding(0, "tenant `acme` has no TenantLimits record")} with input as envelope([acme], [])
}

test_deny_with_the_record_of_another if {
	found(with_field("/tenant", "globex")) == {finding(0, "tenant `acme` has no TenantLimits record")}
}

test_deny_namespace_with_an_empty_label if {
	unnamed := record(with_field("/tenant", ""))
	deny := limits.deny with input as envelope([namespace({"gatelib.dev/tenant": ""})], [unnamed])
	deny == {finding(0, "tenant namespace `n` names no tenant")}
}

test_deny_record_with_nothing_in_it if {
	lack := about(concat("", [
		"lack `rateLimit.requestsPerSecond`, `slo.objective`, `slo.window`, `budget.monthly`, `budget.currency`, ",
		"`noisyNeighbourTest.passed`, `noisyNeighbourTest.finished`",
	]))
	found({"tenant": "acme"}) == lack
	found({
		"tenant": "acme",
		"rateLimit": 7,
		"slo": "99%",
		"budget": [],
		"noisyNeighbourTest": null,
	}) == lack
}

test_deny_each_missing_field if {
	fields := [
		"rateLimit.requestsPerSecond",
		"slo.objective",
		"slo.window",
		"budget.monthly",
		"budget.currency",
		"noisyNeighbourTest.passed",
		"noisyNeighbourTest.finished",
	]
	every field in fields {
		every value in [null, "", [], {}] {
			spec := with_field(concat("", ["/", replace(field, ".", "/")]), value)
			found(spec) == about(sprintf("lack `%s`", [field]))
		}
	}
}

test_deny_wrong_values if {
	every example in [
		["rateLimit.requestsPerSecond", 0, "`0`", "number above zero"],
		["rateLimit.requestsPerSecond", -5, "`-5`", "number above zero"],
		["rateLimit.requestsPerSecond", "250", "`250`", "number above zero"],
		["slo.objective", "100%", "`100%`", "percentage such as `99.9%`"],
		["slo.objective", 99.9, "`99.9`", "percentage such as `99.9%`"],
		["slo.window", "month", "`month`", "duration such as `30d`"],
		["slo.window", {"days": 30}, "type `object`", "duration such as `30d`"],
		["slo.window", "99.9%", "`99.9%`", "duration such as `30d`"],
		["budget.monthly", 0, "`0`", "number above zero"],
		["budget.monthly", [1200], "type `array`", "number above zero"],
		["budget.currency", "euro", "`euro`", "currency code such as `EUR`"],
		["budget.currency", "EURO", "`EURO`", "currency code such as `EUR`"],
		["budget.currency", 978, "`978`", "currency code such as `EUR`"],
		["noisyNeighbourTest.passed", "true", "`true`", "boolean"],
		["noisyNeighbourTest.finished", "yesterday", "`yesterday`", "RFC 3339 date or date-time that has passed"],
		["noisyNeighbourTest.finished", true, "`true`", "RFC 3339 date or date-time that has passed"],
		["noisyNeighbourTest.finished", "2026-11-23", "`2026-11-23`", "RFC 3339 date or date-time that has passed"],
	] {
		[field, value, text, want] := example
		spec := with_field(concat("", ["/", replace(field, ".", "/")]), value)
		found(spec) == about(sprintf("have `%s` of %s, which is no %s", [field, text, want]))
	}
}

test_deny_failed_test if {
	found(with_field("/noisyNeighbourTest/passed", false)) == about("come with a noisy-neighbour test that failed")
}

test_deny_by_any_record_of_the_tenant if {
	failed := record(with_field("/noisyNeighbourTest/passed", false))
	limits.deny == about("come with a noisy-neighbour test that failed") with input as envelope(
		[acme, record(complete)],
		[failed],
	)
}

test_deny_by_own_label if {
	contents := [namespace({"customer": "globex", "gatelib.dev/tenant": "acme"}), record(complete)]
	deny := limits.deny with input as envelope(contents, [])
		with data.gatelib.params as {"tenancy": {"label": "customer"}}
	deny == {{
		"id": "GL-TEN-005",
		"msg": "tenant `globex` has no TenantLimits record",
		"document": 0,
		"path": ["metadata", "labels", "customer"],
	}}
}

test_deny_nothing_and_say_so_where_a_record_names_no_tenant if {
	contents := [
		record({}),
		record({"tenant": null}),
		record({"tenant": ["acme"]}),
		record("acme"),
		{"kind": "TenantLimits"},
		record(complete),
	]
	limits.deny == set() with input as envelope(contents, [record({})])
	limits.unjudged == {{
		"document": index,
		"path": ["spec", "tenant"],
		"msg": "the record does not name its `tenant` as a string",
	} |
		some index in [0, 1, 2, 3, 4]
	} with input as envelope(contents, [record({})])
}

test_allow_complete_record if {
	every spec in [
		complete,
		with_field("/noisyNeighbourTest/finished", "2026-11-22T00:00:00Z"),
		with_field("/rateLimit/requestsPerSecond", 0.5),
		with_field("/slo/window", "4w"),
	] {
		found(spec) == set()
	}
	limits.subjects == {0} with input as envelope([acme, record(complete)], [])
	limits.unjudged == set() with input as envelope([acme, record(complete)], [])
}

test_allow_namespaces_of_no_one_tenant if {
	contents := [namespace({"gatelib.dev/multi-tenant": "true"}), namespace({})]
	limits.deny == set() with input as envelope(contents, [acme])
	limits.subjects == set() with input as envelope(contents, [acme])
}

test_deny_each_namespace_by_the_record_of_its_own_tenant if {
	names := ["acme", "globex", "", "initech", ""]
	contents := [namespace({"gatelib.dev/tenant": name}) | some name in names]
	failed := {"noisyNeighbourTest": {"passed": false}}
	records := [
		record(complete),
		record(object.union(complete, object.union(failed, {"tenant": "globex"}))),
		record(object.union(complete, object.union(failed, {"tenant": "initech"}))),
	]
	limits.deny == {
		finding(1, "the limits of tenant `globex` come with a noisy-neighbour test that failed"),
		finding(2, "tenant namespace `n` names no tenant"),
		finding(3, "the limits of tenant `initech` come with a noisy-neighbour test that failed"),
		finding(4, "tenant namespace `n` names no tenant"),
	} with input as envelope(contents, records)
	limits.subjects == {0, 1, 2, 3, 4} with input as envelope(contents, records)
}
