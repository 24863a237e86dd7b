# METADATA
# title: A migration passes its lint, and reads of the new schema agree with those of the old one
# description: >-
#   A migration that locks a table or drops a column in use cannot be undone by rolling the release back. The lint
#   finds what is known to be dangerous; shadow reads, which ask the new schema what users ask the old one, find the
#   rest.
# custom:
#   id: GL-REL-008
#   severity: high
#   controls: [DB-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [schema.max_shadow_read_error_rate]
#   remediation: >-
#     Mend the migration and run the lint and the shadow reads again; record their numbers as Measurements,
#     `migration.lint.errors` in `schema/migrate-lint.json`, `shadow_read.error_rate` and `shadow_read.reads` in
#     `schema/shadow-read.json`, add them with `gatelib evidence add`, and seal the pack.
#   since: 0.1.0
package gatelib.rules.release.schema_gate

import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.records

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-008"}) if {
	some role, _ in wanted
	some fault in evidence.faults(role)
}

unjudged contains problem if {
	some role, _ in wanted
	some problem in evidence.unreadable(role)
}

deny contains object.union(problem, {"id": "GL-REL-008"}) if {
	some role, names in wanted
	some name in names
	some problem in measurements.problems(role, name)
}

deny contains object.union(records.at(lint, ["spec", "value"]), {"id": "GL-REL-008", "msg": msg}) if {
	lint := measurements.record("migration-lint", "migration.lint.errors")
	lint.spec.value != 0
	msg := sprintf("the lint of the migration finds %s errors", [numerals.shown(lint.spec.value)])
}

deny contains object.union(records.at(reads, ["spec", "value"]), {"id": "GL-REL-008", "msg": "no shadow read was made"}) if {
	reads := measurements.record("shadow-read", "shadow_read.reads")
	reads.spec.value == 0
}

deny contains object.union(records.at(errors, ["spec", "value"]), {"id": "GL-REL-008", "msg": msg}) if {
	errors := measurements.record("shadow-read", "shadow_read.error_rate")
	errors.spec.value > params.all.schema.max_shadow_read_error_rate
	msg := sprintf("%s of the shadow reads differ, and %s may", [
		numerals.shown(errors.spec.value),
		numerals.shown(params.all.schema.max_shadow_read_error_rate),
	])
}

wanted := {
	"migration-lint": ["migration.lint.errors"],
	"shadow-read": ["shadow_read.error_rate", "shadow_read.reads"],
}
