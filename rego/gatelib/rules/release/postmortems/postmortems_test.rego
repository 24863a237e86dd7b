package gatelib.rules.release.postmortems_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.postmortems as rule

written := {
	"severity": "sev1",
	"started": "2026-10-01T00:00:00Z",
	"resolved": "2026-10-01T01:00:00Z",
	"report": {"published": "2026-10-01T00:00:00Z", "url": "https://i.example.com/1"},
	"postmortem": {"published": "2026-11-22T00:00:00Z", "url": "http://i.example.com/2"},
}

test_allow_incidents_that_are_written_up if {
	rule.deny == set() with input as given([record("Incident", written)])
	rule.deny == set() with input as given([])
}

test_allow_what_is_not_severe if {
	every severity in ["sev3", "sev4"] {
		rule.deny == set() with input as given([record("Incident", {"severity": severity})])
	}
}

test_deny_a_missing_report_and_postmortem if {
	rule.deny == {no_report, no_postmortem("2026-10-01T01:00:00Z")} with input as given([record("Incident", object.remove(written, ["report", "postmortem"]))])
	rule.deny == {no_report, no_postmortem("2026-10-01T00:00:00Z")} with input as given([record("Incident", object.remove(written, ["resolved", "report", "postmortem"]))])
}

test_an_incident_that_goes_on_counts_from_its_beginning if {
	rule.deny == {no_postmortem("2026-10-01T00:00:00Z")} with input as given([record("Incident", object.union(object.remove(written, ["postmortem"]), {"resolved": null}))])
}

test_allow_times_at_their_bounds if {
	rule.deny == set() with input as given([record("Incident", object.union(written, {"resolved": "2026-10-01T00:00:00Z"}))])
	rule.deny == set() with input as given([record("Incident", {"severity": "sev1", "started": "2026-11-22T00:00:00Z"})])
}

test_deny_what_is_not_published if {
	every about in [
		null, "yes", {}, {"published": "2026-10-02T00:00:00Z"}, {"url": "https://i.example.com/1"},
		{"published": "2026-10-02T00:00:00Z", "url": ""}, {"published": "2026-10-02T00:00:00Z", "url": "javascript:alert(1)"},
		{"published": "2026-10-02T00:00:00Z", "url": "see https://i.example.com/1"},
		{"published": "2026-10-02T00:00:00Z", "url": 7}, {"published": "2026-10-02", "url": "https://i.example.com/1"},
		{"published": "2026-09-30T23:59:59Z", "url": "https://i.example.com/1"},
		{"published": "2026-11-22T00:00:01Z", "url": "https://i.example.com/1"},
	] {
		rule.deny == {no_report} with input as given([record("Incident", json.patch(written, [{"op": "replace", "path": "/report", "value": about}]))])
		rule.deny == {no_postmortem("2026-10-01T01:00:00Z")} with input as given([record("Incident", json.patch(written, [{"op": "replace", "path": "/postmortem", "value": about}]))])
	}
}

test_a_report_has_72_hours if {
	incident := {"severity": "sev2", "started": "2026-11-19T00:00:00Z"}
	rule.deny == set() with input as given([record("Incident", incident)])
	rule.deny == {finding(["report"], "incident `n` began on `2026-11-18T23:59:59.999999999Z`, and has no published report after 72 hours")} with input as given([record("Incident", object.union(incident, {"started": "2026-11-18T23:59:59.999999999Z"}))])
	rule.deny == {finding(["report"], "incident `n` began on `2026-11-19T00:00:00Z`, and has no published report after 71 hours")} with input as given([record("Incident", incident)])
		with data.gatelib.params as {"postmortems": {"report_hours": 71}}
}

# Sunday, November 22: the seven business days after Wednesday the 11th end with Friday the 20th.
test_a_postmortem_has_seven_business_days if {
	late := object.union(object.remove(written, ["postmortem"]), {"resolved": "2026-11-11T23:59:59Z"})
	rule.deny == {no_postmortem("2026-11-11T23:59:59Z")} with input as given([record("Incident", late)])
	rule.deny == set() with input as given([record("Incident", object.union(late, {"resolved": "2026-11-12T00:00:00Z"}))])
	rule.deny == set() with input as given([record("Incident", late)]) with data.gatelib.params as {"postmortems": {"time_zone": "Africa/Lagos"}}
	rule.deny == set() with input as given([record("Incident", late)]) with data.gatelib.params as {"postmortems": {"holidays": ["2026-11-18"]}}
	rule.deny == set() with input as given([record("Incident", late)])
		with data.gatelib.params as {"postmortems": {"weekend": ["Friday", "Saturday"], "holidays": ["2026-11-15"]}}
}

test_deny_times_that_tell_nothing if {
	every started in [null, "", "2026-10-01", 7] {
		rule.deny == {finding(["started"], "incident `n` has no `started` that is a date-time")} with input as given([record("Incident", object.union(written, {"started": started}))])
	}
	every resolved in ["", "later", 7, []] {
		rule.deny == {finding(["resolved"], "incident `n` has no `resolved` that is a date-time")} with input as given([record("Incident", object.union(written, {"resolved": resolved}))])
	}
	rule.deny == {finding(["resolved"], "incident `n` was resolved before it began")} with input as given([record("Incident", object.union(written, {"resolved": "2026-09-30T23:59:59Z"}))])
	rule.deny == {finding(["resolved"], "incident `n` has a `resolved` in the future, `2026-11-22T00:00:01Z`")} with input as given([record("Incident", object.union(written, {"resolved": "2026-11-22T00:00:01Z"}))])
}

