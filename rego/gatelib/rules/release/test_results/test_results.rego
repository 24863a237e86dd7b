# METADATA
# title: Every kind of test and of scan that a release needs has run, and its tests pass
# description: >-
#   A result that is missing looks like one without failures. So each kind is asked for by name, a run of no tests
#   counts as none, and an image counts as scanned by a scan of its own digest.
# custom:
#   id: GL-REL-031
#   severity: high
#   controls: [SC-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [scans.required, scans.tools, tests.max_flaky, tests.required]
#   remediation: >-
#     Run what is missing, or mend what fails, and add the result with `gatelib evidence add`: tests as JUnit XML
#     `tests/KIND.xml` or `tests/KIND/NAME.xml`, scans as SARIF `scans/NAME.sarif`. Then seal the pack again.
#   since: 0.1.0
package gatelib.rules.release.test_results

import data.gatelib.lib.evidence
import data.gatelib.lib.image_evidence
import data.gatelib.lib.numerals
import data.gatelib.lib.params
import data.gatelib.lib.scans

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-031"}) if some fault in evidence.faults("tests")

unjudged contains problem if some problem in evidence.unreadable("tests")

deny contains object.union(evidence.at_release(release), {"id": "GL-REL-031", "msg": msg}) if {
	some release in evidence.releases
	some kind in params.all.scans.required
	kind != "image"
	not kind in {each | some scan in counting; some each in scans.kinds(scan.fact)}
	msg := sprintf("release `%s` has no scan of kind `%s` that counts", [release.name, kind])
}

deny contains object.union(evidence.at_release(release), {"id": "GL-REL-031", "msg": msg}) if {
	some release in evidence.releases
	"image" in params.all.scans.required
	some digest in release.images
	not digest in scanned_images
	msg := sprintf("release `%s` has no scan of image `%s` that counts", [release.name, digest])
}

deny contains object.union(evidence.at_release(release), {"id": "GL-REL-031", "msg": msg}) if {
	some release in evidence.releases
	some kind in params.all.tests.required
	not has_run(kind)
	msg := sprintf("release `%s` has no test of kind `%s` that ran", [release.name, kind])
}

deny contains finding if {
	some suite in suites
	some what in ["tests", "failures", "errors", "skipped"]
	not is_count(object.get(suite.fact, what, null)) # gatelib:equivalent null: `false` is no number either
	msg := sprintf("suite `%v` does not say how many %s it had", [object.get(suite.fact, "suite", ""), what])
	finding := object.union(evidence.at(suite, [what]), {"id": "GL-REL-031", "msg": msg})
}

deny contains finding if {
	some file in evidence.files("tests")
	failed := sum([number_of(suite.fact, what) | some suite in suites; suite.file == file; some what in ["failures", "errors"]])
	names := [name | some test in evidence.facts("tests", "test_failure"); test.file == file; name := test.fact.name]
	failing := max([failed, count(names)])
	failing > 0
	msg := sprintf("%s tests fail in `%s`%s", [numerals.shown(failing), file, examples(names)])
	finding := {"id": "GL-REL-031", "msg": msg, "evidence": file, "path": []}
}

deny contains object.union(evidence.at_release(release), {"id": "GL-REL-031", "msg": msg}) if {
	some release in evidence.releases
	flaky := sum([number_of(suite.fact, "flaky") | some suite in suites])
	flaky > params.all.tests.max_flaky
	msg := sprintf("%s tests are quarantined as flaky, and %v may be", [numerals.shown(flaky), params.all.tests.max_flaky])
}

suites := evidence.facts("tests", "tests")

counting := array.concat(evidence.facts("scan", "scan"), evidence.facts("secret-scan", "scan"))

scanned_images := {digest |
	some scan in counting
	"image" in scans.kinds(scan.fact)
	some digest in image_evidence.about(scan)
}

has_run(kind) if {
	some suite in suites
	is_of_kind(suite.file, kind)
	ran(suite.fact) > 0
}

# `tests/unit.xml`, `tests/unit-api.xml` and `tests/unit/api.xml` hold unit tests.
is_of_kind(file, kind) if startswith(file, sprintf("tests/%s/", [kind]))

is_of_kind(file, kind) if {
	some end in [".", "-", "_"]
	startswith(file, sprintf("tests/%s%s", [kind, end]))
}

ran(fact) := number_of(fact, "tests") - number_of(fact, "skipped")

number_of(fact, what) := number if {
	number := fact[what]
	is_count(number)
} else := 0

is_count(value) if {
	is_number(value)
	value >= 0
}

# gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
examples(names) := sprintf(": %s", [concat(", ", [sprintf("`%v`", [name]) | some name in array.slice(names, 0, 3)])]) if {
	count(names) > 0
} else := ""
