# METADATA
# title: Numbers
# description: >-
#   Numbers as a message shows them, alike on every engine: `%v` writes some as `1e-05` in one and as `0.00001` in
#   another.
package gatelib.lib.numerals

# METADATA
# description: >-
#   A number as text, rounded to six places behind the point, or to a whole one from 10⁹ on; of any other value its
#   type.
shown(value) := sprintf("a value of type `%s`", [type_name(value)]) if {
	not is_number(value)
} else := concat("", [sign(value), "more than 10^15"]) if {
	abs(value) >= 1000000000000000
} else := sprintf("%v", [round(value)]) if {
	abs(value) >= 1000000000 # gatelib:equivalent comparison: 10⁹ itself is whole, and both ways show it alike
} else := concat("", [sign(millionths), sprintf("%v", [whole]), trim_right(behind_point, "0.")]) if {
	millionths := round(value * 1000000)
	whole := floor(abs(millionths) / 1000000)
	rest := (abs(millionths) - (whole * 1000000)) + 1000000

	# gatelib:equivalent number `-1` -> `-2`: whatever is below 0 means to the end
	behind_point := concat("", [".", substring(sprintf("%v", [rest]), 1, -1)])
}

sign(value) := "-" if {
	value < 0
} else := ""
