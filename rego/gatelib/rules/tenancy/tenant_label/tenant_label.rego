# METADATA
# title: Workloads that serve several tenants name the tenant
# description: >-
#   Where tenants share a namespace, the label is all that tells their pods apart: network policies, quotas,
#   cost reports and audit go by it. Pods take it from the template, people and tools look at the workload.
# custom:
#   id: GL-TEN-001
#   severity: high
#   controls: [TEN-01]
#   gates: [pr, pre-promote]
#   kinds: [workloads, Namespace]
#   scope: set
#   remediation: >-
#     Set the label `gatelib.dev/tenant` to the tenant's name, under `metadata.labels` of the workload and of its
#     pod template.
#   params: [tenancy.label, tenancy.marker]
#   since: 0.1.0
package gatelib.rules.tenancy.tenant_label

import data.gatelib.lib.params
import data.gatelib.lib.running
import data.gatelib.lib.tenants

subjects contains workload.index if some workload in tenants.multi_tenant_workloads

deny contains finding(workload, ["metadata", "labels", params.all.tenancy.label], "has") if {
	some workload in tenants.multi_tenant_workloads
	not tenants.tenant(tenants.labels_of(workload))
}

deny contains finding(pod.workload, place(pod.path), "its pod template has") if {
	some pod in running.pods
	pod.document in subjects
	pod.path != ["metadata", "labels"]
	not tenants.tenant(pod.labels)
}

unjudged contains problem if {
	some problem in running.problems
	problem.document in subjects
}

finding(workload, path, what) := {
	"id": "GL-TEN-001",
	"msg": sprintf(
		"the %s serves several tenants and %s no label `%s`",
		[workload.kind, what, params.all.tenancy.label],
	),
	"document": workload.index,
	"path": path,
}

# A template that lies in another document is pointed at by the reference to it.
place(path) := path if {
	path == ["spec", "workloadRef"]
} else := array.concat(path, [params.all.tenancy.label])
