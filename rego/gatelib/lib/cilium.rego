# METADATA
# title: CiliumNetworkPolicies
# description: >-
#   How Cilium reads a CiliumNetworkPolicy. A direction is restricted where a rule for it is there and
#   `enableDefaultDeny` does not say otherwise; an empty rule lets nothing in.
package gatelib.lib.cilium

import data.gatelib.lib.documents
import data.gatelib.lib.labels

# METADATA
# description: >-
#   A policy as `{problems, policies}`: the problems are `[path, message]`, the policies `{selector, types,
#   rules}` as in `gatelib.lib.network`; there are none where there is a problem.
read(document) := {
	"problems": problems,
	"policies": [policy |
		count(problems) == 0
		some [path, spec] in specifications
		policy := policy_of(path, spec)
	],
} if {
	specifications := specifications_of(document.content)
	problems := array.concat(
		[[["spec"], "there must be a `spec`, or `specs` as a list"] | not is_complete(document.content, specifications)],
		[problem | some [path, spec] in specifications; some problem in problems_of(path, spec)],
	)
}

specifications_of(content) := array.concat(
	[[["spec"], spec] |
		spec := object.get(content, "spec", null)
		not is_null(spec)
	],
	[[["specs", position], spec] | some position, spec in documents.list(object.get(content, "specs", []))],
)

is_complete(content, specifications) if {
	count(specifications) > 0
	type_name(object.get(content, "specs", null)) in {"null", "array"}
}

problems_of(path, spec) := [[path, "the spec must be an object"]] if {
	not is_object(spec)
} else := array.concat(
	array.concat(
		[[array.concat(path, ["endpointSelector"]), message] |
			message := selector_problem(object.get(spec, "endpointSelector", null)) # gatelib:equivalent null: neither null nor false is an object
		],
		[[array.concat(path, [field]), message] |
			some field, message in {
				"ingress": "`ingress` must be a list of objects",
				"ingressDeny": "`ingressDeny` must be a list of objects",
				"egress": "`egress` must be a list of objects",
				"egressDeny": "`egressDeny` must be a list of objects",
				"enableDefaultDeny": "`enableDefaultDeny` must be an object of booleans",
			}
			value := object.get(spec, field, null)
			not is_null(value)
			not fits(field, value)
		],
	),
	array.concat(
		[[array.concat(path, ["ingress", position, field]), sprintf("`%s` must be a list", [field])] |
			some position, rule in documents.list(object.get(spec, "ingress", []))
			some field in sources(documents.mapping(rule))
			not is_array(rule[field])
		],
		[[array.concat(path, ["ingress", position, "fromEndpoints", number]), message] |
			some position, rule in documents.list(object.get(spec, "ingress", []))
			some number, selector in documents.list(object.get(documents.mapping(rule), "fromEndpoints", []))
			message := labels.problem(selector)
		],
	),
)

selector_problem(selector) := message if {
	message := labels.problem(selector)
} else := "the selector goes beyond the pod's own labels" if {
	requirements := requirements_of(selector)
	count(requirements.pods) < count(requirements.all)
}

fits("enableDefaultDeny", value) if {
	is_object(value)
	every switch in object.keys(value) {
		is_boolean(value[switch])
	}
}

fits(field, value) if {
	field != "enableDefaultDeny"
	is_array(value)
	every rule in value {
		is_object(rule)
	}
}

policy_of(path, spec) := {
	"selector": {"matchExpressions": requirements_of(spec.endpointSelector).pods},
	"types": {type | some type, field in {"Ingress": "ingress", "Egress": "egress"}; restricts(spec, field)},
	"rules": [{"path": rule_path, "any_port": any_port(rule), "peers": peers_of(rule_path, rule)} |
		some position, rule in documents.list(object.get(spec, "ingress", []))
		rule_path := array.concat(path, ["ingress", position])
	],
}

restricts(spec, field) if {
	some name in [field, concat("", [field, "Deny"])]
	count(documents.list(object.get(spec, name, []))) > 0
	switches := documents.mapping(object.get(spec, "enableDefaultDeny", {}))
	object.get(switches, field, true)
}

any_port(rule) := {field | some field in ["toPorts", "icmps"]; not is_empty(object.get(rule, field, []))} == set()

is_empty(value) if value in {null, []}

# Without a source the ports alone decide, and where these are absent too nothing is let in.
peers_of(path, rule) := [{"path": path, "from": "everywhere"}] if {
	not any_port(rule)
	count(sources(rule)) == 0
} else := [peer |
	some field in sources(rule)
	some peer in peers_in(path, field, rule[field])
]

sources(rule) := [field | some field, value in rule; startswith(field, "from"); not is_null(value)]

peers_in(path, field, value) := [object.union({"path": array.concat(path, [field, position])}, peer) |
	some position, element in value
	peer := peer_of(field, element)
]

peer_of("fromEndpoints", selector) := {"from": "unknown"} if {
	requirements := requirements_of(selector)
	count(requirements.pods) + count(requirements.namespaces) < count(requirements.all)
} else := {"from": "own", "pods": {"matchExpressions": requirements.pods}} if {
	requirements := requirements_of(selector)
	count(requirements.namespaces) == 0
} else := {
	"from": "namespaces",
	"namespaces": {"matchExpressions": requirements.namespaces},
	"pods": {"matchExpressions": requirements.pods},
} if {
	requirements := requirements_of(selector)
}

peer_of("fromEntities", entity) := peer if {
	peer := entities[entity]
} else := {"from": "unknown"}

peer_of(field, _) := {"from": "outside"} if field in {"fromCIDR", "fromCIDRSet", "fromGroups", "fromNodes"}

peer_of(field, _) := {"from": "unknown"} if {
	not field in {"fromEndpoints", "fromEntities", "fromCIDR", "fromCIDRSet", "fromGroups", "fromNodes"}
}

entities := object.union(
	{entity: {"from": "outside"} |
		some entity in ["world", "world-ipv4", "world-ipv6", "host", "remote-node", "kube-apiserver", "ingress", "health", "none"]
	},
	{
		"all": {"from": "everywhere"},
		"cluster": {"from": "namespaces", "namespaces": {}, "pods": {}},
	},
)

# What a well-formed selector requires, of pods and of their namespaces, each as `matchExpressions`; what it
# requires of anything else is only among all.
requirements_of(selector) := {
	"all": all,
	"pods": [object.union(requirement, {"key": key}) | some requirement in all; key := pod_key(plain(requirement.key))],
	"namespaces": [object.union(requirement, {"key": key}) |
		some requirement in all
		key := namespace_key(plain(requirement.key))
	],
} if {
	all := array.concat(
		[{"key": key, "operator": "In", "values": [value]} |
			some key, value in documents.mapping(object.get(selector, "matchLabels", {}))
		],
		documents.list(object.get(selector, "matchExpressions", [])),
	)
}

# Labels carry the source that Cilium had them from.
# gatelib:equivalent number `-1` -> `-2`: any length below zero takes the rest
plain(key) := substring(key, 4, -1) if {
	regex.match(`^(k8s|any):`, key)
} else := key

pod_key(key) := key if not regex.match(`:|^io\.(cilium\.|kubernetes\.pod\.namespace$)`, key)

namespace_key("io.kubernetes.pod.namespace") := "kubernetes.io/metadata.name"

namespace_key(key) := trim_prefix(key, "io.cilium.k8s.namespace.labels.") if {
	startswith(key, "io.cilium.k8s.namespace.labels.")
}
