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
#   Every well-formed finding, as `{finding, type, place, containers}`. The finding itself is `{rule, action,
#   severity, controls, msg, path, resource, fingerprint}` and the `document`, `evidence` or `exception` that it
#   points into; what stands beside it is for matching waivers.
all := [finding |
	some position in well_formed
	finding := joined(exported[position])
]

# METADATA
# description: What a rule exported in another form than the contract's, or said it could not judge.
errors contains {
	"code": "GL-ERR-009",
	"message": sprintf("rule `%s` exported a finding that is not of the agreed form", [raw.rule]),
} if {
	some position, raw in exported
	not position in well_formed
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

# Positions in `exported`.
well_formed contains position if {
	some position, raw in exported
	raw.finding.id == raw.rule
	is_string(raw.finding.msg)
	is_array(raw.finding.path)
	count({"document", "evidence", "exception"} & object.keys(raw.finding)) == 1
	points_somewhere(raw.finding)
}

points_somewhere(finding) if by_index[finding.document]

points_somewhere(finding) if gate_input.evidence[finding.evidence]

points_somewhere(finding) if exceptions.given[finding.exception]

by_index := {document.index: document | some document in documents.judged}

joined(raw) := {
	"type": subject.type,
	"place": place,
	"containers": containers(raw.finding.path, names),
	"finding": object.union(
		{
			"rule": raw.rule,
			"action": action(raw.action, entry),
			"severity": object.get(entry, "severity", "critical"),
			"controls": object.get(entry, "controls", []),
			"msg": raw.finding.msg,
			"path": raw.finding.path,
			"resource": subject.resource,
			"fingerprint": concat("|", [raw.rule, subject.prefix, replace(place, "|", "~2")]),
		},
		object.filter(raw.finding, ["document", "evidence", "exception"]),
	),
} if {
	entry := selection.catalog[raw.rule]
	subject := subject_of(raw.finding)
	names := object.union(
		{position: step | some position, step in raw.finding.path},
		element_names(subject, raw.finding.path),
	)
	place := concat("/", [pointer(names[position]) | some position, _ in raw.finding.path])
}

# An element of a list goes by its name, so that a fingerprint survives a new neighbour.
element_names(subject, path) := {position: name |
	some position, step in path
	is_number(step)
	name := object.get(subject.content, array.concat(array.slice(path, 0, position + 1), ["name"]), "")
	is_string(name)
	name != ""
}

containers(path, names) := {names[position] |
	some position, step in path
	is_number(step)
	path[position - 1] in {"containers", "initContainers", "ephemeralContainers"}
	is_string(names[position])
}

# JSON Pointer's escapes (RFC 6901, section 3).
pointer(name) := replace(replace(name, "~", "~0"), "/", "~1") if {
	is_string(name)
} else := sprintf("%v", [name])

subject_of(finding) := subjects[finding.document] if {
	subjects[finding.document]
} else := subject(content, "gatelib.dev/PolicyException") if {
	content := documents.mapping(data.gatelib.exceptions[finding.exception])
} else := subject({"metadata": {"name": finding.evidence}}, "")

# The documents that findings are about, each worked out once.
subjects := {index: subject(document.content, document.type) |
	some index in {raw.finding.document | some raw in exported}
	document := by_index[index]
}

subject(content, type) := {
	"type": type,
	"content": content,
	"resource": resource,
	"prefix": concat("|", [replace(part, "|", "~2") | some part in [type, resource.namespace, resource.name]]),
} if {
	metadata := documents.mapping(object.get(content, "metadata", {}))
	resource := {
		"apiVersion": documents.text(object.get(content, "apiVersion", "")),
		"kind": documents.text(object.get(content, "kind", "")),
		"namespace": documents.text(object.get(metadata, "namespace", "")),
		"name": documents.name_of(metadata),
	}
}

# A rule on trial, or not yet in force, reports and stops nothing.
action(exported_action, entry) := "canary" if {
	entry.stage == "canary"
} else := "canary" if {
	timestamps.ns(entry.effective_on) > gate_input.now_ns
} else := exported_action
