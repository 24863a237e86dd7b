# METADATA
# title: Durations
# description: >-
#   Durations as Argo Rollouts writes them: a whole number of seconds, the same as text, or Go's form, such as
#   `90s`, `1h30m` or `1.5h`.
package gatelib.lib.durations

# METADATA
# description: The duration in seconds; undefined for anything else, negative durations among it.
seconds(value) := value if {
	is_number(value)
	value >= 0
	floor(value) == value # gatelib:equivalent function `floor`: `ceil` too leaves whole numbers alone, and no others
}

seconds(value) := in_seconds(concat("", [value, "s"])) if {
	is_string(value)
	regex.match(`^[0-9]{1,9}$`, value)
}

seconds(value) := in_seconds(value) if {
	is_string(value)
	regex.match(`^([0-9]{1,9}(\.[0-9]{1,9})?(ns|us|µs|μs|ms|s|m|h))+$`, value)
}

# Leading zeros stay outside the number, since `to_number` refuses them.
in_seconds(text) := sum([part |
	# gatelib:equivalent number `-1` -> `-2`: any negative number stands for all
	some [_, number, unit] in regex.find_all_string_submatch_n(`0*([0-9]+(?:\.[0-9]+)?)(ns|us|µs|μs|ms|s|m|h)`, text, -1)
	part := (to_number(number) * units[unit].seconds) / units[unit].per
])

# Whole numbers only, since fractions are not exact in every engine.
units := {
	"ns": {"seconds": 1, "per": 1000000000},
	"us": {"seconds": 1, "per": 1000000},
	"µs": {"seconds": 1, "per": 1000000},
	"μs": {"seconds": 1, "per": 1000000},
	"ms": {"seconds": 1, "per": 1000},
	"s": {"seconds": 1, "per": 1},
	"m": {"seconds": 60, "per": 1},
	"h": {"seconds": 3600, "per": 1},
}
