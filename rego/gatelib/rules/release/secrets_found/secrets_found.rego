# METADATA
# title: No secret is found in what is released
# description: >-
#   A key in a repository is everybody's who has read it, and stays so in its history. One that was found is taken for
#   a real one until it is replaced.
# custom:
#   id: GL-REL-004
#   severity: critical
#   controls: [SEC-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [scans.tools]
#   remediation: >-
#     Replace the secret where it is used, remove it from the history, scan again with `gitleaks git --report-format
#     json --report-path scans/gitleaks.json`, add the file with `gatelib evidence add` and seal the pack.
#   since: 0.1.0
package gatelib.rules.release.secrets_found

import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.numerals
import data.gatelib.lib.scans

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-004"}) if some fault in evidence.faults("secret-scan")

unjudged contains problem if some problem in evidence.unreadable("secret-scan")

deny contains finding if {
	some entry in secrets
	msg := sprintf("secret of rule `%v` in `%v`%s%s%s", [
		object.get(entry.fact, "rule", ""),
		object.get(entry.fact, "file", ""),
		line(entry.fact),
		commit(entry.fact),
		times(entry.fact),
	])
	finding := object.union(evidence.at(entry, []), {"id": "GL-REL-004", "msg": msg})
}

# What a scanner for secrets finds is a secret, whatever severity its SARIF gives. Where each is told by itself, their
# sum need not be.
deny contains finding if {
	some entry in array.concat(evidence.facts("secret-scan", "vulnerability"), evidence.facts("secret-scan", "vulnerabilities"))
	not told_one_by_one(entry)
	msg := sprintf("%s found by %v", [
		numerals.shown(object.get(entry.fact, "count", null)),
		object.get(entry.fact, "tool", "an unknown tool"),
	])
	finding := object.union(evidence.at(entry, []), {"id": "GL-REL-004", "msg": msg})
}

deny contains finding if {
	some file in evidence.files("secret-scan")
	not file in searched
	finding := {
		"id": "GL-REL-004",
		"msg": sprintf("`%s` holds no scan for secrets", [file]),
		"evidence": file,
		"path": [],
	}
}

searched := {scan.file | some scan in evidence.facts("secret-scan", "scan"); "secrets" in scans.kinds(scan.fact)}

# Its report among the other scans is its report all the same.
secrets := array.concat(evidence.facts("secret-scan", "secret"), evidence.facts("scan", "secret"))

told_one_by_one(entry) if {
	"secrets" in scans.kinds(entry.fact)
	told := sum([number | some secret in secrets; secret.file == entry.file; number := secret.fact.count; is_number(number)])
	is_number(entry.fact.count)
	entry.fact.count <= told
}

line(fact) := sprintf(", line %s", [numerals.shown(fact.line)]) if {
	object.get(fact, "line", 0) != 0
} else := ""

commit(fact) := sprintf(", commit `%s`", [substring(named, 0, 12)]) if {
	named := documents.text(object.get(fact, "commit", ""))
	named != ""
} else := ""

times(fact) := sprintf(", %s times", [numerals.shown(fact.count)]) if {
	object.get(fact, "count", 1) != 1
} else := ""
