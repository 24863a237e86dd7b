# METADATA
# title: Keys of selectors
# description: >-
#   A key by which an index finds the selectors that may select a pod: one label that each selected pod has. So
#   a pod meets the few selectors that name one of its labels, and not all of its namespace.
package gatelib.lib.selector_keys

import data.gatelib.lib.documents

# METADATA
# description: The key of a well-formed LabelSelector; empty where it requires no single label.
of_selector(selector) := first if {
	pairs := array.concat(
		[pair(key, value) | some key, value in documents.mapping(object.get(selector, "matchLabels", {}))],
		[pair(expression.key, expression.values[0]) |
			some expression in documents.list(object.get(selector, "matchExpressions", []))
			expression.operator == "In"
			count(expression.values) == 1
		],
	)
	first := pairs[0]
} else := ""

# METADATA
# description: The keys of all selectors that may select these labels.
of_labels(labels) := array.concat([""], [pair(key, value) | some key, value in labels])

pair(key, value) := sprintf("%v=%v", [key, value])
