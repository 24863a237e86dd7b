# METADATA
# title: Tenants have limits, and a passed noisy-neighbour test
# description: >-
#   A rate limit, a service level and a budget say what a tenant may use and what it can expect. The
#   noisy-neighbour test shows that the others keep theirs when this one uses all of its own.
# custom:
#   id: GL-TEN-005
#   severity: medium
#   controls: [TEN-01]
#   gates: [pr, pre-promote]
#   kinds: [Namespace, gatelib.dev/TenantLimits]
#   scope: set
#   remediation: >-
#     Write a TenantLimits record for the tenant with `rateLimit.requestsPerSecond`, `slo.objective` and
#     `slo.window`, `budget.monthly` and `budget.currency`, and the result of its last noisy-neighbour test.
#   params: [tenancy.label]
#   since: 0.1.0
package gatelib.rules.tenancy.limits

import data.gatelib.input as gate_input
import data.gatelib.lib.annotations
import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.tenants
import data.gatelib.lib.timestamps

subjects contains namespace.index if some namespace in of_one_tenant

deny contains finding(namespace, sprintf("tenant namespace `%s` names no tenant", [namespace.name])) if {
	some namespace in of_one_tenant
	not tenants.tenant(tenants.labels_of(namespace))
}

deny contains finding(namespace, sprintf("tenant `%s` has no TenantLimits record", [tenant])) if {
	some namespace in of_one_tenant
	tenant := tenants.tenant(tenants.labels_of(namespace))
	not records_by_tenant[tenant]
}

deny contains finding(namespace, sprintf("the limits of tenant `%s` %s", [tenant, problem])) if {
	some namespace in of_one_tenant
	tenant := tenants.tenant(tenants.labels_of(namespace))
	some record in records_by_tenant[tenant]
	some problem in problems(record.content)
}

unjudged contains {
	"document": record.index,
	"path": ["spec", "tenant"],
	"msg": "the record does not name its `tenant` as a string",
} if {
	some record in documents.of_type("gatelib.dev/TenantLimits")
	tenant_of(record) == ""
}

# The marker alone names no tenant whose limits these could be.
of_one_tenant := [namespace |
	some namespace in tenants.judged_namespaces
	params.all.tenancy.label in object.keys(tenants.labels_of(namespace))
]

records := object.get(documents.known_by_type, "gatelib.dev/TenantLimits", [])

records_by_tenant := {tenant: [records[position] | some position in positions] |
	some tenant, positions in positions_by_tenant
}

positions_by_tenant[tenant] contains position if {
	some position, record in records
	tenant := tenant_of(record)
}

tenant_of(record) := documents.text(object.get(record.content, ["spec", "tenant"], ""))

problems(content) := ({sprintf("lack %s", [concat(", ", lacking)]) | count(lacking) > 0} | wrong) | failed if {
	lacking := [written(field.path) | some field in fields; is_missing(value_at(content, field.path))]
	wrong := {sprintf("have %s of %s, which is no %s", [written(field.path), shown(value), phrases[field.form]]) |
		some field in fields
		value := value_at(content, field.path)
		not is_missing(value)
		not fits(value, field.form)
	}
	failed := {"come with a noisy-neighbour test that failed" | value_at(content, passed) == false}
}

is_missing(value) if value in {null, "", {}, []}

value_at(content, path) := object.get(content, array.concat(["spec"], path), null)

fits(value, "positive") if {
	is_number(value)
	value > 0
}

fits(value, form) if {
	is_string(value)
	annotations.satisfies(value, form)
}

fits(value, "currency") if {
	is_string(value)
	regex.match(`^[A-Z]{3}$`, value)
}

fits(value, "boolean") if is_boolean(value)

fits(value, "past") if timestamps.ns(value) <= gate_input.now_ns

fields := [
	{"path": ["rateLimit", "requestsPerSecond"], "form": "positive"},
	{"path": ["slo", "objective"], "form": "percentage"},
	{"path": ["slo", "window"], "form": "duration"},
	{"path": ["budget", "monthly"], "form": "positive"},
	{"path": ["budget", "currency"], "form": "currency"},
	{"path": passed, "form": "boolean"},
	{"path": ["noisyNeighbourTest", "finished"], "form": "past"},
]

passed := ["noisyNeighbourTest", "passed"]

phrases := {
	"positive": "number above zero",
	"percentage": "percentage such as `99.9%`",
	"duration": "duration such as `30d`",
	"currency": "currency code such as `EUR`",
	"boolean": "boolean",
	"past": "RFC 3339 date or date-time that has passed",
}

written(path) := sprintf("`%s`", [concat(".", path)])

shown(value) := sprintf("`%v`", [value]) if {
	type_name(value) in {"string", "number", "boolean"}
} else := sprintf("type `%s`", [type_name(value)])

finding(namespace, msg) := {
	"id": "GL-TEN-005",
	"msg": msg,
	"document": namespace.index,
	"path": ["metadata", "labels", params.all.tenancy.label],
}
