package gatelib.lint.parameters_test

import data.gatelib.lint.parameters as check
import data.gatelib.linting_test as given

test_deny_an_unknown_one if {
	facts := object.union(given.of({"rule": {"metadata": {"custom": {"params": ["g.m"]}}}}), {"parameters": {"described": ["g.n"], "shipped": ["g.n"]}})
	check.violation == {given.at(3, 1, "there is no parameter `g.m`: name one of docs/parameters.md")} with input as facts
}

test_deny_one_that_nothing_reads if {
	facts := object.union(given.of({"rule": {"metadata": {"custom": {"params": ["g.n"]}}}}), {"parameters": {"described": ["g.n"], "shipped": ["g.n"]}})
	check.violation == {given.at(3, 1, "nothing that the rule uses reads `g.n`: remove it from `custom.params`")} with input as facts
}

test_allow_one_that_is_read if {
	facts := object.union(given.of({"rule": {"metadata": {"custom": {"params": ["g.n"]}}}, "parameters_reached": ["g.n"], "parameters": [{"name": "g.n", "line": 5, "column": 2}]}), {"parameters": {"described": ["g.n"], "shipped": ["g.n"]}})
	check.violation == set() with input as facts
}

test_allow_a_group_that_is_read_whole if {
	facts := object.union(given.of({"rule": {"metadata": {"custom": {"params": ["g.n"]}}}, "parameters_reached": ["g.*"], "parameters": [{"name": "g.*", "line": 5, "column": 2}]}), {"parameters": {"described": ["g.n"], "shipped": ["g.n"]}})
	check.violation == set() with input as facts
}

test_deny_one_that_is_not_declared if {
	facts := object.union(given.of({"parameters": [{"name": "g.n", "line": 5, "column": 2}]}), {"parameters": {"described": ["g.n"], "shipped": ["g.n"]}})
	check.violation == {given.at(5, 2, "the rule reads `g.n`: declare it under `custom.params`")} with input as facts
}

test_deny_a_default_without_a_schema if {
	facts := object.union(given.of({}), {"core": true, "parameters": {"described": [], "shipped": ["g.n"]}})
	check.violation == {{"file": "rego/gatelib/params_schema/data.json", "line": 1, "column": 1, "message": "the parameter `g.n` has a default and no schema: describe it"}} with input as facts
}

test_deny_a_schema_without_a_default if {
	facts := object.union(given.of({}), {"core": true, "parameters": {"described": ["g.n"], "shipped": []}})
	check.violation == {{"file": "rego/gatelib/defaults/data.json", "line": 1, "column": 1, "message": "the parameter `g.n` has a schema and no default: give it one"}} with input as facts
}
