package gatelib.lib.findings_test

import data.gatelib.lib.findings

api := {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api", "namespace": "shop"}, "spec": {"template": {"spec": {
	"containers": [{"image": "a"}, {"name": "proxy/1~2", "image": "b"}],
	"volumes": [{"name": "data"}],
}}}}

catalog := {"core": {
	"GL-T-001": {"package": ["t", "one"], "gates": ["pr"], "severity": "high", "controls": ["C-1"]},
	"GL-T-002": {"package": ["t", "two"], "gates": ["pr"]},
}}

test_a_finding_is_joined_with_catalogue_and_resource if {
	path := ["spec", "template", "spec", "containers", 1, "image"]
	found({"deny": {deny({"document": 3, "path": path})}}) == [{
		"type": "apps/Deployment",
		"place": "spec/template/spec/containers/proxy~11~02/image",
		"containers": {"proxy/1~2"},
		"finding": {
			"rule": "GL-T-001",
			"action": "deny",
			"severity": "high",
			"controls": ["C-1"],
			"msg": "no",
			"path": path,
			"document": 3,
			"resource": {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "api"},
			"fingerprint": "GL-T-001|apps/Deployment|shop|api|spec/template/spec/containers/proxy~11~02/image",
		},
	}]
}

test_a_warning_is_one if {
	[[entry.finding.action, entry.finding.path] | some entry in found({"warn": {deny({"document": 3, "path": []})}})] == [["warn", []]]
}

test_what_the_catalogue_does_not_say_counts_as_critical if {
	raw := {"t": {"two": {"subjects": {3}, "deny": {object.union(deny({"document": 3, "path": []}), {"id": "GL-T-002"})}}}}
	all := findings.all with input as envelope({}) with data.gatelib.catalog as catalog with data.gatelib.rules as raw
	[[entry.finding.severity, entry.finding.controls] | some entry in all] == [["critical", []]]
}

test_places_and_the_containers_on_the_way if {
	every path, wanted in {
		[]: ["", set()],
		["metadata", "labels", "a/b~c"]: ["metadata/labels/a~1b~0c", set()],
		["spec", "template", "spec", "containers", 0, "image"]: ["spec/template/spec/containers/0/image", set()],
		["spec", "template", "spec", "containers", 9]: ["spec/template/spec/containers/9", set()],
		["spec", "template", "spec", "volumes", 0]: ["spec/template/spec/volumes/data", set()],
		["spec", "template", "spec", "containers", 1]: ["spec/template/spec/containers/proxy~11~02", {"proxy/1~2"}],
		["spec", "none", 0, null]: ["spec/none/0/null", set()],
		["a/b"]: ["a~1b", set()],
		["metadata", "labels", "a~b"]: ["metadata/labels/a~0b", set()],
	} {
		[[entry.place, entry.containers] | some entry in found({"deny": {deny({"document": 3, "path": path})}})] == [wanted]
	}
}

test_a_fingerprint_escapes_its_bars if {
	odd := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a|b", "namespace": "c|d"}}
	given := envelope({"documents": [{"index": 3, "root": 0, "content": odd}]})
	raw := {"t": {"one": {"subjects": {3}, "deny": {deny({"document": 3, "path": ["x|y"]})}}}}
	all := findings.all with input as given with data.gatelib.catalog as catalog with data.gatelib.rules as raw
	[entry.finding.fingerprint | some entry in all] == ["GL-T-001|Pod|c~2d|a~2b|x~2y"]
}

test_findings_on_evidence_and_exceptions if {
	raw := {"t": {"one": {"subjects": set(), "deny": {
		deny({"evidence": "scan.sarif", "path": ["runs", 0]}),
		deny({"exception": 1, "path": ["spec"]}),
		deny({"exception": 2, "path": []}),
	}}}}
	all := findings.all with input as envelope({"evidence": {"scan.sarif": {}}})
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as raw
		with data.gatelib.exceptions as [{}, {"kind": "PolicyException", "metadata": {"name": "e"}}, "nonsense"]
	{[entry.type, entry.finding.resource.name, entry.finding.resource.kind, entry.finding.fingerprint] | some entry in all} == {
		["", "scan.sarif", "", "GL-T-001|||scan.sarif|runs/0"],
		["gatelib.dev/PolicyException", "e", "PolicyException", "GL-T-001|gatelib.dev/PolicyException||e|spec"],
		["gatelib.dev/PolicyException", "", "", "GL-T-001|gatelib.dev/PolicyException|||"],
	}
	{object.filter(entry.finding, ["document", "evidence", "exception"]) | some entry in all} == {
		{"evidence": "scan.sarif"},
		{"exception": 1},
		{"exception": 2},
	}
}

