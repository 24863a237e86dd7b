package gatelib.rules.kubernetes.secret_age_test

import data.gatelib.rules.kubernetes.secret_age as rule

kinds := {
	"Secret": "v1",
	"SealedSecret": "bitnami.com/v1alpha1",
	"ExternalSecret": "external-secrets.io/v1",
}

key := "gatelib.dev/rotated-at"

test_allow_recent_rotation_of_every_kind if {
	every value in ["2026-11-21T23:59:59Z", "2026-11-22T00:00:00Z", "2026-08-24T00:00:00Z", "2026-08-24", "2026-11-22t01:00:00+01:00"] {
		every kind, version in kinds {
			rule.deny == set() with input as envelope([own(kind, version, value)])
		}
	}
}

test_deny_missing_annotation_of_every_kind if {
	every metadata in [{}, {"annotations": {}}, {"annotations": null}, {"annotations": {key: ""}}, {"annotations": {key: " "}}, null] {
		every kind, version in kinds {
			rule.deny == {finding(sprintf("the %s has no annotation `gatelib.dev/rotated-at`", [kind]), own_path)} with input as envelope([{
				"apiVersion": version,
				"kind": kind,
				"metadata": metadata,
			}])
		}
	}
}

test_deny_unparsable_rotation_without_showing_it if {
	want := {finding("annotation `gatelib.dev/rotated-at` is not an RFC 3339 date or date-time", own_path)}
	every value in ["yesterday", "2026-13-01", "2026-02-30", "1761955200", "2026-10-01 12:00:00", "2026-10-01T12:00:00"] {
		rule.deny == want with input as envelope([own("Secret", "v1", value)])
	}
}

test_deny_rotation_in_the_future if {
	every value in ["2026-11-22T00:00:01Z", "2026-11-23", "2026-11-22T00:00:00-00:30"] {
		want := {finding(sprintf("annotation `gatelib.dev/rotated-at` is `%s`, which is in the future", [value]), own_path)}
		rule.deny == want with input as envelope([own("Secret", "v1", value)])
	}
}

test_deny_rotation_too_long_ago if {
	every value in ["2026-08-23T23:59:59Z", "2026-08-23", "1999-12-31"] {
		want := {finding(sprintf("annotation `gatelib.dev/rotated-at` is `%s`, which is more than 90 days ago", [value]), own_path)}
		rule.deny == want with input as envelope([own("Secret", "v1", value)])
	}
}

test_deny_by_parameters if {
	given := {"secrets": {"rotated_annotation": "acme.example/rotated", "max_age_days": 30}}
	rule.deny == {finding("the Secret has no annotation `acme.example/rotated`", ["metadata", "annotations", "acme.example/rotated"])} with input as envelope([own("Secret", "v1", "2026-11-21")])
		with data.gatelib.params as given
	other := {"apiVersion": "v1", "kind": "Secret", "metadata": {"annotations": {"acme.example/rotated": "2026-10-22"}}}
	rule.deny == {finding(
		"annotation `acme.example/rotated` is `2026-10-22`, which is more than 30 days ago",
		["metadata", "annotations", "acme.example/rotated"],
	)} with input as envelope([other])
		with data.gatelib.params as given
}

test_allow_annotation_of_the_template_alone if {
	rule.deny == set() with input as envelope([sealed("2026-11-01")])
	rule.deny == set() with input as envelope([external("2026-11-01")])
	rule.unjudged == set() with input as envelope([sealed("2026-11-01"), external("2026-11-01")])
}

test_deny_old_annotation_of_the_template_beside_a_new_one if {
	message := "annotation `gatelib.dev/rotated-at` is `2026-01-01`, which is more than 90 days ago"
	new := {"metadata": {"annotations": {key: "2026-11-01"}}}
	denied(envelope([object.union(sealed("2026-01-01"), new)])) == {finding(message, ["spec", "template", "metadata", "annotations", key])}
	denied(envelope([object.union(external("2026-01-01"), new)])) == {finding(
		message,
		["spec", "target", "template", "metadata", "annotations", key],
	)}
}

