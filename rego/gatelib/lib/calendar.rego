# METADATA
# title: Calendar
# description: >-
#   Days, and business days, in a time zone of the IANA database, which both engines carry. A day is the number of
#   days from 1970-01-01 to its date in the zone, so that days of 23 and of 25 hours count as one.
package gatelib.lib.calendar

import data.gatelib.lib.timestamps

# METADATA
# description: >-
#   Whether a number of business days have gone by between two moments in nanoseconds: the day of the first does not
#   count, and that of the second is not over. `calendar` is `{weekend, holidays, time_zone}`: names of weekdays, of
#   which one at least is none of the weekend, dates, and a zone's name.
have_gone_by(business_days, from_ns, to_ns, calendar) if {
	first := day(from_ns, calendar.time_zone) + 1

	# gatelib:equivalent element `(first + longest(business_days, calendar)) - 1`: later days make no fewer
	# gatelib:equivalent arithmetic `- 1` -> ``: later days make no fewer
	# gatelib:equivalent number `1` -> `0`: later days make no fewer
	last := min([day(to_ns, calendar.time_zone) - 1, (first + longest(business_days, calendar)) - 1])
	first <= last
	working := count([each | some each in numbers.range(first, last); not weekday(each) in calendar.weekend])
	holidays := count({each |
		some holiday in calendar.holidays
		each := timestamps.ns(holiday) / day_ns
		each >= first
		each <= last
		not weekday(each) in calendar.weekend
	})
	working - holidays >= business_days
}

# METADATA
# description: The day of a moment in a time zone; undefined, or an error of the engine, for a zone that does not exist.
day(ns, time_zone) := timestamps.ns(date) / day_ns if {
	[year, month, day_of_month] := time.date([ns, time_zone])
	date := sprintf("%v-%s-%s", [year, two_digits(month), two_digits(day_of_month)])
}

# METADATA
# description: The name of a day's weekday; 1970-01-01 was a Thursday.
weekday(number) := names[(number + 4) % 7]

names := ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

# Each week has a day that is none of the weekend, and each holiday takes one away.
# gatelib:equivalent number `7` -> `8`: later days make no fewer
longest(business_days, calendar) := 7 * (business_days + count(calendar.holidays))

two_digits(number) := text if {
	number > 9
	text := sprintf("%v", [number])
} else := sprintf("0%v", [number])

day_ns := timestamps.day_ns
