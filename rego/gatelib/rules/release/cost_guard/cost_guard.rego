# METADATA
# title: A release costs no more than the budget of its service allows
# description: >-
#   What a change adds to the monthly bill is easy to see before it is live, and nobody's afterwards. All cost diffs
#   of a release count together, so that a large one cannot be cut into small ones.
# custom:
#   id: GL-REL-009
#   severity: medium
#   controls: [FIN-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [cost.budgets, cost.currency, cost.max_increase, cost.max_increase_percent, cost.max_storage_growth_percent]
#   remediation: >-
#     Lower the cost, or raise the service's budget in `cost.budgets` of the trusted configuration; add what
#     `infracost diff --format json` prints as `finops/pr-NUMBER-cost-diff.json`, and the Measurement
#     `storage.projected_growth_percent` as `finops/storage-projection.json`, with `gatelib evidence add`, and seal
#     the pack.
#   since: 0.1.0
package gatelib.rules.release.cost_guard

import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.records

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-009"}) if {
	some role in ["cost", "storage-projection"]
	some fault in evidence.faults(role)
}

unjudged contains problem if {
	some role in ["cost", "storage-projection"]
	some problem in evidence.unreadable(role)
}

deny contains finding if {
	some file in evidence.files("cost")
	not file in {cost.file | some cost in costs}
	finding := {"id": "GL-REL-009", "msg": sprintf("`%s` holds no cost", [file]), "evidence": file, "path": []}
}

deny contains finding if {
	some cost in costs
	some [field, msg] in flaws(cost.fact)
	finding := object.union(evidence.at(cost, [field]), {"id": "GL-REL-009", "msg": msg})
}

deny contains object.union(evidence.at_release(release), {"id": "GL-REL-009", "msg": msg}) if {
	some release in evidence.releases
	added := sum([cost.fact.diff_monthly | some cost in costs; is_number(cost.fact.diff_monthly)])
	added > max_increase(release)
	msg := sprintf("release `%s` costs %s %s a month more, and may cost %s", [
		release.name,
		numerals.shown(added),
		params.all.cost.currency,
		numerals.shown(max_increase(release)),
	])
}

# A budget of its own says what a service may cost; the share is for those that have none.
deny contains finding if {
	some release in evidence.releases # gatelib:equivalent first-only: evidence counts only where all releases are of one service
	not is_number(object.get(budget(release), "max_increase", null)) # gatelib:equivalent null: `false` is no number either
	some cost in costs
	past := cost.fact.past_monthly
	is_number(past)
	past > 0
	is_number(cost.fact.diff_monthly)
	cost.fact.diff_monthly * 100 > past * params.all.cost.max_increase_percent
	msg := sprintf("the cost rises from %s by %s, and may by %s percent", [
		numerals.shown(past),
		numerals.shown(cost.fact.diff_monthly),
		numerals.shown(params.all.cost.max_increase_percent),
	])
	finding := object.union(evidence.at(cost, ["diff_monthly"]), {"id": "GL-REL-009", "msg": msg})
}

deny contains finding if {
	some release in evidence.releases # gatelib:equivalent first-only: evidence counts only where all releases are of one service
	limit := budget(release).max_monthly
	some cost in costs
	is_number(cost.fact.monthly)
	cost.fact.monthly > limit
	msg := sprintf("service `%s` costs %s %s a month, and may cost %s", [
		release.service,
		numerals.shown(cost.fact.monthly),
		params.all.cost.currency,
		numerals.shown(limit),
	])
	finding := object.union(evidence.at(cost, ["monthly"]), {"id": "GL-REL-009", "msg": msg})
}

warn contains finding if {
	some cost in costs
	unpriced := object.get(cost.fact, "unpriced", 0)
	unpriced != 0
	msg := sprintf("%s resources have no price, and are in no sum", [numerals.shown(unpriced)])
	finding := object.union(evidence.at(cost, ["unpriced"]), {"id": "GL-REL-009", "msg": msg})
}

deny contains object.union(problem, {"id": "GL-REL-009"}) if {
	some name in measured
	some problem in measurements.problems("storage-projection", name)
}

deny contains object.union(records.at(growth, ["spec", "value"]), {"id": "GL-REL-009", "msg": msg}) if {
	growth := measurements.record("storage-projection", "storage.projected_growth_percent")
	growth.spec.value > params.all.cost.max_storage_growth_percent
	msg := sprintf("storage will grow by %s percent, and may by %s", [
		numerals.shown(growth.spec.value),
		numerals.shown(params.all.cost.max_storage_growth_percent),
	])
}

deny contains object.union(records.at(projected, ["spec", "value"]), {"id": "GL-REL-009", "msg": msg}) if {
	some release in evidence.releases # gatelib:equivalent first-only: evidence counts only where all releases are of one service
	limit := budget(release).max_storage_bytes
	projected := measurements.record("storage-projection", "storage.projected_bytes")
	projected.spec.value > limit
	msg := sprintf("storage will hold %s bytes, and may hold %s", [numerals.shown(projected.spec.value), numerals.shown(limit)])
}

costs := evidence.facts("cost", "cost")

# Where a service has a budget for bytes, they must have been projected.
measured contains "storage.projected_growth_percent"

measured contains "storage.projected_bytes" if {
	some release in evidence.releases # gatelib:equivalent first-only: evidence counts only where all releases are of one service
	budget(release).max_storage_bytes
}

flaws(fact) := (({["currency", sprintf("is in `%v`, and the budget is in `%s`", [currency, params.all.cost.currency])] |
	currency := object.get(fact, "currency", "no currency")
	currency != params.all.cost.currency
} | {[field, sprintf("has no `%s` that is a number", [field])] |
	some field in ["diff_monthly", "monthly"]
	not is_number(object.get(fact, field, null)) # gatelib:equivalent null: `false` is no number either
}) | {["projects", "tells of no project"] |
	not is_positive(object.get(fact, "projects", null)) # gatelib:equivalent null: `false` is no number either
}) | {["projects_failed", sprintf("lacks %s projects that could not be read", [numerals.shown(failed)])] |
	failed := object.get(fact, "projects_failed", 0)
	failed != 0
}

max_increase(release) := object.get(budget(release), "max_increase", params.all.cost.max_increase)

budget(release) := object.get(params.all.cost.budgets, release.service, {})

is_positive(value) if {
	is_number(value)
	value > 0
}
