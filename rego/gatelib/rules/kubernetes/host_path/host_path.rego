# METADATA
# title: Volumes must not be paths of the host
# description: >-
#   A path of the host gives a container the files of its node: the kubelet's credentials, other pods' data, the
#   sockets of the container runtime. Whoever takes over the container is then likely to have the node.
# custom:
#   id: GL-K8S-002
#   severity: critical
#   controls: [RUN-01]
#   gates: [pr, pre-promote, admission]
#   kinds: [workloads, PersistentVolume]
#   scope: document
#   params: [host_path.persistent_volumes, host_path.allowed_paths]
#   remediation: >-
#     Use a volume that Kubernetes manages: `emptyDir` for scratch space, a PersistentVolumeClaim for data,
#     `configMap`, `secret` or `projected` for files that the program reads.
#   since: 0.1.0
package gatelib.rules.kubernetes.host_path

import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

subjects contains volume.index if some volume in persistent_volumes

deny contains {
	"id": "GL-K8S-002",
	"msg": sprintf("volume `%s` is %s", [volume.name, place(host_path)]),
	"document": volume.document,
	"path": array.concat(volume.path, ["hostPath"]),
} if {
	some volume in workloads.volumes
	host_path := volume.spec.hostPath
	is_object(host_path)
	not allowed(host_path)
}

deny contains {
	"id": "GL-K8S-002",
	"msg": sprintf("the PersistentVolume is %s", [place(host_path)]),
	"document": volume.index,
	"path": ["spec", "hostPath"],
} if {
	some volume in persistent_volumes
	host_path := volume.content.spec.hostPath
	is_object(host_path)
	not allowed(host_path)
}

unjudged contains {
	"msg": sprintf("`%s` must be an object, and is `%v`", [concat(".", path), value]),
	"document": volume.index,
	"path": path,
} if {
	some volume in persistent_volumes
	some path in [["spec"], ["spec", "hostPath"]]
	value := object.get(volume.content, path, null)
	not type_name(value) in {"null", "object"}
}

persistent_volumes := [volume |
	params.all.host_path.persistent_volumes != false
	some volume in documents.of_type("PersistentVolume")
]

allowed(host_path) if host_path.path in params.all.host_path.allowed_paths

place(host_path) := "a path of the host, which it does not name" if {
	object.get(host_path, "path", null) in {null, ""}
} else := sprintf("the host's `%v`", [host_path.path])
