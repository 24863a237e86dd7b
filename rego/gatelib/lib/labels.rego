# METADATA
# title: Labels and selectors
# description: >-
#   Label selectors as the API server matches them. A selector of the wrong form selects nothing here, and the
#   rule that reads it says so by `problem`.
package gatelib.lib.labels

import data.gatelib.lib.documents

# METADATA
# description: >-
#   Whether a LabelSelector (`matchLabels` and `matchExpressions`, all of which must hold) selects the labels;
#   an empty one selects everything. An absent selector is the caller's matter, since APIs differ there.
selects(selector, labels) if {
	not problem(selector)
	every key, value in documents.mapping(object.get(selector, "matchLabels", {})) {
		labels[key] == value
	}
	every expression in documents.list(object.get(selector, "matchExpressions", [])) {
		holds(expression, labels)
	}
}

# METADATA
# description: What is wrong with a LabelSelector's form; undefined where nothing is.
problem(selector) := "the selector must be an object" if {
	not is_object(selector)
} else := "`matchLabels` must be an object of strings" if {
	labels := object.get(selector, "matchLabels", null)
	not is_null(labels)
	not strings_by_key(labels)
} else := "`matchExpressions` must be a list" if {
	expressions := object.get(selector, "matchExpressions", null)
	not is_null(expressions)
	not is_array(expressions)
} else := "an element of `matchExpressions` must have a `key`, a known `operator` and `values` that fit it" if {
	some expression in documents.list(object.get(selector, "matchExpressions", []))
	not well_formed(expression)
}

strings_by_key(value) if {
	is_object(value)
	every _, text in value {
		is_string(text)
	}
}

well_formed(expression) if {
	is_string(expression.key)
	expression.operator in {"Exists", "DoesNotExist"}
	object.get(expression, "values", null) in {null, []}
}

well_formed(expression) if {
	is_string(expression.key)
	expression.operator in {"In", "NotIn"}
	is_array(expression.values)
	count(expression.values) > 0
	every value in expression.values {
		is_string(value)
	}
}

holds(expression, labels) if {
	expression.operator == "In"
	labels[expression.key] in expression.values
}

holds(expression, labels) if {
	expression.operator == "NotIn"
	not object.get(labels, expression.key, null) in expression.values # gatelib:equivalent null: values are texts
}

holds(expression, labels) if {
	expression.operator == "Exists"
	expression.key in object.keys(labels)
}

holds(expression, labels) if {
	expression.operator == "DoesNotExist"
	not expression.key in object.keys(labels)
}
