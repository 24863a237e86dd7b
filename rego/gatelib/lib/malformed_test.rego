package gatelib.lib.malformed_test

import data.gatelib.lib.malformed

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": {"containers": [{"name": "api"}]}}

test_nothing_wrong_with_what_has_its_type_or_is_null if {
	every content in [
		pod,
		{"kind": "Service", "spec": "whatever"},
		{"kind": "Pod", "apiVersion": null, "metadata": null, "spec": null},
		{"kind": "Pod", "metadata": {"name": null, "labels": null, "annotations": {"a": null}}},
		{"kind": "Pod", "spec": {"containers": null, "os": null, "volumes": [{"name": null, "hostPath": null}]}},
		{"kind": "Pod", "spec": {"containers": [{"image": null, "securityContext": {"capabilities": null}}]}},
		{"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"metadata": null, "spec": null}}},
	] {
		malformed.all == set() with input as envelope(content)
	}
}

test_wrong_types_of_any_document if {
	found({"kind": "Service", "apiVersion": 1}) == {wrong(["apiVersion"], "a string", "a number")}
	found({"apiVersion": "v1", "kind": ["Pod"]}) == {wrong(["kind"], "a string", "a list")}
	found({"kind": "Service", "metadata": []}) == {wrong(["metadata"], "an object", "a list")}
	found({"kind": "Service", "metadata": {
		"name": 7,
		"generateName": true,
		"namespace": {},
		"labels": ["a"],
		"annotations": {"a": 1, "b": "2", "c": {"d": "e"}},
	}}) == {
		wrong(["metadata", "name"], "a string", "a number"),
		wrong(["metadata", "generateName"], "a string", "a boolean"),
		wrong(["metadata", "namespace"], "a string", "an object"),
		wrong(["metadata", "labels"], "an object", "a list"),
		wrong(["metadata", "annotations", "a"], "a string", "a number"),
		wrong(["metadata", "annotations", "c"], "a string", "an object"),
	}
}

test_wrong_types_on_the_way_to_a_template if {
	found({"apiVersion": "apps/v1", "kind": "Deployment", "spec": []}) == {wrong(["spec"], "an object", "a list")}
	found({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": "x"}}) == {wrong(
		["spec", "template"],
		"an object",
		"a string",
	)}
	found({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"metadata": 7, "spec": [7]}}}) == {
		wrong(["spec", "template", "metadata"], "an object", "a number"),
		wrong(["spec", "template", "spec"], "an object", "a list"),
	}
	found({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"metadata": {"labels": {"a": 1}}}}}) == {wrong(
		["spec", "template", "metadata", "labels", "a"],
		"a string",
		"a number",
	)}
	found({"kind": "Pod", "spec": "x"}) == {wrong(["spec"], "an object", "a string")}
}

test_wrong_types_on_the_way_through_a_list if {
	params := {"workloads": {"extra_kinds": [{"kind": "acme.io/Jobs", "template": "spec.jobs.*.template"}]}}
	jobs := {"apiVersion": "acme.io/v1", "kind": "Jobs", "spec": {"jobs": {"one": {}}}}
	malformed.all == {wrong(["spec", "jobs"], "a list", "an object")} with input as envelope(jobs)
		with data.gatelib.params as params
	malformed.all == set() with input as envelope(object.union(jobs, {"spec": {"jobs": [{"template": {}}]}}))
		with data.gatelib.params as params
	malformed.all == {
		wrong(["spec", "jobs", 0], "an object", "a string"),
		wrong(["spec", "jobs", 2, "template"], "an object", "a list"),
	} with input as envelope(object.union(jobs, {"spec": {"jobs": ["x", null, {"template": [{}]}, {"template": null}]}}))
		with data.gatelib.params as params
}

test_wrong_types_in_a_pod if {
	every pair in [
		[["containers"], "a list"],
		[["initContainers"], "a list"],
		[["ephemeralContainers"], "a list"],
		[["volumes"], "a list"],
		[["hostNetwork"], "a boolean"],
		[["hostPID"], "a boolean"],
		[["hostIPC"], "a boolean"],
		[["os"], "an object"],
		[["os", "name"], "a string"],
		[["resources"], "an object"],
		[["resources", "limits"], "an object"],
		[["securityContext"], "an object"],
		[["securityContext", "sysctls"], "a list"],
		[["securityContext", "seccompProfile"], "an object"],
		[["securityContext", "appArmorProfile"], "an object"],
		[["securityContext", "seLinuxOptions"], "an object"],
		[["securityContext", "windowsOptions"], "an object"],
		[["securityContext", "windowsOptions", "hostProcess"], "a boolean"],
	] {
		[path, want] := pair
		found({"kind": "Pod", "spec": at(path, 7)}) == {wrong(array.concat(["spec"], path), want, "a number")}
	}
}

