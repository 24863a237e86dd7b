package gatelib.rules.kubernetes.runbook_annotations_test

import data.gatelib.rules.kubernetes.runbook_annotations as rule

complete := {
	"gatelib.dev/runbook": "https://runbooks.example.com/api",
	"gatelib.dev/on-call": "team-api",
}

test_allow_complete_annotations if {
	rule.deny == set() with input as workloads([{"annotations": complete}])
}

test_deny_missing_annotations if {
	want := {
		finding(0, "gatelib.dev/runbook", "annotation `gatelib.dev/runbook` is missing"),
		finding(0, "gatelib.dev/on-call", "annotation `gatelib.dev/on-call` is missing"),
	}
	every metadata in [{}, {"annotations": {}}, {"annotations": null}, {"annotations": []}, null, "x"] {
		rule.deny == want with input as workloads([metadata])
	}
}

test_deny_each_in_its_form if {
	given := {"gatelib.dev/runbook": "http://wiki", "gatelib.dev/on-call": " "}
	rule.deny == {
		finding(0, "gatelib.dev/runbook", "annotation `gatelib.dev/runbook` is `http://wiki`, which is no https:// URL"),
		finding(0, "gatelib.dev/on-call", "annotation `gatelib.dev/on-call` is empty"),
	} with input as workloads([{"annotations": given}])
}

test_deny_annotations_on_the_pod_template_alone if {
	content := {"kind": "Deployment", "spec": {"template": {"metadata": {"annotations": complete}}}}
	rule.deny == {
		finding(0, "gatelib.dev/runbook", "annotation `gatelib.dev/runbook` is missing"),
		finding(0, "gatelib.dev/on-call", "annotation `gatelib.dev/on-call` is missing"),
	} with input as envelope([content])
}

test_deny_a_pod_with_an_owner if {
	metadata := {
		"annotations": {"gatelib.dev/runbook": "https://runbooks.example.com/api"},
		"ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "api", "uid": "1", "controller": true}],
	}
	rule.deny == {finding(0, "gatelib.dev/on-call", "annotation `gatelib.dev/on-call` is missing")} with input as workloads([metadata])
}

test_deny_what_the_parameters_ask_for_besides if {
	asked := {"runbook": {"annotations": {"acme.example/pager": "text"}}}
	want := {finding(0, "acme.example/pager", "annotation `acme.example/pager` is missing")}
	rule.deny == want with input as workloads([{"annotations": complete}]) with data.gatelib.params as asked
}

test_deny_in_each_of_several_workloads if {
	half := {"gatelib.dev/runbook": "https://runbooks.example.com/api"}
	given := workloads([{"annotations": complete}, {"annotations": half}, {"annotations": complete}, {"annotations": half}])
	rule.deny == {
		finding(1, "gatelib.dev/on-call", "annotation `gatelib.dev/on-call` is missing"),
		finding(3, "gatelib.dev/on-call", "annotation `gatelib.dev/on-call` is missing"),
	} with input as given
	rule.subjects == {0, 1, 2, 3} with input as given
}

test_subjects_are_workloads if {
	rule.subjects == {0} with input as envelope([{"kind": "CronJob"}, {"kind": "ConfigMap"}])
}

finding(document, key, message) := {
	"id": "GL-K8S-013",
	"msg": message,
	"document": document,
	"path": ["metadata", "annotations", key],
}

workloads(metadatas) := envelope([{"kind": "Pod", "metadata": metadata} | some metadata in metadatas])

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}
