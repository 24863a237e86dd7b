# METADATA
# title: Tenants' namespaces are isolated
# description: >-
#   Without a policy that denies by default, and with one that admits another tenant's namespace, a tenant's pods
#   can be reached by its neighbours': one compromised tenant is then all of them.
# custom:
#   id: GL-TEN-002
#   severity: high
#   controls: [TEN-01]
#   gates: [pr, pre-promote, admission]
#   kinds:
#     - Namespace
#     - networking.k8s.io/NetworkPolicy
#     - cilium.io/CiliumNetworkPolicy
#     - crd.projectcalico.org/NetworkPolicy
#     - projectcalico.org/NetworkPolicy
#   scope: set
#   remediation: >-
#     Add a NetworkPolicy with `podSelector: {}`, `policyTypes: [Ingress]` and no rules to the namespace, and let
#     other policies admit only the tenant's own namespaces and those of no tenant.
#   params: [tenancy.label, tenancy.marker, network_policy.extra_kinds]
#   since: 0.1.0
package gatelib.rules.tenancy.isolation

import data.gatelib.lib.companions
import data.gatelib.lib.documents
import data.gatelib.lib.labels
import data.gatelib.lib.network
import data.gatelib.lib.params
import data.gatelib.lib.selector_keys
import data.gatelib.lib.tenants

subjects contains namespace.index if some namespace in tenants.judged_namespaces

subjects contains policy.document.index if {
	some policy in network.policies
	policy.judged
	tenants.by_scope[policy.document.scope]
}

deny contains {
	"id": "GL-TEN-002",
	"msg": sprintf("tenant namespace `%s` has no NetworkPolicy that denies ingress by default", [namespace.name]),
	"document": namespace.index,
	"path": ["metadata", "name"],
} if {
	some namespace in tenants.judged_namespaces
	not documents.own_scope(namespace) in closed
}

# A policy that is judged is where the finding belongs.
deny contains {
	"id": "GL-TEN-002",
	"msg": admission.msg,
	"document": admission.policy.document.index,
	"path": admission.path,
} if {
	some admission in admissions
	admission.policy.judged
}

deny contains {
	"id": "GL-TEN-002",
	"msg": admission.msg,
	"document": namespace.index,
	"path": ["metadata", "name"],
} if {
	some namespace in tenants.judged_namespaces
	some admission in object.get(admissions_looked_up, documents.own_scope(namespace), [])
}

unjudged contains problem if {
	some problem in companions.unjudged(network.counted | {"Namespace"}, network.problems, subject_scopes)
}

unjudged contains problem if {
	some problem in companions.unjudged(set(), unknown_peers, subject_scopes)
}

# Of a policy to judge nobody knows yet whether its namespace is a tenant's.
subject_scopes := {documents.own_scope(namespace) | some namespace in tenants.judged_namespaces} | {policy.document.scope | some policy in network.policies; policy.judged}

# Where pods of several tenants run, their neighbours in the namespace are kept out too.
closed := {scope |
	some scope, _ in tenants.by_scope
	some policy in network.in_scope(scope)
	denies_by_default(scope, policy)
}

denies_by_default(_, policy) if {
	selects_all_for_ingress(policy)
	count(policy.rules) == 0
}

denies_by_default(scope, policy) if {
	selects_all_for_ingress(policy)
	not scope in tenants.multi_tenant_scopes
	every rule in policy.rules {
		every peer in rule.peers {
			peer.from != "everywhere"
		}
	}
}

selects_all_for_ingress(policy) if {
	"Ingress" in policy.types
	network.selects_all(policy)
}

# Each admission of another tenant, as `{policy, path, msg}`.
admissions := [{"policy": policy, "path": peer.path, "msg": message} |
	some [policy, peer] in peers
	some whom in admitted(policy, peer)
	message := sprintf(
		"%s `%s` admits %s to tenant namespace `%s`",
		[policy.document.kind, policy.document.name, whom, policy.document.namespace],
	)
]

admissions_looked_up := {scope: [admissions[position] | some position in positions] |
	some scope, positions in looked_up_positions
}

