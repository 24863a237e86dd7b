# METADATA
# title: Role-based access
# description: >-
#   Bindings, whom they give rights, and what the ClusterRoles among the documents allow. Roles are looked up by
#   name; where several documents describe one, it allows what any of them does.
package gatelib.lib.rbac

import data.gatelib.lib.documents

# METADATA
# description: The bindings to judge, RoleBindings and ClusterRoleBindings.
bindings := array.concat(
	documents.of_type("rbac.authorization.k8s.io/RoleBinding"),
	documents.of_type("rbac.authorization.k8s.io/ClusterRoleBinding"),
)

# METADATA
# description: >-
#   Each subject of a binding that is, or holds, service accounts, as `{binding, path, title, scope, role}`:
#   `scope` is that of their namespace, or `*` for those of every namespace; `role` is `{kind, name}`.
grants := [grant |
	some binding in bindings
	some position, subject in documents.list(object.get(binding.content, "subjects", []))
	scope := scope_of_subject(binding, subject)
	grant := {
		"binding": binding,
		"path": ["subjects", position],
		"title": title(subject),
		"scope": scope,
		"role": role(binding),
	}
]

# METADATA
# description: Whether a binding holds in the whole cluster.
is_cluster_wide(binding) if binding.type == "rbac.authorization.k8s.io/ClusterRoleBinding"

# METADATA
# description: What a binding refers to, as `{kind, name}`; empty texts where it does not say.
role(binding) := {
	"kind": documents.text(object.get(reference, "kind", "")),
	"name": documents.text(object.get(reference, "name", "")),
} if {
	reference := documents.mapping(object.get(binding.content, "roleRef", {}))
}

# METADATA
# description: The names of the ClusterRoles that allow every verb on every resource of every group.
all_powerful := {"cluster-admin"} | {cluster_role.name |
	some cluster_role in cluster_roles
	some rule in rules_of(cluster_role)
	every field in ["apiGroups", "resources", "verbs"] {
		"*" in documents.list(object.get(rule, field, []))
	}
}

# METADATA
# description: >-
#   The names of the ClusterRoles that allow something inside of namespaces, or with the namespaces and the
#   cluster's roles themselves. A resource that is not known to be the cluster's lies in a namespace.
reaching := {"cluster-admin", "admin", "edit", "view"} | {cluster_role.name |
	some cluster_role in cluster_roles
	some rule in rules_of(cluster_role)
	some resource in documents.list(object.get(rule, "resources", []))
	is_string(resource)
	reaches(split(resource, "/")[0], documents.list(object.get(rule, "verbs", [])))
}

# METADATA
# description: The names of the ClusterRoles of which it is known all that they allow.
understood := (harmless | {cluster_role.name | some cluster_role in cluster_roles}) - unclear

# METADATA
# description: >-
#   What is wrong with the form of a binding, as `{path, msg}`, in the parts that say who gets which role.
problems(binding) := array.concat(
	[{"path": ["roleRef"], "msg": "the binding names no role of a kind that it can refer to"} | not names_a_role(binding)],
	array.concat(
		[{"path": ["subjects"], "msg": sprintf("`subjects` must be a list, and is of type `%s`", [type])} |
			type := type_name(object.get(binding.content, "subjects", null))
			not type in {"null", "array"}
		],
		[{"path": ["subjects", position], "msg": msg} |
			some position, subject in documents.list(object.get(binding.content, "subjects", []))
			msg := subject_problem(binding, subject)
		],
	),
)

# METADATA
# description: What is wrong with the form of the ClusterRoles to judge, as `{document, path, msg}`.
role_problems := array.concat(
	[{"document": cluster_role.index, "path": ["rules"], "msg": msg} |
		some cluster_role in judged_cluster_roles
		type := type_name(object.get(cluster_role.content, "rules", null))
		not type in {"null", "array"}
		msg := sprintf("`rules` must be a list, and is of type `%s`", [type])
	],
	[{"document": cluster_role.index, "path": ["rules", position], "msg": msg} |
		some cluster_role in judged_cluster_roles
		some position, rule in documents.list(object.get(cluster_role.content, "rules", []))
		not is_clear(rule)
		msg := "a rule must be an object with `apiGroups`, `resources` and `verbs` as lists of strings"
	],
)

judged_cluster_roles := documents.of_type("rbac.authorization.k8s.io/ClusterRole")

names_a_role(binding) if {
	role(binding).kind == "ClusterRole"
	role(binding).name != ""
}

names_a_role(binding) if {
	role(binding).kind == "Role"
	role(binding).name != ""
	not is_cluster_wide(binding)
}

