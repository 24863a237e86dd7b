# METADATA
# title: Findings
# description: >-
#   What the selected rules export, checked against the contract and joined with the catalogue and the
#   resource that each is about.
package gatelib.lib.findings

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.exceptions
import data.gatelib.lib.selection
import data.gatelib.lib.timestamps

# METADATA
# description: >-
#   Every well-formed finding as `{rule, action, severity, controls, msg, path, place, type, resource,
#   containers, fingerprint}` and the `document`, `evidence` or `exception` it points into.
all := [finding |
	some raw in exported
	well_formed(raw)
	finding := joined(raw)
]

# METADATA
# description: What a rule exported in another form than the contract's, or said it could not judge.
errors contains {
	"code": "GL-ERR-009",
	"message": sprintf("rule `%s` exported a finding that is not of the agreed form", [raw.rule]),
} if {
	some raw in exported
	not well_formed(raw)
}

errors contains object.union(
	{
		"code": "GL-ERR-005",
		"message": sprintf("rule `%s` cannot judge this: %v", [id, object.get(documents.mapping(entry), "msg", "no reason given")]),
	},
	{key: value | some key in ["document", "evidence", "exception", "path"]; value := entry[key]},
) if {
	some id, rule in selection.exports
	some entry in rule.unjudged
}

# METADATA
# description: The order of severities, most severe first.
rank := {"critical": 0, "high": 1, "medium": 2, "low": 3}

exported := array.concat(
	[{"rule": id, "action": "deny", "finding": finding} |
		some id, rule in selection.exports
		some finding in rule.deny
	],
	[{"rule": id, "action": "warn", "finding": finding} |
		some id, rule in selection.exports
		some finding in rule.warn
	],
)

well_formed(raw) if {
	raw.finding.id == raw.rule
	is_string(raw.finding.msg)
	is_array(raw.finding.path)
	count([key | some key in ["document", "evidence", "exception"]; key in object.keys(raw.finding)]) == 1
	points_somewhere(raw.finding)
}

points_somewhere(finding) if by_index[finding.document]

points_somewhere(finding) if gate_input.evidence[finding.evidence]

points_somewhere(finding) if exceptions.given[finding.exception]

by_index := {document.index: document | some document in documents.judged}

joined(raw) := object.union(
	{
		"rule": raw.rule,
		"action": action(raw.action, entry),
		"severity": object.get(entry, "severity", "critical"),
		"controls": object.get(entry, "controls", []),
		"msg": raw.finding.msg,
		"path": raw.finding.path,
		"place": place,
		"type": subject.type,
		"resource": subject.resource,
		"containers": {name |
			some position, name in names
			is_number(raw.finding.path[position])
			raw.finding.path[position - 1] in {"containers", "initContainers", "ephemeralContainers"}
		},
		"fingerprint": concat("|", [escaped(part) |
			some part in [raw.rule, subject.type, subject.resource.namespace, subject.resource.name, place]
		]),
	},
	{key: value | some key in ["document", "evidence", "exception"]; value := raw.finding[key]},
) if {
	entry := selection.catalog[raw.rule]
	subject := subject_of(raw.finding)
	names := [segment(subject.content, raw.finding.path, position, step) | some position, step in raw.finding.path]
	place := concat("/", [pointer(name) | some name in names])
}

subject_of(finding) := subject(by_index[finding.document].content, by_index[finding.document].type) if {
	by_index[finding.document]
} else := subject(content, "gatelib.dev/PolicyException") if {
	content := documents.mapping(data.gatelib.exceptions[finding.exception])
} else := {
	"type": "",
	"resource": {"apiVersion": "", "kind": "", "namespace": "", "name": finding.evidence},
	"content": {},
}

subject(content, type) := {
	"type": type,
	"content": content,
	"resource": {
		"apiVersion": documents.text(object.get(content, "apiVersion", "")),
		"kind": documents.text(object.get(content, "kind", "")),
		"namespace": documents.text(object.get(metadata, "namespace", "")),
		"name": documents.name_of(metadata),
	},
} if {
	metadata := documents.mapping(object.get(content, "metadata", {}))
}

# A rule on trial, or not yet in force, reports and stops nothing.
action(exported_action, entry) := "canary" if {
	entry.stage == "canary"
} else := "canary" if {
	timestamps.ns(entry.effective_on) > gate_input.now_ns
} else := exported_action

# An element of a list goes by its name, so that a fingerprint survives a new neighbour.
segment(content, path, position, step) := name if {
	is_number(step)
	name := object.get(content, array.concat(array.slice(path, 0, position + 1), ["name"]), "")
	is_string(name)
	name != ""
} else := sprintf("%v", [step])

# JSON Pointer's escapes (RFC 6901, section 3).
pointer(text) := replace(replace(text, "~", "~0"), "/", "~1")

escaped(text) := replace(text, "|", "~2")
