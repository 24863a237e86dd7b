package gatelib.rules.release.schema_gate_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.schema_gate as rule

lint_file := "schema/migrate-lint.json"

reads_file := "schema/shadow-read.json"

test_allow_at_the_edge if {
	rule.deny == set() with input as envelope(0, 0.001, 1)
	rule.unjudged == set() with input as envelope(0, 0.001, 1)
	rule.subjects == {0} with input as envelope(0, 0.001, 1)
}

test_deny_a_pack_without_either_file if {
	rule.deny == {packs.missing("GL-REL-008", lint_file), packs.missing("GL-REL-008", reads_file)} with input as packs.envelope({})
}

test_unjudged_files_that_cannot_be_read if {
	given := packs.unreadable(packs.unreadable(envelope(0, 0, 1), lint_file), reads_file)
	rule.unjudged == packs.unjudged(lint_file) | packs.unjudged(reads_file) with input as given
}

test_deny_errors_of_the_lint if {
	rule.deny == {packs.in_file("GL-REL-008", lint_file, at(0), "the lint of the migration finds 3 errors")} with input as envelope(3, 0, 1)
	rule.deny == {packs.in_file("GL-REL-008", lint_file, at(0), "Measurement `migration.lint.errors` has a value below 0")} with input as envelope(-1, 0, 1)
	rule.deny == {packs.in_file("GL-REL-008", lint_file, at(0), "Measurement `migration.lint.errors` has no `value` that is a number")} with input as envelope(null, 0, 1)
}

test_deny_reads_that_differ if {
	rule.deny == {packs.in_file("GL-REL-008", reads_file, at(0), "0.002 of the shadow reads differ, and 0.001 may")} with input as envelope(0, 0.002, 1)
	rule.deny == set() with input as envelope(0, 0.002, 1) with data.gatelib.params as {"schema": {"max_shadow_read_error_rate": 0.002}}
}

test_deny_reads_that_were_not_made if {
	rule.deny == {packs.in_file("GL-REL-008", reads_file, at(1), "no shadow read was made")} with input as envelope(0, 0, 0)
}

at(position) := ["facts", position, "spec", "value"]

envelope(errors, rate, reads) := packs.envelope({
	lint_file: ["migration-lint", [packs.measurement("migration.lint.errors", errors, "count")]],
	reads_file: ["shadow-read", [
		packs.measurement("shadow_read.error_rate", rate, "ratio"),
		packs.measurement("shadow_read.reads", reads, "count"),
	]],
})
