package gatelib.lib.numerals_test

import data.gatelib.lib.numerals

test_numbers_are_shown_without_exponents if {
	shown := {
		"0": 0, "1": 1, "10": 10, "100": 100.0, "0.93": 0.93, "0.00001": 0.00001, "0.000001": 0.000001, "-0.000001": -0.000001, "12.345679": 12.345678901234567, "8.37578": 8.37578,
		"1.05": 1.05, "-0.5": -0.5, "-20": -20, "0.3": 0.1 + 0.2, "1000000.5": 1000000.5, "123456789.25": 123456789.25,
		"999999999.5": 999999999.5, "1000000001": 1000000000.5000001, "-999999999.5": -999999999.5, "-1234567890": -1234567890.1, "999999999999999": 999999999999999,
		"more than 10^15": 1000000000000000, "-more than 10^15": -1000000000000000000000,
	}
	every text, number in shown {
		numerals.shown(number) == text
	}
	numerals.shown(0.0000001) == "0"
	numerals.shown(-0.0000001) == "0"
}

test_of_what_is_no_number_the_type_is_shown if {
	numerals.shown("0.93") == "a value of type `string`"
	numerals.shown(null) == "a value of type `null`"
	numerals.shown([1]) == "a value of type `array`"
}
