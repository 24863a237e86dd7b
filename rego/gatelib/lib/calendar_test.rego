package gatelib.lib.calendar_test

import data.gatelib.lib.calendar

utc := {"weekend": ["Saturday", "Sunday"], "holidays": [], "time_zone": "UTC"}

ns(text) := time.parse_rfc3339_ns(text)

gone_by(days, from, to, changes) if calendar.have_gone_by(days, ns(from), ns(to), object.union(utc, changes))

test_the_day_of_a_moment if {
	every zone, want in {
		"UTC": 20758,
		"Europe/Berlin": 20758,
		"Asia/Tokyo": 20758,
		"Pacific/Kiritimati": 20758,
		"America/New_York": 20757,
	} {
		calendar.day(ns("2026-11-01T02:30:00Z"), zone) == want
	}
	calendar.day(ns("1970-01-01T00:00:00Z"), "UTC") == 0
	calendar.day(ns("1970-01-01T23:59:59.999999999Z"), "UTC") == 0
	calendar.day(ns("2028-02-29T12:00:00Z"), "UTC") + 1 == calendar.day(ns("2028-03-01T00:00:00Z"), "UTC")
	calendar.day(ns("2027-02-28T23:59:59Z"), "UTC") + 1 == calendar.day(ns("2027-03-01T00:00:00Z"), "UTC")
}

# METADATA
# description: The embedded engine fails on a zone that does not exist, where OPA gives no day.
# custom:
#   engines: [opa]
test_no_day_in_a_zone_that_does_not_exist if {
	not calendar.day(0, "Nowhere/Land")
}

test_the_weekday_of_a_day if {
	every date, want in {
		"1970-01-01": "Thursday",
		"2000-02-29": "Tuesday",
		"2026-11-22": "Sunday",
		"2026-11-21": "Saturday",
		"2028-02-29": "Tuesday",
		"2100-03-01": "Monday",
	} {
		calendar.weekday(calendar.day(ns(sprintf("%sT00:00:00Z", [date])), "UTC")) == want
	}
}

# November 2026: the 13th and the 20th are Fridays.
test_the_last_day_must_be_over if {
	not gone_by(1, "2026-11-16T00:00:00Z", "2026-11-17T23:59:59.999999999Z", {})
	gone_by(1, "2026-11-16T23:59:59.999999999Z", "2026-11-18T00:00:00Z", {})
	not gone_by(1, "2026-11-13T10:00:00Z", "2026-11-16T23:59:59Z", {})
	gone_by(1, "2026-11-13T10:00:00Z", "2026-11-17T00:00:00Z", {})
	not gone_by(1, "2026-11-14T10:00:00Z", "2026-11-16T23:59:59Z", {})
	gone_by(1, "2026-11-14T10:00:00Z", "2026-11-17T00:00:00Z", {})
}

test_seven_business_days_are_nine_days_or_eleven if {
	not gone_by(7, "2026-11-11T10:00:00Z", "2026-11-20T23:59:59Z", {})
	gone_by(7, "2026-11-11T10:00:00Z", "2026-11-21T00:00:00Z", {})
	not gone_by(7, "2026-11-12T10:00:00Z", "2026-11-23T23:59:59Z", {})
	gone_by(7, "2026-11-12T10:00:00Z", "2026-11-24T00:00:00Z", {})
}

test_a_leap_day_is_a_day if {
	not gone_by(2, "2028-02-28T10:00:00Z", "2028-03-01T23:59:59Z", {})
	gone_by(2, "2028-02-28T10:00:00Z", "2028-03-02T00:00:00Z", {})
	gone_by(2, "2027-02-26T10:00:00Z", "2027-03-03T00:00:00Z", {})
	not gone_by(2, "2027-02-26T10:00:00Z", "2027-03-02T23:59:59Z", {})
}

