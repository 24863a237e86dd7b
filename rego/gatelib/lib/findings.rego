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
import data.gatelib.lib.stages
import data.gatelib.lib.troubles

# METADATA
# description: >-
#   Every well-formed finding, as `{finding, type, place, containers}`. The finding itself is `{rule, action,
#   severity, controls, msg, path, resource, fingerprint}`, the `document`, `evidence` or `exception` that it
#   points into, and the `vulnerability` that it may be; what stands beside it is for matching waivers. What goes
#   wrong with a rule on trial is a finding, too, and not an error; it may point at nothing.
all := array.concat(placed, [unplaced(doubt.rule, doubt.msg) | some doubt in doubts])

placed := [entry |
	some [position, into] in well_formed
	raw := exported[position]
	path := raw.finding.path
	about := subject_of(raw.finding)

	# An element of a list goes by its name, so that a fingerprint survives a new neighbour.
	elements := {place: element(about.content, path, place) | some place, step in path; not is_string(step)}
	pointer := json_pointer([object.get(elements, place, step) | some place, step in path])
	said := said_of[raw.rule]
	vulnerability := vulnerability_of(raw.finding)
	entry := {
		"type": about.type,
		"place": pointer,
		"containers": {name |
			some place, name in elements
			path[place - 1] in container_fields

			# gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
			# gatelib:equivalent null: a name is a text
			name == object.get(about.content, array.concat(array.slice(path, 0, place + 1), ["name"]), null)
		},
		"finding": object.union(vulnerability, {
			"rule": raw.rule,
			"action": object.get(said.in_force, about.home, said.actions)[raw.action],
			"severity": said.severity,
			"controls": said.controls,
			"msg": raw.finding.msg,
			"path": path,
			"resource": about.resource,
			"fingerprint": fingerprint(raw.rule, about.prefix, vulnerability, pointer),
			into: raw.finding[into],
		}),
	}
]

# METADATA
# description: >-
#   A finding about a given exception that no rule exports, since it takes all other findings to know of it;
#   undefined where the rule is not selected.
of_run(id, exception, msg) := {
	"rule": id,
	"action": said.actions[run_actions[id]],
	"severity": said.severity,
	"controls": said.controls,
	"msg": msg,
	"path": ["spec", "target"],
	"resource": about.resource,
	"fingerprint": concat("|", [id, about.prefix, "spec/target"]),
	"exception": exception.place.exception,
} if {
	said := said_of[id]
	about := subject_of(exception.place)
}

# The rules of which the whole run decides, with what they do.
run_actions := {"GL-EXC-004": "warn", "GL-EXC-008": "deny"}

container_fields := {"containers", "initContainers", "ephemeralContainers"}

# What the catalogue says of each rule that found something, or is in doubt. `actions` is what it does, but for the
# namespaces in which a rule that is held back elsewhere is in force.
said_of := {id: {
	"severity": object.get(entry, "severity", "critical"),
	"controls": object.get(entry, "controls", []),
	# gatelib:equivalent string `""`: no rule is held back by either
	"actions": object.get(held_back, object.get(held, [id, "action"], ""), as_exported),
	"in_force": {home: as_exported | some home in object.get(in_force, id, set())},
} |
	some id in (({raw.rule | some raw in exported} | {doubt.rule | some doubt in doubts}) | selected_of_run)
	entry := selection.catalog[id]
}

as_exported := {"deny": "deny", "warn": "warn"}

held_back := {"canary": {"deny": "canary", "warn": "canary"}, "warn": {"deny": "warn", "warn": "warn"}}

# gatelib:equivalent condition: what the others say is not looked at, and need not be joined
selected_of_run := {id | some id in selection.known; run_actions[id]}

# METADATA
# description: What a rule exported in another form than the contract's, or said it could not judge.
errors contains {
	"code": "GL-ERR-009",
	"message": sprintf("rule `%s` exported a finding that is not of the agreed form", [raw.rule]),
} if {
	some raw in malformed
	not stages.on_trial(raw.rule, home_of(raw.finding))
}

errors contains object.union(
	{
		"code": "GL-ERR-005",
		"message": sprintf("rule `%s` cannot judge this: %v", [id, reason(entry)]),
	},
	{key: value | some key in ["document", "evidence", "exception", "path"]; value := entry[key]},
) if {
	some id, rule in selection.exports
	some entry in rule.unjudged
	not stages.on_trial(id, home_of(entry))
}

# What a rule on trial cannot judge, in the form of a finding; it may point at nothing.
unjudged_on_trial := [{"rule": id, "action": "deny", "doubt": said, "finding": finding} |
	some id, rule in selection.exports
	canaries[id] # gatelib:equivalent condition: no other rule is on trial anywhere, and this is asked once for each
	some entry in rule.unjudged
	stages.on_trial(id, home_of(entry))
	said := sprintf("cannot judge this: %v", [reason(entry)])
	pointer := object.filter(documents.mapping(entry), ["document", "evidence", "exception", "path"])
	finding := object.union({"id": id, "msg": said, "path": []}, pointer)
]

