package gatelib.lib.durations_test

import data.gatelib.lib.durations

test_seconds if {
	every text, want in {
		"0": 0,
		"30": 30,
		"030": 30,
		"0s": 0,
		"45s": 45,
		"10m": 600,
		"1h": 3600,
		"1h30m": 5400,
		"1.5h": 5400,
		"007m": 420,
		"00.5m": 30,
		"500ms": 0.5,
		"1s500ms": 1.5,
		"500000000ns": 0.5,
		"2000000us": 2,
		"3000000µs": 3,
		"4000000μs": 4,
		"250000us": 0.25,
		"250000µs": 0.25,
		"250000μs": 0.25,
		"999999999h": 3599999996400,
	} {
		durations.seconds(text) == want
	}
}

test_seconds_of_numbers if {
	durations.seconds(0) == 0
	durations.seconds(30) == 30
}

test_fractions_of_a_second if {
	every text in ["1ns", "1us", "1µs", "1μs", "1ms"] {
		durations.seconds(text) > 0
		durations.seconds(text) < 0.01
	}
}

test_no_duration if {
	every value in [
		"", " ", "-5", "-5s", "1d", "10 m", "m", "ten", "1.5", "1h30", "10m\n", "1234567890s", "12345678901", "1e3s", ".5s",
		-1, 1.5, null, true, [], ["10m"], {},
	] {
		not durations.seconds(value)
	}
}
