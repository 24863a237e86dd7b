# METADATA
# title: Disruption budgets
# description: >-
#   Which pods PodDisruptionBudgets select. In policy/v1 an empty selector selects every pod of the namespace, in
#   policy/v1beta1 none; an absent one selects none in both.
package gatelib.lib.budgets

import data.gatelib.lib.companions
import data.gatelib.lib.documents
import data.gatelib.lib.labels
import data.gatelib.lib.selector_keys

# METADATA
# description: The budgets of a scope that select pods with these labels.
selecting(scope, pod_labels) := [budget |
	candidates := object.get(by_key, scope, {})
	some key in selector_keys.of_labels(pod_labels)
	some position in object.get(candidates, key, [])
	budget := budgets[position]
	labels.selects(selector_of(budget), pod_labels)
]

# METADATA
# description: What of the budgets is not understood, as `{companion, path, msg}` for `companions.unjudged`.
problems := array.concat(
	[{"companion": companion, "path": ["spec"], "msg": "`spec` must be an object"} |
		some companion in companions.of_types({"policy/PodDisruptionBudget"})
		not type_name(object.get(companion.document.content, "spec", null)) in {"null", "object"}
	],
	[{"companion": companion, "path": ["spec", "selector"], "msg": message} |
		some companion in companions.of_types({"policy/PodDisruptionBudget"})
		selector := selector_of(companion.document)
		not is_null(selector)
		message := labels.problem(selector)
	],
)

selector_of(budget) := object.get(documents.mapping(object.get(budget.content, "spec", {})), "selector", null)

budgets := [budget |
	some budget in object.get(documents.known_by_type, "policy/PodDisruptionBudget", [])
	selector := selector_of(budget)
	not labels.problem(selector)
	not selects_nothing(budget.content, selector)
]

selects_nothing(content, selector) if {
	content.apiVersion == "policy/v1beta1"
	is_empty(selector)
}

is_empty(selector) if {
	object.get(selector, "matchLabels", null) in {null, {}}
	object.get(selector, "matchExpressions", null) in {null, []}
}

by_key := {scope: {key: [position | some position in positions] | some key, positions in keyed} |
	some scope, keyed in keyed_positions
}

keyed_positions[budget.scope][key] contains position if {
	some position, budget in budgets
	some key in selector_keys.rarest(selector_of(budget), shares[budget.scope])
}

# gatelib:equivalent first-only `some key, positions in keyed`: shares only choose between sets of keys, each of which does
shares := {scope: {key: count(positions) | some key, positions in keyed} | some scope, keyed in shared_positions}

shared_positions[budget.scope][key] contains position if {
	some position, budget in budgets
	some keys in selector_keys.alternatives(selector_of(budget)) # gatelib:equivalent first-only: the same
	some key in keys # gatelib:equivalent first-only: the same
}
