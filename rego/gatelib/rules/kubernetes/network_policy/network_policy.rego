# METADATA
# title: Pods are selected by a NetworkPolicy
# description: >-
#   A pod that no NetworkPolicy selects accepts connections from every pod of the cluster: whoever takes over
#   one of them reaches it.
# custom:
#   id: GL-K8S-004
#   severity: high
#   controls: [RUN-01]
#   gates: [pr, pre-promote, admission]
#   kinds:
#     - workloads
#     - networking.k8s.io/NetworkPolicy
#     - cilium.io/CiliumNetworkPolicy
#     - crd.projectcalico.org/NetworkPolicy
#     - projectcalico.org/NetworkPolicy
#   scope: set
#   remediation: >-
#     Add a NetworkPolicy to the namespace whose `podSelector` fits the pod template's labels (an empty one fits
#     every pod), and list under `ingress` only who has to reach the pods.
#   params:
#     - network_policy.required_types
#     - network_policy.reject_allow_all
#     - network_policy.extra_kinds
#     - network_policy.exempt_kinds
#   since: 0.1.0
package gatelib.rules.kubernetes.network_policy

import data.gatelib.lib.companions
import data.gatelib.lib.network
import data.gatelib.lib.params
import data.gatelib.lib.running
import data.gatelib.lib.workloads

# Workloads whose pods are not among the documents.
subjects contains workload.index if {
	some workload in workloads.all
	not workload.type in exempt
	not workload.index in with_pods
}

subjects contains pod.document if some pod in coverable

deny contains finding(pod, sprintf("no NetworkPolicy %s selects pods %s", [place, labelled])) if {
	some pod in covered
	count(pod.policies) == 0
	place := running.of_namespace(pod.workload)
	labelled := running.labelled(pod.labels)
}

deny contains finding(pod, unrestricted(pod, type)) if {
	some pod in covered
	count(pod.policies) > 0
	some type in params.all.network_policy.required_types
	not type in pod.types
}

deny contains finding(pod, open(pod)) if {
	some pod in covered
	count(pod.open) > 0
	params.all.network_policy.reject_allow_all
}

warn contains finding(pod, unrestricted(pod, "Ingress")) if {
	some pod in covered
	count(pod.policies) > 0
	not "Ingress" in pod.types
	not "Ingress" in params.all.network_policy.required_types
}

warn contains finding(pod, open(pod)) if {
	some pod in covered
	count(pod.open) > 0
	not params.all.network_policy.reject_allow_all
}

unjudged contains problem if {
	some problem in running.problems
	not problem.document in exempt_documents
}

unjudged contains problem if {
	scopes := {pod.workload.scope | some pod in coverable}
	some problem in companions.unjudged(network.counted, network.problems, scopes)
}

finding(pod, message) := {"id": "GL-K8S-004", "msg": message, "document": pod.document, "path": pod.path}

unrestricted(pod, type) := sprintf(
	"no NetworkPolicy %s restricts `%s` of pods %s",
	[running.of_namespace(pod.workload), type, running.labelled(pod.labels)],
)

open(pod) := sprintf(
	"all ingress of pods %s is allowed by NetworkPolicy %s",
	[running.labelled(pod.labels), concat(", ", [sprintf("`%s`", [name]) | some name in pod.open])],
)

covered := [object.union(pod, {"policies": policies, "types": types, "open": names}) |
	some pod in coverable
	policies := network.selecting(pod.workload.scope, pod.selectable)
	types := {type | some policy in policies; some type in policy.types}
	names := {policy.document.name | some policy in policies; network.allows_all(policy)}
]

coverable := [pod |
	some pod in running.pods
	not pod.workload.type in exempt
	not is_hosted(pod)
]

# Policies do not reach pods on the host's network.
is_hosted(pod) if pod.spec.hostNetwork == true

with_pods := {pod.document | some pod in running.pods}

exempt := {type | some type in params.all.network_policy.exempt_kinds}

exempt_documents := {workload.index | some workload in workloads.all; workload.type in exempt}
