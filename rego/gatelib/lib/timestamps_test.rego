package gatelib.lib.timestamps_test

import data.gatelib.lib.timestamps

test_moments if {
	every text, wanted in {
		"1970-01-01": 0,
		"1970-01-01T00:00:00Z": 0,
		"1970-01-01T00:00:00.000000001Z": 1,
		"1970-01-01t00:00:01z": 1000000000,
		"1970-01-01T01:00:00+01:00": 0,
		"1970-01-01T00:00:00-00:30": 1800000000000,
		"1970-01-01T00:00:00+23:59": -86340000000000,
		"1969-12-31T00:00:00Z": "none",
		"2000-02-29": 951782400000000000,
		"2024-02-29T23:59:59Z": 1709251199000000000,
		"2026-11-22": 1795305600000000000,
		"2026-11-22T01:00:00+01:00": 1795305600000000000,
		"2026-11-21T19:00:00.5-05:00": 1795305600500000000,
		"2259-12-31T23:59:59.999999999Z": 9151487999999999999,
	} {
		moment(text) == wanted
	}
}

test_a_date_ends_with_its_last_nanosecond if {
	timestamps.end_ns("1970-01-01") == 86399999999999
	timestamps.end_ns("2259-12-31") == 9151487999999999999
	timestamps.end_ns("1970-01-02T00:00:00Z") == 86400000000000
	not timestamps.end_ns("soon")
}

test_ends_of_months if {
	every month, last in {
		"01": "31", "02": "28", "03": "31", "04": "30", "05": "31", "06": "30",
		"07": "31", "08": "31", "09": "30", "10": "31", "11": "30", "12": "31",
	} {
		timestamps.is_date(sprintf("2026-%s-%s", [month, last]))
		timestamps.is_date_time(sprintf("2026-%s-%sT00:00:00Z", [month, last]))
		next := {"28": "29", "30": "31", "31": "32"}[last]
		not timestamps.is_date(sprintf("2026-%s-%s", [month, next]))
		not timestamps.is_date_time(sprintf("2026-%s-%sT00:00:00Z", [month, next]))
	}
}

test_leap_days if {
	every year in ["1972", "2000", "2024", "2028", "2096", "2104"] {
		timestamps.is_date(concat("", [year, "-02-29"]))
	}
	every year in ["1971", "2023", "2026", "2100", "2200"] {
		not timestamps.is_date(concat("", [year, "-02-29"]))
	}
	not timestamps.is_date("2024-02-30")
}

test_what_is_no_date if {
	every value in [
		null, true, 7, 20261122, [], {}, "", " ", "2026", "2026-11", "2026-11-00", "2026-00-22", "2026-13-22", "2026-1-2",
		"20261122", "22.11.2026", "2026/11/22", "2026-11-22 ", " 2026-11-22", "2026-11-22\n", "+2026-11-22", "02026-11-22",
		"1969-12-31", "2260-01-01", "0000-01-01", "9999-12-31", "２０２６-11-22",
	] {
		not timestamps.is_date(value)
		moment(value) == "none"
	}
}

test_what_is_no_date_time if {
	every value in [
		null, 7, {}, "2026-11-22", "2026-11-22T", "2026-11-22T00:00Z", "2026-11-22T00:00:00", "2026-11-22 00:00:00Z",
		"2026-11-22T24:00:00Z", "2026-11-22T23:60:00Z", "2026-11-22T23:59:60Z", "2026-11-22T00:00:00.Z",
		"2026-11-22T00:00:00.0000000001Z", "2026-11-22T00:00:00,5Z", "2026-11-22T00:00:00+1:00", "2026-11-22T00:00:00+0100",
		"2026-11-22T00:00:00+24:00", "2026-11-22T00:00:00+00:60", "2026-11-22T00:00:00ZZ", "2026-11-22T00:00:00Z\n",
		"2026-W47-7T00:00:00Z", "1969-12-31T23:59:59Z", "2260-01-01T00:00:00Z",
	] {
		not timestamps.is_date_time(value)
	}
}

moment(value) := timestamps.ns(value)

moment(value) := "none" if not timestamps.ns(value)
