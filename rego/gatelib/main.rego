# METADATA
# title: The decision
# description: >-
#   What the selected rules found, joined with the catalogue, less what is waived. Every engine answers this
#   one question; whoever asks differently only reshapes the answer.
package gatelib.main

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.findings
import data.gatelib.lib.malformed
import data.gatelib.lib.outcome
import data.gatelib.lib.params
import data.gatelib.lib.selection
import data.gatelib.lib.troubles
import data.gatelib.lib.waivers

# METADATA
# description: Findings that stop the release, errors among them, since some engines look at nothing else.
deny := array.concat(
	outcome.by_action.deny,
	[as_finding(error) | some error in errors],
)

# METADATA
# description: Findings that only warn.
warn := outcome.by_action.warn

# METADATA
# description: Findings of rules on trial, which stop nothing.
canary := outcome.by_action.canary

# METADATA
# description: Findings that an exception hides, with its number as `waived_by`.
waived := outcome.waived

# METADATA
# description: The numbers of the exceptions that hid something.
waivers_used := {finding.waived_by | some finding in waived}

# METADATA
# description: Each selected rule with its status and how many documents it judged.
rules := [{
	"id": id,
	"status": outcome.status(id, judged),
	"judged": judged,
	"findings": outcome.count_of(id),
} |
	some id in selection.known
	judged := object.get(selection.judged, id, 0)
]

# METADATA
# description: Why this decision cannot be relied on, as `{code, message}` and the place where there is one.
errors contains error if some error in gate_input.errors

errors contains error if some error in params.errors

errors contains error if some error in selection.errors

errors contains error if some error in troubles.errors

errors contains error if some error in findings.errors

errors contains error if some error in waivers.errors

# Where the input has an error of its own, that says why.
errors contains {
	"code": "GL-ERR-001",
	"message": "there is nothing to judge",
} if {
	count(gate_input.errors) == 0
	count(documents.judged) == 0
}

errors contains object.union(problem, {"code": "GL-ERR-007"}) if some problem in malformed.all

errors contains {
	"code": "GL-ERR-006",
	"message": sprintf("gate `%s` requires exactly %d of `%s`, and has %d", [gate_input.gate, need.exactly, need.kind, present]),
} if {
	some need in selection.requirements
	present := count_of(need.kind)
	present != need.exactly
}

# A sealed pack is no document: the verifier says that it was given.
count_of(kind) := count(packs) if {
	kind == "gatelib.dev/EvidencePack"
} else := count(documents.of_type(kind))

# A rule of its own, for the reason given in `gatelib.lib.exceptions`.
packs := evidence.packs

default revision := "unreleased"

# METADATA
# description: The revision of the bundle that gave this decision.
revision := data.gatelib.bundle.revision

# METADATA
# description: The decision in one line, most severe finding first, then the lowest ID.
verdict := {
	"allow": true,
	"decider": "gatelib",
	"rule_id": null,
	"reason": "no finding denies",
} if {
	count(deny) == 0
} else := {
	"allow": false,
	"decider": "gatelib",
	"rule_id": first.rule,
	"reason": first.msg,
} if {
	ranked := sort([[object.get(findings.rank, finding.severity, 0), finding.rule, finding.msg] | some finding in deny])
	first := {"rule": ranked[0][1], "msg": ranked[0][2]}
}

as_finding(error) := object.union(
	{"rule": error.code, "action": "deny", "severity": "critical", "controls": [], "msg": error.message},
	{key: value | some key in ["document", "evidence", "exception", "path"]; value := error[key]},
)
