# METADATA
# title: Every policy gate of a release passed, and judged something
# description: >-
#   A gate that failed, that was told to skip a rule, or that was given no file, has not let the release through; a
#   report whose own configuration was changed by what it judged, or that was made as of another day, proves nothing.
# custom:
#   id: GL-REL-006
#   severity: high
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [evidence.max_age_days, policy.allowed_skips, policy.required_tools]
#   remediation: >-
#     Mend what the results name, run the gate again, `gatelib check --config gatelib.yaml --format
#     json=policies/gatelib-pr.json` or `conftest test -o json`, add the file in `policies/` with `gatelib evidence
#     add`, and seal the pack.
#   since: 0.1.0
package gatelib.rules.release.policy_results

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.timestamps

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-006"}) if some fault in evidence.faults("policy-results")

unjudged contains problem if some problem in evidence.unreadable("policy-results")

deny contains finding if {
	some file in evidence.files("policy-results")
	not file in {entry.file | some entry in results}
	msg := sprintf("`%s` holds no result of a policy gate", [file])
	finding := {"id": "GL-REL-006", "msg": msg, "evidence": file, "path": []}
}

deny contains object.union(evidence.at_release(release), {"id": "GL-REL-006", "msg": msg}) if {
	some release in evidence.releases
	some tool in params.all.policy.required_tools
	not tool in {entry.fact.tool | some entry in results}
	msg := sprintf("release `%s` has no result of `%s` that counts", [release.name, tool])
}

deny contains finding if {
	some entry in results
	some [field, flaw] in flaws(entry)
	msg := sprintf("%v of `%s` %s", [object.get(entry.fact, "tool", "the result"), entry.file, flaw])
	finding := object.union(evidence.at(entry, [field]), {"id": "GL-REL-006", "msg": msg})
}

results := evidence.facts("policy-results", "policy_results")

flaws(entry) := (({["outcome", sprintf("ended with `%v`%s", [outcome, failures(entry.file)])] |
	outcome := object.get(entry.fact, "outcome", "nothing")
	outcome != "pass"
} | {["failures", sprintf("passed with %s failures%s", [numerals.shown(failed), failures(entry.file)])] |
	entry.fact.outcome == "pass"
	failed := object.get(entry.fact, "failures", null)
	failed != 0
}) | {["files", "judged no file"] |
	not is_positive(object.get(entry.fact, "files", null)) # gatelib:equivalent null: `false` is no number either
}) | {flaw |
	entry.fact.tool == "gatelib"
	some flaw in report_flaws(entry.fact)
}

report_flaws(fact) := (({["trusted", "used a configuration that is not trusted"] |
	object.get(fact, "trusted", false) != true
} | {["skipped", sprintf("skipped `%v`", [rule])] |
	some rule in documents.list(object.get(fact, "skipped", []))
	not rule in params.all.policy.allowed_skips
}) | {["skipped", "does not say what it skipped"] |
	not is_array(object.get(fact, "skipped", null)) # gatelib:equivalent null: `false` is no list either
}) | {["now", flaw] |
	flaw := age_flaw(object.get(fact, "now", null)) # gatelib:equivalent null: `false` is no date-time either
}

# A gate that is told that it is another day finds exceptions in force that have ended.
age_flaw(now) := "does not say as of when it judged" if {
	not timestamps.is_date_time(now)
} else := sprintf("judged as of `%s`, in the future", [now]) if {
	timestamps.ns(now) > gate_input.now_ns
} else := sprintf("judged as of `%s`, more than %v days ago", [now, params.all.evidence.max_age_days]) if {
	gate_input.now_ns - timestamps.ns(now) > params.all.evidence.max_age_days * timestamps.day_ns
}

# gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
failures(file) := sprintf(": %s", [concat(", ", array.slice(named, 0, 3))]) if {
	named := [sprintf("`%v` in `%v`", [object.get(found.fact, "rule", ""), object.get(found.fact, "file", "")]) |
		some found in evidence.facts("policy-results", "policy_failure")
		found.file == file
	]
	count(named) > 0
} else := ""

is_positive(value) if {
	is_number(value)
	value > 0
}
