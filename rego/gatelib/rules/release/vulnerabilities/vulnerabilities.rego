# METADATA
# title: No scan of a release finds a critical or high vulnerability
# description: >-
#   What a scanner calls critical or high is known to attackers as well. Each finding is denied by itself, so that an
#   exception can name the one vulnerability, package and image that somebody answers for; what a file suppresses is
#   reported, and denied like the rest.
# custom:
#   id: GL-REL-003
#   severity: critical
#   controls: [SC-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   remediation: >-
#     Update the package, build and scan the image again, for example with `trivy image --format sarif --output
#     scans/trivy.sarif IMAGE@DIGEST`, add the file with `gatelib evidence add` and seal the pack. Where no fix
#     exists, ask for a `PolicyException` that names the vulnerability, the package and the image.
#   since: 0.1.0
package gatelib.rules.release.vulnerabilities

import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.numerals

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-003"}) if some fault in evidence.faults("scan")

unjudged contains problem if some problem in evidence.unreadable("scan")

deny contains finding if {
	some entry in vulnerabilities
	not severity(entry.fact) in lesser
	msg := sprintf("`%v` of severity %v%s, found by %v", [
		object.get(entry.fact, "id", ""),
		severity(entry.fact),
		place(entry.fact),
		tool(entry.fact),
	])
	named := {key: documents.text(object.get(entry.fact, key, "")) | some key in ["id", "package", "image"]}
	finding := object.union(evidence.at(entry, []), {"id": "GL-REL-003", "msg": msg, "vulnerability": named})
}

# Those that are only counted are vulnerabilities without a name, so that no exception fits them, the release's neither.
deny contains finding if {
	some entry in counted
	not severity(entry.fact) in lesser
	unnamed := {"id": "", "package": "", "image": ""}
	finding := object.union(evidence.at(entry, []), {"id": "GL-REL-003", "msg": summary(entry.fact), "vulnerability": unnamed})
}

deny contains finding if {
	some file in evidence.files("scan")
	not file in {entry.file | some entry in scans}
	finding := {"id": "GL-REL-003", "msg": sprintf("`%s` holds no scan", [file]), "evidence": file, "path": []}
}

warn contains finding if {
	some entry in array.concat(counted, vulnerabilities)
	severity(entry.fact) in lesser
	finding := object.union(evidence.at(entry, []), {"id": "GL-REL-003", "msg": summary(entry.fact)})
}

warn contains finding if {
	some entry in scans
	suppressed := object.get(entry.fact, "suppressed", 0)
	suppressed != 0
	msg := sprintf("%s results of %v are suppressed in the file, and count here all the same", [
		numerals.shown(suppressed),
		tool(entry.fact),
	])
	finding := object.union(evidence.at(entry, ["suppressed"]), {"id": "GL-REL-003", "msg": msg})
}

scans := evidence.facts("scan", "scan")

vulnerabilities := evidence.facts("scan", "vulnerability")

counted := evidence.facts("scan", "vulnerabilities")

lesser := {"medium", "low"}

severity(fact) := object.get(fact, "severity", "unknown")

tool(fact) := object.get(fact, "tool", "an unknown tool")

# A scanner of packages names the package and the image, one of sources the line.
place(fact) := sprintf(" in `%v`%s", [fact["package"], image(fact)]) if {
	object.get(fact, "package", "") != ""
} else := sprintf(" at `%v`", [fact.location]) if {
	object.get(fact, "location", "") != ""
} else := image(fact)

image(fact) := sprintf(" of `%v`", [fact.image]) if {
	object.get(fact, "image", "") != ""
} else := ""

summary(fact) := sprintf("%s of severity %v, found by %v%s", [
	numerals.shown(object.get(fact, "count", null)),
	severity(fact),
	tool(fact),
	examples(fact),
])

examples(fact) := sprintf(": %s", [concat(", ", [sprintf("`%s`", [id]) | some id in first])]) if {
	ids := [id | some id in documents.list(object.get(fact, "ids", [])); is_string(id)]

	# gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
	first := array.slice(ids, 0, 3)
	count(first) > 0
} else := ""
