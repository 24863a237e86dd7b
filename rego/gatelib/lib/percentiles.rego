# METADATA
# title: Percentiles
# description: >-
#   Percentiles by the nearest rank: of n values in order, the p-th percentile is the ⌈p·n/100⌉-th. It is always one
#   of the values, so that nothing is interpolated and every engine finds the same.
package gatelib.lib.percentiles

import data.gatelib.lib.documents
import data.gatelib.lib.numerals
import data.gatelib.lib.records

# METADATA
# description: >-
#   The percentile of a list of numbers, for whole percents from 1 to 100; undefined for an empty list.
nearest_rank(values, percent) := ordered[position] if {
	ordered := sort(values)

	# Of no values this is -1, where nothing stands.
	position := ceil((percent * count(values)) / 100) - 1
}

# METADATA
# description: >-
#   Where a measurement (as `measurements.record` has it) is not what its own details make it, as findings without
#   their `id`: a detail is no number, or the percentile of their values is another one. Without details there is
#   nothing to compare; an empty list of them makes 0.
problems(found, percent) := {object.union(records.at(found, ["spec", "details", position, "value"]), {"msg": msg}) |
	some position, detail in details(found)
	not is_number(value_of(detail))
	msg := sprintf("Measurement `%s` has a detail without a `value` that is a number", [found.spec.name])
} | contradictions(found, percent)

contradictions(found, percent) := {object.union(records.at(found, ["spec", "value"]), {"msg": msg}) |
	is_array(found.spec.details)
	values := [value_of(detail) | some detail in details(found)]
	every value in values { is_number(value) }
	made := made_of(values, percent)
	made != found.spec.value
	msg := sprintf("Measurement `%s` is %s, and its details make %s", [
		found.spec.name,
		numerals.shown(found.spec.value),
		numerals.shown(made),
	])
}

made_of([], _) := 0

made_of(values, percent) := nearest_rank(values, percent)

details(found) := documents.list(object.get(found.spec, "details", []))

# gatelib:equivalent null: neither is a number
value_of(detail) := object.get(documents.mapping(detail), "value", null)
