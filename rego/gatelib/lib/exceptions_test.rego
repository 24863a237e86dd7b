package gatelib.lib.exceptions_test

import data.gatelib.lib.exceptions

test_given_and_found_ones_in_one_form if {
	own := {"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": "own"}, "spec": {"a": 1}, "verified": {"sha256": "b"}}
	given := [
		{"kind": "PolicyException", "metadata": {"name": "first"}, "spec": {"b": 1}, "verified": {"sha256": "a"}},
		"nonsense",
		{"kind": "ConfigMap", "metadata": 7, "spec": [], "verified": true},
	]
	wanted := [
		{"place": {"exception": 0}, "type": "gatelib.dev/PolicyException", "name": "first", "spec": {"b": 1}, "verified": {"sha256": "a"}},
		{"place": {"exception": 1}, "type": "", "name": "", "spec": {}, "verified": null},
		{"place": {"exception": 2}, "type": "ConfigMap", "name": "", "spec": {}, "verified": null},
	]
	exceptions.given == wanted with input as envelope([own]) with data.gatelib.exceptions as given
	exceptions.all == array.concat(wanted, [{
		"place": {"document": 4},
		"type": "gatelib.dev/PolicyException",
		"name": "own",
		"spec": {"a": 1},
		"verified": null,
	}]) with input as envelope([own]) with data.gatelib.exceptions as given
}

test_exceptions_that_are_no_list_give_none if {
	every given in [{}, "x", null, 7, {"0": {"kind": "PolicyException"}}] {
		exceptions.given == [] with data.gatelib.exceptions as given
	}
}

test_approvers if {
	exceptions.approvers({"approver": "omar"}) == {"omar"}
	exceptions.approvers({"approver": [" omar ", "", null, 7, "Omar", "lea"]}) == {"omar", "Omar", "lea"}
	exceptions.people({"approver": ["omar", "Omar", "lea"]}) == {"omar", "lea"}
	every approver in [null, "", " ", [], [""], {}, {"a": "omar"}, 7, false] {
		exceptions.approvers({"approver": approver}) == set()
	}
	exceptions.approvers({}) == set()
}

test_all_that_are_judged if {
	own := [{"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": {"name": name}} | some name in ["a", "b"]]
	judged := [[exception.place, exception.name] | some exception in exceptions.judged] with input as envelope(own)
	judged == [[{"document": 4}, "a"], [{"document": 5}, "b"]]
}

test_spaces_make_nobody_another_person if {
	exceptions.approver_problem({"requester": " nina ", "approver": "nina"}) == {
		"field": "approver",
		"message": "is approved by its own requester `nina`",
	}
}

test_nothing_wrong_with_another_approver if {
	not exceptions.approver_problem({"requester": "nina", "approver": ["omar", "lea"]})
}

test_approver_problems if {
	every pair in [
		[{}, ["approver", "has no approver"]],
		[{"approver": 7}, ["approver", "has an approver that is no name"]],
		[{"approver": ["omar", {}]}, ["approver", "has an approver that is no name"]],
		[{"approver": "omar"}, ["requester", "names no requester, so that nobody can tell who may approve it"]],
		[{"approver": "NINA", "requester": "Nina"}, ["approver", "is approved by its own requester `Nina`"]],
	] {
		exceptions.approver_problem(pair[0]) == {"field": pair[1][0], "message": pair[1][1]}
	}
}

test_nothing_wrong_with_an_exception_in_force if {
	every dates in [
		["2026-11-22", "2026-11-22"],
		["2026-11-22T00:00:00Z", "2026-11-22T00:00:00.000000001Z"],
		["2026-10-01", "2026-12-30"],
		["2026-10-01T23:59:59Z", "2026-12-30"],
		["2026-10-01T00:00:00Z", "2026-12-30T00:00:00Z"],
		["2026-10-01", "2026-12-30T00:00:00Z"],
	] {
		not expiry(dates)
	}
}

