package gatelib.lint.inline_package_test

import data.gatelib.lint.inline_package as check
import data.gatelib.linting_test as given

test_deny_a_reference if {
	facts := object.union(given.of({"references": [{"name": "data", "behind": [], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "target": "data.gatelib.lib.a.b"}]}), {"packages": ["gatelib.lib.a"]})
	check.violation == {given.at(5, 2, "`data.gatelib.lib.a` is read in place, which Gatekeeper takes for undefined: import it")} with input as facts
}

test_deny_a_call if {
	facts := object.union(given.of({"calls": [{"name": "data.gatelib.lib.a.f", "arguments": [], "negated": false, "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]}), {"packages": ["gatelib.lib.a"]})
	check.violation == {given.at(5, 2, "`data.gatelib.lib.a` is called in place, which Gatekeeper takes for undefined: import it")} with input as facts
}

test_allow_data if {
	facts := object.union(given.of({"references": [{"name": "data", "behind": [], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "target": "data"}, {"name": "data", "behind": [], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2, "target": "data.gatelib.params"}]}), {"packages": ["gatelib.lib.a"]})
	check.violation == set() with input as facts
}
