# METADATA
# title: Keys of selectors
# description: >-
#   Keys by which an index finds the selectors that may select an object, made from labels that each selected
#   object has. So a pod meets the few selectors that ask for one of its labels, and not all of its namespace.
package gatelib.lib.selector_keys

import data.gatelib.lib.documents

# METADATA
# description: >-
#   Sets of keys for a well-formed LabelSelector, each of which would do: what it selects has a key of each. The
#   empty key stands for a selector that asks for no label.
alternatives(selector) := wanted if {
	wanted := array.concat(
		[{pair(key, value)} | some key, value in documents.mapping(object.get(selector, "matchLabels", {}))],
		array.concat(
			[{pair(expression.key, value) | some value in expression.values} |
				some expression in expressions(selector)
				expression.operator == "In"
			],
			[{expression.key} |
				some expression in expressions(selector)
				expression.operator == "Exists"
			],
		),
	)
	count(wanted) > 0
} else := [{""}]

# METADATA
# description: >-
#   The alternative that is shared the least, by how many share each key: labels such as a release's name are on
#   everything in a namespace, and lead nowhere.
rarest(selector, shares) := ranked[0][1] if {
	ranked := sort([[sum([object.get(shares, key, 0) | some key in keys]), keys] |
		some keys in alternatives(selector)
	])
}

# METADATA
# description: The keys of all selectors that may select these labels.
of_labels(labels) := {""} | ({key | some key, _ in labels} | {pair(key, value) | some key, value in labels})

expressions(selector) := documents.list(object.get(selector, "matchExpressions", []))

pair(key, value) := sprintf("%v=%v", [key, value])
