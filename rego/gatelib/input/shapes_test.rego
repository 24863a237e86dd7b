package gatelib.input.shapes_test

import data.gatelib.input.shapes

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}}

service := {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api"}}

test_an_envelope_keeps_indexes_and_roots if {
	given := envelope({
		"documents": [{"index": 7, "root": 2, "content": pod, "file": "a.yaml", "position": 0}, {"index": 3, "content": service}],
		"inventory": [{"index": 0, "root": 1, "content": service}, {"index": 0, "content": pod}],
	})
	shapes.name == "envelope" with input as given
	shapes.errors == set() with input as given
	shapes.documents == [
		{"index": 7, "root": 2, "content": pod},
		{"index": 3, "root": 0, "content": service},
	] with input as given
	shapes.inventory == [
		{"index": 0, "root": 1, "content": service},
		{"index": 1, "root": 0, "content": pod},
	] with input as given
}

test_an_object_is_its_own_document if {
	shapes.name == "object" with input as pod
	contents(pod) == [pod]
	shapes.inventory == [] with input as pod
}

test_conftest_combine if {
	given := [{"path": "a.yaml", "contents": pod}, {"path": "b.yaml", "contents": service}]
	shapes.name == "combined" with input as given
	contents(given) == [pod, service]
}

test_conftest_files_share_no_namespace_beyond_their_kustomization if {
	given := [{"path": path, "contents": held} | some [path, held, _] in rooted]
	expected := [{"index": index, "root": rooted[position][2], "content": pod} |
		some index, position in [0, 2, 3, 3, 4, 5, 7, 8, 10]
	]
	shapes.documents == expected with input as given
}

test_without_a_kustomization_all_files_share_one if {
	given := [{"path": path, "contents": pod} | some path in ["a/x.yaml", "b/y.yaml", "kustomization.json", "a/Kustomization"]]
	{document.root | some document in shapes.documents} == {0} with input as given
}

test_a_kustomization_at_the_top_is_above_all_files if {
	given := [{"path": path, "contents": pod} | some path in ["kustomization.yaml", "x.yaml", "a/y.yaml", "b/kustomization.yaml"]]
	[document.root | some document in shapes.documents] == ["", "", "", "b"] with input as given
}

test_files_without_a_path_count_for_nothing_in_this if {
	given := [
		{"contents": pod},
		{"path": 1, "contents": pod},
		{"path": "a/kustomization.yml", "contents": service},
		{"path": "a/x.yaml", "contents": pod},
	]
	[document.root | some document in shapes.documents] == [0, 0, "a", "a"] with input as given
}

# Path, contents and the root that is expected.
rooted := [
	["../k8s/a/deep/er/x.yaml", pod, "../k8s/a"],
	["../k8s/a/empty.yaml", null, ""],
	["../k8s/a/kustomization.yaml", pod, "../k8s/a"],
	["../k8s/a/list.yaml", list("List", [pod, pod]), "../k8s/a"],
	["../k8s/ab.yaml", pod, 0],
	["../k8s/ab/x.yaml", pod, 0],
	["../k8s/b/empty.yaml", null, ""],
	["../k8s/b/c/kustomization.yml", pod, "../k8s/b/c"],
	["../k8s\\b\\c\\x.yaml", pod, "../k8s/b/c"],
	["../k8s/b/d/empty.yaml", null, ""],
	["../k8s/b/x.yaml", pod, 0],
]

test_an_admission_review if {
	given := {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "1", "object": pod}}
	shapes.name == "admission_review" with input as given
	contents(given) == [pod]
}

test_a_gatekeeper_review if {
	given := {"review": {"kind": {"kind": "Pod"}, "object": pod}, "parameters": {}}
	shapes.name == "gatekeeper_review" with input as given
	contents(given) == [pod]
}

test_an_artefact if {
	every artefact in [pod, [pod]] {
		given := {"action": "deploy", "subject": "ci", "context": {}, "artefact": artefact}
		shapes.name == "artefact" with input as given
		contents(given) == [pod]
	}
	contents(asking([pod, service])) == [pod, service]
}

asking(artefact) := {"action": "deploy", "subject": "ci", "context": {}, "artefact": artefact}

requested(request) := {"gatelib": 1, "documents": [], "request": request}

test_an_envelope_with_a_request if {
	every artefact in [pod, [pod], list("PodList", [{"metadata": pod.metadata}])] {
		shapes.name == "envelope" with input as requested(asking(artefact))
		shapes.documents == [{"index": 0, "root": 0, "content": pod}] with input as requested(asking(artefact))
		shapes.errors == set() with input as requested(asking(artefact))
	}
	shapes.errors == set() with input as requested(object.union(asking(pod), {"subject": {"user": "lea"}}))
	own := {"gatelib": 1, "documents": [{"index": 0, "content": pod}], "request": asking(service)}
	shapes.errors == {error("an envelope with a request has documents of its own")} with input as own
	shapes.documents == [] with input as own
	every request in [null, 7, "deploy", [asking(pod)], false] {
		shapes.errors == {error("`request` of the envelope must be a request for a verdict")} with input as requested(request)
		shapes.documents == [] with input as requested(request)
	}
}