test_wrong_types_in_a_container_of_each_kind if {
	every list in ["containers", "initContainers", "ephemeralContainers"] {
		every pair in [
			[["name"], "a string"],
			[["image"], "a string"],
			[["ports"], "a list"],
			[["resources"], "an object"],
			[["resources", "limits"], "an object"],
			[["securityContext"], "an object"],
			[["securityContext", "privileged"], "a boolean"],
			[["securityContext", "allowPrivilegeEscalation"], "a boolean"],
			[["securityContext", "capabilities"], "an object"],
			[["securityContext", "capabilities", "add"], "a list"],
			[["securityContext", "procMount"], "a string"],
			[["securityContext", "seccompProfile"], "an object"],
			[["securityContext", "appArmorProfile"], "an object"],
			[["securityContext", "seLinuxOptions"], "an object"],
			[["securityContext", "windowsOptions"], "an object"],
			[["securityContext", "windowsOptions", "hostProcess"], "a boolean"],
		] {
			[path, want] := pair
			found({"kind": "Pod", "spec": {list: [{}, at(path, 7)]}}) == {wrong(
				array.concat(["spec", list, 1], path),
				want,
				"a number",
			)}
		}
	}
}

test_wrong_types_in_a_volume if {
	found({"kind": "Pod", "spec": {"volumes": [{"name": 7, "hostPath": "/", "image": [], "emptyDir": 7}]}}) == {
		wrong(["spec", "volumes", 0, "name"], "a string", "a number"),
		wrong(["spec", "volumes", 0, "hostPath"], "an object", "a string"),
		wrong(["spec", "volumes", 0, "image"], "an object", "a list"),
	}
}

test_elements_that_are_no_objects if {
	every list in ["containers", "initContainers", "ephemeralContainers", "volumes"] {
		found({"kind": "Pod", "spec": {list: [{}, "x", null, [], 7]}}) == {
			wrong(["spec", list, 1], "an object", "a string"),
			wrong(["spec", list, 2], "an object", "null"),
			wrong(["spec", list, 3], "an object", "a list"),
			wrong(["spec", list, 4], "an object", "a number"),
		}
	}
}

test_metadata_of_what_has_no_pods if {
	found({"kind": "ConfigMap", "metadata": {"name": 7, "labels": 7, "annotations": "x"}}) == {
		wrong(["metadata", "name"], "a string", "a number"),
		wrong(["metadata", "labels"], "an object", "a number"),
		wrong(["metadata", "annotations"], "an object", "a string"),
	}
}

test_metadata_of_a_template if {
	found({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"metadata": {"labels": 7, "name": "x"}}}}) == {wrong(
		["spec", "template", "metadata", "labels"],
		"an object",
		"a number",
	)}
}

test_each_step_to_the_templates_of_a_list if {
	every pair in [
		[7, wrong(["spec"], "an object", "a number")],
		[{"jobs": {}}, wrong(["spec", "jobs"], "a list", "an object")],
		[{"jobs": [{}, 7]}, wrong(["spec", "jobs", 1], "an object", "a number")],
		[{"jobs": [{"template": {}}, {"template": []}]}, wrong(["spec", "jobs", 1, "template"], "an object", "a list")],
	] {
		problems := malformed.all with input as envelope({"apiVersion": "acme.io/v1", "kind": "Batch", "spec": pair[0]})
			with data.gatelib.params as {"workloads": {"extra_kinds": [{"kind": "acme.io/Batch", "template": "spec.jobs.*.template"}]}}
		problems == {pair[1]}
	}
}

test_every_document_is_looked_at if {
	every content in [
		{"kind": 7},
		{"kind": "ConfigMap", "metadata": {"labels": 7}},
		{"kind": "ConfigMap", "metadata": {"labels": {"a": 7, "b": "c"}}},
		{"kind": "Pod", "spec": "x"},
		{"kind": "Pod", "spec": {"hostNetwork": 7, "containers": [7, {"image": 7}], "volumes": [{"name": 7}, {"name": 8}]}},
		{"apiVersion": "apps/v1", "kind": "Deployment", "spec": 7},
		{"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"metadata": {"labels": 7}, "spec": 7}}},
	] {
		first := found(content)
		first != set()
		both := malformed.all with input as object.union(envelope(content), {"documents": [
			{"index": 5, "root": 0, "content": content},
			{"index": 6, "root": 0, "content": content},
		]})
		both == first | {object.union(problem, {"document": 6}) | some problem in first}
	}
}

wrong(path, want, got) := {
	"document": 5,
	"path": path,
	"message": sprintf("`%s` must be %s, and is %s", [concat(".", [sprintf("%v", [step]) | some step in path]), want, got]),
}

at([a], value) := {a: value}

at([a, b], value) := {a: {b: value}}

at([a, b, c], value) := {a: {b: {c: value}}}

found(content) := problems if {
	problems := malformed.all with input as envelope(content)
}

envelope(content) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 5, "root": 0, "content": content}],
}
