# METADATA
# title: An API breaks only with a major version
# description: >-
#   Clients of the version before still call while a release is rolled out, and its rollback must find them as
#   they were. Semantic Versioning (semver.org, item 8) has one sign for a change that they must know of: the
#   major version. The number counts only against an earlier version, not against the release itself.
# custom:
#   id: GL-REL-026
#   severity: high
#   controls: [DB-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [measurements.max_age_days, evidence.max_age_days]
#   remediation: >-
#     Make the change compatible, or release it as a major version, and add a Measurement `api.breaking_changes`
#     with unit `count` and as `baseline` the version that it was compared with, with `gatelib evidence add PACK
#     FILE --as schema/api-compatibility.json`.
#   since: 0.1.0
package gatelib.rules.release.api_compatibility

import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.numerals
import data.gatelib.lib.records

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-026"}) if some fault in evidence.faults("api-compatibility")

unjudged contains problem if some problem in evidence.unreadable("api-compatibility")

deny contains object.union(finding, {"id": "GL-REL-026"}) if {
	some finding in measurements.problems("api-compatibility", "api.breaking_changes")
}

deny contains object.union(records.at(counted, ["spec", "baseline"]), {"id": "GL-REL-026", "msg": msg}) if {
	# gatelib:equivalent first-only: evidence counts only where all releases are of one version
	some release in evidence.releases
	earlier := baseline
	msg := baseline_problem(earlier, release.version)
}

deny contains object.union(records.at(counted, ["spec", "value"]), {"id": "GL-REL-026", "msg": msg}) if {
	# gatelib:equivalent first-only: evidence counts only where all releases are of one version
	some release in evidence.releases
	earlier := baseline
	not baseline_problem(earlier, release.version)
	counted.spec.value > 0
	not is_major(release.version, earlier)
	msg := sprintf("the API has %s breaking changes since `%s`, and `%s` is no later major version", [
		numerals.shown(counted.spec.value),
		earlier,
		release.version,
	])
}

baseline_problem("", _) := "the measurement of the API names no `baseline` that it was compared with"

baseline_problem(earlier, version) := sprintf("the API was compared with `%s`, the release itself", [earlier]) if {
	earlier != ""
	trim_prefix(earlier, "v") == trim_prefix(version, "v")
} else := sprintf("the API was compared with `%s`, which is later than `%s`", [earlier, version]) if {
	parts(earlier) > parts(version)
}

is_major(version, earlier) if parts(version)[0] > parts(earlier)[0]

# Major, minor and patch of a semantic version.
parts(version) := [to_number(major), to_number(minor), to_number(patch)] if {
	# gatelib:equivalent number: a pattern of the whole text is found once
	some [_, major, minor, patch] in regex.find_all_string_submatch_n(semantic, version, 1) # gatelib:equivalent first-only: the same
}

semantic := `^v?(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})(?:[-+][0-9A-Za-z.+-]+)?$`

counted := measurements.record("api-compatibility", "api.breaking_changes")

baseline := documents.text(object.get(counted.spec, "baseline", ""))
