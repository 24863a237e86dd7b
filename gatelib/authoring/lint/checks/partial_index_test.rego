package gatelib.lint.partial_index_test

import data.gatelib.lint.partial_index as check
import data.gatelib.linting_test as given

test_deny_a_look_up if {
	facts := given.of({"rules": [{"name": "by", "kind": "partial_sets", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}, {"name": "all", "kind": "complete", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}], "references": [{"name": "x", "behind": [{"var": "n", "free": false}], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "reads": "data.gatelib.rules.acme.a.by"}]})
	check.violation == {given.at(5, 2, "`x` is a partial rule, and looked up by key: look it up in a complete rule, `{key: value | some key, value in x}`")} with input as facts
}

test_deny_a_fixed_key if {
	facts := given.of({"rules": [{"name": "by", "kind": "partial_sets", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}, {"name": "all", "kind": "complete", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}], "references": [{"name": "x", "behind": ["n"], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "reads": "data.gatelib.rules.acme.a.by"}]})
	check.violation == {given.at(5, 2, "`x` is a partial rule, and looked up by key: look it up in a complete rule, `{key: value | some key, value in x}`")} with input as facts
}

test_allow_the_whole_and_complete_rules if {
	facts := given.of({"rules": [{"name": "by", "kind": "partial_sets", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}, {"name": "all", "kind": "complete", "keys": [], "parameters": [], "branches": [], "body": false, "calls_in_head": false, "line": 5, "column": 2}], "references": [{"name": "x", "behind": [], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "reads": "data.gatelib.rules.acme.a.by"}, {"name": "x", "behind": [{"var": "n", "free": true}], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "reads": "data.gatelib.rules.acme.a.by"}, {"name": "x", "behind": ["n"], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "reads": "data.gatelib.rules.acme.a.all"}, {"name": "x", "behind": [], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}