test_a_vulnerability_goes_by_its_id_package_and_image if {
	flaw := {"id": "CVE-1", "package": "@babel/core", "image": "shop/api|x"}
	[entry] := found({"deny": {deny({"evidence": "scan.sarif", "path": ["facts", 7], "vulnerability": flaw})}})
	entry.finding.vulnerability == flaw
	entry.finding.path == ["facts", 7]
	entry.finding.fingerprint == "GL-T-001|||scan.sarif|CVE-1/@babel~1core/shop~1api~2x"
}

test_a_vulnerability_without_an_id_goes_by_its_place if {
	flaw := {"id": "", "package": "", "image": ""}
	[entry] := found({"deny": {deny({"evidence": "scan.sarif", "path": ["facts", 7], "vulnerability": flaw})}})
	entry.finding.vulnerability == flaw
	entry.finding.fingerprint == "GL-T-001|||scan.sarif|facts/7"
}

test_a_finding_of_the_run_is_about_an_exception if {
	entries := {"core": {
		"GL-EXC-004": {"package": ["e", "four"], "gates": ["pr"], "severity": "low", "controls": ["C-1"]},
		"GL-EXC-008": {"package": ["e", "eight"], "gates": ["pr"], "severity": "high"},
	}}
	about := {"place": {"exception": 0}}
	wanted := {
		"rule": "GL-EXC-004",
		"action": "warn",
		"severity": "low",
		"controls": ["C-1"],
		"msg": "no",
		"path": ["spec", "target"],
		"resource": {"apiVersion": "", "kind": "PolicyException", "namespace": "", "name": "e|f"},
		"fingerprint": "GL-EXC-004|gatelib.dev/PolicyException||e~2f|spec/target",
		"exception": 0,
	}
	findings.of_run("GL-EXC-004", about, "no") == wanted with input as envelope({})
		with data.gatelib.catalog as entries
		with data.gatelib.rules as {}
		with data.gatelib.exceptions as [{"kind": "PolicyException", "metadata": {"name": "e|f"}}]
	denied := findings.of_run("GL-EXC-008", about, "no") with input as envelope({"rules": ["GL-EXC-008"]})
		with data.gatelib.catalog as entries
		with data.gatelib.rules as {}
		with data.gatelib.exceptions as [{}]
	[denied.action, denied.severity] == ["deny", "high"]
	not of_other_run("GL-EXC-004", about) with data.gatelib.catalog as entries with data.gatelib.rules as {}
}

of_other_run(id, about) if {
	findings.of_run(id, about, "no") with input as envelope({"rules": ["GL-EXC-008"]}) with data.gatelib.exceptions as [{}]
}

test_what_breaks_the_contract_is_an_error_and_no_finding if {
	every raw in [
		"text", null, 7, [], {},
		{"id": "GL-T-001", "msg": "no", "path": []},
		{"id": "GL-T-002", "msg": "no", "path": [], "document": 3},
		{"msg": "no", "path": [], "document": 3},
		{"id": "GL-T-001", "path": [], "document": 3},
		{"id": "GL-T-001", "msg": ["no"], "path": [], "document": 3},
		{"id": "GL-T-001", "msg": "no", "document": 3},
		{"id": "GL-T-001", "msg": "no", "path": "spec", "document": 3},
		{"id": "GL-T-001", "msg": "no", "path": [], "document": 4},
		{"id": "GL-T-001", "msg": "no", "path": [], "document": "3"},
		{"id": "GL-T-001", "msg": "no", "path": [], "evidence": "other.sarif"},
		{"id": "GL-T-001", "msg": "no", "path": [], "exception": 0},
		{"id": "GL-T-001", "msg": "no", "path": [], "document": 3, "evidence": "scan.sarif"},
		{"id": "GL-T-001", "msg": "no", "path": [], "document": 3, "vulnerability": {"id": "a", "package": "b", "image": "c"}},
		{"id": "GL-T-001", "msg": "no", "path": [], "evidence": "scan.sarif", "vulnerability": {"id": "a", "package": "b"}},
		{"id": "GL-T-001", "msg": "no", "path": [], "evidence": "scan.sarif", "vulnerability": {"id": "a", "package": "b", "image": 7}},
		{"id": "GL-T-001", "msg": "no", "path": [], "evidence": "scan.sarif", "vulnerability": "a"},
	] {
		every action in ["deny", "warn"] {
			found({action: {raw}}) == []
			errors({action: {raw}}) == {{
				"code": "GL-ERR-009",
				"message": "rule `GL-T-001` exported a finding that is not of the agreed form",
			}}
		}
	}
	errors({"deny": {deny({"document": 3, "path": []})}}) == set()
}

