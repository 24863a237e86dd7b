# METADATA
# title: Quantities
# description: >-
#   Kubernetes quantities, such as `500m`, `1.5Gi`, `2e3` or a plain number, as the API server reads them.
package gatelib.lib.quantities

# METADATA
# description: Whether the value is a quantity; space around it does not matter.
valid(value) if is_number(value)

valid(value) if {
	is_string(value)
	regex.match(grammar, trim_space(value))
}

# METADATA
# description: Whether the value is a quantity above zero, in whatever spelling.
positive(value) if {
	is_number(value)
	value > 0
}

positive(value) if {
	is_string(value)
	regex.match(grammar, trim_space(value))

	# No minus, and a digit that is not zero before the suffix.
	regex.match(`^\+?[0-9.]*[1-9]`, trim_space(value))
}

grammar := `^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$`
