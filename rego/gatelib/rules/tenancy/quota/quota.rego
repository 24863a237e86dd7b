# METADATA
# title: Tenant namespaces have a ResourceQuota and a LimitRange
# description: >-
#   Without a quota one tenant can take all of a cluster's capacity from the others. Without a LimitRange a pod
#   that names no requests or limits escapes the quota's reckoning or is refused by it.
# custom:
#   id: GL-TEN-003
#   severity: medium
#   controls: [TEN-01]
#   gates: [pr, pre-promote]
#   kinds: [Namespace, ResourceQuota, LimitRange]
#   scope: set
#   remediation: >-
#     Put a ResourceQuota with `spec.hard` and a LimitRange with `spec.limits` into the namespace, and give both
#     its name as `metadata.namespace`.
#   params: [tenancy.label, tenancy.marker]
#   since: 0.1.0
package gatelib.rules.tenancy.quota

import data.gatelib.lib.documents
import data.gatelib.lib.quantities
import data.gatelib.lib.tenants

subjects contains namespace.index if some namespace in tenants.judged_namespaces

deny contains {
	"id": "GL-TEN-003",
	"msg": sprintf("tenant namespace `%s` has %s", [namespace.name, lack]),
	"document": namespace.index,
	"path": ["metadata", "name"],
} if {
	some namespace in tenants.judged_namespaces
	lack := lacking(documents.own_scope(namespace))
}

unjudged contains {
	"document": document.index,
	"path": path,
	"msg": sprintf("`%s` must be %s, and is %s", [written(path), want, shown(value)]),
} if {
	some type in ["ResourceQuota", "LimitRange"]
	some document in documents.of_type(type)
	tenants.by_scope[document.scope]
	some [path, want] in read_fields(document)
	value := object.get(document.content, path, null)
	not value in {null, ""}
	not fits(value, want)
}

lacking(scope) := "neither a ResourceQuota nor a LimitRange that sets anything" if {
	not has_quota(scope)
	not has_limit_range(scope)
} else := "no ResourceQuota that sets anything" if {
	not has_quota(scope)
} else := "no LimitRange that sets anything" if {
	not has_limit_range(scope)
}

has_quota(scope) if {
	some quota in documents.in_scope("ResourceQuota", scope)
	some quantity in documents.mapping(object.get(quota.content, ["spec", "hard"], {}))
	quantities.valid(quantity)
}

has_limit_range(scope) if {
	some limit_range in documents.in_scope("LimitRange", scope)
	some limit in documents.list(object.get(limit_range.content, ["spec", "limits"], []))
	some field in limit_fields
	some quantity in documents.mapping(object.get(documents.mapping(limit), field, {}))
	quantities.valid(quantity)
}

read_fields(document) := array.concat(
	[[["spec"], "an object"], [["spec", "hard"], "an object"]],
	[[["spec", "hard", resource], "a quantity"] |
		some resource, _ in documents.mapping(object.get(document.content, ["spec", "hard"], {}))
	],
) if {
	document.type == "ResourceQuota"
} else := array.concat(
	[[["spec"], "an object"], [["spec", "limits"], "a list"]],
	[field |
		some position, limit in documents.list(object.get(document.content, ["spec", "limits"], []))
		some field in limit_range_fields(["spec", "limits", position], limit)
	],
)

limit_range_fields(path, limit) := array.concat(
	[[path, "an object"]],
	array.concat(
		[[array.concat(path, [field]), "an object"] | some field in limit_fields],
		[[array.concat(path, [field, resource]), "a quantity"] |
			some field in limit_fields
			some resource, _ in documents.mapping(object.get(documents.mapping(limit), field, {}))
		],
	),
)

limit_fields := ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"]

fits(value, "an object") if is_object(value)

fits(value, "a list") if is_array(value)

fits(value, "a quantity") if quantities.valid(value)

shown(value) := sprintf("`%s`", [value]) if is_string(value)

shown(value) := sprintf("of type `%s`", [type_name(value)]) if not is_string(value)

written(path) := concat(".", [sprintf("%v", [step]) | some step in path])
