package gatelib.rules.data.backfill_contract_test

import data.gatelib.rules.data.backfill_contract

envelope(specs) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": record(spec)} | some index, spec in specs],
}

record(spec) := {"apiVersion": "gatelib.dev/v1", "kind": "BackfillContract", "metadata": {"name": "r"}, "spec": spec}

finding(index, path, msg) := {
	"id": "GL-DAT-006",
	"msg": concat("", ["contract `r` ", msg]),
	"document": index,
	"path": array.concat(["spec"], path),
}

in_pack(entry) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": release}],
	"evidence": {"governance/backfills.json": object.union(
		{"format": "gatelib.dev/v1", "role": "backfills", "size": 1, "facts": []},
		entry,
	)},
	"verifications": [{
		"type": "entry",
		"file": "governance/backfills.json",
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

good := {
	"kind": "backfill",
	"idempotencyKey": "tenant/day",
	"cancellation": "kubectl delete job",
	"dlp": {"result": "pass", "scanned": "2026-11-22T00:00:00Z"},
}

with_value(path, value) := json.patch(good, [{"op": "add", "path": path, "value": value}])

problems := {
	"/kind": "is of no `kind` among `backfill` and `export`",
	"/idempotencyKey": "is not idempotent: it has no `idempotencyKey`, and `idempotent` is not true",
	"/cancellation": "has no `cancellation`",
	"/dlp/result": "has no DLP `result`",
	"/dlp/scanned": "has no time of the DLP scan as an RFC 3339 date or date-time",
}

test_deny_whatever_says_nothing if {
	every path, msg in problems {
		every value in ["", " ", null, 7, true, [], {}] {
			found := backfill_contract.deny with input as envelope([with_value(path, value)])
			found == {finding(0, split(substring(path, 1, -1), "/"), msg)}
		}
	}
}

test_deny_a_contract_that_promises_nothing if {
	every spec in [{}, null, "backfill", {"dlp": "pass"}] {
		found := backfill_contract.deny with input as envelope([spec])
		found == {finding(0, split(substring(path, 1, -1), "/"), msg) | some path, msg in problems}
	}
}

test_deny_other_kinds_results_and_times if {
	given := envelope([
		with_value("/kind", "Export"),
		with_value("/dlp/result", "passed"),
		with_value("/dlp/scanned", "2026-11-22T00:00:01Z"),
		with_value("/dlp/scanned", "2026-02-29"),
		object.union(object.remove(good, ["idempotencyKey"]), {"idempotent": "true"}),
	])
	backfill_contract.deny == {
		finding(0, ["kind"], problems["/kind"]),
		finding(1, ["dlp", "result"], "has the DLP result `passed`, and must have `pass`"),
		finding(2, ["dlp", "scanned"], "was scanned in the future, on `2026-11-22T00:00:01Z`"),
		finding(3, ["dlp", "scanned"], problems["/dlp/scanned"]),
		finding(4, ["idempotencyKey"], problems["/idempotencyKey"]),
	} with input as given
}

test_allow_by_key_or_by_nature if {
	given := envelope([
		good,
		object.union(good, {"kind": "export"}),
		object.union(object.remove(good, ["idempotencyKey"]), {"idempotent": true}),
		with_value("/dlp/scanned", "2026-11-22"),
	])
	backfill_contract.deny == set() with input as given
	backfill_contract.unjudged == set() with input as given
	backfill_contract.subjects == {0, 1, 2, 3} with input as given
}

test_deny_what_is_no_record_of_the_kind if {
	facts := [{"kind": "BackfillContract"}, {"apiVersion": "gatelib.dev/v1"}, "BackfillContract", null, record(good)]
	backfill_contract.deny == {{
		"id": "GL-DAT-006",
		"msg": "`governance/backfills.json` holds something that is no BackfillContract",
		"evidence": "governance/backfills.json",
		"path": ["facts", position],
	} |
		some position in [0, 1, 2, 3]
	} with input as in_pack({"facts": facts})
}

test_deny_nothing_and_say_so_where_the_file_cannot_be_read if {
	given := in_pack({"problem": {"message": "it is no JSON", "line": 1}})
	backfill_contract.deny == set() with input as given
	backfill_contract.subjects == {0} with input as given
	backfill_contract.unjudged == {{
		"evidence": "governance/backfills.json",
		"path": [],
		"msg": "`governance/backfills.json` cannot be read: it is no JSON",
	}} with input as given
}

test_say_so_of_each_file_that_cannot_be_read if {
	given := doubled(in_pack({"problem": {"message": "it is no JSON"}}))
	backfill_contract.unjudged == {{
		"evidence": file,
		"path": [],
		"msg": sprintf("`%s` cannot be read: it is no JSON", [file]),
	} |
		some file in files
	} with input as given
}

# A second file of the role beside the first, with the same in it.
doubled(given) := object.union(given, {
	"evidence": {"governance/more.json": given.evidence["governance/backfills.json"]},
	"verifications": [object.union(entry, {"file": file}) |
		some entry in given.verifications
		some file in files
	],
})

files := ["governance/backfills.json", "governance/more.json"]
