# METADATA
# title: A release is about as fast as the one before, and answers without errors
# description: >-
#   A release that is a tenth slower than the last one is not noticed, and seven of them are a service twice as slow.
#   So each is compared with the release before, under the same load.
# custom:
#   id: GL-REL-016
#   severity: medium
#   controls: [PERF-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [performance.max_error_rate, performance.max_p95_regression_percent]
#   remediation: >-
#     Find what became slower; run `k6 run --summary-export perf/k6.json` for the release, and the same for the one
#     before as `perf/k6-baseline.json`, add both with `gatelib evidence add`, and seal the pack.
#   since: 0.1.0
package gatelib.rules.release.performance_budget

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.numerals
import data.gatelib.lib.params

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-016"}) if {
	some role in ["load-test", "load-test-baseline"]
	some fault in evidence.faults(role)
}

unjudged contains problem if {
	some role in ["load-test", "load-test-baseline"]
	some problem in evidence.unreadable(role)
}

deny contains finding if {
	some role in ["load-test", "load-test-baseline"]
	some file in evidence.files(role)
	not file in {test.file | some test in evidence.facts(role, "load_test")}
	finding := {"id": "GL-REL-016", "msg": sprintf("`%s` holds no load test", [file]), "evidence": file, "path": []}
}

deny contains finding if {
	some test in array.concat(tests, baselines)
	some field in ["requests", "p95_ms"]
	not is_positive(object.get(test.fact, field, null)) # gatelib:equivalent null: `false` is no number either
	msg := sprintf("the load test of `%s` has no `%s` over 0", [test.file, field])
	finding := object.union(evidence.at(test, [field]), {"id": "GL-REL-016", "msg": msg})
}

# A test is as fast as itself.
deny contains finding if {
	some test in tests
	some baseline in baselines
	gate_input.evidence[test.file].sha256 == gate_input.evidence[baseline.file].sha256
	msg := sprintf("the baseline `%s` is the load test `%s` itself", [baseline.file, test.file])
	finding := object.union(evidence.at(baseline, []), {"id": "GL-REL-016", "msg": msg})
}

# The fastest of several baselines counts.
deny contains finding if {
	some test in tests
	is_positive(test.fact.p95_ms)
	before := min([fact.p95_ms | fact := baselines[_].fact; is_positive(fact.p95_ms)])
	test.fact.p95_ms * 100 > before * (100 + params.all.performance.max_p95_regression_percent)
	msg := sprintf("95 percent of the requests took %s ms at most, before it was %s ms, and it may rise by %s percent", [
		numerals.shown(test.fact.p95_ms),
		numerals.shown(before),
		numerals.shown(params.all.performance.max_p95_regression_percent),
	])
	finding := object.union(evidence.at(test, ["p95_ms"]), {"id": "GL-REL-016", "msg": msg})
}

deny contains finding if {
	some test in tests
	not is_number(object.get(test.fact, "error_rate", null)) # gatelib:equivalent null: `false` is no number either
	msg := sprintf("the load test of `%s` has no error rate", [test.file])
	finding := object.union(evidence.at(test, ["error_rate"]), {"id": "GL-REL-016", "msg": msg})
}

deny contains finding if {
	some test in tests
	is_number(test.fact.error_rate)
	test.fact.error_rate > params.all.performance.max_error_rate
	msg := sprintf("%s of the requests failed, and %s may", [
		numerals.shown(test.fact.error_rate),
		numerals.shown(params.all.performance.max_error_rate),
	])
	finding := object.union(evidence.at(test, ["error_rate"]), {"id": "GL-REL-016", "msg": msg})
}

deny contains finding if {
	some test in tests
	failed := object.get(test.fact, "checks_failed", null)
	failed != 0
	msg := sprintf("%s checks of the load test failed", [numerals.shown(failed)])
	finding := object.union(evidence.at(test, ["checks_failed"]), {"id": "GL-REL-016", "msg": msg})
}

deny contains finding if {
	some test in tests

	# gatelib:equivalent null: `false` is no list either
	crossed := object.get(test.fact, "thresholds_failed", null)
	crossed != []
	names := [sprintf("`%v`", [threshold]) | some threshold in documents.list(crossed)]
	msg := sprintf("the load test crossed thresholds: %s", [concat(", ", names)])
	finding := object.union(evidence.at(test, ["thresholds_failed"]), {"id": "GL-REL-016", "msg": msg})
}

tests := evidence.facts("load-test", "load_test")

baselines := evidence.facts("load-test-baseline", "load_test")

is_positive(value) if {
	is_number(value)
	value > 0
}