test_what_a_rule_cannot_judge_is_an_error if {
	errors({"unjudged": {
		{"msg": "odd", "document": 3, "path": ["spec"]},
		{"msg": "odd too", "evidence": "scan.sarif", "path": []},
		{"msg": "odd as well", "exception": 0, "path": []},
		{"document": 3},
		"nonsense",
	}}) == {
		{"code": "GL-ERR-005", "message": "rule `GL-T-001` cannot judge this: odd", "document": 3, "path": ["spec"]},
		{"code": "GL-ERR-005", "message": "rule `GL-T-001` cannot judge this: odd too", "evidence": "scan.sarif", "path": []},
		{"code": "GL-ERR-005", "message": "rule `GL-T-001` cannot judge this: odd as well", "exception": 0, "path": []},
		{"code": "GL-ERR-005", "message": "rule `GL-T-001` cannot judge this: no reason given", "document": 3},
		{"code": "GL-ERR-005", "message": "rule `GL-T-001` cannot judge this: no reason given"},
	}
}

test_a_rule_on_trial_or_not_yet_in_force_is_a_canary if {
	every change, action in {
		{"stage": "canary"}: "canary",
		{"stage": "stable"}: "deny",
		{"effective_on": "2026-11-23"}: "canary",
		{"effective_on": "2026-11-22T00:00:01Z"}: "canary",
		{"effective_on": "2026-11-22"}: "deny",
		{"effective_on": "2026-11-22T00:00:00Z"}: "deny",
		{"effective_on": "some day"}: "deny",
	} {
		entries := {"core": {"GL-T-001": object.union(catalog.core["GL-T-001"], change)}}
		raw := {"t": {"one": {"subjects": {3}, "deny": {deny({"document": 3, "path": []})}}}}
		all := findings.all with input as envelope({}) with data.gatelib.catalog as entries with data.gatelib.rules as raw
		[entry.finding.action | some entry in all] == [action]
	}
}

test_a_bundle_holds_a_rule_back_until_a_day if {
	every stage, action in {
		{"action": "warn", "until": "2026-11-22"}: "warn",
		{"action": "canary", "until": "2026-11-22"}: "canary",
		{"action": "warn", "until": "2026-11-21"}: "deny",
		{"action": "warn", "until": "2026-11-22T00:00:00Z"}: "deny",
		{"action": "warn", "until": "some day"}: "deny",
		{"action": "warn"}: "deny",
		{"action": "allow", "until": "2027-01-01"}: "deny",
	} {
		all := held_back({"deny": {deny({"document": 3, "path": []})}}, stage)
		[entry.finding.action | some entry in all] == [action]
	}
	stage := {"action": "canary", "until": "2027-01-01"}
	[entry.finding.action | some entry in held_back({"warn": {deny({"document": 3, "path": []})}}, stage)] == ["canary"]
}

test_what_a_rule_on_trial_cannot_judge_is_a_finding if {
	exports := {"unjudged": {
		{"msg": "odd", "document": 3, "path": ["spec"]},
		{"msg": "odd too", "evidence": "scan.sarif"},
		{"msg": "odd as well", "document": 4, "path": []},
		"nonsense",
	}}
	{object.filter(entry.finding, ["action", "msg", "document", "evidence", "path", "fingerprint"]) |
		some entry in on_trial(exports, {"stage": "canary"})
	} == {
		{
			"action": "canary",
			"msg": "cannot judge this: odd",
			"document": 3,
			"path": ["spec"],
			"fingerprint": "GL-T-001|apps/Deployment|shop|api|spec",
		},
		{
			"action": "canary",
			"msg": "cannot judge this: odd too",
			"evidence": "scan.sarif",
			"path": [],
			"fingerprint": "GL-T-001|||scan.sarif|",
		},
		{"action": "canary", "msg": "cannot judge this: odd as well", "path": [], "fingerprint": "GL-T-001||||"},
		{"action": "canary", "msg": "cannot judge this: no reason given", "path": [], "fingerprint": "GL-T-001||||"},
	}
}

