package gatelib.lint.containers_test

import data.gatelib.lint.containers as check
import data.gatelib.linting_test as given

test_deny_a_walk if {
	facts := given.of({"references": [{"name": "x", "behind": ["spec", "containers"], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "`containers` is walked here: take containers from `gatelib.lib.workloads`")} with input as facts
}

test_deny_a_path if {
	facts := given.of({"strings": [{"value": "initContainers", "use": "element", "rule": "r", "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "`initContainers` is walked here: take containers from `gatelib.lib.workloads`")} with input as facts
}

test_allow_a_comparison if {
	facts := given.of({"strings": [{"value": "initContainers", "use": "compared", "rule": "r", "line": 5, "column": 2}], "references": [{"name": "x", "behind": ["spec"], "rule": "r", "kind": "complete", "place": "body", "line": 5, "column": 2}]})
	check.violation == set() with input as facts
}
