package gatelib.main_test

import data.gatelib.main as decision

catalog := {"core": {
	"GL-T-001": {"package": ["t", "one"], "gates": ["pr", "publish"], "severity": "medium", "controls": ["C-1"]},
	"GL-T-002": {"package": ["t", "two"], "gates": ["pr"], "severity": "critical", "controls": []},
	"GL-T-003": {"package": ["t", "three"], "gates": ["pr"], "severity": "critical", "stage": "canary"},
	"GL-T-004": {"package": ["t", "four"], "gates": ["pr"], "severity": "critical"},
	"GL-EXC-009": {"package": ["t", "exc"], "gates": ["publish"], "severity": "high"},
}}

quiet := {"t": {
	"one": {"subjects": {0}},
	"two": {"subjects": {0}},
	"three": {"subjects": set()},
	"four": {"subjects": {0}},
	"exc": {"subjects": set()},
}}

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}}

resource := {"apiVersion": "v1", "kind": "Pod", "namespace": "", "name": "api"}

test_nothing_found if {
	decide({}, quiet, []) == {
		"deny": [],
		"warn": [],
		"canary": [],
		"waived": [],
		"waivers_used": set(),
		"errors": set(),
		"revision": "unreleased",
		"rules": [
			{"id": "GL-T-001", "status": "pass", "judged": 1, "findings": 0},
			{"id": "GL-T-002", "status": "pass", "judged": 1, "findings": 0},
			{"id": "GL-T-003", "status": "not_applicable", "judged": 0, "findings": 0},
			{"id": "GL-T-004", "status": "pass", "judged": 1, "findings": 0},
		],
		"verdict": {"allow": true, "decider": "gatelib", "rule_id": null, "reason": "no finding denies"},
	}
}

test_findings_by_action_and_the_verdict_by_severity if {
	got := decide({}, with_findings, [])
	got.deny == [
		finding("GL-T-001", "deny", {"severity": "medium", "controls": ["C-1"], "msg": "one"}),
		finding("GL-T-002", "deny", {"msg": "two"}),
		finding("GL-T-004", "deny", {"msg": "four"}),
	]
	got.warn == [finding("GL-T-002", "warn", {"msg": "two also"})]
	got.canary == [finding("GL-T-003", "canary", {"msg": "three"})]
	got.verdict == {"allow": false, "decider": "gatelib", "rule_id": "GL-T-002", "reason": "two"}
	[rule.status | some rule in got.rules] == ["fail", "fail", "canary", "fail"]
}

test_warnings_and_canaries_deny_nothing if {
	raw := object.union(quiet, {"t": {
		"one": {"warn": {exported("GL-T-001", "one")}},
		"three": {"deny": {exported("GL-T-003", "three")}},
	}})
	decide({}, raw, []).verdict == {
		"allow": true,
		"decider": "gatelib",
		"rule_id": null,
		"reason": "no finding denies",
	}
}

test_whatever_goes_wrong_with_a_rule_on_trial_denies_nothing if {
	raw := object.union(quiet, {"t": {"three": {
		"subjects": {0},
		"deny": {"nonsense"},
		"unjudged": {{"msg": "odd", "document": 0, "path": ["spec"]}},
	}}})
	got := decide({}, raw, [])
	got.errors == set()
	got.deny == []
	{[entry.rule, entry.msg] | some entry in got.canary} == {
		["GL-T-003", "cannot judge this: odd"],
		["GL-T-003", "exported a finding that is not of the agreed form"],
	}
	got.rules[2] == {"id": "GL-T-003", "status": "canary", "judged": 1, "findings": 2}
	got.verdict.allow == true
}

test_an_unknown_severity_ranks_first if {
	odd := object.union(catalog, {"core": {"GL-T-004": {"severity": "extreme"}}})
	got := decision.verdict with input as envelope({})
		with data.gatelib.catalog as odd
		with data.gatelib.rules as object.union(quiet, {"t": {
			"one": {"deny": {exported("GL-T-001", "one")}},
			"four": {"deny": {exported("GL-T-004", "four")}},
		}})
	got == {"allow": false, "decider": "gatelib", "rule_id": "GL-T-004", "reason": "four"}
}

test_an_unknown_severity_ranks_as_critical if {
	every severities, id in {["extreme", "high"]: "GL-T-001", ["high", "extreme"]: "GL-T-002", ["extreme", "critical"]: "GL-T-001", ["critical", "extreme"]: "GL-T-001"} {
		entries := {"core": {
			"GL-T-001": {"severity": severities[0]},
			"GL-T-002": {"severity": severities[1]},
		}}
		verdict := decision.verdict with input as envelope({})
			with data.gatelib.catalog as object.union(catalog, entries)
			with data.gatelib.rules as object.union(quiet, {"t": {
				"one": {"deny": {exported("GL-T-001", "one")}},
				"two": {"deny": {exported("GL-T-002", "two")}},
			}})
		verdict.rule_id == id
	}
}

