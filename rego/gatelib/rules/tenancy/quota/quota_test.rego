package gatelib.rules.tenancy.quota_test

import data.gatelib.rules.tenancy.quota

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

namespace(name, labels) := {"kind": "Namespace", "metadata": {"name": name, "labels": labels}}

acme := namespace("acme", {"gatelib.dev/tenant": "acme"})

resource_quota(spec) := object_of("ResourceQuota", "acme", spec)

limit_range(spec) := object_of("LimitRange", "acme", spec)

object_of(kind, in_namespace, spec) := {
	"apiVersion": "v1",
	"kind": kind,
	"metadata": {"name": "o", "namespace": in_namespace},
	"spec": spec,
}

some_quota := resource_quota({"hard": {"pods": "20"}})

some_range := limit_range({"limits": [{"type": "Container", "default": {"cpu": "1"}}]})

finding(document, name, lack) := {
	"id": "GL-TEN-003",
	"msg": sprintf("tenant namespace `%s` has %s", [name, lack]),
	"document": document,
	"path": ["metadata", "name"],
}

neither := finding(0, "acme", "neither a ResourceQuota nor a LimitRange that sets anything")

no_quota := finding(0, "acme", "no ResourceQuota that sets anything")

no_range := finding(0, "acme", "no LimitRange that sets anything")

problem(document, path, msg) := {"document": document, "path": path, "msg": msg}

test_deny_without_either if {
	quota.deny == {neither} with input as envelope([acme], [])
}

test_deny_without_quota if {
	quota.deny == {no_quota} with input as envelope([acme, some_range], [])
}

test_deny_without_limit_range if {
	quota.deny == {no_range} with input as envelope([acme, some_quota], [])
}

test_deny_each_namespace_on_its_own if {
	contents := [
		acme,
		some_quota,
		some_range,
		namespace("shared", {"gatelib.dev/multi-tenant": "true"}),
		object_of("ResourceQuota", "shared", {"hard": {"pods": "20"}}),
	]
	deny := quota.deny with input as envelope(contents, [])
	deny == {finding(3, "shared", "no LimitRange that sets anything")}
}

test_deny_quotas_that_set_nothing if {
	contents := [
		acme,
		some_range,
		resource_quota(null),
		resource_quota({}),
		resource_quota({"hard": null}),
		resource_quota({"hard": {}}),
		resource_quota({"hard": {"pods": null, "secrets": ""}}),
		{"kind": "ResourceQuota", "metadata": {"name": "o", "namespace": "acme"}},
	]
	quota.deny == {no_quota} with input as envelope(contents, [])
	quota.unjudged == set() with input as envelope(contents, [])
}

test_deny_limit_ranges_that_set_nothing if {
	contents := [
		acme,
		some_quota,
		limit_range(null),
		limit_range({}),
		limit_range({"limits": null}),
		limit_range({"limits": []}),
		limit_range({"limits": [null, {}, {"type": "Container"}]}),
		limit_range({"limits": [{"default": null}, {"default": {}}, {"default": {"cpu": null}}]}),
		limit_range({"limits": [{"elsewhere": {"cpu": "1"}}]}),
	]
	quota.deny == {no_range} with input as envelope(contents, [])
	quota.unjudged == set() with input as envelope(contents, [])
}

