# METADATA
# title: Calico's NetworkPolicies
# description: >-
#   How Calico reads a NetworkPolicy of its own. Of its selector language these forms are understood, joined by
#   `&&`: `all()`, `has(k)`, `k == 'v'` and `k in {'v', …}`.
package gatelib.lib.calico

import data.gatelib.lib.cidrs
import data.gatelib.lib.documents

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

problems_of(null) := []

problems_of(spec) := [[["spec"], "`spec` must be an object"]] if {
	not is_null(spec)
	not is_object(spec)
}

problems_of(spec) := array.concat(
	array.concat(
		[[["spec", "selector"], sprintf("the selector `%v` is beyond the forms that are understood", [selector])] |
			selector := object.get(spec, "selector", null)
			not parse(selector)
		],
		[[["spec", "serviceAccountSelector"], "which service accounts pods have is not judged"] |
			not object.get(spec, "serviceAccountSelector", null) in {null, ""}
		],
	),
	array.concat(
		array.concat(
			[[["spec", field], sprintf("`%s` must be a list of objects", [field])] |
				some field in ["ingress", "egress"]
				not is_rules(object.get(spec, field, null))
			],
			[[["spec", "ingress", position], "a rule's `action` must be known, and its `source` have strings and lists"] |
				some position, rule in documents.list(object.get(spec, "ingress", []))
				not is_rule(documents.mapping(rule))
			],
		),
		[[["spec", "types"], "`types` must be a list of `Ingress` and `Egress`"] |
			not is_types(object.get(spec, "types", null))
		],
	),
) if {
	is_object(spec)
}

is_rules(value) if is_null(value)

is_rules(value) if {
	is_array(value)
	every rule in value {
		is_object(rule)
	}
}

is_rule(rule) if {
	object.get(rule, "action", "Allow") in {"Allow", "Deny", "Log", "Pass"}
	source := object.get(rule, "source", null)
	type_name(source) in {"null", "object"}
	every field, types in {"selector": {"null", "string"}, "namespaceSelector": {"null", "string"}, "nets": {"null", "array"}} {
		type_name(object.get(documents.mapping(source), field, null)) in types
	}
}

is_types(value) if is_null(value)

is_types(value) if {
	is_array(value)
	every type in value {
		type in {"Ingress", "Egress"}
	}
}

policy_of(spec) := {
	"selector": parse(object.get(spec, "selector", null)),
	"types": types,
	"rules": [{"path": path, "any_port": any_port(rule), "peers": [peer]} |
		"Ingress" in types
		some position, rule in documents.list(object.get(spec, "ingress", []))

		# gatelib:equivalent null: an action that is absent is neither of these in either case
		not object.get(rule, "action", null) in {"Deny", "Log"}
		path := ["spec", "ingress", position]
		peer := object.union({"path": path}, peer_of(object.get(rule, "source", {})))
	],
} if {
	types := types_of(spec)
}

types_of(spec) := named if {
	named := {type | some type in documents.list(object.get(spec, "types", []))}
	count(named) > 0
} else := {"Egress"} if {
	count(documents.list(object.get(spec, "ingress", []))) == 0
	count(documents.list(object.get(spec, "egress", []))) > 0
} else := {"Ingress", "Egress"} if {
	count(documents.list(object.get(spec, "egress", []))) > 0
} else := {"Ingress"}

any_port(rule) := (object.keys(rule) - {"action", "source", "metadata"}) == set()

# Of a source that says more than these two fields, nobody here can tell whom it lets in.
peer_of(source) := {"from": "everywhere"} if {
	fields_of(source) == set()
} else := {"from": "everywhere"} if {
	fields_of(source) == {"nets"}
	some net in documents.list(source.nets)
	cidrs.parse(net).prefix <= 0
} else := {"from": "outside"} if {
	fields_of(source) == {"nets"}
} else := {"from": "own", "pods": pods} if {
	fields_of(source) == {"selector"}
	pods := parse(source.selector)
} else := {"from": "outside"} if {
	source.namespaceSelector == "global()"
} else := {"from": "namespaces", "namespaces": namespaces, "pods": pods} if {
	# gatelib:equivalent condition: without one, a lone `selector` comes here that is not understood; it has no `pods`
	"namespaceSelector" in fields_of(source)
	fields_of(source) - {"selector", "namespaceSelector"} == set()
	namespaces := with_names(parse(source.namespaceSelector))
	pods := parse(object.get(source, "selector", null))
} else := {"from": "unknown"}

fields_of(source) := {field | some field, value in source; field != "ports"; not value in {null, "", []}} if {
	is_object(source)
} else := set()

# METADATA
# description: >-
#   A selector of Calico's language as a LabelSelector; an absent or empty one selects everything. Undefined
#   where it has other forms than the understood ones.
parse(selector) := {} if {
	selector in {null, ""}
} else := {"matchExpressions": [requirement |
	some term in terms
	requirement := requirement_of(term)
	requirement != "all"
]} if {
	is_string(selector)
	terms := [trim_space(term) | some term in split(selector, "&&")]
	every term in terms {
		requirement_of(term)
	}
}

requirement_of("all()") := "all"

requirement_of(term) := {"key": groups[1], "operator": "Exists"} if {
	groups := matched(`^has\([ \t\n\f\r]*([A-Za-z0-9_./-]+)[ \t\n\f\r]*\)$`, term)
	is_known(groups[1])
}

requirement_of(term) := {"key": groups[1], "operator": "In", "values": [unquoted(groups[2])]} if {
	groups := matched(`^([A-Za-z0-9_./-]+)[ \t\n\f\r]*==[ \t\n\f\r]*('[^']*'|"[^"]*")$`, term)
	is_known(groups[1])
}

requirement_of(term) := {"key": groups[1], "operator": "In", "values": values} if {
	groups := matched(`^([A-Za-z0-9_./-]+)[ \t\n\f\r]+in[ \t\n\f\r]*\{[ \t\n\f\r]*((?:'[^']*'|"[^"]*")(?:[ \t\n\f\r]*,[ \t\n\f\r]*(?:'[^']*'|"[^"]*"))*)[ \t\n\f\r]*\}$`, term)
	is_known(groups[1])

	# gatelib:equivalent number `-1` -> `-2`: any negative number stands for all
	values := [unquoted(value) | some value in regex.find_n(`'[^']*'|"[^"]*"`, groups[2], -1)]
}

# gatelib:equivalent number `1` -> `2`: of what is found only the first is taken
matched(pattern, term) := regex.find_all_string_submatch_n(pattern, term, 1)[0]

unquoted(value) := substring(value, 1, count(value) - 2)

# Labels that Calico makes up: of an endpoint's namespace, of its service account, of itself.
is_known(key) if not regex.match(`^(pcns|pcsa)\.|^projectcalico\.org/(namespace|orchestrator|serviceaccount)$`, key)

with_names(selector) := {"matchExpressions": [object.union(requirement, {"key": key}) |
	some requirement in object.get(selector, "matchExpressions", [])
	key := object.get({"projectcalico.org/name": "kubernetes.io/metadata.name"}, requirement.key, requirement.key)
]}