test_every_error_is_told if {
	broken := {"core": {
		"GL-T-001": {"package": ["t", "one"], "gates": ["pr"]},
		"GL-T-002": {"package": ["t", "two"], "gates": ["pr"]},
		"GL-T-003": {"package": ["t", "three"], "gates": ["pr"]},
		"GL-T-004": {"package": ["t", "four"], "gates": ["pr"]},
		"GL-T-005": {"package": ["t", "five"], "gates": ["pr"]},
		"GL-T-006": {"package": ["t", "six"], "gates": ["pr"]},
	}}
	raw := {"t": {
		"one": {"subjects": {0}, "deny": {"nonsense"}},
		"two": {"subjects": {0}, "warn": {"nonsense"}},
		"three": {"subjects": {0}},
		"four": {"subjects": {0}},
	}}
	content := object.union(pod, {"metadata": {"labels": "none"}, "spec": "none"})
	asked := {
		"rules": ["GL-T-001", "GL-T-002", "GL-T-003", "GL-T-004", "GL-T-005", "GL-T-006", "GL-T-998", "GL-T-999"],
		"documents": [{"index": 0, "content": content}],
	}
	given := [object.union(record("api", ["GL-T-001"], "omar"), {"kind": kind}) | some kind in ["Secret", "ConfigMap"]]
	got := decision.errors with input as envelope(asked)
		with data.gatelib.catalog as broken
		with data.gatelib.rules as raw
		with data.gatelib.exceptions as given
		with data.gatelib.params as {"pdb": 7, "images": 7}
	got == {
		{"code": "GL-ERR-003", "message": "the parameters of `images` do not fit their schema"},
		{"code": "GL-ERR-003", "message": "the parameters of `pdb` do not fit their schema"},
		{"code": "GL-ERR-004", "message": "rule `GL-T-005` is in the catalogue and its policy is not loaded"},
		{"code": "GL-ERR-004", "message": "rule `GL-T-006` is in the catalogue and its policy is not loaded"},
		{"code": "GL-ERR-004", "message": "there is no rule `GL-T-998`"},
		{"code": "GL-ERR-004", "message": "there is no rule `GL-T-999`"},
		{"code": "GL-ERR-007", "document": 0, "path": ["metadata", "labels"], "message": "`metadata.labels` must be an object, and is a string"},
		{"code": "GL-ERR-007", "document": 0, "path": ["spec"], "message": "`spec` must be an object, and is a string"},
		{"code": "GL-ERR-008", "exception": 0, "message": "exception `e` is no PolicyException record"},
		{"code": "GL-ERR-008", "exception": 1, "message": "exception `e` is no PolicyException record"},
		{"code": "GL-ERR-009", "message": "rule `GL-T-001` exported a finding that is not of the agreed form"},
		{"code": "GL-ERR-009", "message": "rule `GL-T-002` exported a finding that is not of the agreed form"},
	}
}

test_every_exception_that_hides_something_is_used if {
	given := [record("api", ["GL-T-001"], "omar"), record("web", ["GL-T-001"], "omar"), record("api", ["GL-T-002"], ["omar", "lea"])]
	got := decide({}, with_findings, given)
	got.waivers_used == {0, 2}
}

test_waived_findings_stay_in_the_decision if {
	got := decide({}, with_findings, [record("api", ["GL-T-009"], "omar"), record("api", ["GL-T-001", "GL-T-002"], ["omar", "lea"])])
	got.waived == [
		object.union(
			finding("GL-T-001", "deny", {"severity": "medium", "controls": ["C-1"], "msg": "one"}),
			{"waived_by": 1},
		),
		object.union(finding("GL-T-002", "deny", {"msg": "two"}), {"waived_by": 1}),
		object.union(finding("GL-T-002", "warn", {"msg": "two also"}), {"waived_by": 1}),
	]
	got.waivers_used == {1}
	got.deny == [finding("GL-T-004", "deny", {"msg": "four"})]
	got.warn == []
	[rule.status | some rule in got.rules] == ["waived", "waived", "canary", "fail"]
	[rule.findings | some rule in got.rules] == [1, 2, 1, 1]
}

