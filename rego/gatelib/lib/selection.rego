# METADATA
# title: Selection
# description: Which rules run, whether they are all there, and what each of them judged.
package gatelib.lib.selection

import data.gatelib.input as gate_input
import data.gatelib.input.shapes

# METADATA
# description: Every rule of every catalogue by ID; an ID of the library cannot be redefined.
catalog := object.union(
	{id: entry | some id, owners in team_owners; entry := data.gatelib.catalog[min(owners)][id]},
	data.gatelib.catalog.core,
)

team_owners[id] contains owner if {
	some owner, entries in data.gatelib.catalog
	owner != "core"
	some id, _ in entries
}

# gatelib:equivalent default: what is undefined is no list either
# gatelib:equivalent null: neither null nor false is a list
default asked := null

asked := gate_input.rules

# METADATA
# description: The selected rules that exist, in order.
known := sort([id | some id in wanted; catalog[id]]) # gatelib:equivalent function: engines go through a set in order, and promise none

wanted := named | of_requests

named := {id | some id in asked} if {
	is_array(asked)
} else := {id | some id, entry in catalog; gate_input.gate in entry.gates}

# Whatever else is asked for: where a request comes from must be told, and an earlier verdict that denies counts.
default of_requests := set()

of_requests := {"GL-GOV-004", "GL-GOV-005"} if gate_input.request

# METADATA
# description: How many documents and exceptions each selected rule judged.
judged := {id: number |
	some id, rule in exports
	type_name(rule.subjects) in {"set", "array", "object"}
	number := count(rule.subjects)
}

# METADATA
# description: What the package of each selected rule exports.
exports := {id: rule |
	some id in known
	[domain, name] := catalog[id].package
	rule := data.gatelib.rules[domain][name] # gatelib:ignore computed_data so that OPA runs no other rule
	# gatelib:equivalent rule: both ways give the same, and one of them runs fewer rules
} if {
	# gatelib:equivalent condition: the same
	# gatelib:equivalent negation: the same
	leaves_rules_out
} else := {id: rule |
	some id in known
	[domain, name] := catalog[id].package
	rule := packages[domain][name]
}

# Whoever asks a server for some of its rules only, as gatelib does where one on trial fails, must not run the others.
# gatelib:equivalent rule: both ways give the same, and one of them runs fewer rules
leaves_rules_out if {
	# gatelib:equivalent condition: the same
	# gatelib:equivalent comparison: the same
	# gatelib:equivalent string: the same
	shapes.name == "envelope"

	# gatelib:equivalent condition: the same
	# gatelib:equivalent comparison: the same
	count(known) < count(catalog)
}

# All at once: each look-up of a computed path below `data` costs regorus a walk over every rule there is.
packages := data.gatelib.rules # gatelib:ignore computed_data which rules are loaded is asked of the tree, once

# METADATA
# description: What the gate requires to be there; a bundle may say so itself.
requirements := data.gatelib.bundle.requires if {
	is_array(data.gatelib.bundle.requires)
} else := object.get(data.gatelib.gates, [gate_input.gate, "requires"], [])

errors contains {
	"code": "GL-ERR-004",
	"message": sprintf("there is no rule `%v`", [id]),
} if {
	some id in wanted
	not catalog[id]
}

errors contains {
	"code": "GL-ERR-004",
	# gatelib:equivalent function: engines go through a set in order, and promise none
	"message": sprintf("rule `%s` is in the catalogues of %s", [id, concat(" and ", sort(owners))]),
} if {
	some id, owners in team_owners
	count(owners) > 1
}

errors contains {
	"code": "GL-ERR-004",
	"message": "no rule is selected",
} if {
	count(known) == 0
}

errors contains {
	"code": "GL-ERR-004",
	"message": sprintf("there is no gate `%s`", [gate_input.gate]),
} if {
	not data.gatelib.gates[gate_input.gate]
}

errors contains {
	"code": "GL-ERR-004",
	"message": sprintf("this bundle judges for gate `%s`, not `%s`", [data.gatelib.bundle.gate, gate_input.gate]),
} if {
	data.gatelib.bundle.gate != gate_input.gate
}
