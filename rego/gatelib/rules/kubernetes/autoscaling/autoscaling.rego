# METADATA
# title: Workloads are scaled by an autoscaler
# description: >-
#   A fixed number of replicas is paid for at night and is too small at noon. An autoscaler follows the load, and
#   a vertical one the size of the pods.
# custom:
#   id: GL-K8S-010
#   severity: low
#   controls: [FIN-01]
#   gates: [pr, pre-promote, admission]
#   kinds:
#     - workloads
#     - autoscaling/HorizontalPodAutoscaler
#     - autoscaling.k8s.io/VerticalPodAutoscaler
#     - keda.sh/ScaledObject
#   scope: set
#   remediation: >-
#     Add a HorizontalPodAutoscaler, a VerticalPodAutoscaler or a ScaledObject to the namespace that names the
#     workload's kind and name as its target.
#   params: [autoscaling.kinds]
#   since: 0.1.0
package gatelib.rules.kubernetes.autoscaling

import data.gatelib.lib.companions
import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.running
import data.gatelib.lib.scaling
import data.gatelib.lib.workloads

subjects contains document.index if some document in scalable

warn contains {
	"id": "GL-K8S-010",
	"msg": sprintf(
		"no HorizontalPodAutoscaler, VerticalPodAutoscaler or ScaledObject %s targets this %s",
		[running.of_namespace(document), document.kind],
	),
	"document": document.index,
	"path": ["spec", "replicas"],
} if {
	some document in scalable
	not is_targeted(document)
	not [document.scope, document.type, document.name] in scaled_by_rollout
}

unjudged := companions.unjudged(scaling.kinds, scaling.problems, {document.scope | some document in scalable})

# As a set, so that a kind that is named twice is judged once.
kinds := {kind | some kind in params.all.autoscaling.kinds}

scalable := [document |
	some type in kinds
	some document in documents.of_type(type)
]

is_targeted(document) if count(scaling.targeting(document.scope, document.type, document.name)) > 0

# A Rollout that takes its template from a Deployment runs the pods in its place.
scaled_by_rollout := {[target.scope, target.type, target.name] |
	some reference in workloads.references
	is_targeted(reference.workload)

	# gatelib:equivalent first-only: all targets of one reference have its scope, type and name
	some target in running.targets(reference)
}
