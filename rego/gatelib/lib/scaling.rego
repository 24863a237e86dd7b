# METADATA
# title: Autoscaling
# description: Which workloads an autoscaler targets, and how few replicas it leaves them.
package gatelib.lib.scaling

import data.gatelib.lib.companions
import data.gatelib.lib.documents

# METADATA
# description: >-
#   The autoscalers of a scope that target a workload of this type and name, as `{document, type, name,
#   minimum}`; `minimum` is the least number of replicas, null for those that set none.
targeting(scope, type, name) := object.get(by_target, [scope, target_key(type, name)], [])

# METADATA
# description: >-
#   What of the autoscalers is not understood, as `{companion, path, msg}` for `companions.unjudged`.
problems := array.concat(
	[{"companion": companion, "path": path, "msg": msg} |
		some companion in companions.of_types(kinds)
		form := forms[companion.document.type]
		not is_target(target_of(companion.document, form))
		path := ["spec", form.target]
		msg := sprintf("`spec.%s` must be an object with the name and kind of its target", [form.target])
	],
	[{"companion": companion, "path": path, "msg": msg} |
		some companion in companions.of_types(kinds)
		form := forms[companion.document.type]
		minimum := minimum_of(companion.document, form)
		not is_minimum(minimum)
		path := ["spec", form.minimum]
		msg := sprintf("`spec.%s` must be a whole number, and is `%v`", [form.minimum, minimum])
	],
)

# METADATA
# description: The kinds of autoscalers.
kinds := object.keys(forms)

# What each kind calls its target and its least number of replicas, if it sets one, and what holds where they are
# absent.
forms := {
	"autoscaling/HorizontalPodAutoscaler": {
		"target": "scaleTargetRef",
		"defaults": {},
		"minimum": "minReplicas",
		"default_minimum": 1,
	},
	"autoscaling.k8s.io/VerticalPodAutoscaler": {
		"target": "targetRef",
		"defaults": {},
		"default_minimum": null,
	},
	"keda.sh/ScaledObject": {
		"target": "scaleTargetRef",
		"defaults": {"apiVersion": "apps/v1", "kind": "Deployment"},
		"minimum": "minReplicaCount",
		"default_minimum": 0,
	},
}

autoscalers := [autoscaler |
	some type, form in forms
	some document in object.get(documents.known_by_type, type, [])
	target := target_of(document, form)
	is_target(target)
	minimum := minimum_of(document, form)
	is_minimum(minimum)
	autoscaler := {
		"document": document,
		"type": documents.type_of(target, target.kind),
		"name": target.name,
		"minimum": minimum,
	}
]

target_of(document, form) := object.union(form.defaults, given) if {
	target := object.get(documents.mapping(object.get(document.content, "spec", {})), form.target, {})
	given := {key: value | some key, value in documents.mapping(target); not value in {null, ""}}
}

is_target(target) if {
	is_string(target.name)
	is_string(target.kind)
	is_string(object.get(target, "apiVersion", "")) # gatelib:equivalent string: one of no version may have any
}

minimum_of(document, form) := given if {
	given := object.get(documents.mapping(object.get(document.content, "spec", {})), form.minimum, null)
	not is_null(given)
} else := form.default_minimum

is_minimum(value) if is_null(value)

is_minimum(value) if {
	is_number(value)
	value == floor(value) # gatelib:equivalent function `floor` -> `ceil`: a number is either where it is whole
}

by_target := {scope: {target: [autoscalers[position] | some position in positions] |
	some target, positions in targets
} |
	some scope, targets in target_positions
}

target_positions[autoscaler.document.scope][target] contains position if {
	some position, autoscaler in autoscalers
	target := target_key(autoscaler.type, autoscaler.name)
}

target_key(type, name) := concat(" ", [type, name])
