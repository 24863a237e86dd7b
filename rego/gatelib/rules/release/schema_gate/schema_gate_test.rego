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

test_deny_files_that_are_empty if {
	given := object.union(two_lints, {"evidence": {lint_file: {"size": 0}, other: {"size": 0}}})
	denied(given) == {packs.in_file("GL-REL-008", each, [], sprintf("`%s` is empty", [each])) | some each in [lint_file, other]}
}

test_unjudged_each_of_two_files_of_a_lint if {
	given := packs.unreadable(packs.unreadable(two_lints, lint_file), other)
	rule.unjudged == packs.unjudged(lint_file) | packs.unjudged(other) with input as given
}

test_deny_errors_of_the_lint_with_two_flaws if {
	denied(lints([packs.measurement("migration.lint.errors", "0", "percent")])) == {
		packs.in_file("GL-REL-008", lint_file, at(0), "Measurement `migration.lint.errors` has no `value` that is a number"),
		packs.in_file("GL-REL-008", lint_file, ["facts", 0, "spec", "unit"], "Measurement `migration.lint.errors` is in `percent`, and must be in `count`"),
	}
}

other := "schema/other.json"

two_lints := object.union(envelope(0, 0, 1), packs.verified(
	packs.envelope({lint_file: ["migration-lint", []], other: ["migration-lint", []]}),
	[packs.signed(reads_file)],
))

lints(facts) := object.union(envelope(0, 0, 1), {"evidence": {lint_file: {"facts": facts}}})

test_deny_errors_of_the_lint if {
	denied(envelope(3, 0, 1)) == {packs.in_file("GL-REL-008", lint_file, at(0), "the lint of the migration finds 3 errors")}
	denied(envelope(-1, 0, 1)) == {packs.in_file("GL-REL-008", lint_file, at(0), "Measurement `migration.lint.errors` has a value below 0")}
	denied(envelope(null, 0, 1)) == {packs.in_file("GL-REL-008", lint_file, at(0), "Measurement `migration.lint.errors` has no `value` that is a number")}
}

test_deny_reads_that_differ if {
	denied(envelope(0, 0.002, 1)) == {packs.in_file("GL-REL-008", reads_file, at(0), "0.002 of the shadow reads differ, and 0.001 may")}
	rule.deny == set() with input as envelope(0, 0.002, 1) with data.gatelib.params as {"schema": {"max_shadow_read_error_rate": 0.002}}
}

test_deny_reads_that_were_not_made if {
	denied(envelope(0, 0, 0)) == {packs.in_file("GL-REL-008", reads_file, at(1), "no shadow read was made")}
}

at(position) := ["facts", position, "spec", "value"]

envelope(errors, rate, reads) := packs.envelope({
	lint_file: ["migration-lint", [packs.measurement("migration.lint.errors", errors, "count")]],
	reads_file: ["shadow-read", [
		packs.measurement("shadow_read.error_rate", rate, "ratio"),
		packs.measurement("shadow_read.reads", reads, "count"),
	]],
})

denied(given) := exported if exported := rule.deny with input as given