test_critical_findings_need_two_approvers if {
	got := decide({}, with_findings, [record("api", ["GL-T-002"], "omar")])
	got.waived == []
	got.verdict.rule_id == "GL-T-002"
}

test_rules_on_exceptions_and_errors_are_not_waived if {
	raw := object.union(quiet, {"t": {
		"exc": {"deny": {exported("GL-EXC-009", "exc")}},
		"one": {"unjudged": {{"msg": "odd", "document": 0, "path": []}}},
	}})
	got := decide(
		{"rules": ["GL-EXC-009", "GL-T-001"]},
		raw,
		[record("api", ["GL-EXC-009", "GL-T-001", "GL-ERR-005"], ["omar", "lea"])],
	)
	got.waived == []
	{[found.rule, found.msg] | some found in got.deny} == {
		["GL-EXC-009", "exc"],
		["GL-ERR-005", "rule `GL-T-001` cannot judge this: odd"],
	}
}

test_an_error_is_a_denial_with_its_place if {
	raw := object.union(quiet, {"t": {"one": {"unjudged": {
		{"msg": "odd", "document": 0, "path": ["spec"]},
		{"msg": "odder", "evidence": "a.json", "path": []},
	}}}})
	got := decide({}, raw, [])
	got.errors == {
		{"code": "GL-ERR-005", "message": "rule `GL-T-001` cannot judge this: odd", "document": 0, "path": ["spec"]},
		{"code": "GL-ERR-005", "message": "rule `GL-T-001` cannot judge this: odder", "evidence": "a.json", "path": []},
	}
	{found | some found in got.deny} == {object.union(
		{"rule": "GL-ERR-005", "action": "deny", "severity": "critical", "controls": [], "msg": error.message},
		object.remove(error, ["code", "message"]),
	) |
		some error in got.errors
	}
	got.verdict == {
		"allow": false,
		"decider": "gatelib",
		"rule_id": "GL-ERR-005",
		"reason": "rule `GL-T-001` cannot judge this: odd",
	}
}

test_nothing_to_judge_is_an_error if {
	nothing := {"code": "GL-ERR-001", "message": "there is nothing to judge"}
	decide({"documents": []}, quiet, []).errors == {nothing}
	decide({"documents": [], "inventory": [{"index": 0, "content": pod}]}, quiet, []).errors == {nothing}
	got := decision.errors with input as {"kind": "List", "items": []}
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as quiet
	got == {nothing}
}

test_a_wrong_input_is_an_error if {
	every given in [null, 7, {}, object.union(pod, {"gatelib": 1, "documents": []})] {
		verdict := decision.verdict with input as given
			with data.gatelib.catalog as catalog
			with data.gatelib.rules as quiet
		verdict.allow == false
		deny := decision.deny with input as given with data.gatelib.catalog as catalog with data.gatelib.rules as quiet
		{found.rule | some found in deny} == {"GL-ERR-002"}
	}
	decide({"evidence": [], "now": 7}, quiet, []).errors == {
		{"code": "GL-ERR-002", "message": "`evidence` of the envelope must be an object by file"},
		{"code": "GL-ERR-002", "message": "`now` of the envelope must be an RFC 3339 date-time"},
	}
}

test_wrong_parameters_are_an_error if {
	got := decision.errors with input as envelope({})
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as quiet
		with data.gatelib.params as {"pdb": 7}
	got == {{"code": "GL-ERR-003", "message": "the parameters of `pdb` do not fit their schema"}}
}

test_an_unknown_rule_or_gate_is_an_error if {
	decide({"rules": ["GL-T-001", "GL-T-999"]}, quiet, []).errors == {{
		"code": "GL-ERR-004",
		"message": "there is no rule `GL-T-999`",
	}}
	decide({"gate": "lunch"}, quiet, []).errors == {
		{"code": "GL-ERR-004", "message": "there is no gate `lunch`"},
		{"code": "GL-ERR-004", "message": "no rule is selected"},
	}
}

test_a_rule_that_breaks_the_contract_is_an_error if {
	raw := object.union(quiet, {"t": {"one": {"deny": {{"id": "GL-T-001", "msg": "no"}}}}})
	got := decide({}, raw, [])
	got.errors == {{"code": "GL-ERR-009", "message": "rule `GL-T-001` exported a finding that is not of the agreed form"}}
	got.verdict.allow == false
}

test_a_rule_without_its_policy_is_an_error if {
	got := decide({}, {"t": object.remove(quiet.t, ["two"])}, [])
	got.errors == {{
		"code": "GL-ERR-004",
		"message": "rule `GL-T-002` is in the catalogue and its policy is not loaded",
	}}
	[rule.judged | some rule in got.rules] == [1, 0, 0, 1]
}

