package gatelib.lint.finding_form_test

import data.gatelib.lint.finding_form as check
import data.gatelib.linting_test as given

test_allow_a_whole_one if {
	facts := given.of({"findings": [{"rule": "deny", "shape": "object", "keys": {"id": {"shape": "constant", "value": "A", "line": 5, "column": 2}, "msg": {"shape": "call", "line": 5, "column": 2}, "path": {"shape": "array", "items": [], "line": 5, "column": 2}, "document": {"shape": "constant", "value": 0, "line": 5, "column": 2}}, "line": 5, "column": 2}, {"rule": "unjudged", "shape": "object", "keys": {"msg": {"shape": "call", "line": 5, "column": 2}, "path": {"shape": "array", "items": [], "line": 5, "column": 2}, "document": {"shape": "constant", "value": 0, "line": 5, "column": 2}}, "line": 5, "column": 2}, {"rule": "deny", "shape": "call", "keys": null, "line": 5, "column": 2}, {"rule": "deny", "shape": "object", "keys": {"*": {"shape": "constant", "value": 1, "line": 5, "column": 2}}, "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}

test_deny_a_missing_member if {
	facts := given.of({"findings": [{"rule": "deny", "shape": "object", "keys": {"id": {"shape": "constant", "value": "A", "line": 5, "column": 2}, "path": {"shape": "array", "items": [], "line": 5, "column": 2}, "document": {"shape": "constant", "value": 0, "line": 5, "column": 2}}, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "a member of `deny` lacks `msg`")} with input as facts
}

test_deny_an_unknown_member if {
	facts := given.of({"findings": [{"rule": "deny", "shape": "object", "keys": {"id": {"shape": "constant", "value": "A", "line": 5, "column": 2}, "msg": {"shape": "call", "line": 5, "column": 2}, "path": {"shape": "array", "items": [], "line": 5, "column": 2}, "document": {"shape": "constant", "value": 0, "line": 5, "column": 2}, "why": {"shape": "constant", "value": 1, "line": 5, "column": 2}}, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "a member of `deny` has an unknown key `why`")} with input as facts
}

test_deny_two_pointers if {
	facts := given.of({"findings": [{"rule": "deny", "shape": "object", "keys": {"id": {"shape": "constant", "value": "A", "line": 5, "column": 2}, "msg": {"shape": "call", "line": 5, "column": 2}, "path": {"shape": "array", "items": [], "line": 5, "column": 2}, "document": {"shape": "constant", "value": 0, "line": 5, "column": 2}, "evidence": {"shape": "constant", "value": "a", "line": 5, "column": 2}}, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "a member of `deny` must have exactly one of `document`, `evidence` and `exception`")} with input as facts
}

test_deny_an_empty_message_and_a_path_that_is_no_list if {
	facts := given.of({"findings": [{"rule": "deny", "shape": "object", "keys": {"id": {"shape": "constant", "value": "A", "line": 5, "column": 2}, "msg": {"shape": "constant", "value": " ", "line": 5, "column": 2}, "path": {"shape": "constant", "value": "a", "line": 5, "column": 2}, "document": {"shape": "constant", "value": 0, "line": 5, "column": 2}}, "line": 5, "column": 2}]})
	check.violation == {
		given.at(5, 2, "a member of `deny` must have a `msg` that says what is wrong here"),
		given.at(5, 2, "a member of `deny` must have a list as its `path`"),
	} with input as facts
}

test_deny_what_is_no_object if {
	facts := given.of({"findings": [{"rule": "warn", "shape": "constant", "keys": null, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "a member of `warn` must be an object with `msg`, `path` and what it points at")} with input as facts
}
