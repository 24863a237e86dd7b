package gatelib.input.synced_test

import data.gatelib.input.synced

object_named(name) := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}}

in_namespace(namespace) := [{"review": {"object": reviewed}}, {"request": {"object": reviewed}}] if {
	reviewed := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "new", "namespace": namespace}}
}

of_kube_mgmt := {"pods": {
	"a": {"one": object_named("one")},
	"b": {"two": object_named("two")},
	"three": object_named("three"),
}}

of_gatekeeper := {
	"namespace": {
		"a": {"v1": {"Pod": {"one": object_named("one")}}},
		"b": {"v1": {"Pod": {"two": object_named("two")}}},
	},
	"cluster": {"v1": {"Pod": {"three": object_named("three")}}},
}

test_the_namespace_under_review_and_the_cluster if {
	every given in in_namespace("a") {
		near := {object_named("one"), object_named("three")}
		synced.objects == near with input as given with data.kubernetes as of_kube_mgmt
		synced.objects == near with input as given with data.inventory as of_gatekeeper
	}
}

named(names) := {name: object_named(name) | some name in names}

kinds_of_kube_mgmt := {
	"pods": {"a": named(["p1", "p2"]), "b": named(["far"])},
	"services": {"a": named(["s1", "s2"])},
	"nodes": named(["n1", "n2"]),
	"roles": named(["r1", "r2"]),
}

groups_of_gatekeeper := {
	"namespace": {
		"a": {"v1": {"Pod": named(["p1"]), "Secret": named(["p2"])}, "v2": {"Service": named(["s1", "s2"])}},
		"b": {"v1": {"Pod": named(["far"])}},
	},
	"cluster": {"v1": {"Node": named(["n1"]), "Volume": named(["n2"])}, "v2": {"Role": named(["r1", "r2"])}},
}

test_two_namespaces_under_review_are_both_near if {
	both := {object_named("one"), object_named("two"), object_named("three")}
	every given in [
		{"review": {"object": {"kind": "Namespace", "metadata": {"name": "b", "namespace": "a"}}}},
		{
			"review": {"object": {"kind": "Pod", "metadata": {"namespace": "a"}}},
			"request": {"object": {"kind": "Pod", "metadata": {"namespace": "b"}}},
		},
		{
			"review": {"object": {"kind": "Namespace", "metadata": {"name": "a"}}},
			"request": {"object": {"kind": "Namespace", "metadata": {"name": "b"}}},
		},
	] {
		synced.objects == both with input as given with data.kubernetes as of_kube_mgmt
		synced.objects == both with input as given with data.inventory as of_gatekeeper
	}
}

test_every_object_of_every_kind_that_is_near if {
	every given in in_namespace("a") {
		near := {object_named(name) | some name in ["p1", "p2", "s1", "s2", "n1", "n2", "r1", "r2"]}
		synced.objects == near with input as given with data.kubernetes as kinds_of_kube_mgmt
		synced.objects == near with input as given with data.inventory as groups_of_gatekeeper
	}
}

test_what_gatekeeper_has_that_is_no_object_is_none if {
	every given in in_namespace("a") {
		odd := {"v1": {"Pod": {"one": object.union(object_named("one"), {"kind": 7}), "two": object_named("two")}}}
		synced.objects == {object_named("two")} with input as given with data.inventory as {"cluster": odd}
		synced.objects == {object_named("two")} with input as given with data.inventory as {"namespace": {"a": odd}}
	}
}

test_a_namespace_under_review_is_its_own if {
	every key in ["review", "request"] {
		given := {key: {"object": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "b"}}}}
		synced.objects == {object_named("two"), object_named("three")} with input as given with data.kubernetes as of_kube_mgmt
	}
}

test_an_object_without_a_namespace_is_near_the_cluster_only if {
	every reviewed in [object_named("a"), {"kind": "Node", "metadata": {"name": "b"}}, {}, null, "x"] {
		given := {"review": {"object": reviewed}}
		synced.objects == {object_named("three")} with input as given with data.kubernetes as of_kube_mgmt
		synced.objects == {object_named("three")} with input as given with data.inventory as of_gatekeeper
	}
}

test_what_is_no_object_of_a_cluster_is_none if {
	synced.objects == set()
	every given in in_namespace("a") {
		every odd in [{"kind": 7}, {"apiVersion": null}, {"metadata": {"name": 7}}, {"metadata": "x"}] {
			strange := object.union(object_named("one"), odd)
			synced.objects == set() with input as given with data.kubernetes as {"pods": {"a": strange, "b": {"x": strange}}}
		}
		synced.objects == set() with input as given with data.inventory as ["x"]
	}
}

# METADATA
# description: The embedded engine fails on a number that is gone through; nothing puts objects of a cluster beside it.
# custom:
#   engines: [opa]
test_a_number_in_place_of_objects_holds_none if {
	every given in in_namespace("a") {
		synced.objects == set() with input as given with data.kubernetes as 7
	}
}

test_an_object_inside_another_is_none if {
	outer := object.union(object_named("a"), {"spec": {"manifest": object_named("inner")}, "inner": object_named("inner")})
	every given in in_namespace("a") {
		synced.objects == {outer} with input as given with data.kubernetes as {"pods": {"a": outer}}
		synced.objects == {outer} with input as given with data.kubernetes as {"pods": {"a": {"a": outer}}}
		synced.objects == {outer} with input as given with data.inventory as {"cluster": {"v1": {"Pod": {"a": outer}}}}
		synced.objects == {outer} with input as given with data.inventory as {"namespace": {"a": {"v1": {"Pod": {"a": outer}}}}}
	}
}

test_whether_anything_is_synced if {
	not synced.there
	not synced.there with data.kubernetes as {} with data.inventory as {}
	synced.there == false with data.kubernetes as {} with data.inventory as {}
	synced.there with data.inventory as {"cluster": {}}
	synced.there with data.kubernetes as of_kube_mgmt
	synced.there with data.inventory as of_gatekeeper
}
