package gatelib.input.synced_test

import data.gatelib.input.synced

object_named(name) := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}}

test_what_kube_mgmt_keeps if {
	synced.objects == {object_named("one"), object_named("two")} with data.kubernetes as {"pods": {
		"a": {"one": object_named("one")},
		"two": object_named("two"),
	}}
}

test_what_gatekeeper_keeps if {
	synced.objects == {object_named("one"), object_named("two")} with data.inventory as {
		"namespace": {"a": {"v1": {"Pod": {"one": object_named("one")}}}},
		"cluster": {"v1": {"Pod": {"two": object_named("two")}}},
	}
}

test_what_is_no_object_of_a_cluster_is_none if {
	synced.objects == set()
	every odd in [{"kind": 7}, {"apiVersion": null}, {"metadata": {"name": 7}}, {"metadata": "x"}] {
		synced.objects == set() with data.kubernetes as {"pods": {"a": object.union(object_named("one"), odd)}}
	}
	synced.objects == set() with data.kubernetes as 7 with data.inventory as ["x"]
}

test_an_object_inside_another_is_none if {
	outer := object.union(object_named("outer"), {"spec": {"manifest": object_named("inner")}, "inner": object_named("inner")})
	synced.objects == {outer} with data.kubernetes as {"pods": {"outer": outer}}
	synced.objects == {outer} with data.kubernetes as {"pods": {"a": {"outer": outer}}}
	synced.objects == {outer} with data.inventory as {"cluster": {"v1": {"Pod": {"outer": outer}}}}
}
