package gatelib.lint.unused_import_test

import data.gatelib.lint.unused_import as check
import data.gatelib.linting_test as given

test_deny_one if {
	facts := given.of({"imports": [{"target": "data.x", "name": "x", "alias": false, "used": false, "line": 5, "column": 2}, {"target": "rego.v1", "name": "v1", "alias": false, "used": false, "line": 5, "column": 2}, {"target": "future.keywords", "name": "keywords", "alias": false, "used": false, "line": 5, "column": 2}, {"target": "data.y", "name": "y", "alias": false, "used": true, "line": 5, "column": 2}]})
	check.violation == {given.at(5, 2, "nothing uses the import `x`: remove it")} with input as facts
}
