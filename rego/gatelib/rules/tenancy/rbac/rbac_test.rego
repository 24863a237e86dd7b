package gatelib.rules.tenancy.rbac_test

import data.gatelib.rules.tenancy.rbac

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

namespace(name, labels) := {"kind": "Namespace", "metadata": {"name": name, "labels": labels}}

tenants := [
	namespace("acme", {"gatelib.dev/tenant": "acme"}),
	namespace("acme-2", {"gatelib.dev/tenant": "acme"}),
	namespace("globex", {"gatelib.dev/tenant": "globex"}),
	namespace("shared", {"gatelib.dev/multi-tenant": "true"}),
	namespace("nameless", {"gatelib.dev/tenant": ""}),
	namespace("nameless-2", {"gatelib.dev/tenant": ""}),
	namespace("globex-shared", {"gatelib.dev/tenant": "globex", "gatelib.dev/multi-tenant": "true"}),
	namespace("torn", {"gatelib.dev/tenant": "acme"}),
	namespace("torn", {"gatelib.dev/tenant": "globex"}),
	namespace("plain", {}),
]

account(name, in_namespace) := {"kind": "ServiceAccount", "name": name, "namespace": in_namespace}

own_account(name) := {"kind": "ServiceAccount", "name": name}

user(name) := {"kind": "User", "name": name}

group(name) := {"kind": "Group", "name": name}

in_namespace(name, role_kind, role, subjects) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "RoleBinding",
	"metadata": {"name": "b", "namespace": name},
	"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role},
	"subjects": subjects,
}

in_cluster(role, subjects) := {
	"kind": "ClusterRoleBinding",
	"metadata": {"name": "b"},
	"roleRef": {"kind": "ClusterRole", "name": role},
	"subjects": subjects,
}

