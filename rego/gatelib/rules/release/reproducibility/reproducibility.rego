# METADATA
# title: A release can be built again with the same result, and what differs is explained
# description: >-
#   A build that somebody else can repeat shows that its source is all that went into it. What differs between two
#   builds may hide what was put in; so each difference needs a reason that a reviewer can check.
# custom:
#   id: GL-REL-013
#   severity: medium
#   controls: [SC-02]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [reproducibility.min_ratio]
#   remediation: >-
#     Build twice and compare, for example with `diffoscope`; remove timestamps (`SOURCE_DATE_EPOCH`), random names
#     and paths, and record what is left as the Measurement `reproducibility.ratio` with `details`, each with a
#     `name` and a `reason`, in `build/reproducibility.json`. Add it with `gatelib evidence add`, and seal the pack.
#   since: 0.1.0
package gatelib.rules.release.reproducibility

import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.measurements
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.records

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-013"}) if some fault in evidence.faults("reproducibility")

unjudged contains problem if some problem in evidence.unreadable("reproducibility")

deny contains object.union(problem, {"id": "GL-REL-013"}) if {
	some problem in measurements.problems("reproducibility", "reproducibility.ratio")
}

deny contains object.union(records.at(measured, ["spec", "value"]), {"id": "GL-REL-013", "msg": msg}) if {
	measured.spec.value < params.all.reproducibility.min_ratio
	msg := sprintf("%s of the build can be reproduced, and %s must be", [
		numerals.shown(measured.spec.value),
		numerals.shown(params.all.reproducibility.min_ratio),
	])
}

deny contains object.union(records.at(measured, ["spec", "details"]), {"id": "GL-REL-013", "msg": msg}) if {
	measured.spec.value < 1
	count(details) == 0
	msg := sprintf("%s of the build can be reproduced, and nothing says what differs", [numerals.shown(measured.spec.value)])
}

deny contains object.union(records.at(measured, ["spec", "details", position]), {"id": "GL-REL-013", "msg": msg}) if {
	measured.spec.value < 1
	some position, detail in details
	some field in ["name", "reason"]
	trim_space(documents.text(object.get(documents.mapping(detail), field, ""))) == ""
	msg := sprintf("a difference between two builds has no `%s`", [field])
}

measured := measurements.record("reproducibility", "reproducibility.ratio")

details := documents.list(object.get(measured.spec, "details", []))