test_what_breaks_the_contract_on_trial_is_a_finding_about_nothing if {
	every exports in [{"deny": {"text"}}, {"warn": {null}}, {"deny": {deny({"document": 4, "path": []})}}] {
		on_trial(exports, {"stage": "canary"}) == [{"type": "", "place": "", "containers": set(), "finding": {
			"rule": "GL-T-001",
			"action": "canary",
			"severity": "high",
			"controls": ["C-1"],
			"msg": "exported a finding that is not of the agreed form",
			"path": [],
			"resource": {"apiVersion": "", "kind": "", "namespace": "", "name": ""},
			"fingerprint": "GL-T-001||||",
		}}]
	}
}

test_a_rule_on_trial_that_is_not_loaded_says_so if {
	found := [entry.finding.msg | some entry in findings.all] with input as envelope({"rules": ["GL-T-001"]})
		with data.gatelib.catalog as {"core": {"GL-T-001": object.union(catalog.core["GL-T-001"], {"stage": "canary"})}}
		with data.gatelib.rules as {"t": {}}
	found == ["is in the catalogue and its policy is not loaded"]
}

# For GL-T-001, the place of the namespace `shop` is 57.
test_a_rule_is_in_force_in_its_share_of_namespaces if {
	every share, wanted in {57: ["canary", "canary"], 58: ["deny", "error"]} {
		stage := {"action": "canary", "share": share}
		exports := {"deny": {deny({"document": 3, "path": []})}}
		[entry.finding.action | some entry in held_back(exports, stage)] == [wanted[0]]
		vague := {"unjudged": {{"msg": "odd", "document": 3, "path": []}}}
		[entry.finding.action | some entry in held_back(vague, stage)] == [action | some action in ["canary"]; wanted[1] == action]
		[error.code | some error in errors_held_back(vague, stage)] == [code | some code in ["GL-ERR-005"]; wanted[1] == "error"]
		broken := {"deny": {{"id": "GL-T-001", "document": 3}}}
		[error.code | some error in errors_held_back(broken, stage)] == [code | some code in ["GL-ERR-009"]; wanted[1] == "error"]
	}
}

test_evidence_is_in_no_share if {
	stage := {"action": "canary", "share": 99}
	[entry.finding.action | some entry in held_back({"deny": {deny({"evidence": "scan.sarif", "path": []})}}, stage)] == ["canary"]
}

test_a_rule_that_only_warns_for_a_while_must_be_able_to_judge if {
	stage := {"action": "warn", "until": "2027-01-01"}
	vague := {"unjudged": {{"msg": "odd", "document": 3, "path": []}}}
	held_back(vague, stage) == []
	[error.code | some error in errors_held_back(vague, stage)] == ["GL-ERR-005"]
}

test_a_container_is_an_element_of_its_list_with_a_name_that_is_a_text if {
	every path, wanted in {
		["spec", "jobs", 1, "initContainers", 0]: ["spec/jobs/second/initContainers/init", {"init"}],
		["spec", "jobs", 1, "ephemeralContainers", 0, "env", 0]: ["spec/jobs/second/ephemeralContainers/debug/env/HOME", {"debug"}],
		["spec", "containers", "proxy"]: ["spec/containers/proxy", set()],
		["spec", "jobs", 0]: ["spec/jobs/0", set()],
		["spec", "jobs", 0, "containers", 0]: ["spec/jobs/0/containers/0", set()],
	} {
		content := {"kind": "Jobs", "spec": {
			"containers": {"proxy": {"name": "proxy"}},
			"jobs": [
				{"name": 7, "containers": [{"name": null}]},
				{
					"name": "second",
					"initContainers": [{"name": "init"}],
					"ephemeralContainers": [{"name": "debug", "env": [{"name": "HOME"}]}],
				},
			],
		}}
		all := findings.all with input as envelope({"documents": [{"index": 3, "root": 0, "content": content}]})
			with data.gatelib.catalog as catalog
			with data.gatelib.rules as {"t": {"one": {"subjects": {3}, "deny": {deny({"document": 3, "path": path})}}}}
		[[entry.place, entry.containers] | some entry in all] == [wanted]
	}
}

