package gatelib.rules.kubernetes.plain_secret_test

import data.gatelib.rules.kubernetes.plain_secret as rule

test_allow_secrets_without_values if {
	every content in [
		{},
		{"data": null, "stringData": null},
		{"data": {}, "stringData": {}},
		{"data": {"tls.key": "", "tls.crt": null}},
		{"type": "kubernetes.io/service-account-token"},
	] {
		rule.deny == set() with input as secrets([content])
		rule.unjudged == set() with input as secrets([content])
	}
}

test_deny_values_in_data if {
	want := {finding(0, "data", "`data` holds 1 value in plain text")}
	rule.deny == want with input as secrets([{"data": {"password": "c3dvcmRmaXNo", "empty": ""}}])
}

test_deny_values_in_string_data_and_in_both if {
	content := {"stringData": {"user": "api", "password": "swordfish"}, "data": {"token": "eA=="}}
	rule.deny == {
		finding(0, "data", "`data` holds 1 value in plain text"),
		finding(0, "stringData", "`stringData` holds 2 values in plain text"),
	} with input as secrets([content])
}

test_deny_token_of_a_service_account if {
	content := {"type": "kubernetes.io/service-account-token", "data": {"token": "ZXk="}}
	rule.deny == {finding(0, "data", "`data` holds 1 value in plain text")} with input as secrets([content])
}

test_deny_values_of_any_type if {
	every value in [0, 5432, false, [], {}, {"nested": "x"}] {
		want := {finding(0, "stringData", "`stringData` holds 1 value in plain text")}
		rule.deny == want with input as secrets([{"stringData": {"key": value}}])
	}
}

test_unjudged_fields_of_another_type if {
	every value in ["c2VjcmV0", "", ["a"], 1, true] {
		rule.unjudged == {{"msg": "`data` must be an object", "document": 0, "path": ["data"]}} with input as secrets([{"data": value}])
		rule.deny == set() with input as secrets([{"data": value}])
	}
}

test_each_of_several_secrets_is_judged if {
	contents := [{"data": {"a": "eA=="}}, {}, {"stringData": {"a": "x"}}, {"data": 1}, {"data": 2}]
	rule.deny == {
		finding(0, "data", "`data` holds 1 value in plain text"),
		finding(2, "stringData", "`stringData` holds 1 value in plain text"),
	} with input as secrets(contents)
	rule.unjudged == {
		{"msg": "`data` must be an object", "document": 3, "path": ["data"]},
		{"msg": "`data` must be an object", "document": 4, "path": ["data"]},
	} with input as secrets(contents)
	rule.subjects == {0, 1, 2, 3, 4} with input as secrets(contents)
}

test_subjects_are_secrets_of_the_core_group if {
	rule.subjects == {0} with input as envelope([
		{"apiVersion": "v1", "kind": "Secret"},
		{"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "spec": {"encryptedData": {"password": "AgBy"}}},
		{"apiVersion": "acme.example/v1", "kind": "Secret", "data": {"a": "b"}},
		{"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}},
	])
}

finding(document, field, message) := {
	"id": "GL-K8S-011",
	"msg": message,
	"document": document,
	"path": [field],
}

secrets(contents) := envelope([object.union({"apiVersion": "v1", "kind": "Secret"}, content) | some content in contents])

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}