test_a_malformed_request_is_an_error if {
	whole := asking(pod)
	cases := array.concat(
		[[object.remove(whole, [key]), sprintf("`%s` of the request is missing", [key])] |
			some key in ["action", "subject", "context", "artefact"]
		],
		[[object.union(object.remove(whole, [key]), {key: value}), message] |
			some key, [message, values] in {
				"action": ["`action` of the request must be a text that says what is to be done", [null, 7, "", " ", {}, true]],
				"subject": ["`subject` of the request must be a text or an object that says who asks", [null, 7, "", {}, []]],
				"context": ["`context` of the request must be an object", [null, 7, "", [], false]],
			}
			some value in values
		],
	)
	every case in cases {
		[given, message] := case
		shapes.errors == {error(message)} with input as given
		shapes.documents == [] with input as given
		shapes.errors == {error(message)} with input as requested(given)
		shapes.documents == [] with input as requested(given)
	}
	more := object.union(whole, {"verdict": {"allow": true}})
	shapes.errors == {error("a request has no `verdict`")} with input as requested(more)
	shapes.name == "unknown" with input as more
	every untyped in [{}, {"metadata": {"name": "api"}}, {"kind": ""}, {"kind": 7}] {
		wanted := {error("a document of the artefact has no `kind`, by which rules would know it")}
		shapes.errors == wanted with input as asking(untyped)
		shapes.errors == wanted with input as requested(asking([pod, untyped]))
	}
}

test_what_has_a_kind_is_no_request if {
	shapes.name == "object" with input as object.union(pod, asking(service))
	shapes.name == "object" with input as {"kind": "Event", "action": "Pulled", "subject": "kubelet"}
}

test_lists_are_flattened if {
	contents(list("List", [pod, service])) == [pod, service]
	contents([{"path": "a", "contents": list("List", [pod])}, {"path": "b", "contents": service}]) == [pod, service]
	contents(list("List", [list("List", [pod]), service, list("List", [])])) == [pod, service]
}

test_items_of_a_typed_list_inherit if {
	bare := {"metadata": {"name": "api"}}
	contents(list("PodList", [bare])) == [pod]
	contents(list("PodList", [object.union(bare, {"kind": null, "apiVersion": ""})])) == [pod]
	contents(list("PodList", [service])) == [service]
	contents(list("List", [list("PodList", [bare]), service])) == [pod, service]
	contents(list("PodList", [{"items": [bare]}])) == [pod]
	contents(list("ServiceList", [list("PodList", [bare])])) == [pod]
	contents({"kind": "PodList", "items": [bare]}) == [{"kind": "Pod", "metadata": {"name": "api"}}]
	contents(list("List", [bare])) == [bare]
}

test_only_the_outer_items_make_a_list if {
	config := {"apiVersion": "v1", "kind": "ConfigMap", "data": {"items": [pod]}, "items": {"a": pod}}
	contents(list("List", [config])) == [config]
	contents(config) == [config]
}

test_hostile_items_are_errors if {
	every item in [null, 7, "Pod", true, [], [pod]] {
		not_an_object := {error(sprintf("the input holds a document that is no object but %s", [type_name(item)]))}
		every given in [
			list("PodList", [pod, item]),
			list("List", [list("PodList", [item])]),
			[{"path": "a.yaml", "contents": list("PodList", [item])}],
			asking([item]),
			requested(asking([item])),
		] {
			shapes.errors == not_an_object with input as given
			shapes.documents == [] with input as given
		}
	}
}

test_a_review_without_an_object_is_an_error if {
	every given in [
		{"kind": "AdmissionReview", "request": {"operation": "DELETE", "object": null}},
		{"review": {"object": null}},
	] {
		shapes.errors == {error("the input holds a document that is no object but null")} with input as given
	}
	contents({"kind": "AdmissionReview", "request": {}}) == []
	contents({"review": {}}) == []
}

test_a_list_under_review_is_an_error if {
	hidden := object.union(pod, {"items": []})
	every given in [{"kind": "AdmissionReview", "request": {"object": hidden}}, {"review": {"object": hidden}}] {
		shapes.errors == {error("the object under review carries a list of `items`")} with input as given
		shapes.documents == [] with input as given
	}
}

