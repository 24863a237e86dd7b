package gatelib.rules.exceptions.break_glass_test

import data.gatelib.rules.exceptions.break_glass as rule

file := "governance/break-glass.json"

spec := {
	"requester": "nina",
	"reason": "The gate was down.",
	"started": "2026-11-20T08:00:00Z",
	"ended": "2026-11-20T12:00:00Z",
	"review": {"reviewer": "omar", "reviewed": "2026-11-20T12:00:00Z"},
}

test_allow_what_is_over_and_reviewed if {
	denied([use({})]) == set()
	denied([]) == set()
	denied_with([use({"ended": "2026-11-20T14:00:00Z", "review": {"reviewer": "omar", "reviewed": "2026-11-21T00:00:00Z"}})], 6) == set()
}

test_deny_times if {
	every change, pair in {
		{"started": "2026-11-20"}: ["started", "has no `started` that is an RFC 3339 date-time"],
		{"started": null}: ["started", "has no `started` that is an RFC 3339 date-time"],
		{"ended": "soon"}: ["ended", "has no `ended` that is an RFC 3339 date-time"],
		{"ended": "2026-11-20T07:59:59Z"}: ["ended", "ended on `2026-11-20T07:59:59Z`, before it started"],
		{"started": "2026-11-20T07:59:59Z"}: [
			"ended",
			"lasted from `2026-11-20T07:59:59Z` to `2026-11-20T12:00:00Z`, more than 4 hours",
		],
	} {
		denied([use(change)]) == {finding(["spec", pair[0]], pair[1])}
	}
	going_on := {"started": "2026-11-21T23:00:00Z", "ended": "2026-11-22T00:00:01Z"}
	denied([use(going_on)]) == {
		finding(["spec", "ended"], "lasts until `2026-11-22T00:00:01Z`, which is still to come"),
		finding(["spec", "review"], "was reviewed on `2026-11-20T12:00:00Z`, before it ended"),
	}
}

test_deny_reviews if {
	every review, problem in {
		null: "has no review with a `reviewer`",
		{"reviewer": " "}: "has no review with a `reviewer`",
		{"reviewer": "NINA ", "reviewed": "2026-11-21T00:00:00Z"}: "is reviewed by its own requester `nina`",
		{"reviewer": "omar", "reviewed": "2026-11-21"}: "has a review without a `reviewed` that is an RFC 3339 date-time",
		{"reviewer": "omar", "reviewed": "2026-11-22T00:00:01Z"}: "was reviewed in the future, on `2026-11-22T00:00:01Z`",
		{"reviewer": "omar", "reviewed": "2026-11-20T11:59:59Z"}: "was reviewed on `2026-11-20T11:59:59Z`, before it ended",
	} {
		denied([use({"review": review})]) == {finding(["spec", "review"], problem)}
	}
}

test_deny_what_says_not_who_and_why if {
	denied([use({"requester": "", "reason": 7})]) == {
		finding(["spec", "requester"], "has no `requester`"),
		finding(["spec", "reason"], "has no `reason`"),
	}
}

test_deny_something_else if {
	every fact in [7, {"apiVersion": "gatelib.dev/v1", "kind": "Drill"}, object.union(use({}), {"apiVersion": "v1"})] {
		denied([fact]) == {{
			"id": "GL-EXC-006",
			"evidence": file,
			"path": ["facts", 0],
			"msg": "`governance/break-glass.json` holds something else than a BreakGlass record",
		}}
	}
}

test_deny_what_nobody_signed if {
	found := rule.deny with input as envelope([], [use({})])
	found == {{
		"id": "GL-EXC-006",
		"document": 1,
		"path": [],
		"msg": "break-glass record `down` lies among what is judged, where nobody has signed it",
	}}
	subjects := rule.subjects with input as envelope([], [use({})])
	subjects == {0, 1}
}

test_deny_no_file if {
	given := object.remove(envelope([], []), ["evidence"])
	rule.deny == {{
		"id": "GL-EXC-006",
		"document": 0,
		"path": ["spec", "evidencePack"],
		"msg": "the Evidence Pack of release `r` has no `governance/break-glass.json`",
	}} with input as given
}