test_all_findings_of_all_rules_on_all_documents if {
	exports := {"t": {
		"one": {"subjects": {3, 5}, "deny": on_both("GL-T-001", "no"), "warn": on_both("GL-T-001", "beware")},
		"two": {"subjects": {3, 5}, "deny": on_both("GL-T-002", "no"), "warn": on_both("GL-T-002", "beware")},
	}}
	{[said.rule, said.action, said.severity, said.msg, said.document, said.resource.name] |
		said := several(exports, {}).all[_].finding
	} == {[id, action, severity, msg, document, name] |
		some id, severity in {"GL-T-001": "high", "GL-T-002": "critical"}
		some action, msg in {"deny": "no", "warn": "beware"}
		some document, name in {3: "api", 5: "web"}
	}
}

test_all_that_goes_wrong_with_all_rules_is_an_error if {
	exports := {"t": {
		"one": {"subjects": {3, 5}, "deny": {"nonsense"}, "unjudged": {{"msg": "odd", "document": 3}, {"msg": "odder", "document": 5}}},
		"two": {"subjects": {3, 5}, "warn": {"nonsense"}, "unjudged": {{"msg": "odd", "document": 3}}},
	}}
	found := several(exports, {})
	found.all == []
	found.errors == {
		{"code": "GL-ERR-005", "message": "rule `GL-T-001` cannot judge this: odd", "document": 3},
		{"code": "GL-ERR-005", "message": "rule `GL-T-001` cannot judge this: odder", "document": 5},
		{"code": "GL-ERR-005", "message": "rule `GL-T-002` cannot judge this: odd", "document": 3},
		{"code": "GL-ERR-009", "message": "rule `GL-T-001` exported a finding that is not of the agreed form"},
		{"code": "GL-ERR-009", "message": "rule `GL-T-002` exported a finding that is not of the agreed form"},
	}
}

test_all_that_goes_wrong_with_rules_on_trial_is_told if {
	actions := {"GL-T-001": {"action": "canary"}, "GL-T-002": {"action": "canary"}}
	exports := {"t": {
		"one": {"subjects": {3}, "deny": {"nonsense"}, "unjudged": {{"msg": "odd", "exception": 0, "path": ["spec"]}}},
		"two": {"subjects": {3}, "deny": {"nonsense"}, "unjudged": {{"msg": "odd", "document": 5}}},
	}}
	found := several(exports, actions)
	found.errors == set()
	{[said.rule, said.action, said.msg, said.fingerprint] | said := found.all[_].finding} == {
		["GL-T-001", "canary", "cannot judge this: odd", "GL-T-001|gatelib.dev/PolicyException||e|spec"],
		["GL-T-002", "canary", "cannot judge this: odd", "GL-T-002|Pod|mutated|web|"],
		["GL-T-001", "canary", "exported a finding that is not of the agreed form", "GL-T-001||||"],
		["GL-T-002", "canary", "exported a finding that is not of the agreed form", "GL-T-002||||"],
	}
	{[said.rule, said.action, said.msg] | said := several({}, actions).all[_].finding} == {
		["GL-T-001", "canary", "is in the catalogue and its policy is not loaded"],
		["GL-T-002", "canary", "is in the catalogue and its policy is not loaded"],
	}
}

test_a_rule_with_a_share_is_in_force_in_each_namespace_of_it_and_for_nothing_else if {
	places := {
		{"document": 3, "path": []},
		{"document": 5, "path": []},
		{"evidence": "scan.sarif", "path": []},
		{"exception": 0, "path": []},
	}
	exports := {"t": {
		"one": {"subjects": {3, 5}, "deny": {deny(place) | some place in places}},
		"two": {"subjects": {3, 5}, "unjudged": {object.union(place, {"msg": "odd"}) | some place in places}},
	}}
	stage := {"action": "canary", "share": 100}
	found := several(exports, {"GL-T-001": stage, "GL-T-002": stage})
	{[said.rule, said.action, object.filter(said, ["document", "evidence", "exception"])] | said := found.all[_].finding} == {
		["GL-T-001", "deny", {"document": 3}],
		["GL-T-001", "deny", {"document": 5}],
		["GL-T-001", "canary", {"evidence": "scan.sarif"}],
		["GL-T-001", "canary", {"exception": 0}],
		["GL-T-002", "canary", {"evidence": "scan.sarif"}],
		["GL-T-002", "canary", {"exception": 0}],
	}
	{error.document | some error in found.errors} == {3, 5}
}

test_a_warning_of_a_rule_that_only_warns_is_one if {
	stage := {"action": "warn", "until": "2027-01-01"}
	[entry.finding.action | some entry in held_back({"warn": {deny({"document": 3, "path": []})}}, stage)] == ["warn"]
}