test_what_carries_gatelib_and_is_no_envelope_is_an_error if {
	every given in [
		object.union(pod, {"gatelib": 1, "documents": []}),
		{"gatelib": 1},
		{"gatelib": 2, "documents": []},
		{"gatelib": "1", "documents": []},
		{"gatelib": 1, "documents": {}},
		{"gatelib": null},
		{"gatelib": 1, "documents": [], "extra": 1},
		{"gatelib": 1, "review": {"object": pod}},
	] {
		shapes.name == "spoofed_envelope" with input as given
		shapes.errors == {error("the input carries `gatelib` and is not an envelope")} with input as given
		shapes.documents == [] with input as given
	}
}

test_an_unknown_shape_is_an_error if {
	every given in [
		null, "Pod", 7, true, {}, {"metadata": {}}, {"kind": ""}, {"kind": null}, {"kind": 7}, [pod], [null],
		[{"path": 7, "contents": null}], [{"path": "a"}], {"subject": "ci", "context": {}}, {"review": pod.kind},
	] {
		shapes.name == "unknown" with input as given
		shapes.errors == {error("the input has none of the known shapes")} with input as given
		shapes.documents == [] with input as given
	}
}

test_a_bundle_may_fix_the_shapes if {
	wrong := {error("this bundle takes `envelope` or `combined`, not `object`")}
	shapes.errors == wrong with input as pod with data.gatelib.bundle as {"inputs": ["envelope", "combined"]}
	shapes.errors == {error("this bundle takes `envelope`, not `unknown`"), error("the input has none of the known shapes")} with input as 7
		with data.gatelib.bundle as {"inputs": ["envelope"]}
	shapes.errors == set() with input as pod with data.gatelib.bundle as {"inputs": ["combined", "object"]}
}

policy(name, namespace) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": {"name": name, "namespace": namespace},
}

test_a_review_looks_up_what_is_synced if {
	namespaced := {"networkpolicies": {"a": {"one": policy("one", "a")}}, "namespaces": {"a": {
		"apiVersion": "v1",
		"kind": "Namespace",
		"metadata": {"name": "a"},
	}}}
	inside := object.union(pod, {"metadata": {"namespace": "a"}})
	every given in [{"review": {"object": inside}}, {"kind": "AdmissionReview", "request": {"object": inside}}] {
		found := shapes.inventory with input as given with data.kubernetes as namespaced
		{entry.content.metadata.name | some entry in found} == {"one", "a"}
		[entry.index | some entry in found] == [0, 1]
	}
	shapes.inventory == [] with input as pod with data.kubernetes as namespaced
}

test_the_object_under_review_replaces_what_is_synced_of_it if {
	older := object.union(policy("one", "a"), {"apiVersion": "networking.k8s.io/v1beta1"})
	others := {"b": policy("one", "b"), "c": policy("two", "a"), "d": object.union(policy("one", "a"), {"kind": "Other"})}
	synced := {"x": {"y": object.union(others, {"a": older})}}
	every given in [{"review": {"object": policy("one", "a")}}, {"kind": "AdmissionReview", "request": {"object": policy("one", "a")}}] {
		found := shapes.inventory with input as given with data.inventory.cluster as synced
		{entry.content | some entry in found} == {content | some content in others}
	}
	core := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
	found := shapes.inventory with input as {"review": {"object": core}} with data.inventory.cluster as {"x": {"y": {"z": core}}}
	found == []
}

test_only_the_object_itself_is_replaced_by_what_is_under_review if {
	own := policy("a", "shop")
	newer := object.union(own, {"apiVersion": "networking.k8s.io/v2"})
	others := [
		object.union(own, {"apiVersion": "projectcalico.org/v1"}),
		object.union(own, {"metadata": {"namespace": "shop", "name": "b"}}),
		object.union(own, {"kind": "Other"}),
	]
	stored := {sprintf("p%d", [position]): object | some position, object in array.concat([own, newer], others)}
	kept := {document.content | some document in shapes.inventory} with input as {"review": {"object": own}}
		with data.kubernetes as {"policies": {"shop": stored}}
	kept == {object | some object in others}
}

test_a_constraint_gives_parameters if {
	given := {"rules": ["GL-T-001"]}
	shapes.parameters == given with input as {"review": {"object": pod}, "parameters": given}
	shapes.parameters == {} with input as {"review": {"object": pod}, "parameters": 7}
	shapes.parameters == {} with input as object.union(pod, {"parameters": given})
}

test_fields_of_the_envelope_have_types if {
	every key, phrase in {
		"now": "an RFC 3339 date-time",
		"gate": "a gate's name",
		"rules": "a list of rule IDs",
		"inventory": "a list of documents",
		"evidence": "an object by file",
		"verifications": "a list",
	} {
		every value in [null, 7, true] {
			given := envelope({key: value})
			shapes.errors == {error(sprintf("`%s` of the envelope must be %s", [key, phrase]))} with input as given
			shapes.documents == [] with input as given
			shapes.inventory == [] with input as given
		}
	}
}

