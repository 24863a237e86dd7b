package gatelib.admission_test

import data.gatelib.admission

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": {"containers": [{"name": "api"}]}}

catalog := {
	"core": {
		"GL-T-001": {"remediation": "Do this."},
		"GL-T-002": {"remediation": "Do\nthat."},
		"GL-T-003": {},
	},
	"acme": {"ACME-001": {"remediation": "Do as we do."}},
}

quiet := {
	"deny": [],
	"warn": [],
	"canary": [],
	"waived": [],
	"rules": [{"id": "GL-T-001", "status": "pass"}],
	"errors": set(),
	"revision": "r-1",
	"verdict": {"allow": true, "reason": "no finding denies"},
}

test_nothing_found if {
	answer({}, quiet) == whole({"allowed": true, "auditAnnotations": {"revision": "r-1"}})
}

test_each_finding_has_a_line_with_its_remediation_and_the_most_severe_come_first if {
	answer({}, denying([
		finding("GL-T-002", "low", "two"),
		finding("ACME-001", "high", "own"),
		finding("GL-T-001", "high", "one more"),
		finding("GL-T-003", "medium", "three"),
		finding("GL-T-001", "high", "one"),
		finding("GL-ERR-001", "critical", "there is nothing to judge"),
		finding("GL-T-009", "extreme", "nine"),
	])) == whole({
		"allowed": false,
		"status": {
			"code": 403,
			"reason": "Forbidden",
			"message": concat("\n", [
				"GL-ERR-001: there is nothing to judge",
				"GL-T-009: nine",
				"ACME-001: own (Do as we do.)",
				"GL-T-001: one (Do this.)",
				"GL-T-001: one more (Do this.)",
				"GL-T-003: three",
				"GL-T-002: two (Do that.)",
			]),
		},
		"auditAnnotations": {"revision": "r-1"},
	})
}

test_what_does_not_deny_is_said_beside_the_answer if {
	waived := [object.union(finding("GL-T-001", "critical", "one"), {"waived_by": 1})]
	answer({}, object.union(quiet, {
		"warn": [finding("GL-T-003", "low", "three"), finding("GL-T-002", "high", "two")],
		"canary": [finding("GL-T-002", "low", "trial"), finding("GL-T-001", "low", "trial")],
		"waived": waived,
	})) == whole({
		"allowed": true,
		"warnings": [
			"GL-T-002: two",
			"GL-T-003: three",
			"GL-T-001 waived by exception `second` until `2026-12-01`: one",
		],
		"auditAnnotations": {
			"revision": "r-1",
			"canary": "GL-T-001: trial\nGL-T-002: trial",
			"waived": "GL-T-001 waived by exception `second` until `2026-12-01`: one",
		},
	})
}

test_a_denial_warns_as_well if {
	response := answer({}, object.union(denying([finding("GL-T-001", "high", "one")]), {"warn": [finding("GL-T-003", "low", "three")]})).response
	response.allowed == false
	response.warnings == ["GL-T-003: three"]
}

test_a_dry_run_is_answered_alike if {
	every decision in [quiet, denying([finding("GL-T-001", "high", "one")])] {
		answer({"dryRun": true}, decision) == answer({}, decision)
	}
}

test_what_passes_needs_no_decision if {
	passed := whole({"allowed": true})
	answer({"operation": "DELETE", "object": null, "oldObject": pod}, {}) == passed
	terminating := object.union(pod, {"metadata": {"deletionTimestamp": "2026-11-22T00:00:00Z"}})
	answer({"operation": "UPDATE", "object": terminating, "oldObject": terminating}, {}) == passed
}

test_a_malformed_review_is_denied if {
	answer({"object": null}, quiet) == whole(malformed("the request has no `object` with `apiVersion` and `kind`"))
	answer({"uid": ""}, quiet) == object.union(
		whole(malformed("the request has no `uid`")),
		{"response": {"uid": ""}},
	)
	empty := admission.review with input as {} with data.gatelib.main as quiet
	empty == object.union(
		whole(malformed("the input is no AdmissionReview of `admission.k8s.io/v1`")),
		{"response": {"uid": ""}},
	)
}