test_a_file_that_cannot_be_read_is_unjudged if {
	given := envelope([], [])
	broken := object.union(given, {"evidence": {file: object.union(given.evidence[file], {"problem": {"message": "bad"}})}})
	rule.unjudged == {{"evidence": file, "path": [], "msg": "`governance/break-glass.json` cannot be read: bad"}} with input as broken
}

finding(path, problem) := {
	"id": "GL-EXC-006",
	"evidence": file,
	"path": array.concat(["facts", 0], path),
	"msg": sprintf("break-glass record `down` %s", [problem]),
}

use(change) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "BreakGlass",
	"metadata": {"name": "down"},
	"spec": object.union(object.remove(spec, object.keys(change)), change),
}

denied(facts) := found if {
	found := rule.deny with input as envelope(facts, [])
}

denied_with(facts, hours) := found if {
	found := rule.deny with input as envelope(facts, []) with data.gatelib.params as {"break_glass": {"max_hours": hours}}
}

image := "sha256:ab"

release := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "Release",
	"metadata": {"name": "r"},
	"spec": {"service": "s", "version": "1", "commit": "c", "images": [concat("@", ["shop/api", image])]},
}

envelope(facts, judged) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"gate": "pre-promote",
	"documents": [{"index": index, "root": 0, "content": content} |
		some index, content in array.concat([release], judged)
	],
	"evidence": {file: {"format": "gatelib.dev/v1", "role": "break-glass", "sha256": "", "size": 1, "facts": facts}},
	"verifications": [{
		"type": "entry", "file": file, "producer": "ops", "service": "s", "version": "1", "commit": "c",
		"images": [image], "created": "2026-11-21T00:00:00Z",
	}],
}

test_allow_what_has_only_just_ended_and_been_reviewed if {
	now := "2026-11-22T00:00:00Z"
	denied([use({"started": now, "ended": now, "review": {"reviewer": "omar", "reviewed": now}})]) == set()
}

test_deny_a_reviewer_who_is_the_requester_in_other_letters if {
	denied([use({"requester": "Nina", "review": object.union(spec.review, {"reviewer": "nina"})})]) == {finding(
		["spec", "review"],
		"is reviewed by its own requester `Nina`",
	)}
}

test_deny_all_that_is_wrong_with_each_record if {
	wrong := use({"reason": "", "ended": null, "review": {}})
	denied([use({}), wrong, wrong]) == {{
		"id": "GL-EXC-006",
		"evidence": file,
		"path": ["facts", position, "spec", field],
		"msg": sprintf("break-glass record `down` %s", [problem]),
	} |
		some position in [1, 2]
		some field, problem in {
			"reason": "has no `reason`",
			"ended": "has no `ended` that is an RFC 3339 date-time",
			"review": "has no review with a `reviewer`",
		}
	}
}

test_deny_something_else_in_each_place_of_each_file if {
	given := doubled(envelope([use({}), 7, {"kind": "BreakGlass"}], []))
	rule.deny == {{
		"id": "GL-EXC-006",
		"evidence": name,
		"path": ["facts", position],
		"msg": sprintf("`%s` holds something else than a BreakGlass record", [name]),
	} |
		some name in files
		some position in [1, 2]
	} with input as given
}

test_deny_each_that_nobody_signed if {
	given := envelope([], [use({}), use({})])
	rule.deny == {{
		"id": "GL-EXC-006",
		"document": index,
		"path": [],
		"msg": "break-glass record `down` lies among what is judged, where nobody has signed it",
	} |
		some index in [1, 2]
	} with input as given
	rule.subjects == {0, 1, 2} with input as given
}

test_deny_each_empty_file if {
	given := doubled(changed({"size": 0}))
	rule.deny == {{"id": "GL-EXC-006", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} |
		some name in files
	} with input as given
}

test_say_so_of_each_file_that_cannot_be_read if {
	given := doubled(changed({"problem": {"message": "bad"}}))
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: bad", [name])} |
		some name in files
	} with input as given
}

changed(entry) := object.union(envelope([], []), {"evidence": {file: entry}})

# A second file of the role beside the first, with the same in it.
doubled(given) := object.union(given, {
	"evidence": {"governance/more.json": given.evidence[file]},
	"verifications": [object.union(entry, {"file": name}) | some entry in given.verifications; some name in files],
})

files := [file, "governance/more.json"]