test_now_is_a_date_time if {
	every now in ["2026-11-22", "today", "2026-11-31T00:00:00Z"] {
		shapes.errors == {error("`now` of the envelope must be an RFC 3339 date-time")} with input as envelope({"now": now})
	}
}

test_documents_of_the_envelope_have_a_form if {
	wrong := {error(concat(" ", [
		"a document of the envelope must be an object with `content`, a number `index` of its own",
		"and no list of `items`",
	]))}
	every document in [
		{"index": 0},
		{"index": 0, "content": null},
		{"index": 0, "content": [pod]},
		{"index": "0", "content": pod},
		{"index": 0, "content": list("List", [pod])},
	] {
		shapes.errors == wrong with input as envelope({"documents": [document]})
		shapes.errors == wrong with input as envelope({"inventory": [document]})
		shapes.documents == [] with input as envelope({"documents": [document]})
		shapes.inventory == [] with input as envelope({"inventory": [document]})
	}
	every document in [null, 7, "Pod", [], pod, {"content": pod}] {
		wrong & shapes.errors == wrong with input as envelope({"documents": [document]})
		shapes.errors == wrong with input as envelope({"inventory": [document]})
	}
}

test_indexes_of_documents_differ if {
	two := [{"index": 1, "content": pod}, {"index": 1, "content": service}]
	wrong := {error("two documents of the envelope have the same `index`")}
	shapes.errors == wrong with input as envelope({"documents": two})
	shapes.errors == set() with input as envelope({"inventory": two})
}

error(message) := {"code": "GL-ERR-002", "message": message}

list(kind, items) := {"apiVersion": "v1", "kind": kind, "items": items}

contents(given) := [document.content | some document in documents] if {
	documents := shapes.documents with input as given
}

envelope(fields) := object.union({"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": []}, fields)

test_empty_documents_of_a_combined_input_count_for_nothing if {
	given := [{"path": "a.yaml", "contents": null}, {"path": "a.yaml", "contents": pod}]
	shapes.errors == set() with input as given
	[document.content | some document in shapes.documents] == [pod] with input as given
}

test_what_may_or_may_not_be_a_list_is_an_error if {
	every content in [
		object.union(pod, {"items": []}),
		{"kind": "List", "items": [{"kind": "Pod", "items": [service]}]},
		{"kind": "List", "items": [{"kind": "PodList", "items": {"a": pod}}]},
		{"kind": "PodList", "items": "x"},
	] {
		{each.message | some each in shapes.errors} == {sprintf(
			"`%s` has `items`, and tools disagree on whether that makes it a list",
			[innermost(content).kind],
		)} with input as content
	}
	every content in [
		{"kind": "List", "items": [{"items": [pod]}, {"kind": "PodList", "items": [pod]}]},
		{"kind": "PodList", "items": null},
		{"kind": "Pod", "items": {"a": "b"}},
	] {
		shapes.errors == set() with input as content
	}
}

test_every_file_is_looked_at if {
	doubtful := object.union(pod, {"items": []})
	other := object.union(service, {"items": []})
	shapes.errors == {
		error("`Pod` has `items`, and tools disagree on whether that makes it a list"),
		error("`Service` has `items`, and tools disagree on whether that makes it a list"),
	} with input as [{"path": "a", "contents": pod}, {"path": "b", "contents": list("List", [doubtful, other])}]
	every given in [
		[{"contents": pod}, {"contents": [pod]}],
		[{"path": "a", "contents": pod}, {"contents": null}],
		[{"path": "a", "contents": pod}, {"path": "b"}],
	] {
		shapes.errors == {error("the input has none of the known shapes")} with input as given
	}
}

test_every_document_of_an_envelope_is_looked_at if {
	fine := {"index": 0, "content": pod}
	wanted := {error("a document of the envelope must be an object with `content`, a number `index` of its own and no list of `items`")}
	every odd in [{"index": 1, "content": "x"}, {"index": "1", "content": pod}, {"index": 1, "content": list("List", [pod])}] {
		shapes.errors == wanted with input as envelope({"documents": [fine, odd]})
		shapes.documents == [] with input as envelope({"documents": [fine, odd]})
	}
	shapes.errors == wanted with input as envelope({"documents": [fine], "inventory": [{"content": pod}, {"content": 7}]})
}

test_all_that_is_wrong_with_a_request_is_told if {
	shapes.errors == {
		error("`action` of the request is missing"),
		error("`context` of the request is missing"),
	} with input as {"subject": "ci", "artefact": pod}
}

test_a_request_of_its_own_is_looked_at_whole if {
	doubtful := object.union(pod, {"items": []})
	shapes.errors == {error("`Pod` has `items`, and tools disagree on whether that makes it a list")} with input as asking([service, doubtful])
}

innermost(content) := content.items[0] if content.kind == "List"

innermost(content) := content if content.kind != "List"