test_holidays_count_once_and_not_at_weekends if {
	not gone_by(1, "2026-12-24T10:00:00Z", "2026-12-28T23:59:59Z", {"holidays": ["2026-12-25", "2026-12-25", "2026-12-26"]})
	gone_by(1, "2026-12-24T10:00:00Z", "2026-12-29T00:00:00Z", {"holidays": ["2026-12-25", "2026-12-25", "2026-12-26"]})
	gone_by(1, "2026-12-24T10:00:00Z", "2026-12-26T00:00:00Z", {"holidays": ["2026-12-24", "2026-12-26"]})
	gone_by(1, "2026-02-26T10:00:00Z", "2026-02-28T00:00:00Z", {"holidays": ["2026-02-30", "2026-02-28"]})
}

test_each_holiday_counts if {
	holidays := {"holidays": ["2026-01-01", "2026-12-24", "2026-12-25"]}
	not gone_by(1, "2026-12-23T10:00:00Z", "2026-12-28T23:59:59Z", holidays)
	gone_by(1, "2026-12-23T10:00:00Z", "2026-12-29T00:00:00Z", holidays)
}

test_a_holiday_counts_on_the_last_day_and_not_after_it if {
	gone_by(1, "2026-12-23T10:00:00Z", "2026-12-25T00:00:00Z", {"holidays": ["2026-12-25", "2026-12-28"]})
	not gone_by(1, "2026-12-23T10:00:00Z", "2026-12-25T00:00:00Z", {"holidays": ["2026-12-24"]})
}

test_the_ninth_is_the_day_before_the_tenth if {
	calendar.day(ns("2026-09-09T00:00:00Z"), "UTC") == 20705
	calendar.day(ns("2026-10-10T00:00:00Z"), "UTC") == 20736
}

test_other_weekends if {
	gone_by(1, "2026-11-14T10:00:00Z", "2026-11-16T00:00:00Z", {"weekend": ["Friday", "Saturday"]})
	gone_by(1, "2026-11-20T10:00:00Z", "2026-11-22T00:00:00Z", {"weekend": []})
	six := ["Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
	gone_by(2, "2026-11-02T10:00:00Z", "2026-11-17T00:00:00Z", {"weekend": six})
	not gone_by(2, "2026-11-02T10:00:00Z", "2026-11-16T23:59:59Z", {"weekend": six})
	not gone_by(2, "2026-11-02T10:00:00Z", "2026-11-23T23:59:59Z", {"weekend": six, "holidays": ["2026-11-09"]})
	gone_by(2, "2026-11-02T10:00:00Z", "2026-11-24T00:00:00Z", {"weekend": six, "holidays": ["2026-11-09"]})
}

test_days_begin_and_end_in_a_zone if {
	berlin := {"time_zone": "Europe/Berlin"}
	not gone_by(1, "2026-11-16T22:59:59Z", "2026-11-17T22:59:59Z", berlin)
	gone_by(1, "2026-11-16T22:59:59Z", "2026-11-17T23:00:00Z", berlin)
	not gone_by(1, "2026-11-16T23:00:00Z", "2026-11-17T23:00:00Z", berlin)
}

# Clocks go forward on 2026-03-29 and back on 2026-10-25, both Sundays, so that Friday ends at 23:00 and Monday at 22:00.
test_days_of_23_and_25_hours_are_days if {
	berlin := {"time_zone": "Europe/Berlin", "weekend": []}
	not gone_by(3, "2026-03-27T12:00:00Z", "2026-03-30T21:59:59Z", berlin)
	gone_by(3, "2026-03-27T12:00:00Z", "2026-03-30T22:00:00Z", berlin)
	not gone_by(3, "2026-10-23T12:00:00Z", "2026-10-26T22:59:59Z", berlin)
	gone_by(3, "2026-10-23T12:00:00Z", "2026-10-26T23:00:00Z", berlin)
}

test_long_ago_is_late if {
	gone_by(7, "1971-01-01T00:00:00Z", "2259-12-31T00:00:00Z", {})
}

test_nothing_has_gone_by_before_it_began if {
	not gone_by(1, "2026-11-20T00:00:00Z", "2026-11-10T00:00:00Z", {})
	not gone_by(1, "2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z", {})
}