test_a_decision_that_is_not_whole_is_denied if {
	refused := whole({"allowed": false, "status": {
		"code": 500,
		"reason": "InternalError",
		"message": "GL-ERR-201: the policy gave no whole decision",
	}})
	every key in ["deny", "warn", "canary", "waived", "rules", "revision", "verdict"] {
		answer({}, object.remove(quiet, [key])) == refused
	}
	every change in [
		{"deny": null}, {"warn": {}}, {"canary": "x"}, {"waived": 7}, {"rules": {}}, {"revision": 7}, {"revision": ""},
		{"verdict": null},
	] {
		answer({}, object.union(quiet, change)) == refused
	}
	answer({}, {}) == refused
}

test_a_verdict_that_does_not_allow_is_denied if {
	every allow in [false, null, "true", 1] {
		answer({}, object.union(quiet, {"verdict": {"allow": allow}})).response.allowed == false
	}
}

test_findings_deny_whatever_the_verdict_says if {
	answer({}, object.union(quiet, {"deny": [finding("GL-T-003", "low", "three")]})).response.allowed == false
}

test_texts_stay_on_their_line if {
	hostile := "a\nGL-T-002: b\r\t\u001b[2J\u0085\u202e\u2028\u2029\u200bc"
	answer({}, denying([finding("GL-T-003", "low", hostile)])).response.status.message == "GL-T-003: a GL-T-002: b   [2J     c"
}

test_texts_are_bounded if {
	long := concat("", ["é" | some _ in numbers.range(1, 2000)])
	every_line := [finding("GL-T-001", "low", sprintf("%s%d", [long, number])) | some number in numbers.range(1, 60)]
	response := answer({}, object.union(denying(every_line), {"warn": every_line, "canary": every_line})).response
	lines := split(response.status.message, "\n")
	[count(line) | some line in array.slice(lines, 0, 2)] == [621, 621]
	count(lines) == 50
	lines[49] == "… and 11 more"
	[count(warning) | some warning in response.warnings] == array.concat([256 | some _ in numbers.range(1, 15)], [13])
	response.warnings[15] == "… and 45 more"
	endswith(response.warnings[0], "é…")
	split(response.auditAnnotations.canary, "\n")[49] == "… and 11 more"
}

test_as_many_as_may_be_are_all_named if {
	found := [finding("GL-T-003", "low", sprintf("%d", [number])) | some number in numbers.range(1, 50)]
	response := answer({}, object.union(denying(found), {"warn": array.slice(found, 0, 16)})).response
	count(split(response.status.message, "\n")) == 50
	not contains(response.status.message, "more")
	count(response.warnings) == 16
	response.warnings[15] == "GL-T-003: 9"
}

test_the_real_decision_is_reshaped if {
	got := admission.review with input as review({})
		with data.gatelib.rules as {"t": {"one": {
			"subjects": {0},
			"deny": {{"id": "GL-T-001", "msg": "one", "document": 0, "path": ["spec"]}},
		}}}
		with data.gatelib.catalog as {"core": {"GL-T-001": {
			"package": ["t", "one"],
			"gates": ["admission"],
			"severity": "high",
			"remediation": "Do this.",
		}}}
	got == whole({
		"allowed": false,
		"status": {"code": 403, "reason": "Forbidden", "message": "GL-T-001: one (Do this.)"},
		"auditAnnotations": {"revision": "unreleased"},
	})
}

malformed(problem) := {"allowed": false, "status": {
	"code": 400,
	"reason": "BadRequest",
	"message": sprintf("GL-ERR-002: %s", [problem]),
}}

finding(id, severity, text) := {"rule": id, "severity": severity, "msg": text}

denying(found) := object.union(quiet, {"deny": found, "verdict": {"allow": false}})

whole(response) := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"response": object.union({"uid": "1"}, response),
}

review(fields) := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"request": object.union({"uid": "1", "operation": "CREATE", "object": pod}, fields),
}

answer(fields, decision) := got if {
	got := admission.review with input as review(fields)
		with data.gatelib.main as decision
		with data.gatelib.catalog as catalog
		with data.gatelib.exceptions as [record("first"), record("second")]
}

record(name) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "PolicyException",
	"metadata": {"name": name},
	"spec": {"expires": "2026-12-01"},
}
