# METADATA
# title: Replicated workloads have a PodDisruptionBudget
# description: >-
#   Without a budget a drain of nodes, as each upgrade of a cluster makes one, may evict all pods of a workload
#   at once.
# custom:
#   id: GL-K8S-005
#   severity: medium
#   controls: [REL-01]
#   gates: [pr, pre-promote, admission]
#   kinds:
#     - workloads
#     - policy/PodDisruptionBudget
#     - autoscaling/HorizontalPodAutoscaler
#     - autoscaling.k8s.io/VerticalPodAutoscaler
#     - keda.sh/ScaledObject
#   scope: set
#   remediation: >-
#     Add a PodDisruptionBudget to the namespace whose `selector` fits the pod template's labels, with
#     `maxUnavailable: 1`, and run at least two replicas.
#   params: [pdb.min_replicas]
#   since: 0.1.0
package gatelib.rules.kubernetes.pod_disruption_budget

import data.gatelib.lib.budgets
import data.gatelib.lib.companions
import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.running
import data.gatelib.lib.scaling

subjects contains workload.index if some workload in replicated

deny contains {
	"id": "GL-K8S-005",
	"msg": sprintf(
		"no PodDisruptionBudget %s selects pods %s, of which there are %v",
		[running.of_namespace(pod.workload), running.labelled(pod.labels), replicas[pod.document]],
	),
	"document": pod.document,
	"path": pod.path,
} if {
	some pod in running.pods
	replicas[pod.document] >= params.all.pdb.min_replicas
	count(budgets.selecting(pod.workload.scope, pod.selectable)) == 0
}

unjudged contains {
	"document": workload.index,
	"path": ["spec", "replicas"],
	"msg": sprintf("`spec.replicas` must be a whole number, and is `%v`", [own_replicas(workload)]),
} if {
	some workload in disruptable
	not is_whole(own_replicas(workload))
}

unjudged contains problem if some problem in running.problems

unjudged contains problem if {
	some problem in companions.unjudged(
		{"policy/PodDisruptionBudget"} | scaling.kinds,
		array.concat(budgets.problems, scaling.problems),
		{workload.scope | some workload in disruptable},
	)
}

disruptable := [workload |
	some type in ["apps/Deployment", "apps/StatefulSet", "argoproj.io/Rollout", "apps.openshift.io/DeploymentConfig"]
	some workload in documents.of_type(type)
]

replicated := [workload |
	some workload in disruptable
	replicas[workload.index] >= params.all.pdb.min_replicas
]

# The more of what the workload asks for and what its autoscalers leave it.
replicas := {workload.index: max(numbers) |
	some workload in disruptable
	own := own_replicas(workload)
	is_whole(own)
	numbers := array.concat([own], [autoscaler.minimum |
		some autoscaler in scaling.targeting(workload.scope, workload.type, workload.name)

		# gatelib:equivalent condition: a minimum is a whole number or null, which `max` takes for less than any number
		is_number(autoscaler.minimum)
	])
}

own_replicas(workload) := number if {
	number := object.get(documents.mapping(object.get(workload.content, "spec", {})), "replicas", null)
	not is_null(number)
} else := 1

is_whole(value) if {
	is_number(value)

	# gatelib:equivalent function `floor` -> `ceil`: a number is its ceiling just where it is whole
	value == floor(value)
}