test_deny_a_severity_that_is_none if {
	every severity in [null, "SEV1", "1", 1, ["sev1"]] {
		rule.deny == {finding(["severity"], "incident `n` has no severity from `sev1` to `sev4`")} with input as given([record("Incident", {"severity": severity})])
	}
}

test_deny_what_is_no_incident if {
	every fact in [record("Drill", {}), {"kind": "Incident"}, {"type": "scan"}, "Incident"] {
		rule.deny == {{
			"id": "GL-REL-024",
			"evidence": "governance/incidents.json",
			"path": ["facts", 0],
			"msg": "`governance/incidents.json` holds something else than an Incident",
		}} with input as given([fact])
	}
}

# METADATA
# description: The embedded engine fails on a zone that does not exist, which keeps the gate shut as well.
# custom:
#   engines: [opa]
test_unjudged_in_a_time_zone_that_does_not_exist if {
	rule.unjudged == {{"document": 0, "path": [], "msg": "there is no time zone `Nowhere/Land`"}} with input as given([])
		with data.gatelib.params as {"postmortems": {"time_zone": "Nowhere/Land"}}
}

# With a calendar that knows one zone, the embedded engine gets there too.
test_unjudged_for_each_record_of_a_release_where_no_day_is_known if {
	rule.unjudged == packs.of_both({{"document": 0, "path": [], "msg": "there is no time zone `Europe/Berlin`"}}) with input as packs.twice(given([]))
		with data.gatelib.params as {"postmortems": {"time_zone": "Europe/Berlin"}}
		with data.gatelib.lib.calendar.day as day_in_utc
	rule.unjudged == set() with input as packs.twice(given([]))
		with data.gatelib.params as {"postmortems": {"time_zone": "UTC"}}
		with data.gatelib.lib.calendar.day as day_in_utc
}

day_in_utc(_, zone) := 20779 if zone == "UTC"

test_deny_each_of_several_incidents if {
	late := object.remove(written, ["report", "postmortem"])
	unclear := {"severity": "sev2", "started": "2026-11-23T00:00:00Z", "resolved": "2026-11-22T12:00:00Z"}
	rule.deny == {object.union(finding([], message), {"path": ["facts", position, "spec", field]}) |
		some [position, field, message] in [
			[0, "started", "incident `n` has a `started` in the future, `2026-11-23T00:00:00Z`"],
			[0, "resolved", "incident `n` has a `resolved` in the future, `2026-11-22T12:00:00Z`"],
			[0, "resolved", "incident `n` was resolved before it began"],
			[1, "report", "incident `n` began on `2026-10-01T00:00:00Z`, and has no published report after 72 hours"],
			[1, "postmortem", "incident `n` has no published postmortem 7 business days after `2026-10-01T01:00:00Z`"],
			[2, "report", "incident `n` began on `2026-10-01T00:00:00Z`, and has no published report after 72 hours"],
			[2, "postmortem", "incident `n` has no published postmortem 7 business days after `2026-10-01T01:00:00Z`"],
			[3, "severity", "incident `n` has no severity from `sev1` to `sev4`"],
			[4, "severity", "incident `n` has no severity from `sev1` to `sev4`"],
		]
	} with input as given([record("Incident", spec) | some spec in [unclear, late, late, {}, {"severity": "sev5"}]])
}

test_deny_what_is_no_incident_in_each_of_two_files if {
	names := ["governance/incidents.json", "governance/another.json"]
	rule.deny == {{"id": "GL-REL-024", "evidence": name, "path": ["facts", 0], "msg": sprintf("`%s` holds something else than an Incident", [name])} | some name in names} with input as in_pack({name: {"role": "incidents", "facts": [record("Drill", {})]} | some name in names})
}

no_report := finding(["report"], "incident `n` began on `2026-10-01T00:00:00Z`, and has no published report after 72 hours")

no_postmortem(from) := finding(["postmortem"], sprintf("incident `n` has no published postmortem 7 business days after `%s`", [from]))

test_unjudged_where_files_cannot_be_read if {
	names := ["governance/incidents.json", "governance/another.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "incidents", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["governance/incidents.json", "governance/another.json"]
	rule.deny == {{"id": "GL-REL-024", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "incidents", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-024", "evidence": "governance/incidents.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"governance/incidents.json": {"role": "incidents", "facts": facts}})

record(kind, spec) := {"apiVersion": "gatelib.dev/v1", "kind": kind, "metadata": {"name": "n"}, "spec": spec}

in_pack(files) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "gatelib.dev/v1",
		"kind": "Release",
		"metadata": {"name": "r"},
		"spec": {"service": "s", "version": "2.14.0", "commit": "c", "images": ["i@sha256:1"]},
	}}],
	"evidence": {file: object.union({"format": "gatelib.dev/v1", "size": 1, "facts": []}, entry) |
		some file, entry in files
	},
	"verifications": [{
		"type": "entry",
		"file": file,
		"producer": "ci",
		"service": "s",
		"version": "2.14.0",
		"commit": "c",
		"images": ["sha256:1"],
		"created": "2026-11-21T00:00:00Z",
	} |
		some file, _ in files
	],
}