test_deny_annotation_where_a_secret_has_no_template if {
	want := {finding("the Secret has no annotation `gatelib.dev/rotated-at`", own_path)}
	content := {"kind": "Secret", key: "2026-11-01", "spec": {"template": {"metadata": {"annotations": {key: "2026-11-01"}}}}}
	rule.deny == want with input as envelope([content])
	rule.unjudged == set() with input as envelope([content])
}

test_unjudged_templates_of_another_type if {
	every path, spec in {
		["spec"]: "x",
		["spec", "template"]: {"template": []},
		["spec", "template", "metadata"]: {"template": {"metadata": 1}},
		["spec", "template", "metadata", "annotations"]: {"template": {"metadata": {"annotations": "x"}}},
	} {
		want := {{"msg": sprintf("`%s` must be an object", [concat(".", path)]), "document": 0, "path": path}}
		rule.unjudged == want with input as envelope([{"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "spec": spec}])
	}
}

test_unjudged_annotation_of_the_template_that_is_no_string if {
	want := {{
		"msg": "annotation `gatelib.dev/rotated-at` of the template must be a string",
		"document": 0,
		"path": ["spec", "template", "metadata", "annotations", key],
	}}
	rule.unjudged == want with input as envelope([sealed(20261101)])
	rule.unjudged == set() with input as envelope([sealed(null)])
}

test_own_metadata_of_another_type_is_an_error_elsewhere if {
	every metadata in ["x", {"annotations": []}, {"annotations": {key: 1}}] {
		rule.unjudged == set() with input as envelope([{"kind": "Secret", "metadata": metadata}])
	}
}

test_each_of_several_secrets_is_judged if {
	given := envelope([
		own("Secret", "v1", "2026-11-01"),
		own("Secret", "v1", ""),
		sealed("2026-11-01"),
		sealed(20261101),
		own("Secret", "v1", "2026-01-01"),
		{"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": {"annotations": {key: "2026-11-01"}}, "spec": 1},
	])
	rule.deny == {
		object.union(finding("the Secret has no annotation `gatelib.dev/rotated-at`", own_path), {"document": 1}),
		object.union(finding("the SealedSecret has no annotation `gatelib.dev/rotated-at`", own_path), {"document": 3}),
		object.union(
			finding("annotation `gatelib.dev/rotated-at` is `2026-01-01`, which is more than 90 days ago", own_path),
			{"document": 4},
		),
	} with input as given
	rule.unjudged == {
		{
			"msg": "annotation `gatelib.dev/rotated-at` of the template must be a string",
			"document": 3,
			"path": ["spec", "template", "metadata", "annotations", key],
		},
		{"msg": "`spec` must be an object", "document": 5, "path": ["spec"]},
	} with input as given
	rule.subjects == {0, 1, 2, 3, 4, 5} with input as given
}

test_subjects if {
	rule.subjects == {0, 1, 2} with input as envelope(array.concat(
		[{"apiVersion": version, "kind": kind} | some kind, version in kinds],
		[{"kind": "ConfigMap"}, {"apiVersion": "acme.example/v1", "kind": "Secret"}],
	))
}

own_path := ["metadata", "annotations", key]

own(kind, version, value) := {"apiVersion": version, "kind": kind, "metadata": {"annotations": {key: value}}}

sealed(value) := {
	"apiVersion": "bitnami.com/v1alpha1",
	"kind": "SealedSecret",
	"spec": {"template": {"metadata": {"annotations": {key: value}}}},
}

external(value) := {
	"apiVersion": "external-secrets.io/v1beta1",
	"kind": "ExternalSecret",
	"spec": {"target": {"template": {"metadata": {"annotations": {key: value}}}}},
}

finding(message, path) := {
	"id": "GL-K8S-012",
	"msg": message,
	"document": 0,
	"path": path,
}

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

denied(given) := exported if exported := rule.deny with input as given
