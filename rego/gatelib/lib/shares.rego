# METADATA
# title: Shares
# description: Measured shares in percent, and the least that each may be.
package gatelib.lib.shares

import data.gatelib.lib.measurements
import data.gatelib.lib.numerals
import data.gatelib.lib.records

# METADATA
# description: >-
#   A finding, without its `id`, where a measurement counts and is under a share; what does not count,
#   `measurements.problems` says.
under(role, name, least) := {object.union(records.at(record, ["spec", "value"]), {"msg": msg}) |
	record := measurements.record(role, name)
	record.spec.value < least
	msg := sprintf("`%s` is %s %%, and must be at least %s %%", [
		name,
		numerals.shown(record.spec.value),
		numerals.shown(least),
	])
}
