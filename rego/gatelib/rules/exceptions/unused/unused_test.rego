package gatelib.rules.exceptions.unused_test

import data.gatelib.rules.exceptions.unused as rule

test_the_rule_itself_reports_nothing if {
	count(rule.warn) == 0 with input as envelope([record({})]) with data.gatelib.exceptions as [record({})]
}

test_subjects_are_documents if {
	rule.subjects == {1} with input as envelope([{"kind": "Pod"}, record({})]) with data.gatelib.exceptions as [record({})]
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": "e"}, "spec": spec}

envelope(contents) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}
