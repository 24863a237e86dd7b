package gatelib.rules.release.evidence_complete_test

import data.gatelib.rules.release.evidence_complete as rule

test_allow_what_other_rules_judge if {
	rule.deny == set() with input as envelope({
		"schema/migrate-lint.txt": {"format": "text", "role": "migration-lint-log", "size": 1, "facts": []},
		"schema/shadow-read.txt": {"format": "text", "role": "shadow-read-log", "size": 1, "facts": []},
	})
}

test_deny_a_log_that_is_missing_and_one_that_is_empty if {
	rule.deny == {
		{
			"id": "GL-REL-002",
			"msg": "`schema/migrate-lint.txt` is empty",
			"evidence": "schema/migrate-lint.txt",
			"path": [],
		},
		{
			"id": "GL-REL-002",
			"msg": "the Evidence Pack of release `r` has no `schema/shadow-read.txt`",
			"document": 0,
			"path": ["spec", "evidencePack"],
		},
	} with input as envelope({"schema/migrate-lint.txt": {
		"format": "text",
		"role": "migration-lint-log",
		"size": 0,
		"facts": [],
	}})
}

test_unjudged_where_a_log_cannot_be_read if {
	rule.unjudged == {{
		"evidence": "schema/migrate-lint.txt",
		"path": [],
		"msg": "`schema/migrate-lint.txt` cannot be read: no UTF-8",
	}} with input as envelope({"schema/migrate-lint.txt": {
		"format": "unknown",
		"role": "migration-lint-log",
		"size": 1,
		"facts": [],
		"problem": {"message": "no UTF-8"},
	}})
}

test_deny_each_of_two_logs_that_are_empty if {
	logs := ["schema/migrate-lint.txt", "schema/another.txt"]
	read := {"schema/shadow-read.txt": {"format": "text", "role": "shadow-read-log", "size": 1, "facts": []}}
	empty := {log: {"format": "text", "role": "migration-lint-log", "size": 0, "facts": []} | some log in logs}
	rule.deny == {{"id": "GL-REL-002", "msg": sprintf("`%s` is empty", [log]), "evidence": log, "path": []} |
		some log in logs
	} with input as envelope(object.union(read, empty))
}

test_unjudged_each_of_two_logs_and_no_file_of_another_rule if {
	logs := ["schema/migrate-lint.txt", "schema/another.txt"]
	broken := {"format": "unknown", "size": 1, "facts": [], "problem": {"message": "no UTF-8"}}
	given := object.union(
		{log: object.union(broken, {"role": "migration-lint-log"}) | some log in logs},
		{"sbom/api.json": object.union(broken, {"role": "sbom"})},
	)
	rule.unjudged == {{"evidence": log, "path": [], "msg": sprintf("`%s` cannot be read: no UTF-8", [log])} |
		some log in logs
	} with input as envelope(given)
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as envelope({})
}

envelope(files) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "gatelib.dev/v1",
		"kind": "Release",
		"metadata": {"name": "r"},
		"spec": {"service": "s", "version": "1", "commit": "c", "images": ["i@sha256:1"]},
	}}],
	"evidence": files,
	"verifications": [{
		"type": "entry",
		"file": file,
		"service": "s",
		"version": "1",
		"commit": "c",
		"images": ["sha256:1"],
		"created": "2026-11-21T00:00:00Z",
	} |
		some file, _ in files
	],
}
