# METADATA
# title: Selection
# description: Which rules run, whether they are all there, and what each of them judged.
package gatelib.lib.selection

import data.gatelib.input as gate_input
import data.gatelib.input.shapes
import data.gatelib.input.synced
import data.gatelib.lib.stages

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

default asked := null

asked := gate_input.rules

# METADATA
# description: The selected rules that exist, in order.
known := sort([id | some id in wanted; catalog[id]])

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
	rule := packages[domain][name]
}

# All at once: each look-up of a computed path below `data` costs regorus a walk over every rule there is.
packages := data.gatelib.rules

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
	"code": trouble.code,
	"message": sprintf("rule `%s` %s", [trouble.rule, trouble.says]),
} if {
	some trouble in troubles
	not trouble.rule in stages.trials
}

# METADATA
# description: What keeps rules on trial from judging at all, which is no error.
troubles_of_trials contains trouble if {
	some trouble in troubles
	trouble.rule in stages.trials
}

troubles contains {
	"rule": id,
	"code": "GL-ERR-004",
	"says": "is in the catalogue and its policy is not loaded",
} if {
	some id in known
	not judged[id]
}

troubles contains {
	"rule": id,
	"code": "GL-ERR-010",
	"says": "looks at other objects of the cluster, and none are synced",
} if {
	shapes.is_review
	not synced.there
	some id in known
	catalog[id].scope == "set"
}

errors contains {
	"code": "GL-ERR-004",
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
