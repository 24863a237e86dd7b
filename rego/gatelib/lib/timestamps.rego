# METADATA
# title: Timestamps
# description: >-
#   RFC 3339 dates and date-times in nanoseconds. Only what is checked here first is given to the built-in,
#   which raises on what it cannot parse.
package gatelib.lib.timestamps

day_ns := ((24 * 60) * 60) * 1000000000

# METADATA
# description: >-
#   Whether the value is an RFC 3339 date-time of the years 1970 to 2259 (nanoseconds in 64 bits end in 2262).
is_date_time(value) if {
	is_string(value)
	regex.match(date_time, value)
	real_day(value)
}

# METADATA
# description: Whether the value is an RFC 3339 full-date of the same years.
is_date(value) if {
	is_string(value)
	regex.match(`^(19[7-9][0-9]|2[01][0-9][0-9]|22[0-5][0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`, value)
	real_day(value)
}

# METADATA
# description: >-
#   The moment in nanoseconds since 1970; of a date without a time, its first moment in UTC. Undefined for
#   anything else.
# gatelib:equivalent function: regorus reads small letters too, and only OPA does not
ns(value) := time.parse_rfc3339_ns(upper(value)) if is_date_time(value)

ns(value) := time.parse_rfc3339_ns(concat("", [value, "T00:00:00Z"])) if is_date(value)

# METADATA
# description: The same, but of a date its last moment in UTC, as an expiry means it.
end_ns(value) := ns(value) if is_date_time(value)

end_ns(value) := (ns(value) + day_ns) - 1 if is_date(value)

date_time := concat("", [
	`^(19[7-9][0-9]|2[01][0-9][0-9]|22[0-5][0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])`,
	`[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`,
])

real_day(value) if {
	year := to_number(substring(value, 0, 4))
	month := substring(value, 5, 2)
	day := substring(value, 8, 2)
	day <= last_day(year, month)
}

last_day(_, month) := "31" if month in {"01", "03", "05", "07", "08", "10", "12"}

last_day(_, month) := "30" if month in {"04", "06", "09", "11"}

last_day(year, "02") := "29" if leap(year)

last_day(year, "02") := "28" if not leap(year)

leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

leap(year) if year % 400 == 0
