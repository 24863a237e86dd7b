# METADATA
# title: Workloads name their runbook and who is on call
# description: >-
#   Whoever is paged at night needs to know what to do and whom to call. Annotations on the workload bring
#   both to the place where one looks first, and alerts can copy them.
# custom:
#   id: GL-K8S-013
#   severity: medium
#   controls: [REL-01]
#   gates: [pr, pre-promote]
#   kinds: [workloads]
#   scope: document
#   remediation: >-
#     Add the annotations to the workload's own metadata: `gatelib.dev/runbook` with the https URL of the
#     runbook, and `gatelib.dev/on-call` with the team or rotation that answers.
#   params: [runbook.annotations]
#   since: 0.1.0
package gatelib.rules.kubernetes.runbook_annotations

import data.gatelib.lib.annotations
import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

deny contains {
	"id": "GL-K8S-013",
	"msg": problem,
	"document": workload.index,
	"path": ["metadata", "annotations", key],
} if {
	some workload in workloads.all
	given := documents.mapping(object.get(workload.metadata, "annotations", {}))
	some key, form in params.all.runbook.annotations
	problem := annotations.problem(given, key, form)
}
