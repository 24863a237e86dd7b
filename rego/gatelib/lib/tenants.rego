# METADATA
# title: Tenants
# description: >-
#   Which Namespaces are tenants', which tenant a namespace belongs to, and which workloads serve several
#   tenants. Labels of the wrong type are reported by `gatelib.lib.malformed`.
package gatelib.lib.tenants

import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.workloads

# METADATA
# description: >-
#   The Namespace objects to judge that are tenants': they carry the tenant label with any value, or the
#   marker of a multi-tenant namespace.
judged_namespaces := [document |
	some document in documents.of_type("Namespace")
	belongs_to_tenants(labels_of(document))
]

# METADATA
# description: >-
#   The scopes that are tenants' namespaces, each with the names of its tenants. A scope with the marker and
#   no tenant label has none; it has several where its Namespace objects disagree.
by_scope := {scope: {name |
	some document in documents.namespaces(scope)
	name := tenant(labels_of(document))
} |
	some scope in scopes
}

scopes := {documents.own_scope(document) |
	some document in known_namespaces
	belongs_to_tenants(labels_of(document))
}

# METADATA
# description: The scopes whose Namespace object, one of them at least, carries the marker.
multi_tenant_scopes := {documents.own_scope(document) |
	some document in known_namespaces
	is_marked(labels_of(document))
}

# METADATA
# description: >-
#   The workloads to judge that serve several tenants: they, their pod template or their Namespace carry the
#   marker.
multi_tenant_workloads := [workload |
	some workload in workloads.all
	is_multi_tenant(workload)
]

# METADATA
# description: The names of a scope's tenants; none where it is no tenant's namespace, or has only the marker.
of_scope(scope) := object.get(by_scope, scope, set())

# METADATA
# description: The tenant that labels name; undefined where the tenant label is absent or empty.
tenant(labels) := name if {
	name := labels[tenant_label]
	is_string(name)
	name != ""
}

# METADATA
# description: Whether labels carry the marker.
is_marked(labels) if labels[marker.key] == marker.value

# METADATA
# description: A document's own labels, none where it has no object of them.
labels_of(document) := documents.mapping(object.get(document.metadata, "labels", {}))

# An empty tenant label still says that the namespace is meant for a tenant.
belongs_to_tenants(labels) if tenant_label in object.keys(labels)

belongs_to_tenants(labels) if is_marked(labels)

is_multi_tenant(workload) if workload.scope in multi_tenant_scopes

is_multi_tenant(workload) if is_marked(labels_of(workload))

is_multi_tenant(workload) if workload.index in marked_by_template

marked_by_template := {pod.document | some pod in workloads.pods; is_marked(pod.labels)}

# What a function of a library reads of another package it reads through a rule of its own: once regorus has
# evaluated this package for somebody else, its functions no longer see the imports.
tenant_label := params.all.tenancy.label

marker := params.all.tenancy.marker

known_namespaces := object.get(documents.known_by_type, "Namespace", [])
