# METADATA
# title: Network policies
# description: >-
#   NetworkPolicies, and those of Cilium and Calico that `network_policy.extra_kinds` admits, in one form: which
#   pods each selects, which directions it restricts, and whom it lets in. A policy that is not understood is
#   left out of these and is among the problems.
package gatelib.lib.network

import data.gatelib.lib.calico
import data.gatelib.lib.cilium
import data.gatelib.lib.documents
import data.gatelib.lib.labels
import data.gatelib.lib.network_policies
import data.gatelib.lib.params

# METADATA
# description: >-
#   The understood policies, as `{document, judged, selector, types, rules}`: `document` is the described
#   document, `judged` whether it is to be judged or only looked up, `selector` a LabelSelector over pods,
#   `types` the directions it restricts. `rules` are those for ingress, as `{path, any_port, peers}`, and a peer
#   is `{path, from}` with `from` one of `everywhere`, `own` (with the LabelSelector `pods`), `namespaces` (with
#   the LabelSelectors `namespaces` and `pods`), `outside` (no pods), and `unknown`.
policies := [policy |
	some source in sources
	some understood in source.reading.policies
	count(understood.types) > 0
	policy := object.union(understood, {"document": source.document, "judged": source.judged})
]

# METADATA
# description: >-
#   What is not understood, in the form of `unjudged`: of the policies to judge, and of those that are only
#   looked up where they lie in one of the scopes.
problems_for(scopes) := {problem |
	some source in sources
	some [path, message] in source.reading.problems
	source.judged
	problem := {"document": source.document.index, "path": path, "msg": message}
} | {problem |
	some source in sources
	some [path, message] in source.reading.problems
	not source.judged
	source.document.scope in scopes
	problem := {"msg": sprintf(
		"%s `%s` of the inventory, at `%s`: %s",
		[source.document.kind, source.document.name, concat(".", [sprintf("%v", [step]) | some step in path]), message],
	)}
}

# METADATA
# description: The policies of a scope.
in_scope(scope) := object.get(by_scope, scope, [])

# METADATA
# description: The policies of a scope that select pods with these labels.
selecting(scope, pod_labels) := [policy |
	some position in candidates(scope, pod_labels)
	policy := policies[position]
	labels.selects(policy.selector, pod_labels)
]

# METADATA
# description: Whether the rules of a policy let in everything from everywhere.
allows_all(policy) if {
	some rule in policy.rules
	rule.any_port
	some peer in rule.peers
	peer.from == "everywhere"
}

# METADATA
# description: Whether a policy selects every pod.
selects_all(policy) if {
	object.get(policy.selector, "matchLabels", null) in {null, {}}
	object.get(policy.selector, "matchExpressions", null) in {null, []}
}

# Those that one of the pod's labels leads to, and those whose selector gives no label to be found by.
candidates(scope, pod_labels) := array.concat(
	object.get(loose_by_scope, scope, []),
	[position |
		found := object.get(keyed_by_scope, scope, {})
		some key, value in pod_labels
		some position in object.get(found, pair(key, value), [])
	],
)

by_scope := {scope: [policies[position] | some position in positions] | some scope, positions in scoped_positions}

loose_by_scope := {scope: [position | some position in positions] | some scope, positions in loose_positions}

keyed_by_scope := {scope: {key: [position | some position in positions] | some key, positions in keyed} |
	some scope, keyed in keyed_positions
}

scoped_positions[policy.document.scope] contains position if some position, policy in policies

loose_positions[policy.document.scope] contains position if {
	some position, policy in policies
	not lead(policy.selector)
}

keyed_positions[policy.document.scope][key] contains position if {
	some position, policy in policies
	key := lead(policy.selector)
}

# A label that every selected pod has.
lead(selector) := leads[0] if {
	leads := array.concat(
		[pair(key, value) | some key, value in documents.mapping(object.get(selector, "matchLabels", {}))],
		[pair(expression.key, expression.values[0]) |
			some expression in documents.list(object.get(selector, "matchExpressions", []))
			expression.operator == "In"
			count(expression.values) == 1
		],
	)
}

pair(key, value) := sprintf("%v=%v", [key, value])

sources := array.concat(
	[{"document": document, "judged": true, "reading": reading} |
		some type in counted
		some document in documents.of_type(type)
		reading := read(document)
	],
	[{"document": document, "judged": false, "reading": reading} |
		some document in array.slice(documents.known, count(documents.judged), count(documents.known))
		document.type in counted
		reading := read(document)
	],
)

counted := {"networking.k8s.io/NetworkPolicy"} | {type | some type in params.all.network_policy.extra_kinds}

read(document) := network_policies.read(document) if document.type == "networking.k8s.io/NetworkPolicy"

read(document) := cilium.read(document) if document.type == "cilium.io/CiliumNetworkPolicy"

read(document) := calico.read(document) if endswith(document.type, "projectcalico.org/NetworkPolicy")
