# METADATA
# title: Containers must have CPU and memory limits
# description: >-
#   A container without a memory limit takes its neighbours down with it when it leaks, and one without a CPU
#   limit makes them slow under load.
# custom:
#   id: GL-K8S-006
#   severity: high
#   controls: [REL-01]
#   gates: [pr, pre-promote, admission]
#   kinds: [workloads]
#   scope: document
#   params: [limits.cpu, limits.memory, limits.init_containers]
#   remediation: >-
#     Set `resources.limits.cpu` and `resources.limits.memory` of the container, from what it uses at its
#     busiest and some room; or set them once for the pod under `spec.resources.limits`.
#   since: 0.1.0
package gatelib.rules.kubernetes.resource_limits

import data.gatelib.lib.params
import data.gatelib.lib.quantities
import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

deny contains {
	"id": "GL-K8S-006",
	"msg": sprintf("container `%s` has no %s limit", [container.name, resources[resource]]),
	"document": container.document,
	"path": array.concat(container.path, ["resources", "limits", resource]),
} if {
	some container in containers
	some resource in required
	limit(container.spec, resource) in {null, ""}
	not given_by_pod(container.pod, resource)
}

deny contains {
	"id": "GL-K8S-006",
	"msg": sprintf("container `%s` has a %s limit of `%v`", [container.name, resources[resource], value]),
	"document": container.document,
	"path": array.concat(container.path, ["resources", "limits", resource]),
} if {
	some container in containers
	some resource in required
	value := limit(container.spec, resource)
	quantities.valid(value)
	not quantities.positive(value)
}

unjudged contains {
	"msg": sprintf("the %s limit of container `%s` is no quantity: `%v`", [resources[resource], container.name, value]),
	"document": container.document,
	"path": array.concat(container.path, ["resources", "limits", resource]),
} if {
	some container in containers
	some resource in required
	value := limit(container.spec, resource)
	not value in {null, ""}
	not quantities.valid(value)
}

unjudged contains {
	"msg": sprintf("the %s limit of the pod is no quantity: `%v`", [resources[resource], value]),
	"document": pod.document,
	"path": array.concat(pod.path, ["spec", "resources", "limits", resource]),
} if {
	some pod in workloads.pods
	some resource in required
	value := limit(pod.spec, resource)
	not value in {null, ""}
	not quantities.valid(value)
}

resources := {"cpu": "CPU", "memory": "memory"}

required := {resource | some resource, _ in resources; params.all.limits[resource] != false}

containers := [container | some container in workloads.containers; judged(container)]

# Ephemeral containers cannot have limits.
judged(container) if container.type == "containers"

judged(container) if {
	container.type == "initContainers"
	params.all.limits.init_containers != false
}

# A sidecar (`Always`) starts before the others and then runs beside them.
judged(container) if {
	container.type == "initContainers"
	not object.get(container.spec, "restartPolicy", null) in {null, "", "Never", "OnFailure"}
}

limit(spec, resource) := object.get(spec, ["resources", "limits", resource], null)

given_by_pod(pod, resource) if quantities.positive(limit(pod.spec, resource))