test_both_rules_of_the_run_tell_of_exceptions if {
	entries := {"core": {
		"GL-A-001": {"package": ["t", "one"], "gates": ["pr"]},
		"GL-EXC-004": {"package": ["e", "four"], "gates": ["pr"], "severity": "low"},
		"GL-EXC-008": {"package": ["e", "eight"], "gates": ["pr"], "severity": "high"},
	}}
	told := {[said.rule, said.action, said.severity] |
		some id in ["GL-EXC-004", "GL-EXC-008"]
		said := findings.of_run(id, {"place": {"exception": 0}}, "no")
	} with input as envelope({})
		with data.gatelib.catalog as entries
		with data.gatelib.rules as {}
		with data.gatelib.exceptions as [{}]
	told == {["GL-EXC-004", "warn", "low"], ["GL-EXC-008", "deny", "high"]}
}

test_the_order_of_severities if {
	findings.rank == {"critical": 0, "high": 1, "medium": 2, "low": 3}
}

on_both(id, msg) := {{"id": id, "msg": msg, "document": document, "path": []} | some document in [3, 5]}

# The namespace of the second document goes by a name that nothing else may have.
several(exports, actions) := {"all": all, "errors": errors} if {
	web := {"kind": "Pod", "metadata": {"name": "web", "namespace": "mutated"}}
	given := envelope({
		"documents": [{"index": 3, "root": 0, "content": api}, {"index": 5, "root": 0, "content": web}],
		"evidence": {"scan.sarif": {}},
	})
	entries := catalog
	exceptions := [{"kind": "PolicyException", "metadata": {"name": "e"}}]
	all := findings.all with input as given
		with data.gatelib.catalog as entries
		with data.gatelib.rules as exports
		with data.gatelib.exceptions as exceptions
		with data.gatelib.bundle as {"actions": actions}
	errors := findings.errors with input as given
		with data.gatelib.catalog as entries
		with data.gatelib.rules as exports
		with data.gatelib.exceptions as exceptions
		with data.gatelib.bundle as {"actions": actions}
}

on_trial(exports, change) := all if {
	all := findings.all with input as envelope({"evidence": {"scan.sarif": {}}})
		with data.gatelib.catalog as {"core": {"GL-T-001": object.union(catalog.core["GL-T-001"], change)}}
		with data.gatelib.rules as {"t": {"one": object.union({"subjects": {3}}, exports)}}
	findings.errors == set() with input as envelope({"evidence": {"scan.sarif": {}}})
		with data.gatelib.catalog as {"core": {"GL-T-001": object.union(catalog.core["GL-T-001"], change)}}
		with data.gatelib.rules as {"t": {"one": object.union({"subjects": {3}}, exports)}}
}

errors_held_back(exports, stage) := all if {
	all := findings.errors with input as envelope({"evidence": {"scan.sarif": {}}})
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as {"t": {"one": object.union({"subjects": {3}}, exports)}}
		with data.gatelib.bundle as {"actions": {"GL-T-001": stage}}
}

held_back(exports, stage) := all if {
	raw := {"t": {"one": object.union({"subjects": {3}}, exports)}}
	all := findings.all with input as envelope({"evidence": {"scan.sarif": {}}})
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as raw
		with data.gatelib.bundle as {"actions": {"GL-T-001": stage}}
}

test_a_rule_that_is_not_selected_exports_nothing if {
	raw := {"t": {"one": {"subjects": {3}, "deny": {deny({"document": 3, "path": []})}, "unjudged": {{"msg": "odd"}}}}}
	findings.all == [] with input as envelope({"rules": ["GL-T-002"]})
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as raw
	findings.errors == set() with input as envelope({"rules": ["GL-T-002"]})
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as raw
}

deny(change) := object.union({"id": "GL-T-001", "msg": "no"}, change)

found(exports) := all if {
	all := findings.all with input as envelope({"evidence": {"scan.sarif": {}}})
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as {"t": {"one": object.union({"subjects": {3}}, exports)}}
}

errors(exports) := all if {
	all := findings.errors with input as envelope({"evidence": {"scan.sarif": {}}})
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as {"t": {"one": object.union({"subjects": {3}}, exports)}}
}

envelope(fields) := object.union(
	{"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": [{"index": 3, "root": 0, "content": api}]},
	fields,
)
