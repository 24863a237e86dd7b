# METADATA
# title: Tenants have rights in their own namespaces only
# description: >-
#   A service account is as good as whoever can run a pod in its namespace. With cluster-admin, or with rights in
#   another tenant's namespace, one tenant's mistake or break-in becomes everybody's.
# custom:
#   id: GL-TEN-004
#   severity: high
#   controls: [TEN-01]
#   gates: [pr, pre-promote]
#   kinds:
#     - Namespace
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#     - rbac.authorization.k8s.io/RoleBinding
#   scope: set
#   remediation: >-
#     Bind the service account in its own namespace, by a RoleBinding to a role with the few rights it needs, and
#     take it out of this binding.
#   params: [tenancy.label, tenancy.marker]
#   since: 0.1.0
package gatelib.rules.tenancy.rbac

import data.gatelib.lib.rbac
import data.gatelib.lib.tenants

# Without a tenant's namespace there is nothing to keep apart.
subjects contains binding.index if {
	some binding in rbac.bindings
	count(tenants.by_scope) > 0
}

deny contains {
	"id": "GL-TEN-004",
	"msg": sprintf("%s gets %s by `%s %s`", [grant.title, excess, grant.role.kind, grant.role.name]),
	"document": grant.binding.index,
	"path": grant.path,
} if {
	some grant in tenants_grants
	excess := excess_of(grant)
}

unjudged contains object.union(problem, {"document": binding.index}) if {
	some binding in rbac.bindings
	binding.index in subjects
	some problem in rbac.problems(binding)
}

unjudged contains problem if {
	some problem in rbac.role_problems
	count(tenants.by_scope) > 0
}

unjudged contains {
	"document": grant.binding.index,
	"path": ["roleRef"],
	"msg": sprintf("what ClusterRole `%s` allows in every namespace is not in the documents", [grant.role.name]),
} if {
	some grant in tenants_grants
	rbac.is_cluster_wide(grant.binding)
	grant.role.kind == "ClusterRole"
	not grant.role.name in rbac.understood
	not excess_of(grant)
}

tenants_grants := [grant | some grant in rbac.grants; is_tenants(grant)]

is_tenants(grant) if {
	grant.scope == "*"
	grant.binding.index in subjects
}

is_tenants(grant) if tenants.by_scope[grant.scope]

excess_of(grant) := sprintf("all rights in %s", [place(grant.binding)]) if {
	grant.role.kind == "ClusterRole"
	grant.role.name in rbac.all_powerful
} else := "rights in every namespace, other tenants' among them," if {
	rbac.is_cluster_wide(grant.binding)
	grant.role.name in rbac.reaching
} else := sprintf("rights in namespace `%s`, which is another tenant's,", [grant.binding.namespace]) if {
	not rbac.is_cluster_wide(grant.binding)
	tenants.by_scope[grant.binding.scope]
	not grant.binding.scope in shared
	grant.scope != grant.binding.scope
	not same_tenant(grant.scope, grant.binding.scope)
}

place(binding) := "the whole cluster" if {
	rbac.is_cluster_wide(binding)
} else := "the namespace of the binding" if {
	binding.namespace == ""
} else := sprintf("namespace `%s`", [binding.namespace])

# Namespaces of several tenants, which are nobody's in particular.
shared := {scope |
	some scope in tenants.multi_tenant_scopes
	count(tenants.of_scope(scope)) == 0
}

same_tenant(scope, other) if {
	count(tenants.of_scope(scope)) == 1
	tenants.of_scope(scope) == tenants.of_scope(other)
}
