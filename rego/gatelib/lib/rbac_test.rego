package gatelib.lib.rbac_test

import data.gatelib.lib.rbac

envelope(contents) := known(contents, [])

known(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

cluster_role(name, rules) := {"kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}

on(resources, verbs) := {"apiGroups": [""], "resources": resources, "verbs": verbs}

everything := {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}

in_namespace(subjects) := binding("RoleBinding", {"name": "b", "namespace": "shop"}, subjects)

in_cluster(subjects) := binding("ClusterRoleBinding", {"name": "c"}, subjects)

binding(kind, metadata, subjects) := {
	"kind": kind,
	"metadata": metadata,
	"roleRef": {"kind": "ClusterRole", "name": "view"},
	"subjects": subjects,
}

granted(contents) := {[grant.binding.index, grant.path, grant.scope, grant.title] | some grant in grants} if {
	grants := rbac.grants with input as envelope(contents)
}

test_subjects_that_are_service_accounts if {
	granted([
		in_namespace([
			{"kind": "User", "name": "jane"},
			{"kind": "ServiceAccount", "name": "a"},
			{"kind": "ServiceAccount", "name": "b", "namespace": "other"},
		]),
		in_cluster([
			{"kind": "ServiceAccount", "name": "c", "namespace": "other"},
			{"kind": "User", "name": "system:serviceaccount:other:d"},
			{"kind": "Group", "name": "system:serviceaccounts:other"},
			{"kind": "Group", "name": "system:serviceaccounts"},
			{"kind": "Group", "name": "system:authenticated"},
		]),
	]) == {
		[0, ["subjects", 1], "namespace:shop", "ServiceAccount `a`"],
		[0, ["subjects", 2], "namespace:other", "ServiceAccount `other/b`"],
		[1, ["subjects", 0], "namespace:other", "ServiceAccount `other/c`"],
		[1, ["subjects", 1], "namespace:other", "User `system:serviceaccount:other:d`"],
		[1, ["subjects", 2], "namespace:other", "Group `system:serviceaccounts:other`"],
		[1, ["subjects", 3], "*", "Group `system:serviceaccounts`"],
		[1, ["subjects", 4], "*", "Group `system:authenticated`"],
	}
}

test_subjects_that_are_no_service_accounts if {
	every subject in [
		null, "x", 7, ["kind"], {}, {"kind": "User"}, {"kind": "Group", "name": 7}, {"name": "a", "namespace": "shop"},
		{"kind": "User", "name": "system:serviceaccounts"},
		{"kind": "User", "name": "other:serviceaccount:shop:a"},
		{"kind": "User", "name": "system:serviceaccounts:shop:a"},
		{"kind": "User", "name": "system:serviceaccount:shop"},
		{"kind": "User", "name": "system:serviceaccount:shop:a:b"},
		{"kind": "Group", "name": "system:serviceaccount:shop"},
		{"kind": "Group", "name": "other:serviceaccounts:shop"},
		{"kind": "Group", "name": "system:serviceaccounts:shop:a"},
		{"kind": "Group", "name": "system:unauthenticated"},
	] {
		granted([in_namespace([subject])]) == set()
	}
}

test_accounts_that_name_no_namespace_are_in_none if {
	account := {"kind": "ServiceAccount", "name": "a"}
	granted([binding("ClusterRoleBinding", {"name": "c", "namespace": "shop"}, [account])]) == set()
	granted([in_namespace([
		{"kind": "User", "name": "system:serviceaccount::a"},
		{"kind": "Group", "name": "system:serviceaccounts:"},
	])]) == {
		[0, ["subjects", 0], "root:", "User `system:serviceaccount::a`"],
		[0, ["subjects", 1], "root:", "Group `system:serviceaccounts:`"],
	}
}

test_the_role_of_a_binding if {
	rbac.role({"content": in_cluster([])}) == {"kind": "ClusterRole", "name": "view"}
	every content in [{}, {"roleRef": null}, {"roleRef": {}}, {"roleRef": {"kind": 1, "name": ["view"]}}] {
		rbac.role({"content": content}) == {"kind": "", "name": ""}
	}
}

test_roles_that_allow_all if {
	partly := {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]}
	given := known(
		[
			cluster_role("none", null),
			cluster_role("second rule", ["x", partly, everything]),
			cluster_role("among others", [{"apiGroups": ["", "*"], "resources": ["pods", "*"], "verbs": ["get", "*"]}]),
			cluster_role("some verbs", [partly]),
			cluster_role("some groups", [object.union(everything, {"apiGroups": [""]})]),
			cluster_role("some resources", [object.union(everything, {"resources": ["pods"]})]),
			cluster_role("a field missing", [{"apiGroups": ["*"], "resources": ["*"]}]),
			cluster_role("between two rules", [object.union(everything, {"verbs": []}), object.union(everything, {"resources": []})]),
		],
		[cluster_role("inventory", [everything])],
	)
	rbac.all_powerful == {"cluster-admin", "second rule", "among others", "inventory"} with input as given
}

standard := {"cluster-admin", "admin", "edit", "view"}

test_roles_that_reach_into_namespaces if {
	changes := ["create", "update", "patch", "delete", "bind", "escalate", "*"]
	looks := ["get", "list", "watch"]
	given := known(
		[
			cluster_role("none", []),
			cluster_role("pods", [on(["nodes"], ["get"]), on(["nodes", "pods"], ["get"])]),
			cluster_role("a subresource", [on(["pods/exec"], ["create"])]),
			cluster_role("unknown", [on(["widgets"], ["get"])]),
			cluster_role("all", [on(["*"], ["get"])]),
			cluster_role("no verb", [on(["pods"], [])]),
			cluster_role("wrong types", [on([7, null], ["get"]), on("pods", ["get"]), on(["pods"], "get")]),
		],
		[cluster_role("inventory", [on(["secrets"], ["list"])])],
	)
	rbac.reaching == standard | {"pods", "a subresource", "unknown", "all", "inventory"} with input as given

	every resource in ["clusterroles", "clusterrolebindings", "namespaces"] {
		every verb in changes {
			rbac.reaching == standard | {"r"} with input as envelope([cluster_role("r", [on([resource], array.concat(looks, [verb]))])])
		}
		rbac.reaching == standard with input as envelope([cluster_role("r", [on([resource], looks)])])
	}
}

test_the_cluster_s_own_resources_lie_in_no_namespace if {
	own := [
		"apiservices", "certificatesigningrequests", "componentstatuses", "csidrivers", "csinodes", "customresourcedefinitions",
		"flowschemas", "ingressclasses", "mutatingwebhookconfigurations", "nodes", "persistentvolumes", "priorityclasses",
		"prioritylevelconfigurations", "runtimeclasses", "selfsubjectaccessreviews", "selfsubjectreviews",
		"selfsubjectrulesreviews", "storageclasses", "subjectaccessreviews", "tokenreviews", "validatingadmissionpolicies",
		"validatingadmissionpolicybindings", "validatingwebhookconfigurations", "volumeattachments",
	]
	given := envelope([cluster_role("all of them", [on(own, ["*"])]), cluster_role("one more", [on(array.concat(own, ["leases"]), ["*"])])])
	rbac.reaching == standard | {"one more"} with input as given
}

test_roles_of_which_all_is_known if {
	harmless := {
		"system:auth-delegator", "system:basic-user", "system:discovery", "system:monitoring", "system:public-info-viewer",
		"system:service-account-issuer-discovery",
	}
	rbac.understood == harmless with input as envelope([])

	clear := on(["pods"], ["get"])
	given := envelope([
		cluster_role("clear", [clear, {}, {"apiGroups": null, "resources": [], "nonResourceURLs": ["/healthz"], "verbs": ["get"]}]),
		object.remove(cluster_role("without rules", []), ["rules"]),
		object.union(cluster_role("not aggregated", [clear]), {"aggregationRule": null}),
		object.union(cluster_role("aggregated", [clear]), {"aggregationRule": {}}),
		cluster_role("rules by name", {"a": clear}),
		cluster_role("rules in a text", "x"),
		cluster_role("one rule is unclear", [clear, "x"]),
		cluster_role("one field is unclear", [clear, {"verbs": "get"}]),
		cluster_role("one text is unclear", [on(["pods", 7], ["get"])]),
		cluster_role("system:discovery", [{"verbs": {}}]),
	])
	rbac.understood == (harmless - {"system:discovery"}) | {"clear", "without rules", "not aggregated"} with input as given
}

problems(content) := rbac.problems({"content": content, "type": concat("/", ["rbac.authorization.k8s.io", content.kind])})

test_bindings_without_problems if {
	every subjects in [null, [], [{"kind": "User", "name": "a"}, {"kind": "Group", "name": "b", "namespace": null}]] {
		problems(in_namespace(subjects)) == []
		problems(in_cluster(subjects)) == []
	}
	problems(object.remove(in_cluster([]), ["subjects"])) == []
	problems(object.union(in_namespace([]), {"roleRef": {"kind": "Role", "name": "r"}})) == []
	problems(in_namespace([{"kind": "ServiceAccount", "name": "a"}])) == []
	problems(in_cluster([{"kind": "ServiceAccount", "name": "a", "namespace": "shop"}])) == []
}

test_bindings_that_name_no_role if {
	wanted := [{"path": ["roleRef"], "msg": "the binding names no role of a kind that it can refer to"}]
	every reference in [{"kind": "Role", "name": ""}, {"kind": "ClusterRole", "name": ""}, {"kind": "User", "name": "r"}, {"kind": null}] {
		problems(object.union(in_namespace([]), {"roleRef": reference})) == wanted
	}
	problems(object.union(in_cluster([]), {"roleRef": {"kind": "Role", "name": "r"}})) == wanted
	problems(object.remove(in_cluster([]), ["roleRef"])) == wanted
}

test_subjects_with_problems if {
	problems(in_cluster({"kind": "User"})) == [{"path": ["subjects"], "msg": "`subjects` must be a list, and is of type `object`"}]
	problems(in_cluster([
		{"kind": "User", "name": "fine"},
		"x",
		{"name": "a"},
		{"kind": "Node", "name": "a"},
		{"kind": ["User"], "name": "a"},
		{"kind": "User"},
		{"kind": "Group", "name": 7},
		{"kind": "ServiceAccount"},
		{"kind": "User", "name": "a", "namespace": 7},
		{"kind": "ServiceAccount", "name": "a"},
		{"kind": "ServiceAccount", "name": "a", "namespace": ""},
		{"kind": "ServiceAccount", "name": "a", "namespace": null},
	])) == [{"path": ["subjects", position + 1], "msg": msg} |
		some position, msg in [
			"a subject must be an object, and is of type `string`",
			"a subject must be of kind `ServiceAccount`, `User` or `Group`",
			"a subject must be of kind `ServiceAccount`, `User` or `Group`",
			"a subject must be of kind `ServiceAccount`, `User` or `Group`",
			"a subject must have a `name`",
			"a subject must have a `name`",
			"a subject must have a `name`",
			"the `namespace` of a subject must be a string, and is of type `number`",
			"a ServiceAccount must have a `namespace` in a ClusterRoleBinding",
			"a ServiceAccount must have a `namespace` in a ClusterRoleBinding",
			"a ServiceAccount must have a `namespace` in a ClusterRoleBinding",
		]
	]
}

test_cluster_roles_with_problems if {
	unclear := "a rule must be an object with `apiGroups`, `resources` and `verbs` as lists of strings"
	given := known(
		[
			cluster_role("fine", [everything]),
			object.remove(cluster_role("without rules", []), ["rules"]),
			cluster_role("a text", "x"),
			cluster_role("an object", {"a": everything}),
			cluster_role("two of three", ["x", everything, {"verbs": "get"}]),
		],
		[cluster_role("inventory", "x")],
	)
	rbac.role_problems == [
		{"document": 2, "path": ["rules"], "msg": "`rules` must be a list, and is of type `string`"},
		{"document": 3, "path": ["rules"], "msg": "`rules` must be a list, and is of type `object`"},
		{"document": 4, "path": ["rules", 0], "msg": unclear},
		{"document": 4, "path": ["rules", 2], "msg": unclear},
	] with input as given
}
