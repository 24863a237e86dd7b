# METADATA
# title: Kubernetes NetworkPolicies
# description: >-
#   How the API reads a NetworkPolicy. An absent `podSelector`, or an absent spec, selects every pod; Ingress is
#   restricted unless `policyTypes` says otherwise, Egress where it says so or egress rules are there.
package gatelib.lib.network_policies

import data.gatelib.lib.cidrs
import data.gatelib.lib.documents
import data.gatelib.lib.labels

# METADATA
# description: >-
#   A policy as `{problems, policies}`: the problems are `[path, message]`, the policies `{selector, types,
#   rules}` as in `gatelib.lib.network`; there are none where there is a problem.
read(document) := {
	"problems": problems,
	"policies": [policy | count(problems) == 0; policy := policy_of(documents.mapping(spec))],
} if {
	spec := object.get(document.content, "spec", null)
	problems := problems_of(spec)
}

policy_of(spec) := {
	"selector": documents.mapping(object.get(spec, "podSelector", {})),
	"types": types,
	"rules": [rule_at(["spec", "ingress", position], rule) |
		"Ingress" in types
		some position, rule in documents.list(object.get(spec, "ingress", []))
	],
} if {
	types := types_of(spec)
}

types_of(spec) := named if {
	named := {type | some type in documents.list(object.get(spec, "policyTypes", []))}
	count(named) > 0
} else := {"Ingress", "Egress"} if {
	count(documents.list(object.get(spec, "egress", []))) > 0
} else := {"Ingress"}

rule_at(path, rule) := {"path": path, "any_port": any_port, "peers": [{"path": path, "from": "everywhere"}]} if {
	any_port := count(documents.list(object.get(rule, "ports", []))) == 0
	has_no(rule, "from")
} else := {
	"path": path,
	"any_port": any_port,
	"peers": [peer_at(array.concat(path, ["from", position]), peer) | some position, peer in rule.from],
} if {
	any_port := count(documents.list(object.get(rule, "ports", []))) == 0
}

peer_at(path, peer) := {"path": path, "from": "everywhere"} if {
	cidrs.parse(peer.ipBlock.cidr).prefix <= 0
	has_no(peer.ipBlock, "except")
} else := {"path": path, "from": "outside"} if {
	is_object(peer.ipBlock)
} else := {"path": path, "from": "namespaces", "namespaces": peer.namespaceSelector, "pods": pods} if {
	pods := documents.mapping(object.get(peer, "podSelector", {}))
	is_object(peer.namespaceSelector)
} else := {"path": path, "from": "own", "pods": peer.podSelector}

has_no(value, field) if count(documents.list(object.get(value, field, []))) == 0

problems_of(null) := []

problems_of(spec) := [[["spec"], "`spec` must be an object"]] if {
	not is_null(spec)
	not is_object(spec)
}

problems_of(spec) := array.concat(
	array.concat(selector_problems(["spec", "podSelector"], spec), list_problems(spec)),
	array.concat(type_problems(spec), array.concat(rule_problems(spec), array.concat(port_problems(spec), peer_problems(spec)))),
) if {
	is_object(spec)
}

# A selector is the last step of its path.
selector_problems(path, owner) := [[path, message] |
	selector := object.get(owner, path[count(path) - 1], null)
	not is_null(selector)
	message := labels.problem(selector)
]

list_problems(spec) := [[["spec", field], sprintf("`spec.%s` must be a list", [field])] |
	some field in ["ingress", "egress", "policyTypes"]
	value := object.get(spec, field, null)
	not is_null(value)
	not is_array(value)
]

type_problems(spec) := [[["spec", "policyTypes", position], sprintf("`%v` is no policy type", [type])] |
	some position, type in documents.list(object.get(spec, "policyTypes", []))
	not type in {"Ingress", "Egress"}
]

rule_problems(spec) := array.concat(
	[[["spec", field, position], "a rule must be an object"] |
		some field in ["ingress", "egress"]
		some position, rule in documents.list(object.get(spec, field, []))
		not is_object(rule)
	],
	[[["spec", "ingress", position, field], sprintf("`%s` must be a list", [field])] |
		some position, rule in documents.list(object.get(spec, "ingress", []))
		is_object(rule)
		some field in ["from", "ports"]
		value := object.get(rule, field, null)
		not is_null(value)
		not is_array(value)
	],
)

port_problems(spec) := [[["spec", "ingress", number, "ports", position], "a port must be an object"] |
	some number, rule in documents.list(object.get(spec, "ingress", []))
	is_object(rule)
	some position, port in documents.list(object.get(rule, "ports", []))
	not is_object(port)
]

peer_problems(spec) := [[array.concat(["spec", "ingress", number, "from", position], path), message] |
	some number, rule in documents.list(object.get(spec, "ingress", []))
	is_object(rule)
	some position, peer in documents.list(object.get(rule, "from", []))
	some [path, message] in problems_of_peer(peer)
]

problems_of_peer(peer) := [[[], "a peer must have either `ipBlock`, or `podSelector` or `namespaceSelector` or both"]] if {
	not is_peer(peer)
} else := array.concat(
	array.concat(selector_problems(["podSelector"], peer), selector_problems(["namespaceSelector"], peer)),
	block_problems(object.get(peer, "ipBlock", null)),
)

is_peer(peer) if {
	is_object(peer)
	fields := {field | some field in ["ipBlock", "podSelector", "namespaceSelector"]; not is_null(object.get(peer, field, null))}
	count(fields) > 0
	count(fields & {"ipBlock"}) * count(fields) < 2
}

block_problems(block) := [[["ipBlock"], "`ipBlock` must be an object with a `cidr`, and `except` a list"] |
	not is_null(block)
	not is_block(block)
]

is_block(block) if {
	cidrs.parse(block.cidr)
	except := object.get(block, "except", null)
	type_name(except) in {"null", "array"}
}
