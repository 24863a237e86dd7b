# METADATA
# title: Somebody is on call, with runbooks and alerts that work
# description: >-
#   Rotations change, links rot, alerts go to channels that nobody reads. Each is checked about once a month, and
#   a game-day in the quarter (within the longest one, of 92 days) shows that they work together. The last check
#   of each counts.
# custom:
#   id: GL-REL-030
#   severity: high
#   controls: [REL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [drills.check_max_age_days, drills.game_day_max_age_days, evidence.max_age_days]
#   remediation: >-
#     Page who is on call, follow the runbooks' links, fire the alerts, hold the game-day, and add a Drill of type
#     `on-call-check`, `runbook-check`, `alert-check` and `game-day` each, with `finished` and `passed`, with
#     `gatelib evidence add PACK FILE --as governance/readiness.json`.
#   since: 0.1.0
package gatelib.rules.release.operational_readiness

import data.gatelib.lib.drills
import data.gatelib.lib.evidence
import data.gatelib.lib.params

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-030"}) if some fault in evidence.faults("readiness")

unjudged contains problem if some problem in evidence.unreadable("readiness")

deny contains object.union(finding, {"id": "GL-REL-030"}) if {
	some type, max_age_days in max_age_days_of
	some finding in drills.problems("readiness", [type], max_age_days)
}

deny contains object.union(finding, {"id": "GL-REL-030"}) if {
	some finding in drills.others("readiness", object.keys(max_age_days_of))
}

max_age_days_of := {
	"alert-check": params.all.drills.check_max_age_days,
	"game-day": params.all.drills.game_day_max_age_days,
	"on-call-check": params.all.drills.check_max_age_days,
	"runbook-check": params.all.drills.check_max_age_days,
}
