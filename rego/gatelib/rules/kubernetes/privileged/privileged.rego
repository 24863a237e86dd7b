# METADATA
# title: Containers must not be privileged
# description: >-
#   A privileged container has every capability of its node and no seccomp or AppArmor profile: whoever takes
#   over the container has the node.
# custom:
#   id: GL-K8S-001
#   severity: critical
#   controls: [RUN-01]
#   gates: [pr, pre-promote, admission]
#   kinds: [workloads]
#   scope: document
#   remediation: >-
#     Remove `securityContext.privileged`, and add the one capability that the program needs under
#     `securityContext.capabilities.add`.
#   since: 0.1.0
package gatelib.rules.kubernetes.privileged

import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

deny contains {
	"id": "GL-K8S-001",
	"msg": sprintf("container `%s` is privileged", [container.name]),
	"document": container.document,
	"path": array.concat(container.path, ["securityContext", "privileged"]),
} if {
	some container in workloads.containers
	container.spec.securityContext.privileged == true
}
