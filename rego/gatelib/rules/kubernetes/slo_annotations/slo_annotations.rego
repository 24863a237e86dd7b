# METADATA
# title: Services must state their objective
# description: >-
#   Canary analysis, error budgets and release freezes all start from the objective of a service. One that
#   states none can burn any budget without anybody being told.
# custom:
#   id: GL-K8S-007
#   severity: medium
#   controls: [REL-01]
#   gates: [pr, pre-promote]
#   kinds: [apps/Deployment, apps/StatefulSet, apps/DaemonSet, argoproj.io/Rollout]
#   scope: document
#   params: [slo.annotations]
#   remediation: >-
#     Agree on an objective with the users of the service, and annotate the workload itself with it:
#     `slo.gatelib.dev/objective` and `slo.gatelib.dev/window`, or what `slo.annotations` names.
#   since: 0.1.0
package gatelib.rules.kubernetes.slo_annotations

import data.gatelib.lib.annotations
import data.gatelib.lib.documents
import data.gatelib.lib.params

subjects contains workload.index if some workload in services

deny contains {
	"id": "GL-K8S-007",
	"msg": problem,
	"document": workload.index,
	"path": ["metadata", "annotations", key],
} if {
	some workload in services
	some key, form in params.all.slo.annotations
	problem := annotations.problem(annotations_of(workload), key, form)
}

services := [workload |
	some type in ["apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "argoproj.io/Rollout"]
	some workload in documents.of_type(type)
]

annotations_of(workload) := documents.mapping(object.get(workload.metadata, "annotations", {}))
