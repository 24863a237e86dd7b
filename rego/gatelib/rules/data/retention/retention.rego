# METADATA
# title: Datasets have a retention period, which has not passed
# description: >-
#   Data that is kept without an end is found by the next breach, and personal data may not be kept longer than its
#   purpose needs (GDPR, Article 5). A period that has passed means that the deletion did not run.
# custom:
#   id: GL-DAT-004
#   severity: medium
#   controls: [DLP-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/Dataset]
#   scope: document
#   remediation: >-
#     Give `spec.retention` of the Dataset record `days` and `created`, or `until`, as RFC 3339 dates or date-times.
#     Where the period has passed, delete the data and take its record out; then `gatelib evidence add PACK
#     datasets.json --role datasets`.
#   since: 0.1.0
package gatelib.rules.data.retention

import data.gatelib.input as gate_input
import data.gatelib.lib.governed
import data.gatelib.lib.timestamps

subjects := governed.subjects(governed.datasets)

deny contains object.union(governed.about(dataset, path, problem), {"id": "GL-DAT-004"}) if {
	some dataset in governed.datasets

	# gatelib:equivalent null: neither null nor false is an object
	some [path, problem] in problems(object.get(dataset.spec, "retention", null))
}

problems(retention) := [[["retention"], "has no retention period"]] if {
	not is_object(retention)
} else := [[["retention"], "has no retention period: neither `days` nor `until`"]] if {
	is_absent(retention, "days")
	is_absent(retention, "until")
} else := array.concat(
	[[["retention", found[0]], found[1]] | found := period_problem(retention)],
	[[["retention", "until"], problem] | problem := end_problem(retention)],
)

period_problem(retention) := ["days", "has a retention period of `days` that are no whole number above zero"] if {
	not is_absent(retention, "days")
	not is_days(retention.days)
} else := ["created", "has a retention period of days, and no `created` in RFC 3339 from which they count"] if {
	not is_absent(retention, "days")

	# gatelib:equivalent null: neither null nor false is a time
	not timestamps.ns(object.get(retention, "created", null))
} else := ["created", sprintf("was created in the future, on `%s`", [retention.created])] if {
	timestamps.ns(retention.created) > gate_input.now_ns
} else := ["days", sprintf("was created on `%s`, and may be kept %v days", [retention.created, retention.days])] if {
	not is_absent(retention, "days")
	gate_input.now_ns > timestamps.end_ns(retention.created) + (retention.days * timestamps.day_ns)
}

end_problem(retention) := "has an `until` that is no RFC 3339 date or date-time" if {
	not is_absent(retention, "until")
	not timestamps.end_ns(retention.until)
} else := sprintf("may be kept until `%s`", [retention.until]) if {
	gate_input.now_ns > timestamps.end_ns(retention.until)
}

is_absent(retention, field) if object.get(retention, field, null) in {null, ""}

is_days(value) if {
	is_number(value)
	value >= 1

	# gatelib:equivalent function: a number is its own floor just where it is its own ceiling
	floor(value) == value
}