looked_up_positions[admission.policy.document.scope] contains position if {
	some position, admission in admissions
	not admission.policy.judged
}

unknown_peers := [{"companion": policy, "path": peer.path, "msg": "whom this admits is not understood"} |
	some [policy, peer] in peers
	peer.from == "unknown"
]

peers := [[policy, peer] |
	some scope, _ in tenants.by_scope
	some policy in network.in_scope(scope)
	some rule in policy.rules
	some peer in rule.peers
]

# To whom a peer opens a policy's pods, for a message.
admitted(_, peer) := {"everything"} if peer.from == "everywhere"

admitted(policy, peer) := whom if {
	peer.from == "namespaces"
	owners := owners_of(policy)
	whom := strangers(peer, owners, policy.document.scope)
}

strangers(peer, owners, own_scope) := {"namespaces of any other tenant"} if {
	labels.selects(peer.namespaces, any_tenant)
} else := {"multi-tenant namespaces"} if {
	labels.selects(peer.namespaces, marker)
	not labels.selects(peer.namespaces, {})
	not names_only(peer.pods, owners)
} else := {"namespaces of any other tenant"} if {
	labels.selects(peer.namespaces, object.union(any_tenant, marker))
	not labels.selects(peer.namespaces, marker)
} else := {sprintf("tenant `%s`", [name]) | some name in named} if {
	named := tenants_required(peer.namespaces) - owners
	count(named) > 0
} else := {sprintf("namespace `%s` of another tenant", [namespace.name]) |
	some namespace in namespaces_by_selector[peer.namespaces]
	namespace.scope != own_scope
	is_foreign(namespace, peer, owners)
}

is_foreign(namespace, _, owners) if count(namespace.tenants - owners) > 0

is_foreign(namespace, peer, owners) if {
	count(namespace.tenants) == 0
	not names_only(peer.pods, owners)
}

# In a namespace of several tenants a policy belongs to those whose pods it selects.
owners_of(policy) := tenants.of_scope(policy.document.scope) | tenants_required(policy.selector) if {
	policy.document.scope in tenants.multi_tenant_scopes
} else := tenants.of_scope(policy.document.scope)

names_only(selector, owners) if {
	required := tenants_required(selector)
	count(required) > 0
	count(required - owners) == 0
}

# The tenants that a selector names; none where it leaves the tenant open.
tenants_required(selector) := {name} if {
	name := selector.matchLabels[params.all.tenancy.label]
} else := {name |
	some expression in documents.list(object.get(selector, "matchExpressions", []))
	expression.key == params.all.tenancy.label
	expression.operator == "In"
	some name in expression.values
}

marker := {params.all.tenancy.marker.key: params.all.tenancy.marker.value}

# No label can have this value, so that a selector that accepts it accepts any tenant that it does not name.
any_tenant := {params.all.tenancy.label: "?"}

# Policies repeat the same few selectors, and each is matched once.
namespaces_by_selector := {selector: selected |
	some selector in {selector | some [_, peer] in peers; selector := peer.namespaces}
	selected := [namespace |
		some key in selector_keys.rarest(selector, shares)
		some position in object.get(namespaces_by_key, key, [])
		namespace := tenant_namespaces[position]
		labels.selects(selector, namespace.labels)
	]
}

tenant_namespaces := [{
	"name": document.name,
	"scope": scope,
	"tenants": tenants.of_scope(scope),
	"labels": object.union(tenants.labels_of(document), {"kubernetes.io/metadata.name": document.name}),
} |
	some scope, _ in tenants.by_scope
	some document in documents.namespaces(scope)
]

namespaces_by_key := {key: [position | some position in positions] | some key, positions in namespace_positions}

# gatelib:equivalent first-only: shares only choose between sets of keys, each of which finds all that is selected
shares := {key: count(positions) | some key, positions in namespaces_by_key}

namespace_positions[key] contains position if {
	some position, namespace in tenant_namespaces
	some key in selector_keys.of_labels(namespace.labels)
}
