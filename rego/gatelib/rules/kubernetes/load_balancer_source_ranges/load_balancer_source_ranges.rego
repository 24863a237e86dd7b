# METADATA
# title: Load balancers must name the sources they admit
# description: >-
#   A load balancer without source ranges answers to the whole internet, whatever it was meant for: one
#   forgotten Service publishes a database or an admin page.
# custom:
#   id: GL-K8S-003
#   severity: high
#   controls: [PL-01]
#   gates: [pr, pre-promote, admission]
#   kinds: [Service]
#   scope: document
#   params: [load_balancer.max_ipv4_prefix, load_balancer.max_ipv6_prefix, load_balancer.internal_annotations]
#   remediation: >-
#     List the networks that may connect under `spec.loadBalancerSourceRanges`, each in CIDR notation; a public
#     site belongs behind an Ingress or Gateway that the platform team runs.
#   since: 0.1.0
package gatelib.rules.kubernetes.load_balancer_source_ranges

import data.gatelib.lib.cidrs
import data.gatelib.lib.documents
import data.gatelib.lib.params

subjects contains service.index if some service in load_balancers

deny contains finding(service, source_ranges, "the load balancer has no source ranges") if {
	some service in load_balancers
	no_list(service)
	trim_space(annotation_of(service)) == ""
}

deny contains finding(service, range.path, sprintf("source range `%s` is not in CIDR notation", [range.text])) if {
	some service in load_balancers
	some range in ranges(service)
	not cidrs.parse(range.text)
}

deny contains finding(service, range.path, message) if {
	some service in load_balancers
	some range in ranges(service)
	parsed := cidrs.parse(range.text)
	shortest := shortest_prefix[parsed.family]
	parsed.prefix < shortest
	message := sprintf("source range `%s` is wider than an %s `/%v`", [trim_space(range.text), parsed.family, shortest])
}

unjudged contains problem(service, ["spec"], "`spec` must be an object") if {
	some service in documents.of_type("Service")
	not type_name(object.get(service.content, "spec", null)) in {"object", "null"}
}

unjudged contains problem(service, ["spec", "type"], sprintf("a Service has no type `%v`", [type])) if {
	some service in documents.of_type("Service")
	type := object.get(service.content, ["spec", "type"], null)
	not type in {null, "", "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}
}

unjudged contains problem(service, source_ranges, "`loadBalancerSourceRanges` must be a list") if {
	some service in load_balancers
	not type_name(list_of(service)) in {"array", "null"}
}

unjudged contains problem(service, array.concat(source_ranges, [position]), message) if {
	some service in load_balancers
	some position, value in documents.list(list_of(service))
	not type_name(value) in {"string", "null"}
	message := sprintf("a source range must be text, and this is `%v`", [value])
}

source_ranges := ["spec", "loadBalancerSourceRanges"]

annotation := "service.beta.kubernetes.io/load-balancer-source-ranges"

shortest_prefix := {
	"IPv4": params.all.load_balancer.max_ipv4_prefix,
	"IPv6": params.all.load_balancer.max_ipv6_prefix,
}

load_balancers := [service |
	some service in documents.of_type("Service")
	service.content.spec.type == "LoadBalancer"
	not made_internal(service)
]

made_internal(service) if {
	some key, value in params.all.load_balancer.internal_annotations
	service.metadata.annotations[key] == value
}

list_of(service) := object.get(service.content, source_ranges, null)

no_list(service) if list_of(service) in {null, []}

annotation_of(service) := documents.text(object.get(service.metadata, ["annotations", annotation], ""))

# The list where there is one, else the annotation. In a list of text the API server reads null as empty.
ranges(service) := [{"text": text, "path": array.concat(source_ranges, [position])} |
	some position, value in documents.list(list_of(service))
	type_name(value) in {"string", "null"}
	text := documents.text(value)
] if {
	not no_list(service)
} else := [{"text": text, "path": ["metadata", "annotations", annotation]} |
	trim_space(annotation_of(service)) != ""
	some text in split(annotation_of(service), ",")
]

finding(service, path, message) := {"id": "GL-K8S-003", "msg": message, "document": service.index, "path": path}

problem(service, path, message) := {"msg": message, "document": service.index, "path": path}
