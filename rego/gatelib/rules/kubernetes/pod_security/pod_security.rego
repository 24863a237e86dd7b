# METADATA
# title: Pods keep to the Pod Security baseline
# description: >-
#   What the *baseline* level of the Pod Security Standards forbids are known ways out of a container: the node's
#   namespaces and ports, strong capabilities, kernel settings, and switched-off confinement.
# custom:
#   id: GL-K8S-014
#   severity: high
#   controls: [RUN-01]
#   gates: [pr, pre-promote, admission]
#   kinds: [workloads]
#   scope: document
#   remediation: >-
#     Remove the setting. Where a node agent cannot do without it, ask for an exception for this one workload.
#   params: [pod_security.version, pod_security.windows_host_process]
#   since: 0.1.0
package gatelib.rules.kubernetes.pod_security

import data.gatelib.lib.documents
import data.gatelib.lib.malformed
import data.gatelib.lib.params
import data.gatelib.lib.pod_security
import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

deny contains object.union(violation, {"id": "GL-K8S-014"}) if some violation in violations

violations contains at(pod, ["spec", field], sprintf("the pod runs in the node's %s namespace", [name])) if {
	some pod in workloads.pods
	some field, name in {"hostNetwork": "network", "hostPID": "process", "hostIPC": "IPC"}
	pod.spec[field] == true
	not needed_by_host_process(pod, field)
}

violations contains at(
	context,
	["windowsOptions", "hostProcess"],
	sprintf("%s runs as a process of its Windows node", [context.owner]),
) if {
	not host_process_allowed
	some context in host_processes
}

violations contains at(
	container,
	["ports", position, "hostPort"],
	sprintf("container `%s` takes port `%v` of its node", [container.name, port.hostPort]),
) if {
	some container in workloads.containers
	some position, port in documents.list(object.get(container.spec, "ports", []))
	is_number(port.hostPort)
	port.hostPort != 0
}

violations contains at(
	container,
	array.concat(added_capabilities, [position]),
	sprintf("container `%s` adds the capability `%s`", [container.name, capability]),
) if {
	some container in workloads.containers
	some position, capability in documents.list(object.get(container.spec, added_capabilities, []))
	is_string(capability)
	not capability in pod_security.capabilities
}

violations contains at(
	container,
	["securityContext", "procMount"],
	sprintf("container `%s` mounts `/proc` as `%s`", [container.name, mount]),
) if {
	some container in workloads.containers
	mount := container.spec.securityContext.procMount
	is_string(mount)
	mount != "Default"
	not in_user_namespace(container.pod)
}

violations contains at(
	pod,
	array.concat(sysctls, [position, "name"]),
	sprintf("the pod sets the sysctl `%s`", [sysctl.name]),
) if {
	some pod in workloads.pods
	some position, sysctl in documents.list(object.get(pod, sysctls, []))
	is_string(sysctl.name)
	not sysctl.name in pod_security.sysctls
}

violations contains at(context, [field, "type"], sprintf("%s has %s", [context.owner, phrase])) if {
	some context in contexts
	some field, name in profile_fields
	profile := context.spec[field]
	is_object(profile)
	phrase := unsafe_profile(name, object.get(profile, "type", null))
}

violations contains at(
	pod,
	["metadata", "annotations", key],
	sprintf("annotation `%s` is `%s`", [key, value]),
) if {
	some pod in workloads.pods
	some key, value in pod.annotations
	is_string(value)
	unsafe_annotation(key, value)
}

violations contains at(
	context,
	["seLinuxOptions", field],
	sprintf("%s sets the SELinux %s `%s`", [context.owner, field, value]),
) if {
	some context in contexts
	some field in ["type", "user", "role"]
	value := context.spec.seLinuxOptions[field]
	is_string(value)
	not value in object.get({"type": pod_security.selinux_types}, field, {""})
}

violations contains at(
	handler,
	[action, "host"],
	sprintf("the `%s` of container `%s` calls the host `%s`", [handler.field, handler.container, host]),
) if {
	some handler in handlers
	some action in actions
	host := handler.spec[action].host
	is_string(host)
	host != ""
}

# What `gatelib.lib.malformed` does not look at; an explicit null counts as absent there too.
unjudged contains wrong(context, [field, key], "string", value) if {
	some context in contexts
	some [field, key] in [
		["seccompProfile", "type"],
		["appArmorProfile", "type"],
		["seLinuxOptions", "type"],
		["seLinuxOptions", "user"],
		["seLinuxOptions", "role"],
	]
	value := context.spec[field][key]
	malformed.wrong(value, "string")
}

unjudged contains wrong(pod, ["spec", "hostUsers"], "boolean", value) if {
	some pod in workloads.pods
	value := pod.spec.hostUsers
	malformed.wrong(value, "boolean")
}

unjudged contains wrong(container, ["ports", position], "object", port) if {
	some container in workloads.containers
	some position, port in documents.list(object.get(container.spec, "ports", []))
	not is_object(port)
}