cluster_role(name, rules) := {"kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}

rule(groups, resources, verbs) := {"apiGroups": groups, "resources": resources, "verbs": verbs}

finding(document, position, msg) := {
	"id": "GL-TEN-004",
	"msg": msg,
	"document": document,
	"path": ["subjects", position],
}

problem(document, path, msg) := {"document": document, "path": path, "msg": msg}

unknown(document, name) := problem(
	document,
	["roleRef"],
	sprintf("what ClusterRole `%s` allows in every namespace is not in the documents", [name]),
)

test_deny_cluster_admin_in_the_cluster if {
	deny := rbac.deny with input as envelope(
		[in_cluster("cluster-admin", [
			account("ci", "acme"),
			user("system:serviceaccount:shared:ci"),
			group("system:serviceaccounts:nameless"),
			group("system:serviceaccounts"),
			group("system:authenticated"),
		])],
		tenants,
	)
	all_rights := "%s gets all rights in the whole cluster by `ClusterRole cluster-admin`"
	deny == {finding(0, position, sprintf(all_rights, [who])) |
		some position, who in [
			"ServiceAccount `acme/ci`",
			"User `system:serviceaccount:shared:ci`",
			"Group `system:serviceaccounts:nameless`",
			"Group `system:serviceaccounts`",
			"Group `system:authenticated`",
		]
	}
}

test_deny_cluster_admin_in_one_namespace if {
	deny := rbac.deny with input as envelope(
		[
			in_namespace("acme", "ClusterRole", "cluster-admin", [own_account("ci")]),
			in_namespace("", "ClusterRole", "cluster-admin", [account("ci", "acme")]),
			in_namespace("acme", "Role", "cluster-admin", [own_account("ci")]),
		],
		tenants,
	)
	deny == {
		finding(0, 0, "ServiceAccount `ci` gets all rights in namespace `acme` by `ClusterRole cluster-admin`"),
		finding(1, 0, concat(" ", [
			"ServiceAccount `acme/ci` gets all rights in the namespace of the binding",
			"by `ClusterRole cluster-admin`",
		])),
	}
}

test_deny_cluster_admin_by_another_name if {
	all := ["*"]
	contents := [
		in_namespace("acme", "ClusterRole", "all", [own_account("ci")]),
		in_namespace("acme", "ClusterRole", "one-group", [own_account("ci")]),
		in_namespace("acme", "ClusterRole", "one-resource", [own_account("ci")]),
		in_namespace("acme", "ClusterRole", "one-verb", [own_account("ci")]),
		in_namespace("acme", "ClusterRole", "over-two-rules", [own_account("ci")]),
	]
	roles := [
		cluster_role("all", [rule([""], ["pods"], ["get"]), rule(["", "*"], all, all)]),
		cluster_role("one-group", [rule(["apps"], all, all)]),
		cluster_role("one-resource", [rule(all, ["pods"], all)]),
		cluster_role("one-verb", [rule(all, all, ["get"])]),
		cluster_role("over-two-rules", [rule(all, all, ["get"]), rule(all, ["pods"], all)]),
	]
	rbac.deny == {finding(
		0, 0,
		"ServiceAccount `ci` gets all rights in namespace `acme` by `ClusterRole all`",
	)} with input as envelope(contents, array.concat(tenants, roles))
	rbac.unjudged == set() with input as envelope(contents, array.concat(tenants, roles))
}

test_deny_rights_in_another_tenants_namespace if {
	deny := rbac.deny with input as envelope(
		[
			in_namespace("globex", "Role", "r", [account("ci", "globex"), account("ci", "acme"), account("ci", "plain")]),
			in_namespace("acme", "ClusterRole", "view", [
				account("ci", "shared"),
				account("ci", "nameless"),
				account("ci", "torn"),
			]),
			in_namespace("nameless", "Role", "r", [account("ci", "acme"), account("ci", "nameless-2")]),
			in_namespace("torn", "Role", "r", [account("ci", "acme"), own_account("ci")]),
			in_namespace("acme", "Role", "r", [group("system:serviceaccounts")]),
			in_namespace("globex-shared", "Role", "r", [account("ci", "acme"), account("ci", "globex")]),
		],
		tenants,
	)
	deny == {
		foreign(0, 1, "ServiceAccount `acme/ci`", "globex", "Role r"),
		foreign(1, 0, "ServiceAccount `shared/ci`", "acme", "ClusterRole view"),
		foreign(1, 1, "ServiceAccount `nameless/ci`", "acme", "ClusterRole view"),
		foreign(1, 2, "ServiceAccount `torn/ci`", "acme", "ClusterRole view"),
		foreign(2, 0, "ServiceAccount `acme/ci`", "nameless", "Role r"),
		foreign(2, 1, "ServiceAccount `nameless-2/ci`", "nameless", "Role r"),
		foreign(3, 0, "ServiceAccount `acme/ci`", "torn", "Role r"),
		foreign(4, 0, "Group `system:serviceaccounts`", "acme", "Role r"),
		foreign(5, 0, "ServiceAccount `acme/ci`", "globex-shared", "Role r"),
	}
}

foreign(document, position, who, where, role) := finding(
	document,
	position,
	sprintf("%s gets rights in namespace `%s`, which is another tenant's, by `%s`", [who, where, role]),
)

test_deny_rights_in_every_namespace if {
	contents := [
		in_cluster("view", [account("ci", "acme")]),
		in_cluster("edit", [account("ci", "acme")]),
		in_cluster("admin", [account("ci", "acme")]),
		in_cluster("pods", [account("ci", "acme")]),
		in_cluster("logs", [account("ci", "acme")]),
		in_cluster("everything", [account("ci", "acme")]),
		in_cluster("delete-namespaces", [account("ci", "acme")]),
		in_cluster("bind", [account("ci", "acme")]),
		in_cluster("aggregated", [account("ci", "acme")]),
	]
	roles := [
		cluster_role("pods", [rule([""], ["nodes", "pods"], ["get"])]),
		cluster_role("logs", [rule([""], ["pods/log"], ["get"])]),
		cluster_role("everything", [rule(["*"], ["*"], ["get"])]),
		cluster_role("delete-namespaces", [rule([""], ["namespaces"], ["get", "delete"])]),
		cluster_role("bind", [rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["bind"])]),
		object.union(cluster_role("aggregated", [rule([""], ["pods"], ["get"])]), {"aggregationRule": {}}),
	]
	names := ["view", "edit", "admin", "pods", "logs", "everything", "delete-namespaces", "bind", "aggregated"]
	rbac.deny == {finding(index, 0, sprintf(
		"ServiceAccount `acme/ci` gets rights in every namespace, other tenants' among them, by `ClusterRole %s`",
		[name],
	)) |
		some index, name in names
	} with input as envelope(contents, array.concat(tenants, roles))
	rbac.unjudged == set() with input as envelope(contents, array.concat(tenants, roles))
}

