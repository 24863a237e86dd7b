# METADATA
# title: Web workloads run at least two replicas
# description: >-
#   With one replica, every rollout and every drained node is an outage.
# custom:
#   id: SHOP-001
#   severity: medium
#   controls: [REL-01]
#   gates: [pr, pre-promote]
#   kinds: [apps/Deployment]
#   scope: document
#   remediation: Set `spec.replicas` to 2 or more.
#   since: 1.0.0
package gatelib.rules.shop.replicas

import data.gatelib.lib.documents

subjects contains deployment.index if some deployment in deployments

deny contains {
	"id": "SHOP-001",
	"msg": sprintf("runs %v replica, and must run at least 2", [replicas]),
	"document": deployment.index,
	"path": ["spec", "replicas"],
} if {
	some deployment in deployments
	replicas := object.get(deployment.content, ["spec", "replicas"], 1)
	is_number(replicas)
	replicas < 2
}

# A value of another type is neither few nor enough: the rule cannot tell.
unjudged contains {
	"msg": "`spec.replicas` must be a number",
	"document": deployment.index,
	"path": ["spec", "replicas"],
} if {
	some deployment in deployments
	replicas := object.get(deployment.content, ["spec", "replicas"], 1)
	not is_number(replicas)
}

deployments := documents.of_type("apps/Deployment")