unjudged contains wrong(container, ["ports", position, "hostPort"], "number", value) if {
	some container in workloads.containers
	some position, port in documents.list(object.get(container.spec, "ports", []))
	value := port.hostPort
	malformed.wrong(value, "number")
}

unjudged contains wrong(container, array.concat(added_capabilities, [position]), "string", capability) if {
	some container in workloads.containers
	some position, capability in documents.list(object.get(container.spec, added_capabilities, []))
	not is_string(capability)
}

unjudged contains wrong(pod, array.concat(sysctls, [position]), "object", sysctl) if {
	some pod in workloads.pods
	some position, sysctl in documents.list(object.get(pod, sysctls, []))
	not is_object(sysctl)
}

unjudged contains wrong(pod, array.concat(sysctls, [position, "name"]), "string", value) if {
	some pod in workloads.pods
	some position, sysctl in documents.list(object.get(pod, sysctls, []))
	is_object(sysctl)
	value := object.get(sysctl, "name", null)
	not is_string(value)
}

unjudged contains wrong(container, ["lifecycle"], "object", value) if {
	pod_security.restricts_handler_hosts
	some container in workloads.containers
	value := container.spec.lifecycle
	malformed.wrong(value, "object")
}

unjudged contains wrong(handler, [], "object", handler.spec) if {
	some handler in handlers
	not is_object(handler.spec)
}

unjudged contains wrong(handler, [action], "object", value) if {
	some handler in handlers
	some action in actions
	value := handler.spec[action]
	malformed.wrong(value, "object")
}

unjudged contains wrong(handler, [action, "host"], "string", value) if {
	some handler in handlers
	some action in actions
	value := handler.spec[action].host
	malformed.wrong(value, "string")
}

wrong(place, path, want, value) := {
	"document": problem.document,
	"path": problem.path,
	"msg": problem.message,
} if {
	problem := malformed.problem(place.document, array.concat(place.path, path), want, value)
}

at(place, path, msg) := {
	"document": place.document,
	"path": array.concat(place.path, path),
	"msg": msg,
}

# Security contexts, of pods and of containers.
contexts := array.concat(
	[{"document": pod.document, "path": path, "owner": "the pod", "pod": pod.path, "spec": spec} |
		some pod in workloads.pods
		path := array.concat(pod.path, ["spec", "securityContext"])
		spec := pod.spec.securityContext
	],
	[{"document": container.document, "path": path, "owner": owner, "pod": container.pod.path, "spec": spec} |
		some container in workloads.containers
		path := array.concat(container.path, ["securityContext"])
		owner := sprintf("container `%s`", [container.name])
		spec := container.spec.securityContext
	],
)

# Probes and lifecycle hooks.
handlers := [{"document": container.document, "path": path, "field": field, "container": container.name, "spec": spec} |
	pod_security.restricts_handler_hosts
	some container in workloads.containers
	some steps in [
		["livenessProbe"],
		["readinessProbe"],
		["startupProbe"],
		["lifecycle", "postStart"],
		["lifecycle", "preStop"],
	]
	spec := object.get(container.spec, steps, null)
	not is_null(spec)
	path := array.concat(container.path, steps)
	field := concat(".", steps)
]

actions := ["httpGet", "tcpSocket"]

added_capabilities := ["securityContext", "capabilities", "add"]

sysctls := ["spec", "securityContext", "sysctls"]

profile_fields := object.union(
	{"appArmorProfile": "AppArmor"},
	{"seccompProfile": "seccomp" | pod_security.restricts_seccomp_fields},
)

unsafe_profile(name, type) := sprintf("a profile for %s without a type", [name]) if {
	type in {null, ""}
} else := sprintf("the %s profile `%s`", [name, type]) if {
	is_string(type)
	not type in pod_security.profile_types
}

unsafe_annotation(key, value) if {
	startswith(key, "container.apparmor.security.beta.kubernetes.io/")
	not pod_security.apparmor_annotation(value)
}

unsafe_annotation("seccomp.security.alpha.kubernetes.io/pod", value) if {
	pod_security.restricts_seccomp_annotations
	not pod_security.seccomp_annotation(value)
}

unsafe_annotation(key, value) if {
	pod_security.restricts_seccomp_annotations
	startswith(key, "container.seccomp.security.alpha.kubernetes.io/")
	not pod_security.seccomp_annotation(value)
}

in_user_namespace(pod) if {
	pod_security.exempts_user_namespaces
	pod.spec.hostUsers == false
}

host_process_allowed if params.all.pod_security.windows_host_process == "allow"

host_processes := [context | some context in contexts; context.spec.windowsOptions.hostProcess == true]

# The API server asks for the node's network there, and a Linux node refuses a pod for Windows.
needed_by_host_process(pod, "hostNetwork") if {
	host_process_allowed
	pod.spec.os.name == "windows"
	[pod.document, pod.path] in {[context.document, context.pod] | some context in host_processes}
}