test_deny_nothing_and_say_so_where_a_cluster_wide_role_is_not_known if {
	contents := [
		in_cluster("unknown", [account("ci", "acme"), account("ci", "globex")]),
		in_cluster("aggregated", [account("ci", "acme")]),
		in_cluster("malformed", [account("ci", "acme")]),
		in_cluster("unknown", [account("ci", "plain"), user("jane")]),
		in_namespace("acme", "ClusterRole", "unknown", [account("ci", "acme")]),
	]
	roles := [
		object.union(cluster_role("aggregated", null), {"aggregationRule": {"clusterRoleSelectors": []}}),
		cluster_role("malformed", [rule([""], "pods", ["get"])]),
	]
	rbac.deny == set() with input as envelope(contents, array.concat(tenants, roles))
	rbac.unjudged == {
		unknown(0, "unknown"),
		unknown(1, "aggregated"),
		unknown(2, "malformed"),
	} with input as envelope(contents, array.concat(tenants, roles))
}

test_deny_nothing_and_say_so_where_a_role_has_a_wrong_form if {
	form := "a rule must be an object with `apiGroups`, `resources` and `verbs` as lists of strings"
	contents := [
		cluster_role("a", "rules"),
		cluster_role("b", ["rule", rule("*", ["*"], ["*"]), rule(["*"], {}, ["*"]), rule(["*"], ["*"], [7])]),
		cluster_role("c", [{"nonResourceURLs": ["*"], "verbs": ["get"]}, rule(null, null, null)]),
		cluster_role("d", null),
	]
	rbac.deny == set() with input as envelope(contents, tenants)
	rbac.unjudged == {
		problem(0, ["rules"], "`rules` must be a list, and is of type `string`"),
		problem(1, ["rules", 0], form),
		problem(1, ["rules", 1], form),
		problem(1, ["rules", 2], form),
		problem(1, ["rules", 3], form),
	} with input as envelope(contents, tenants)
	rbac.unjudged == set() with input as envelope(contents, [])
}

test_deny_nothing_and_say_so_where_a_binding_has_a_wrong_form if {
	no_role := "the binding names no role of a kind that it can refer to"
	contents := [
		{"kind": "RoleBinding", "metadata": {"name": "b", "namespace": "acme"}, "roleRef": "edit", "subjects": "ci"},
		object.union(in_cluster("r", [account("ci", "acme")]), {"roleRef": {"kind": "Role"}}),
		in_namespace("acme", "Role", "", []),
		in_namespace("acme", "ClusterRole", null, null),
		in_namespace("acme", "role", "r", []),
		in_namespace("acme", "Role", "r", [
			"ci",
			null,
			{},
			{"kind": "serviceaccount", "name": "ci"},
			{"kind": ["User"], "name": "ci"},
			{"kind": "User"},
			{"kind": "User", "name": 7},
			account("ci", 7),
		]),
		in_cluster("system:discovery", [own_account("ci"), account("ci", ""), own_account(""), user("u")]),
	]
	rbac.deny == set() with input as envelope(contents, tenants)
	rbac.unjudged == {
		problem(0, ["roleRef"], no_role),
		problem(0, ["subjects"], "`subjects` must be a list, and is of type `string`"),
		problem(1, ["roleRef"], no_role),
		problem(2, ["roleRef"], no_role),
		problem(3, ["roleRef"], no_role),
		problem(4, ["roleRef"], no_role),
		problem(5, ["subjects", 0], "a subject must be an object, and is of type `string`"),
		problem(5, ["subjects", 1], "a subject must be an object, and is of type `null`"),
		problem(5, ["subjects", 2], "a subject must be of kind `ServiceAccount`, `User` or `Group`"),
		problem(5, ["subjects", 3], "a subject must be of kind `ServiceAccount`, `User` or `Group`"),
		problem(5, ["subjects", 4], "a subject must be of kind `ServiceAccount`, `User` or `Group`"),
		problem(5, ["subjects", 5], "a subject must have a `name`"),
		problem(5, ["subjects", 6], "a subject must have a `name`"),
		problem(5, ["subjects", 7], "the `namespace` of a subject must be a string, and is of type `number`"),
		problem(6, ["subjects", 0], "a ServiceAccount must have a `namespace` in a ClusterRoleBinding"),
		problem(6, ["subjects", 1], "a ServiceAccount must have a `namespace` in a ClusterRoleBinding"),
		problem(6, ["subjects", 2], "a subject must have a `name`"),
	} with input as envelope(contents, tenants)
}

