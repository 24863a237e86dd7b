package gatelib.rules.governance.propagation_test

import data.gatelib.rules.governance.propagation

in_pack(entry) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": release}],
	"evidence": {"governance/propagation.json": object.union(
		{"format": "gatelib.dev/v1", "role": "propagation", "size": 1, "facts": []},
		entry,
	)},
	"verifications": [{
		"type": "entry",
		"file": "governance/propagation.json",
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

measured(name, value) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Measurement",
	"metadata": {"name": "m"},
	"spec": {"name": name, "value": value, "unit": "percent", "measured": "2026-11-21T00:00:00Z"},
}

finding(path, msg) := {"id": "GL-GOV-007", "evidence": "governance/propagation.json", "path": path, "msg": msg}

verdicts := "governance.verdict_coverage"

provenance := "governance.provenance_validation"

slo := "governance.slo_adherence"

all_of(coverage, validation, adherence) := in_pack({"facts": [
	measured(verdicts, coverage),
	measured(provenance, validation),
	measured(slo, adherence),
]})

under(position, name, value, least) := finding(
	["facts", position, "spec", "value"],
	sprintf("`%s` is %v %%, and must be at least %v %%", [name, value, least]),
)

test_deny_each_that_is_less_than_its_least if {
	denied(all_of(99.99, 95, 90)) == {under(0, verdicts, 99.99, 100)}
	denied(all_of(100, 94.99, 90)) == {under(1, provenance, 94.99, 95)}
	denied(all_of(100, 95, 89.99)) == {under(2, slo, 89.99, 90)}
}

test_deny_by_own_parameters if {
	denied(all_of(99, 95, 90)) == {under(1, provenance, 95, 96), under(2, slo, 90, 91)}
		with data.gatelib.params as {"propagation": {
			"min_verdict_coverage": 99,
			"min_provenance_validation": 96,
			"min_slo_adherence": 91,
		}}
}

test_deny_what_was_not_measured if {
	propagation.deny == {finding([], sprintf("`governance/propagation.json` has no Measurement `%s`", [name])) |
		some name in [verdicts, provenance, slo]
	} with input as in_pack({})
}

test_deny_an_empty_file if {
	propagation.deny == {finding([], "`governance/propagation.json` is empty")} with input as in_pack({"size": 0})
}

test_allow_the_least if {
	given := all_of(100, 95, 90)
	propagation.deny == set() with input as given
	propagation.unjudged == set() with input as given
	propagation.subjects == {0} with input as given
}

test_deny_nothing_and_say_so_where_the_file_cannot_be_read if {
	given := in_pack({"problem": {"message": "it is no JSON", "line": 1}})
	propagation.deny == set() with input as given
	propagation.subjects == {0} with input as given
	propagation.unjudged == {{
		"evidence": "governance/propagation.json",
		"path": [],
		"msg": "`governance/propagation.json` cannot be read: it is no JSON",
	}} with input as given
}

denied(given) := exported if exported := propagation.deny with input as given

test_say_so_of_each_file_that_cannot_be_read if {
	given := doubled(in_pack({"problem": {"message": "it is no JSON"}}))
	propagation.unjudged == {{
		"evidence": file,
		"path": [],
		"msg": sprintf("`%s` cannot be read: it is no JSON", [file]),
	} |
		some file in files
	} with input as given
}

test_deny_each_empty_file if {
	given := doubled(in_pack({"size": 0}))
	propagation.deny == {{"id": "GL-GOV-007", "evidence": file, "path": [], "msg": sprintf("`%s` is empty", [file])} |
		some file in files
	} with input as given
}

# A second file of the role beside the first, with the same in it.
doubled(given) := object.union(given, {
	"evidence": {"governance/more.json": given.evidence["governance/propagation.json"]},
	"verifications": [object.union(entry, {"file": file}) |
		some entry in given.verifications
		some file in files
	],
})

files := ["governance/propagation.json", "governance/more.json"]

test_deny_all_that_is_wrong_with_one_measurement if {
	wrong := json.patch(measured(provenance, "95"), [{"op": "replace", "path": "/spec/unit", "value": "ratio"}])
	given := in_pack({"facts": [measured(verdicts, 100), wrong, measured(slo, 90)]})
	propagation.deny == {
		finding(
			["facts", 1, "spec", "value"],
			"Measurement `governance.provenance_validation` has no `value` that is a number",
		),
		finding(
			["facts", 1, "spec", "unit"],
			"Measurement `governance.provenance_validation` is in `ratio`, and must be in `percent`",
		),
	} with input as given
}
