package gatelib.rules.kubernetes.allow_privilege_escalation_test

import data.gatelib.rules.kubernetes.allow_privilege_escalation as rule

test_allow_false_in_every_kind_of_container if {
	hardened := {"securityContext": {"allowPrivilegeEscalation": false}}
	spec := {"containers": [hardened], "initContainers": [hardened], "ephemeralContainers": [hardened]}
	rule.warn == set() with input as pods([spec])
	rule.deny == set() with input as pods([spec])
}

test_warn_in_every_kind_of_container if {
	spec := {
		"containers": [{"name": "app"}],
		"initContainers": [{"name": "setup", "securityContext": {"allowPrivilegeEscalation": true}}],
		"ephemeralContainers": [{"name": "debug", "securityContext": {"allowPrivilegeEscalation": null}}],
	}
	rule.warn == {
		finding(0, "containers", "container `app` does not set `allowPrivilegeEscalation`"),
		finding(0, "initContainers", "container `setup` sets `allowPrivilegeEscalation` to `true`"),
		finding(0, "ephemeralContainers", "container `debug` does not set `allowPrivilegeEscalation`"),
	} with input as pods([spec])
	rule.deny == set() with input as pods([spec])
}

test_deny_where_turned_on if {
	want := {finding(0, "containers", "container `app` does not set `allowPrivilegeEscalation`")}
	deny := {"allow_privilege_escalation": {"action": "deny"}}
	rule.deny == want with input as pods([{"containers": [{"name": "app"}]}]) with data.gatelib.params as deny
	rule.warn == set() with input as pods([{"containers": [{"name": "app"}]}]) with data.gatelib.params as deny
}

test_allow_pods_for_windows_which_are_no_subjects if {
	windows := {"os": {"name": "windows"}, "containers": [{"name": "app"}]}
	linux := {"os": {"name": "linux"}, "containers": [{"name": "app"}]}
	want := {finding(1, "containers", "container `app` does not set `allowPrivilegeEscalation`")}
	rule.warn == want with input as pods([windows, linux])
	rule.subjects == {1} with input as pods([windows, linux])
}

test_allow_other_types_which_are_errors_elsewhere if {
	every value in ["false", 0, [], {}] {
		rule.warn == set() with input as pods([{"containers": [{"securityContext": {"allowPrivilegeEscalation": value}}]}])
	}
}

test_subjects_are_workloads if {
	rule.subjects == {0} with input as envelope([
		{"kind": "Deployment", "spec": {"template": {"spec": {"containers": []}}}},
		{"kind": "Service"},
	])
}

finding(document, field, message) := {
	"id": "GL-K8S-015",
	"msg": message,
	"document": document,
	"path": ["spec", field, 0, "securityContext", "allowPrivilegeEscalation"],
}

pods(specs) := envelope([{"apiVersion": "v1", "kind": "Pod", "spec": spec} | some spec in specs])

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}
