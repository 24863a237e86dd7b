# METADATA
# title: Network policies
# description: >-
#   NetworkPolicies, and those of Cilium and Calico that `network_policy.extra_kinds` admits, in one form: which
#   pods each selects, which directions it restricts, and whom it lets in. A policy that is not understood is
#   left out of these and is among the problems.
package gatelib.lib.network

import data.gatelib.lib.calico
import data.gatelib.lib.cilium
import data.gatelib.lib.companions
import data.gatelib.lib.labels
import data.gatelib.lib.network_policies
import data.gatelib.lib.params
import data.gatelib.lib.selector_keys

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
	policy := object.union(understood, source.companion)
]

# METADATA
# description: What is not understood, as `{companion, path, msg}` for `companions.unjudged`.
problems := [{"companion": source.companion, "path": path, "msg": message} |
	some source in sources
	some [path, message] in source.reading.problems
]

# METADATA
# description: The policies of a scope.
in_scope(scope) := object.get(by_scope, scope, [])

# METADATA
# description: The policies of a scope that select pods with these labels.
selecting(scope, pod_labels) := [policy |
	candidates := object.get(by_key, scope, {})
	some key in selector_keys.of_labels(pod_labels)
	some position in object.get(candidates, key, [])
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

by_scope := {scope: [policies[position] | some position in positions] | some scope, positions in scoped_positions}

by_key := {scope: {key: [position | some position in positions] | some key, positions in keyed} |
	some scope, keyed in keyed_positions
}

scoped_positions[policy.document.scope] contains position if some position, policy in policies

keyed_positions[policy.document.scope][key] contains position if {
	some position, policy in policies
	some key in selector_keys.rarest(policy.selector, shares[policy.document.scope])
}

shares := {scope: {key: count(positions) | some key, positions in keyed} | some scope, keyed in shared_positions}

shared_positions[policy.document.scope][key] contains position if {
	some position, policy in policies
	some keys in selector_keys.alternatives(policy.selector)
	some key in keys
}

sources := [{"companion": companion, "reading": reading} |
	some companion in companions.of_types(counted)
	reading := read(companion.document)
]

# METADATA
# description: The kinds of policies that count.
counted := {"networking.k8s.io/NetworkPolicy"} | {type | some type in params.all.network_policy.extra_kinds}

read(document) := network_policies.read(document) if document.type == "networking.k8s.io/NetworkPolicy"

read(document) := cilium.read(document) if document.type == "cilium.io/CiliumNetworkPolicy"

read(document) := calico.read(document) if {
	document.type in {"projectcalico.org/NetworkPolicy", "crd.projectcalico.org/NetworkPolicy"}
}
