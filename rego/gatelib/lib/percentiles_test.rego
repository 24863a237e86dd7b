package gatelib.lib.percentiles_test

import data.gatelib.lib.percentiles

test_the_nearest_rank_of_few_values if {
	every values, want in {
		[7]: 7,
		[2, 1]: 2,
		[3, 1, 2]: 3,
		[9, 8, 7, 6, 5, 4, 3, 2, 1]: 9,
		[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]: 9,
		[11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]: 10,
		[1, 1, 1, 1, 1, 1, 1, 1, 1, 100]: 1,
		[0.5, 0.25]: 0.5,
	} {
		percentiles.nearest_rank(values, 90) == want
	}
}

test_the_nearest_rank_of_many_values if {
	every number, want in {19: 18, 20: 18, 21: 19, 99: 90, 100: 90, 101: 91, 1000: 900} {
		percentiles.nearest_rank(numbers.range(number, 1), 90) == want
	}
}

test_other_percentiles if {
	every percent, want in {1: 1, 25: 1, 26: 2, 50: 2, 51: 3, 75: 3, 76: 4, 100: 4} {
		percentiles.nearest_rank([4, 3, 2, 1], percent) == want
	}
}

test_no_values_have_none if {
	not percentiles.nearest_rank([], 90)
}

test_details_that_make_the_claim if {
	every spec in [
		{"name": "m", "value": 3},
		{"name": "m", "value": 3, "details": null},
		{"name": "m", "value": 3, "details": "many"},
		{"name": "m", "value": 0, "details": []},
		{"name": "m", "value": 3, "details": [{"value": 1}, {"value": 3.0}, {"value": 2}]},
	] {
		percentiles.problems(found(spec), 90) == set()
	}
}

test_details_that_contradict_it if {
	percentiles.problems(found({"name": "m", "value": 3, "details": []}), 90) == {problem(["value"], "Measurement `m` is 3, and its details make 0")}
	percentiles.problems(found({"name": "m", "value": 0.1, "details": [{"value": 0.2}]}), 90) == {problem(["value"], "Measurement `m` is 0.1, and its details make 0.2")}
}

test_details_that_are_no_numbers if {
	every detail in [{}, {"value": null}, {"value": "3"}, 3, "3", ["value"]] {
		percentiles.problems(found({"name": "m", "value": 3, "details": [{"value": 3}, detail]}), 90) == {problem(["details", 1, "value"], "Measurement `m` has a detail without a `value` that is a number")}
	}
}

found(spec) := {"place": {"evidence": "m.json"}, "prefix": ["facts", 0], "spec": spec}

problem(path, msg) := {"evidence": "m.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}
