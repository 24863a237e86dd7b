# METADATA
# title: Containers must not allow privilege escalation
# description: >-
#   Unless `allowPrivilegeEscalation` is false, a process can gain more rights than its parent, through a
#   set-user-ID program for example: a foothold as an ordinary user becomes root in the container.
# custom:
#   id: GL-K8S-015
#   severity: medium
#   controls: [RUN-01]
#   gates: [pr, pre-promote, admission]
#   kinds: [workloads]
#   scope: document
#   remediation: >-
#     Set `securityContext.allowPrivilegeEscalation: false` on every container, init and ephemeral containers
#     among them.
#   params: [allow_privilege_escalation.action]
#   since: 0.1.0
package gatelib.rules.kubernetes.allow_privilege_escalation

import data.gatelib.lib.params
import data.gatelib.lib.workloads

subjects contains pod.document if {
	some pod in workloads.pods
	not for_windows(pod)
}

deny contains finding if {
	params.all.allow_privilege_escalation.action == "deny"
	some finding in findings
}

warn contains finding if {
	params.all.allow_privilege_escalation.action != "deny"
	some finding in findings
}

findings contains {
	"id": "GL-K8S-015",
	"msg": sprintf("container `%s` %s", [container.name, state]),
	"document": container.document,
	"path": array.concat(container.path, ["securityContext", "allowPrivilegeEscalation"]),
} if {
	some container in workloads.containers
	not for_windows(container.pod)
	state := phrases[object.get(container.spec, ["securityContext", "allowPrivilegeEscalation"], null)]
}

# Values of another type are errors by `gatelib.lib.malformed`.
phrases := {
	null: "does not set `allowPrivilegeEscalation`",
	true: "sets `allowPrivilegeEscalation` to `true`",
}

# The API server refuses the field on pods for Windows, and a node with Linux refuses such pods.
for_windows(pod) if pod.spec.os.name == "windows"