# What goes wrong with rules on trial and points at nothing.
doubts contains {"rule": raw.rule, "msg": said} if {
	some raw in malformed
	stages.on_trial(raw.rule, home_of(raw.finding))
	said := object.get(raw, "doubt", "exported a finding that is not of the agreed form")
}

doubts contains {"rule": trouble.rule, "msg": trouble.says} if some trouble in troubles.of_trials

reason(entry) := object.get(documents.mapping(entry), "msg", "no reason given")

# By what stands in it, a finding is of a namespace in which its rule may be on trial.
home_of(finding) := homes[finding.document] if {
	homes[finding.document]
} else := ""

homes := {index: stages.home_of(document) | some index, document in by_index}

# METADATA
# description: The order of severities, most severe first.
rank := {"critical": 0, "high": 1, "medium": 2, "low": 3}

exported := array.concat(
	[{"rule": id, "action": "deny", "finding": finding} |
		some id, rule in selection.exports
		some finding in rule.deny
	],
	array.concat(
		[{"rule": id, "action": "warn", "finding": finding} |
			some id, rule in selection.exports
			some finding in rule.warn
		],
		unjudged_on_trial,
	),
)

# Positions in `exported`, each with the key by which the finding points at something.
well_formed := [[position, into] |
	some position, raw in exported
	raw.finding.id == raw.rule
	is_string(raw.finding.msg)
	is_array(raw.finding.path)
	keys := {"document", "evidence", "exception"} & object.keys(raw.finding)
	count(keys) == 1
	points_somewhere(raw.finding)
	names_vulnerability(raw.finding)
	some into in keys # gatelib:equivalent first-only: there is one
]

malformed := [raw |
	fine := {position | some [position, _] in well_formed}
	some position, raw in exported
	not position in fine
] if {
	count(well_formed) != count(exported) # gatelib:equivalent condition: with as many of both, none is left; it spares the search
}

points_somewhere(finding) if by_index[finding.document]

points_somewhere(finding) if evidence[finding.evidence]

points_somewhere(finding) if given_exceptions[finding.exception]

# Only evidence tells of one, by its ID, the package and the image: all three are what an exception names.
names_vulnerability(finding) if not "vulnerability" in object.keys(finding)

names_vulnerability(finding) if {
	finding.evidence
	is_object(finding.vulnerability)
	object.keys(finding.vulnerability) == {"id", "package", "image"}
	every _, value in finding.vulnerability { is_string(value) }
}

vulnerability_of(finding) := {"vulnerability": finding.vulnerability} if {
	finding.vulnerability
} else := {}

# A vulnerability that has a name goes by it, since the next scan has it at another position.
fingerprint(rule, prefix, vulnerability, pointer) := concat("|", [rule, prefix, replace(named, "|", "~2")]) if {
	found := vulnerability.vulnerability
	found.id != ""
	named := json_pointer([found.id, found["package"], found.image])
} else := concat("|", [rule, prefix, replace(pointer, "|", "~2")])

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
evidence := gate_input.evidence

given_exceptions := exceptions.given

canaries := stages.canaries

held := stages.held

in_force := stages.in_force

by_index := {document.index: document | some document in documents.judged}

element(content, path, place) := name if {
	is_number(path[place]) # gatelib:equivalent condition: nothing stands at what is neither text nor number

	# gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
	name := object.get(content, array.concat(array.slice(path, 0, place + 1), ["name"]), "")
	is_string(name)
	name != ""
} else := sprintf("%v", [path[place]])

# The escapes of RFC 6901, section 3.
# gatelib:equivalent rule: nothing needs the escapes here, and without them it is quicker
json_pointer(steps) := pointer if {
	pointer := concat("/", steps)
	not contains(pointer, "~") # gatelib:equivalent string: then all is escaped

	# gatelib:equivalent arithmetic `count(steps) - 1` -> `1 - count(steps)`: then all of several steps is escaped
	# gatelib:equivalent number `1` -> `2`: then all is escaped
	strings.count(pointer, "/") == count(steps) - 1
} else := concat("/", [replace(replace(step, "~", "~0"), "/", "~1") | some step in steps])

subject_of(finding) := subjects[finding.document] if {
	subjects[finding.document]
} else := subject(content, "gatelib.dev/PolicyException", "") if {
	content := documents.mapping(data.gatelib.exceptions[finding.exception])
} else := subject({"metadata": {"name": finding.evidence}}, "", "")

# The documents that findings are about, each worked out once.
subjects := {index: subject(document.content, document.type, stages.home_of(document)) |
	some index in {raw.finding.document | some raw in exported}
	document := by_index[index]
}

subject(content, type, own_home) := {
	"type": type,
	"home": own_home,
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

# A finding that points at nothing.
unplaced(id, msg) := {
	"type": "",
	"place": "",
	"containers": set(),
	"finding": {
		"rule": id,
		"action": "canary",
		"severity": said.severity,
		"controls": said.controls,
		"msg": msg,
		"path": [],
		"resource": {"apiVersion": "", "kind": "", "namespace": "", "name": ""},
		"fingerprint": concat("|", [id, "", "", "", ""]),
	},
} if {
	said := said_of[id]
}
