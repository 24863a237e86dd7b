package gatelib.lint.literal_id_test

import data.gatelib.lint.literal_id as check
import data.gatelib.linting_test as given

test_deny_another_beside_a_message if {
	facts := given.of({"ids": [{"value": "A-1", "beside": ["id", "msg"], "rule": "deny", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "the ID `A-1` is not that of the METADATA: write `ACME-001`")} with input as facts
}

test_deny_another_alone if {
	facts := given.of({"ids": [{"value": "ACME-002", "beside": ["id"], "rule": "deny", "line": 5, "column": 2}, {"value": "none", "beside": ["id"], "rule": "deny", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "the ID `ACME-002` is not that of the METADATA: write `ACME-001`")} with input as facts
}

test_deny_that_of_another_rule if {
	facts := object.union(given.of({"strings": [{"value": "GL-X-001", "use": "value", "rule": "r", "line": 5, "column": 2}]}), {"shipped_ids": {"GL-X-001": "p"}})
	check.violation == {given.at(5, 2, "`GL-X-001` is the ID of another rule: write `ACME-001`")} with input as facts
}

test_allow_its_own if {
	facts := given.of({"ids": [{"value": "ACME-001", "beside": ["id", "msg"], "rule": "deny", "line": 5, "column": 2}], "strings": [{"value": "ACME-001", "use": "value", "rule": "r", "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}