test_expiry_problems if {
	long := "more than 90 days after it was created"
	every pair in [
		[["2026-11-01", null], ["expires", "has no expiry"]],
		[["2026-11-01", ""], ["expires", "has no expiry"]],
		[["2026-09-30T23:59:59.999999999Z", "2026-12-30"], ["expires", concat(" ", ["runs to `2026-12-30`,", long])]],
		[["2026-11-01", "soon"], ["expires", "has an expiry that is no RFC 3339 date or date-time"]],
		[["2026-11-01", 7], ["expires", "has an expiry that is no RFC 3339 date or date-time"]],
		[["2026-11-01", "2026-11-21"], ["expires", "expired on `2026-11-21`"]],
		[["2026-11-01", "2026-11-22T00:00:00Z"], ["expires", "expired on `2026-11-22T00:00:00Z`"]],
		[[null, "2026-12-01"], ["created", "has no `created`, from which its lifetime counts"]],
		[["", "2026-12-01"], ["created", "has no `created`, from which its lifetime counts"]],
		[["now", "2026-12-01"], ["created", "has a `created` that is no RFC 3339 date or date-time"]],
		[[{}, "2026-12-01"], ["created", "has a `created` that is no RFC 3339 date or date-time"]],
		[["2026-11-23", "2026-12-01"], ["created", "was created in the future, on `2026-11-23`"]],
		[["2026-10-01", "2026-12-31"], ["expires", concat(" ", ["runs to `2026-12-31`,", long])]],
		[
			["2026-10-01", "2026-12-30T00:00:00.000000001Z"],
			["expires", concat(" ", ["runs to `2026-12-30T00:00:00.000000001Z`,", long])],
		],
		[
			["2026-10-01T23:59:59Z", "2026-12-30T23:59:59.5Z"],
			["expires", concat(" ", ["runs to `2026-12-30T23:59:59.5Z`,", long])],
		],
	] {
		expiry(pair[0]) == {"field": pair[1][0], "message": pair[1][1]}
	}
}

test_dates_that_are_left_out if {
	exceptions.expiry_problem({"created": "2026-11-01"}) == {"field": "expires", "message": "has no expiry"}
	exceptions.expiry_problem({"expires": "2026-12-01"}) == {
		"field": "created",
		"message": "has no `created`, from which its lifetime counts",
	} with input as envelope([])
}

test_the_longest_life_is_a_parameter if {
	spec := {"created": "2026-11-21", "expires": "2026-11-23"}
	not exceptions.expiry_problem(spec) with input as envelope([]) with data.gatelib.params as {"exceptions": {"max_days": 2}}
	exceptions.expiry_problem(spec) == {
		"field": "expires",
		"message": "runs to `2026-11-23`, more than 1 days after it was created",
	} with input as envelope([]) with data.gatelib.params as {"exceptions": {"max_days": 1}}
}

test_an_exception_expires_soon_within_the_days_of_the_parameter if {
	every dates in [["2026-11-01", "2026-11-22"], ["2026-11-01", "2026-12-05"], ["2026-11-01", "2026-12-06T00:00:00Z"]] {
		soon(dates, 14)
	}
	every dates in [["2026-11-01", "2026-11-21"], ["2026-11-01", "2026-12-06"], ["2026-11-01", "2026-12-06T00:00:01Z"], ["2026-11-01", null]] {
		not soon(dates, 14)
	}
	not soon(["2026-11-01", "2026-11-22"], 0)
}

soon(dates, days) if {
	exceptions.expires_soon({"created": dates[0], "expires": dates[1]}) with input as envelope([])
		with data.gatelib.params as {"exceptions": {"warn_days": days}}
}

expiry(dates) := problem if {
	problem := exceptions.expiry_problem({"created": dates[0], "expires": dates[1]}) with input as envelope([])
}

envelope(contents) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index + 4, "root": 0, "content": content} | some index, content in contents],
}