test_allow_own_tenant_shared_namespaces_and_outsiders if {
	contents := [
		in_namespace("acme", "ClusterRole", "edit", [own_account("ci"), account("ci", "acme"), account("ci", "acme-2")]),
		in_namespace("acme", "Role", "r", [account("ci", "plain"), user("jane"), group("ops"), group("system:masters")]),
		in_namespace("shared", "Role", "r", [
			account("ci", "acme"),
			account("ci", "globex"),
			group("system:serviceaccounts"),
		]),
		in_namespace("plain", "Role", "r", [account("ci", "acme"), account("ci", "globex")]),
		in_namespace("", "Role", "r", [account("ci", "acme"), own_account("ci")]),
		in_namespace("nameless", "Role", "r", [own_account("ci")]),
		in_cluster("cluster-admin", [account("ci", "plain"), user("jane"), group("ops")]),
	]
	rbac.deny == set() with input as envelope(contents, tenants)
	rbac.unjudged == set() with input as envelope(contents, tenants)
	rbac.subjects == {0, 1, 2, 3, 4, 5, 6} with input as envelope(contents, tenants)
}

test_allow_names_that_only_look_like_accounts if {
	subjects := [
		user("system:serviceaccount:acme"),
		user("system:serviceaccounts:acme:ci"),
		user("system:node:acme:ci"),
		user("other:serviceaccount:acme:ci"),
		group("system:serviceaccounts:acme:ci"),
		group("system:serviceaccount:acme"),
		user("system:serviceaccounts"),
		user("system:serviceaccounts:acme"),
		group("system:serviceaccount:acme:ci"),
		group("system:unauthenticated"),
	]
	rbac.deny == set() with input as envelope([in_cluster("cluster-admin", subjects)], tenants)
}

test_allow_what_reaches_into_no_namespace if {
	contents := [
		in_cluster("cluster", [account("ci", "acme")]),
		in_cluster("none", [account("ci", "acme")]),
		in_cluster("system:auth-delegator", [account("ci", "acme")]),
		json.patch(
			in_cluster("cluster", [account("ci", "acme")]),
			[{"op": "add", "path": "/metadata/namespace", "value": "globex"}],
		),
	]
	roles := [
		cluster_role("cluster", [
			rule([""], ["nodes", "nodes/metrics", "persistentvolumes"], ["*"]),
			rule([""], ["namespaces"], ["get", "list", "watch"]),
			rule([""], ["pods"], []),
			{"nonResourceURLs": ["*"], "verbs": ["*"]},
		]),
		cluster_role("none", null),
	]
	rbac.deny == set() with input as envelope(contents, array.concat(tenants, roles))
	rbac.unjudged == set() with input as envelope(contents, array.concat(tenants, roles))
}

test_allow_everything_where_there_are_no_tenants if {
	contents := [
		in_cluster("cluster-admin", [account("ci", "acme"), group("system:serviceaccounts")]),
		in_cluster("unknown", [group("system:serviceaccounts"), "x"]),
	]
	rbac.deny == set() with input as envelope(contents, [namespace("acme", {})])
	rbac.unjudged == set() with input as envelope(contents, [namespace("acme", {})])
	rbac.subjects == set() with input as envelope(contents, [namespace("acme", {})])
}

test_deny_beside_others_of_the_only_tenant if {
	contents := [
		in_cluster("cluster-admin", [group("system:serviceaccounts")]),
		cluster_role("broken", "rules"),
	]
	only := [namespace("acme", {"gatelib.dev/tenant": "acme"}), namespace("plain", {})]
	rbac.deny == {finding(
		0, 0,
		"Group `system:serviceaccounts` gets all rights in the whole cluster by `ClusterRole cluster-admin`",
	)} with input as envelope(contents, only)
	rbac.subjects == {0} with input as envelope(contents, only)
	rbac.unjudged == {problem(
		1, ["rules"],
		"`rules` must be a list, and is of type `string`",
	)} with input as envelope(contents, only)
}
