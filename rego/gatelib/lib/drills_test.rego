package gatelib.lib.drills_test

import data.gatelib.lib.drills

file := "chaos-dr/run-1.json"

good := {"type": "dr", "finished": "2026-10-23T00:00:00Z", "passed": true}

test_the_last_one_counts if {
	given := [drill({"finished": "2026-11-01T00:00:00Z", "passed": false}), drill({"finished": "2026-11-02T00:00:00Z"})]
	drills.problems("dr-drill", ["dr"], 30) == set() with input as envelope(given)
	[found.prefix | some found in drills.last("dr-drill", ["dr"])] == [["facts", 1]] with input as envelope(given)
	[found.prefix | some found in drills.last("dr-drill", ["dr"])] == [["facts", 0]] with input as envelope(array.reverse(given))
}

test_all_that_were_last_count if {
	given := [drill({}), drill({"finished": "2026-10-23T02:00:00+02:00", "passed": false})]
	problems(["dr"], envelope(given)) == {problem(1, "passed", "the last `dr` drill did not pass, on `2026-10-23T02:00:00+02:00`")}
	count(drills.last("dr-drill", ["dr"])) == 2 with input as envelope(given)
}

test_the_age_counts_to_the_nanosecond if {
	drills.problems("dr-drill", ["dr"], 30) == set() with input as envelope([drill({})])
	old := "2026-10-22T23:59:59.999999999Z"
	problems(["dr"], envelope([drill({"finished": old})])) == {problem(0, "finished", "the last `dr` drill was finished on `2026-10-22T23:59:59.999999999Z`, more than 30 days ago")}
}

test_one_without_a_time_hides_none if {
	every finished in [null, "", "2026-11-01", 7, ["2026-11-01T00:00:00Z"]] {
		given := envelope([drill({}), drill({"finished": finished})])
		drills.problems("dr-drill", ["dr"], 30) == {problem(1, "finished", "the `dr` drill names no time at which it was finished")} with input as given
		drills.last("dr-drill", ["dr"]) == [] with input as given
	}
	ahead := envelope([drill({"finished": "2026-11-22T00:00:00.000000001Z"})])
	drills.problems("dr-drill", ["dr"], 30) == {problem(0, "finished", "the `dr` drill was finished in the future, on `2026-11-22T00:00:00.000000001Z`")} with input as ahead
	drills.problems("dr-drill", ["dr"], 30) == set() with input as envelope([drill({"finished": "2026-11-22T00:00:00Z"})])
}

test_one_that_does_not_say_whether_it_passed if {
	every passed in [null, "true", 1, {}] {
		problems(["dr"], envelope([drill({"passed": passed})])) == {problem(0, "passed", "the last `dr` drill does not say whether it passed")}
	}
}

test_none_of_a_type if {
	every facts in [[], [drill({"type": "failover"})], [drill({"type": null})], [{"type": "scan"}]] {
		problems(["dr", "other"], envelope(facts)) == {{
			"evidence": file,
			"path": [],
			"msg": "`chaos-dr/run-1.json` has no Drill of type `dr` or `other`",
		}}
	}
}

test_nothing_is_said_where_no_file_counts if {
	given := object.union(envelope([drill({"passed": false})]), {"verifications": []})
	drills.problems("dr-drill", ["dr"], 30) == set() with input as given
	drills.last("dr-drill", ["dr"]) == [] with input as given
	drills.others("dr-drill", ["other"]) == set() with input as given
	drills.over("dr-drill", ["dr"], "rto", "1h") == set() with input as given
}

test_types_that_belong_elsewhere if {
	every type, shown in {"failover": "failover", "DR": "DR", "": "", 7: ""} {
		others(envelope([drill({}), drill({"type": type})])) == {problem(1, "type", sprintf("a drill is of type `%s`, which is not `dr` or `other`", [shown]))}
	}
}

test_how_long_it_took if {
	drills.over("dr-drill", ["dr"], "rto", "1h") == set() with input as envelope([drill({"rto": "60m"})])
	over(envelope([drill({"rto": "60m0.001s"})])) == {problem(0, "rto", "the last `dr` drill had a `rto` of `60m0.001s`, over `1h`")}
	every rto in [null, "", "-1m", "soon", ["1m"]] {
		over(envelope([drill({"rto": rto})])) == {problem(0, "rto", "the last `dr` drill has no `rto` that is a duration")}
	}
	drills.over("dr-drill", ["dr"], "rto", "1h") == set() with input as envelope([
		drill({"rto": "9h", "finished": "2026-10-20T00:00:00Z"}),
		drill({"rto": "0s"}),
	])
}

problem(position, field, msg) := {"evidence": file, "path": ["facts", position, "spec", field], "msg": msg}

drill(changes) := {"apiVersion": "gatelib.dev/v1", "kind": "Drill", "spec": object.union(good, changes)}

envelope(facts) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "gatelib.dev/v1",
		"kind": "Release",
		"metadata": {"name": "r"},
		"spec": {"service": "s", "version": "1", "commit": "c", "images": ["i@sha256:1"]},
	}}],
	"evidence": {file: {"format": "gatelib.dev/v1", "role": "dr-drill", "size": 9, "facts": facts}},
	"verifications": [{
		"type": "entry", "file": file, "producer": "ci", "service": "s", "version": "1", "commit": "c",
		"images": ["sha256:1"], "created": "2026-11-21T23:00:00Z",
	}],
}

problems(types, given) := said if said := drills.problems("dr-drill", types, 30) with input as given

others(given) := said if said := drills.others("dr-drill", ["dr", "other"]) with input as given

over(given) := said if said := drills.over("dr-drill", ["dr"], "rto", "1h") with input as given