subject_problem(_, subject) := sprintf("a subject must be an object, and is of type `%s`", [type_name(subject)]) if {
	not is_object(subject)
} else := "a subject must be of kind `ServiceAccount`, `User` or `Group`" if {
	# gatelib:equivalent string `""` -> `"mutated"`: neither is a kind of subject
	not documents.text(object.get(subject, "kind", "")) in {"ServiceAccount", "User", "Group"}
} else := "a subject must have a `name`" if {
	name_of(subject) == ""
} else := sprintf("the `namespace` of a subject must be a string, and is of type `%s`", [type]) if {
	type := type_name(object.get(subject, "namespace", null))
	not type in {"null", "string"}
}

subject_problem(binding, subject) := "a ServiceAccount must have a `namespace` in a ClusterRoleBinding" if {
	is_cluster_wide(binding)
	subject.kind == "ServiceAccount"
	name_of(subject) != ""
	object.get(subject, "namespace", null) in {null, ""}
}

# Where the service accounts lie that a subject stands for; undefined where it stands for none.
scope_of_subject(binding, subject) := scope if {
	subject.kind == "ServiceAccount"
	scope := scope_of_account(binding, documents.text(object.get(subject, "namespace", "")))
}

scope_of_subject(_, subject) := documents.scope_of(parts[2], "") if {
	subject.kind == "User"
	parts := split(name_of(subject), ":")
	count(parts) == 4
	parts[0] == "system"
	parts[1] == "serviceaccount"
}

scope_of_subject(_, subject) := documents.scope_of(parts[2], "") if {
	subject.kind == "Group"
	parts := split(name_of(subject), ":")
	count(parts) == 3
	parts[0] == "system"
	parts[1] == "serviceaccounts"
}

scope_of_subject(_, subject) := "*" if {
	subject.kind == "Group"
	subject.name in {"system:serviceaccounts", "system:authenticated"}
}

# In a RoleBinding an account without a namespace is one of the binding's own.
# gatelib:equivalent string `""` -> `"mutated"`: what has a namespace lies in no root
scope_of_account(_, namespace) := documents.scope_of(namespace, "") if namespace != ""

scope_of_account(binding, "") := binding.scope if not is_cluster_wide(binding)

name_of(subject) := documents.text(object.get(subject, "name", ""))

title(subject) := sprintf("%s `%s`", [subject.kind, concat("/", [part |
	some field in ["namespace", "name"]
	part := documents.text(object.get(subject, field, ""))
	part != ""
])])

reaches(resource, verbs) if {
	count(verbs) > 0
	not resource in of_the_cluster
	not resource in over_namespaces
}

reaches(resource, verbs) if {
	resource in over_namespaces
	some verb in verbs
	not verb in {"get", "list", "watch"}
}

cluster_roles := object.get(documents.known_by_type, "rbac.authorization.k8s.io/ClusterRole", [])

rules_of(cluster_role) := [rule |
	some rule in documents.list(object.get(cluster_role.content, "rules", []))
	is_object(rule)
]

unclear := {cluster_role.name |
	some cluster_role in cluster_roles
	not says_what_it_allows(cluster_role.content)
}

# What an aggregated role allows is put together in the cluster.
says_what_it_allows(content) if {
	object.get(content, "aggregationRule", null) == null
	are_clear(object.get(content, "rules", null))
}

are_clear(rules) if is_null(rules)

are_clear(rules) if {
	is_array(rules)
	every rule in rules { is_clear(rule) }
}

is_clear(rule) if {
	is_object(rule)
	every field in ["apiGroups", "resources", "verbs"] {
		texts_or_null(object.get(rule, field, null))
	}
}

texts_or_null(value) if is_null(value)

texts_or_null(value) if {
	is_array(value)
	every text in value { is_string(text) }
}

# Roles that every cluster has, which allow nothing inside of namespaces.
harmless := {
	"system:auth-delegator",
	"system:basic-user",
	"system:discovery",
	"system:monitoring",
	"system:public-info-viewer",
	"system:service-account-issuer-discovery",
}

over_namespaces := {"clusterrolebindings", "clusterroles", "namespaces"}

of_the_cluster := {
	"apiservices",
	"certificatesigningrequests",
	"componentstatuses",
	"csidrivers",
	"csinodes",
	"customresourcedefinitions",
	"flowschemas",
	"ingressclasses",
	"mutatingwebhookconfigurations",
	"nodes",
	"persistentvolumes",
	"priorityclasses",
	"prioritylevelconfigurations",
	"runtimeclasses",
	"selfsubjectaccessreviews",
	"selfsubjectreviews",
	"selfsubjectrulesreviews",
	"storageclasses",
	"subjectaccessreviews",
	"tokenreviews",
	"validatingadmissionpolicies",
	"validatingadmissionpolicybindings",
	"validatingwebhookconfigurations",
	"volumeattachments",
}
