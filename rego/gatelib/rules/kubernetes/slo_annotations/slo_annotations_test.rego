package gatelib.rules.kubernetes.slo_annotations_test

import data.gatelib.rules.kubernetes.slo_annotations as rule

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

deployment(annotations) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "api", "annotations": annotations},
}

finding(key, message) := {
	"id": "GL-K8S-007",
	"msg": message,
	"document": 0,
	"path": ["metadata", "annotations", key],
}

both_missing := {
	finding("slo.gatelib.dev/objective", "annotation `slo.gatelib.dev/objective` is missing"),
	finding("slo.gatelib.dev/window", "annotation `slo.gatelib.dev/window` is missing"),
}

complete := {"slo.gatelib.dev/objective": "99.9%", "slo.gatelib.dev/window": "30d"}

test_allow_complete_annotations if {
	rule.deny == set() with input as envelope([deployment(complete)])
}

test_deny_missing_annotations if {
	every annotations in [{}, null, {"team": "payments"}, [], "99.9%"] {
		rule.deny == both_missing with input as envelope([deployment(annotations)])
	}
	rule.deny == both_missing with input as envelope([{"kind": "Deployment"}])
}

test_deny_every_kind if {
	every type in [
		["apps/v1", "Deployment"], ["apps/v1", "StatefulSet"], ["apps/v1", "DaemonSet"],
		["argoproj.io/v1alpha1", "Rollout"], ["extensions/v1beta1", "Deployment"],
	] {
		contents := [{"apiVersion": type[0], "kind": type[1], "metadata": {"name": "api"}}]
		rule.deny == both_missing with input as envelope(contents)
		rule.subjects == {0} with input as envelope(contents)
	}
}

test_allow_other_kinds if {
	every type in [["v1", "Pod"], ["batch/v1", "Job"], ["batch/v1", "CronJob"], ["apps/v1", "ReplicaSet"], ["example.com/v1", "Deployment"]] {
		contents := [{"apiVersion": type[0], "kind": type[1], "metadata": {"name": "api"}}]
		rule.deny == set() with input as envelope(contents)
		rule.subjects == set() with input as envelope(contents)
	}
}

test_deny_annotations_of_the_template_alone if {
	workload := object.union(deployment({}), {"spec": {"template": {"metadata": {"annotations": complete}}}})
	rule.deny == both_missing with input as envelope([workload])
}

test_deny_unparsable_values if {
	expected := {
		finding(
			"slo.gatelib.dev/objective",
			"annotation `slo.gatelib.dev/objective` is `three nines`, which is no percentage between 0% and 100%, both excluded, such as `99.9%`",
		),
		finding(
			"slo.gatelib.dev/window",
			"annotation `slo.gatelib.dev/window` is `30`, which is no duration such as `30d`, `4w` or `12h`",
		),
	}
	annotations := {"slo.gatelib.dev/objective": "three nines", "slo.gatelib.dev/window": "30"}
	rule.deny == expected with input as envelope([deployment(annotations)])
}

test_deny_further_annotation if {
	expected := {finding("slo/owner", "annotation `slo/owner` is missing")}
	rule.deny == expected with input as envelope([deployment(complete)])
		with data.gatelib.params as {"slo": {"annotations": {"slo/owner": "text"}}}
}

test_subjects if {
	rule.subjects == {0, 2} with input as envelope([deployment({}), {"kind": "Pod"}, deployment(complete)])
}
