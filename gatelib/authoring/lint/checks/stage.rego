# METADATA
# title: What METADATA says of `deprecated`, `stage` and `effective_on` goes together
# description: >-
#   A rule that is on trial or retired fails nothing; where that is a mistake, nobody sees it.
# custom:
#   severity: error
package gatelib.lint.stage

import data.gatelib.linting

violation contains linting.at(file, linting.key(file, key), message) if {
	some file in linting.rules
	custom(file).deprecated == true
	some key in ["stage", "effective_on"]
	key in object.keys(custom(file))
	message := sprintf("a deprecated rule runs only when it is asked for: remove `%s`", [key])
}

violation contains linting.at(file, linting.key(file, "custom.effective_on"), message) if {
	some file in linting.rules
	moment := custom(file).effective_on
	not is_moment(moment)
	message := sprintf("`%v` is no date: write `2026-01-31`, or `2026-01-31T08:00:00Z`", [moment])
}

custom(file) := object.get(file.rule.metadata, "custom", {})

days := [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

is_in_month(text) if to_number(substring(text, 8, 2)) <= days[to_number(substring(text, 5, 2)) - 1]

is_in_month(text) if {
	endswith(text, "-02-29")
	year := to_number(substring(text, 0, 4))
	is_leap(year)
}

is_leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

is_leap(year) if year % 400 == 0

is_moment(text) if {
	is_string(text)
	is_day(text)
}

is_moment(text) if {
	is_string(text)
	regex.match(`^[0-9-]{10}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$`, text)
	is_day(substring(text, 0, 10))
}

is_day(text) if {
	regex.match(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`, text)
	is_in_month(text)
}
