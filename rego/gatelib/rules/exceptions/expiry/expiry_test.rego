package gatelib.rules.exceptions.expiry_test

import data.gatelib.rules.exceptions.expiry as rule

test_allow_one_in_force if {
	every dates in [
		["2026-11-01", "2026-12-15"],
		["2026-11-01", "2026-11-22"],
		["2026-11-22T00:00:00Z", "2026-11-22T00:00:01Z"],
		["2026-11-01", "2027-01-30"],
		["2026-11-01T12:00:00Z", "2027-01-30T12:00:00Z"],
	] {
		rule.deny == set() with input as envelope([record(dates[0], dates[1])])
	}
}

test_allow_an_exception_of_another_group if {
	given := envelope([{"apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": "e"}}])
	rule.deny == set() with input as given
	rule.subjects == set() with input as given
}

test_deny_no_expiry if {
	every expires in [null, ""] {
		rule.deny == found("expires", "has no expiry") with input as envelope([record("2026-11-01", expires)])
	}
	rule.deny == found("expires", "has no expiry") with input as envelope([{
		"kind": "PolicyException",
		"metadata": {"name": "e"},
		"spec": "none",
	}])
}

test_deny_an_expiry_of_another_form if {
	every expires in ["soon", "2026-12-15T10:00:00", "2027-02-29", 20261215, true, ["2026-12-15"], {"date": "2026-12-15"}] {
		wanted := found("expires", "has an expiry that is no RFC 3339 date or date-time")
		rule.deny == wanted with input as envelope([record("2026-11-01", expires)])
	}
}

test_deny_an_expired_one if {
	every expires in ["2026-11-21", "2026-11-22T00:00:00Z", "2026-11-22T00:59:59+01:00"] {
		wanted := found("expires", sprintf("expired on `%s`", [expires]))
		rule.deny == wanted with input as envelope([record("2026-11-01", expires)])
	}
}

test_deny_no_created if {
	every created in [null, ""] {
		wanted := found("created", "has no `created`, from which its lifetime counts")
		rule.deny == wanted with input as envelope([record(created, "2026-12-15")])
	}
}

test_deny_a_created_of_another_form if {
	every created in ["lately", 20261101, ["2026-11-01"]] {
		wanted := found("created", "has a `created` that is no RFC 3339 date or date-time")
		rule.deny == wanted with input as envelope([record(created, "2026-12-15")])
	}
}

test_deny_a_created_in_the_future if {
	wanted := found("created", "was created in the future, on `2026-11-22T00:00:01Z`")
	rule.deny == wanted with input as envelope([record("2026-11-22T00:00:01Z", "2026-12-15")])
}

test_deny_a_long_life if {
	every dates in [["2026-11-01", "2027-01-31"], ["2026-11-01T12:00:00Z", "2027-01-30T12:00:01Z"]] {
		wanted := found("expires", sprintf("runs to `%s`, more than 90 days after it was created", [dates[1]]))
		rule.deny == wanted with input as envelope([record(dates[0], dates[1])])
	}
}

test_deny_a_life_longer_than_the_parameter if {
	wanted := found("expires", "runs to `2026-11-30`, more than 7 days after it was created")
	rule.deny == wanted with input as envelope([record("2026-11-20", "2026-11-30")])
		with data.gatelib.params as {"exceptions": {"max_days": 7}}
}

test_deny_given_ones_by_their_number if {
	rule.deny == {{
		"id": "GL-EXC-002",
		"msg": "exception `e` has no expiry",
		"exception": 1,
		"path": ["spec", "expires"],
	}} with input as envelope([{"kind": "Pod"}])
		with data.gatelib.exceptions as [record("2026-11-01", "2026-12-15"), record("2026-11-01", null)]
}

test_subjects_are_documents if {
	rule.subjects == {1} with input as envelope([{"kind": "Pod"}, record(null, null)])
		with data.gatelib.exceptions as [record(null, null)]
}

found(field, problem) := {{
	"id": "GL-EXC-002",
	"msg": sprintf("exception `e` %s", [problem]),
	"document": 0,
	"path": ["spec", field],
}}

record(created, expires) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "PolicyException",
	"metadata": {"name": "e"},
	"spec": {"requester": "nina", "approver": "omar", "created": created, "expires": expires},
}

envelope(contents) := {
	"gatelib": 1,
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}