test_an_unusable_exception_is_an_error if {
	given := [object.union(record("api", ["GL-T-001"], "omar"), {"kind": "ConfigMap"})]
	got := decide({}, quiet, given)
	got.errors == {{
		"code": "GL-ERR-008",
		"exception": 0,
		"message": "exception `e` is no PolicyException record",
	}}
	got.deny == [{
		"rule": "GL-ERR-008",
		"action": "deny",
		"severity": "critical",
		"controls": [],
		"exception": 0,
		"msg": "exception `e` is no PolicyException record",
	}]
}

test_a_malformed_workload_is_an_error if {
	content := object.union(pod, {"spec": "none"})
	decide({"documents": [{"index": 0, "content": content}]}, quiet, []).errors == {{
		"code": "GL-ERR-007",
		"document": 0,
		"path": ["spec"],
		"message": "`spec` must be an object, and is a string",
	}}
}

test_the_gate_requires_exactly_one_release_among_the_documents if {
	release := {"apiVersion": "gatelib.dev/v1", "kind": "Release", "metadata": {"name": "r"}}
	one := [{"index": 0, "content": release}]
	sealed := {"gate": "publish", "verifications": [{"type": "pack"}]}
	every pair in [
		[{"documents": [{"index": 0, "content": pod}]}, 0],
		[{"documents": [{"index": 0, "content": pod}], "inventory": one}, 0],
		[{"documents": [{"index": 0, "content": release}, {"index": 1, "content": release}]}, 2],
	] {
		decide(object.union(pair[0], sealed), quiet, []).errors == {{
			"code": "GL-ERR-006",
			"message": sprintf("gate `publish` requires exactly 1 of `gatelib.dev/Release`, and has %d", [pair[1]]),
		}}
	}
	decide(object.union({"documents": one}, sealed), quiet, []).errors == set()
}

test_the_gate_requires_exactly_one_sealed_pack if {
	given := {"gate": "publish", "documents": [
		{"index": 0, "content": {"apiVersion": "gatelib.dev/v1", "kind": "Release", "metadata": {"name": "r"}}},
		{"index": 1, "content": {"apiVersion": "gatelib.dev/v1", "kind": "EvidencePack", "metadata": {"name": "p"}}},
	]}
	every pair in [[[], 0], [[{"type": "entry"}, 7], 0], [[{"type": "pack"}, {"type": "pack"}], 2]] {
		decide(object.union(given, {"verifications": pair[0]}), quiet, []).errors == {{
			"code": "GL-ERR-006",
			"message": sprintf("gate `publish` requires exactly 1 of `gatelib.dev/EvidencePack`, and has %d", [pair[1]]),
		}}
	}
}

test_the_bundle_names_its_revision if {
	decision.revision == "abc" with data.gatelib.bundle as {"revision": "abc"}
}

with_findings := object.union(quiet, {"t": {
	"one": {"deny": {exported("GL-T-001", "one")}},
	"two": {"deny": {exported("GL-T-002", "two")}, "warn": {exported("GL-T-002", "two also")}},
	"three": {"deny": {exported("GL-T-003", "three")}},
	"four": {"deny": {exported("GL-T-004", "four")}},
}})

exported(id, message) := {"id": id, "msg": message, "document": 0, "path": ["spec"]}

finding(id, action, change) := object.union(
	{
		"rule": id,
		"action": action,
		"severity": "critical",
		"controls": [],
		"path": ["spec"],
		"document": 0,
		"resource": resource,
		"fingerprint": sprintf("%s|Pod||api|spec", [id]),
	},
	change,
)

record(name, ids, approver) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "PolicyException",
	"metadata": {"name": "e"},
	"spec": {
		"rules": ids,
		"target": {"kind": "Pod", "name": name},
		"requester": "nina",
		"approver": approver,
		"created": "2026-11-01",
		"expires": "2026-12-01",
	},
}

decide(fields, raw, exceptions) := answer if {
	answer := {
		"deny": decision.deny,
		"warn": decision.warn,
		"canary": decision.canary,
		"waived": decision.waived,
		"waivers_used": decision.waivers_used,
		"errors": decision.errors,
		"revision": decision.revision,
		"rules": decision.rules,
		"verdict": decision.verdict,
	} with input as envelope(fields)
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as raw
		with data.gatelib.exceptions as exceptions
		with data.gatelib.params as {"exceptions": {"require_signature": false}}
}

envelope(fields) := object.union(
	{"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": [{"index": 0, "root": 0, "content": pod}]},
	fields,
)