test_deny_and_say_so_where_a_type_is_wrong if {
	contents := [
		acme,
		resource_quota("pods"),
		resource_quota({"hard": ["pods"]}),
		resource_quota({"hard": {"pods": ["20"]}}),
		resource_quota({"hard": {"pods": "many"}}),
		limit_range(["limits"]),
		limit_range({"limits": {"default": {"cpu": "1"}}}),
		limit_range({"limits": ["default"]}),
		limit_range({"limits": [{"max": "1"}]}),
		limit_range({"limits": [{"min": {"cpu": true}}]}),
		object_of("LimitRange", "elsewhere", "limits"),
	]
	quota.deny == {neither} with input as envelope(contents, [])
	quota.unjudged == {
		problem(1, ["spec"], "`spec` must be an object, and is `pods`"),
		problem(2, ["spec", "hard"], "`spec.hard` must be an object, and is of type `array`"),
		problem(3, ["spec", "hard", "pods"], "`spec.hard.pods` must be a quantity, and is of type `array`"),
		problem(4, ["spec", "hard", "pods"], "`spec.hard.pods` must be a quantity, and is `many`"),
		problem(5, ["spec"], "`spec` must be an object, and is of type `array`"),
		problem(6, ["spec", "limits"], "`spec.limits` must be a list, and is of type `object`"),
		problem(7, ["spec", "limits", 0], "`spec.limits.0` must be an object, and is `default`"),
		problem(8, ["spec", "limits", 0, "max"], "`spec.limits.0.max` must be an object, and is `1`"),
		problem(
			9,
			["spec", "limits", 0, "min", "cpu"],
			"`spec.limits.0.min.cpu` must be a quantity, and is of type `boolean`",
		),
	} with input as envelope(contents, [])
}

test_allow_with_both if {
	contents := [acme, some_quota, some_range]
	quota.deny == set() with input as envelope(contents, [])
	quota.unjudged == set() with input as envelope(contents, [])
	quota.subjects == {0} with input as envelope(contents, [])
}

test_allow_with_both_in_the_inventory if {
	quota.deny == set() with input as envelope([acme], [some_quota, some_range])
	quota.subjects == {0} with input as envelope([acme], [some_quota, some_range])
}

test_allow_every_field_of_a_limit_range_and_numbers if {
	every field in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
		contents := [acme, resource_quota({"hard": {"pods": 0}}), limit_range({"limits": [{field: {"cpu": 1}}]})]
		quota.deny == set() with input as envelope(contents, [])
		quota.unjudged == set() with input as envelope(contents, [])
	}
}

test_allow_what_is_no_tenants_namespace if {
	contents := [namespace("plain", {}), namespace("other", {"gatelib.dev/multi-tenant": "no"})]
	quota.deny == set() with input as envelope(contents, [acme])
	quota.subjects == set() with input as envelope(contents, [acme])
}

test_allow_what_only_the_last_of_several_sets if {
	every ranges in [
		[limit_range({}), some_range],
		[limit_range({"limits": [{"type": "Pod"}, {"type": "Container", "max": {"cpu": "1"}}]})],
		[limit_range({"limits": [{"max": {"cpu": null, "memory": "1Gi"}}]})],
	] {
		quota.deny == set() with input as envelope(array.concat([acme, some_quota], ranges), [])
	}
}

test_say_so_of_each_field_of_a_wrong_type if {
	fields := ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"]
	many := {"cpu": "many", "memory": "many"}
	contents := [
		acme,
		resource_quota({"hard": many}),
		limit_range({"limits": [{field: "1" | some field in fields}]}),
		limit_range({"limits": [{"max": many}]}),
	]
	wrong := array.concat(
		[[2, ["spec", "limits", 0, field], "`spec.limits.0.%s` must be an object, and is `1`", field] | some field in fields],
		array.concat(
			[[1, ["spec", "hard", resource], "`spec.hard.%s` must be a quantity, and is `many`", resource] | some resource, _ in many],
			[[3, ["spec", "limits", 0, "max", resource], "`spec.limits.0.max.%s` must be a quantity, and is `many`", resource] |
				some resource, _ in many
			],
		),
	)
	quota.unjudged == {problem(document, path, sprintf(msg, [name])) |
		some [document, path, msg, name] in wrong
	} with input as envelope(contents, [])
}

test_subjects_are_all_namespaces_of_tenants if {
	contents := [acme, some_quota, namespace("plain", {}), namespace("shared", {"gatelib.dev/multi-tenant": "true"})]
	quota.subjects == {0, 3} with input as envelope(contents, [])
}
