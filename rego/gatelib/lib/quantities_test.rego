package gatelib.lib.quantities_test

import data.gatelib.lib.quantities

positive_ones := [
	1, 0.5, 1500, "1", "500m", "0.5", ".5", "5.", "1Ki", "1.5Gi", "2e3", "2E-3", "1E", "100n", "7u", "10k", "1P", "3Ti", "4Ei",
	"+1", " 128Mi ", "0.001", "100m\n",
]

others := [
	0, 0.0, -1, "0", "0m", "0Mi", "0.0", ".0", "0.", "00", "-0", "+0", "0e5", "0E9", "-1", "-500m", "-0.5Gi", " 0 ",
]

malformed := [
	"", " ", ".", "m", "Gi", "1 Gi", "1GB", "1mi", "1KI", "1K", "lots", "1,5", "0x10", "1e", "1e1.5", "1.2.3", "--1", "1Gi\n2", "NaN",
	null, true, false, [], ["1"], {}, {"cpu": 1},
]

test_valid if {
	every value in array.concat(positive_ones, others) {
		quantities.valid(value)
	}
}

test_not_valid if {
	every value in malformed {
		not quantities.valid(value)
	}
}

test_positive if {
	every value in positive_ones {
		quantities.positive(value)
	}
}

test_not_positive if {
	every value in array.concat(others, malformed) {
		not quantities.positive(value)
	}
}
