package gatelib.rules.governance.threat_model_test

import data.gatelib.rules.governance.threat_model

in_pack(entry) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": release}],
	"evidence": {"governance/threat-model.json": object.union(
		{"format": "gatelib.dev/v1", "role": "threat-model", "size": 1, "facts": []},
		entry,
	)},
	"verifications": [{
		"type": "entry",
		"file": "governance/threat-model.json",
		"service": "s",
		"version": "1",
		"commit": "c",
		"images": ["sha256:1"],
		"created": "2026-11-21T00:00:00Z",
	}],
}

release := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Release",
	"metadata": {"name": "r"},
	"spec": {"service": "s", "version": "1", "commit": "c", "images": ["i@sha256:1"]},
}

of(updated, changed) := in_pack({"facts": [{
	"apiVersion": "gatelib.dev/v1",
	"kind": "ThreatModel",
	"metadata": {"name": "m"},
	"spec": {"updated": updated, "lastMaterialChange": changed},
}]})

finding(field, msg) := {
	"id": "GL-GOV-006",
	"evidence": "governance/threat-model.json",
	"path": ["facts", 0, "spec", field],
	"msg": concat("", ["threat model `m` ", msg]),
}

test_deny_dates_that_are_none if {
	every value in [null, "", "soon", "2026-02-29", "2026-11-20T06:00:00", 1795132800, true, [], {}] {
		threat_model.deny == {finding(
			"updated",
			"names no time of `updated` as an RFC 3339 date or date-time",
		)} with input as of(value, "2026-11-01")
		threat_model.deny == {finding(
			"lastMaterialChange",
			"names no `lastMaterialChange` as an RFC 3339 date or date-time",
		)} with input as of("2026-11-20", value)
	}
}

test_deny_an_update_in_the_future if {
	threat_model.deny == {finding(
		"updated",
		"was updated in the future, on `2026-11-22T00:00:01Z`",
	)} with input as of("2026-11-22T00:00:01Z", "2026-11-01")
}

test_deny_an_update_before_the_change if {
	threat_model.deny == {finding(
		"updated",
		"was updated on `2026-11-20`, before the last material change on `2026-11-20T00:00:01Z`",
	)} with input as of("2026-11-20", "2026-11-20T00:00:01Z")
}

test_deny_a_change_in_the_future if {
	threat_model.deny == {finding(
		"updated",
		"was updated on `2026-11-22`, before the last material change on `2026-12-01`",
	)} with input as of("2026-11-22", "2026-12-01")
}

test_deny_too_old if {
	threat_model.deny == {finding(
		"updated",
		"was updated on `2026-05-25T23:59:59Z`, more than 180 days ago",
	)} with input as of("2026-05-25T23:59:59Z", "2026-01-01")
	threat_model.deny == {finding(
		"updated",
		"was updated on `2026-11-20`, more than 1 days ago",
	)} with input as of("2026-11-20", "2026-01-01")
		with data.gatelib.params as {"threat_model": {"max_age_days": 1}}
}

test_deny_no_model_in_the_file if {
	missing := {{
		"id": "GL-GOV-006",
		"evidence": "governance/threat-model.json",
		"path": [],
		"msg": "`governance/threat-model.json` has no ThreatModel",
	}}
	every facts in [[], ["ThreatModel"], [{"kind": "ThreatModel"}]] {
		threat_model.deny == missing with input as in_pack({"facts": facts})
	}
}

test_deny_an_empty_file if {
	threat_model.deny == {{
		"id": "GL-GOV-006",
		"evidence": "governance/threat-model.json",
		"path": [],
		"msg": "`governance/threat-model.json` is empty",
	}} with input as in_pack({"size": 0})
}

test_allow_the_oldest_that_may_be if {
	every given in [of("2026-05-26", "2026-05-26T00:00:00Z"), of("2026-11-22T01:00:00+01:00", "2026-11-22")] {
		threat_model.deny == set() with input as given
		threat_model.unjudged == set() with input as given
		threat_model.subjects == {0} with input as given
	}
}

test_deny_nothing_and_say_so_where_the_file_cannot_be_read if {
	given := in_pack({"problem": {"message": "it is no JSON", "line": 1}})
	threat_model.deny == set() with input as given
	threat_model.subjects == {0} with input as given
	threat_model.unjudged == {{
		"evidence": "governance/threat-model.json",
		"path": [],
		"msg": "`governance/threat-model.json` cannot be read: it is no JSON",
	}} with input as given
}

test_say_so_of_each_file_that_cannot_be_read if {
	given := doubled(in_pack({"problem": {"message": "it is no JSON"}}))
	threat_model.unjudged == {{
		"evidence": file,
		"path": [],
		"msg": sprintf("`%s` cannot be read: it is no JSON", [file]),
	} |
		some file in files
	} with input as given
}

test_deny_each_empty_file if {
	given := doubled(in_pack({"size": 0}))
	threat_model.deny == {{"id": "GL-GOV-006", "evidence": file, "path": [], "msg": sprintf("`%s` is empty", [file])} |
		some file in files
	} with input as given
}

# A second file of the role beside the first, with the same in it.
doubled(given) := object.union(given, {
	"evidence": {"governance/more.json": given.evidence["governance/threat-model.json"]},
	"verifications": [object.union(entry, {"file": file}) |
		some entry in given.verifications
		some file in files
	],
})

files := ["governance/threat-model.json", "governance/more.json"]

test_deny_each_file_without_a_model if {
	given := doubled(in_pack({}))
	threat_model.deny == {{
		"id": "GL-GOV-006",
		"evidence": file,
		"path": [],
		"msg": sprintf("`%s` has no ThreatModel", [file]),
	} |
		some file in files
	} with input as given
}
