package gatelib.rules.release.reproducibility_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.reproducibility as rule

file := "build/reproducibility.json"

test_allow_at_the_edges if {
	every given in [envelope(1, null), envelope(1, []), envelope(1, [{}]), envelope(0.8, [explained]), envelope(0.999, [explained, explained])] {
		rule.deny == set() with input as given
		rule.unjudged == set() with input as given
		rule.subjects == {0} with input as given
	}
}

test_deny_a_pack_without_the_file if {
	rule.deny == {packs.missing("GL-REL-013", file)} with input as packs.envelope({})
}

test_unjudged_a_file_that_cannot_be_read if {
	unjudged(packs.unreadable(envelope(1, []), file)) == packs.unjudged(file)
}

test_deny_files_that_are_empty if {
	given := object.union(two_files, {"evidence": {file: {"size": 0}, other: {"size": 0}}})
	denied(given) == {packs.in_file("GL-REL-013", each, [], sprintf("`%s` is empty", [each])) | some each in [file, other]}
}

test_unjudged_files_that_cannot_be_read if {
	unjudged(packs.unreadable(packs.unreadable(two_files, file), other)) == packs.unjudged(file) | packs.unjudged(other)
}

other := "build/other.json"

two_files := packs.envelope({file: ["reproducibility", []], other: ["reproducibility", []]})

test_deny_a_measurement_with_two_flaws if {
	denied(packs.envelope({file: ["reproducibility", [packs.measurement("reproducibility.ratio", "1", "percent")]]})) == {
		packs.in_file("GL-REL-013", file, ["facts", 0, "spec", "value"], "Measurement `reproducibility.ratio` has no `value` that is a number"),
		packs.in_file("GL-REL-013", file, ["facts", 0, "spec", "unit"], "Measurement `reproducibility.ratio` is in `percent`, and must be in `ratio`"),
	}
}

test_deny_less_than_the_limit if {
	denied(envelope(0.79, [explained])) == {packs.in_file("GL-REL-013", file, ["facts", 0, "spec", "value"], "0.79 of the build can be reproduced, and 0.8 must be")}
	rule.deny == set() with input as envelope(0.79, [explained]) with data.gatelib.params as {"reproducibility": {"min_ratio": 0.79}}
}

test_deny_what_is_no_number if {
	denied(envelope("1", [])) == {packs.in_file("GL-REL-013", file, ["facts", 0, "spec", "value"], "Measurement `reproducibility.ratio` has no `value` that is a number")}
}

test_deny_a_difference_that_nothing_explains if {
	every details in [null, [], "none", {}] {
		denied(envelope(0.99, details)) == {packs.in_file("GL-REL-013", file, ["facts", 0, "spec", "details"], "0.99 of the build can be reproduced, and nothing says what differs")}
	}
	every row in [[{"name": "a"}, "reason"], [{"name": "a", "reason": "\n"}, "reason"], [{"reason": "b"}, "name"], [{"name": 7, "reason": "b"}, "name"]] {
		[detail, field] := row
		denied(envelope(0.99, [explained, detail])) == {packs.in_file("GL-REL-013", file, ["facts", 0, "spec", "details", 1], sprintf("a difference between two builds has no `%s`", [field]))}
	}
	denied(envelope(0.99, ["all is well"])) == {
		packs.in_file("GL-REL-013", file, ["facts", 0, "spec", "details", 0], "a difference between two builds has no `name`"),
		packs.in_file("GL-REL-013", file, ["facts", 0, "spec", "details", 0], "a difference between two builds has no `reason`"),
	}
}

explained := {"name": "bin/api", "reason": "It is signed."}

envelope(ratio, details) := packs.envelope({file: ["reproducibility", [object.union(
	packs.measurement("reproducibility.ratio", ratio, "ratio"),
	{"spec": {"details": details}},
)]]})

denied(given) := exported if exported := rule.deny with input as given

unjudged(given) := exported if exported := rule.unjudged with input as given
