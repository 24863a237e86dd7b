package gatelib.lib.exception_signatures_test

import data.gatelib.lib.exception_signatures

omar := {"identity": "omar", "rules": ["GL-T-*"], "severities": ["high", "medium", "low"], "namespaces": ["shop", "pr-*"]}

lea := {"identity": "lea", "rules": ["*"], "severities": ["critical", "high"], "namespaces": ["*"]}

verified := {"sha256": "", "requester": "nina", "approvers": [omar], "revoked": null, "problems": []}

test_nothing_wrong_with_a_signed_one if {
	problems({}, {}) == set()
}

test_what_is_not_signed if {
	unsigned := {problem([], "is not signed, and `exceptions.require_signature` is on")}
	problems({}, null) == unsigned
	every nothing in [{}, {"requester": null}, {"approvers": []}, {"requester": null, "approvers": []}, {"approvers": 7}] {
		problems_of({"spec": {"audience": "us"}, "verified": nothing}) == unsigned
	}
	problems({}, {"requester": null}) == {problem(["spec", "requester"], "has no signature of the requester that it names")}
	problems({}, {"approvers": []}) == {problem(["spec", "approver"], "has no signature of an approver that it names")}
	problems({}, {"problems": ["a"]}) == {problem([], "counts for nothing: a")}
	problems({}, {"problems": ["a", "b"]}) == {problem([], "counts for nothing: a"), problem([], "counts for nothing: b")}
}

test_what_is_revoked if {
	problems({}, {"revoked": "stolen"}) == {problem([], "is revoked: stolen")}
	problems_where({}, {"revoked": "stolen"}, {"require_signature": false, "audience": ["us"]}) == {problem([], "is revoked: stolen")}
}

test_whom_it_is_for if {
	problems({"audience": "them"}, {}) == {problem(["spec", "audience"], "is for `them`, and this gate stands for `us`")}
	every nobody in ["", null, 7] {
		problems({"audience": nobody}, {}) == {problem(["spec", "audience"], "names no `audience`, so that it would hold wherever it is brought")}
		problems_where({"audience": nobody}, {}, {"require_signature": false}) == set()
	}
	problems_of({"spec": {}, "verified": verified}) == {problem(
		["spec", "audience"],
		"names no `audience`, so that it would hold wherever it is brought",
	)}
	problems_where({}, {}, {"require_signature": false}) == {problem(["spec", "audience"], "is for `us`, and this gate stands for none")}
	problems_where({}, {}, {"audience": ["we", "us"]}) == set()
	problems_where({"audience": "they"}, {}, {"audience": ["we", "us"]}) == {problem(
		["spec", "audience"],
		"is for `they`, and this gate stands for `us`, `we`",
	)}
}

test_without_signatures_nothing_is_asked_of_them if {
	every found in [null, {}, {"problems": ["a"]}] {
		problems_where({}, found, {"require_signature": false, "audience": ["us"]}) == set()
	}
}

test_without_signatures_whom_the_record_names_counts if {
	every pair in [
		["", set()],
		["lea", {"high", "medium", "low"}],
		[["lea", "zoe"], {"critical", "high", "medium", "low", "odd"}],
	] {
		given := {"spec": {"approver": pair[0]}, "verified": null}
		waived := {severity |
			some severity in ["critical", "high", "medium", "low", "odd"]
			enough_unsigned(given, severity)
		}
		waived == pair[1]
	}
}

enough_unsigned(given, severity) if {
	exception_signatures.enough_approvers(given, "GL-T-001", severity, "shop") with data.gatelib.params as {"exceptions": {"require_signature": false}}
}

test_an_approver_counts_within_what_they_may_waive if {
	enough([omar], "GL-T-001", "high", "shop")
	enough([omar], "GL-T-001", "medium", "shop")
	enough([omar], "GL-T-001", "low", "pr-7")
	not enough([omar], "GL-U-001", "high", "shop")
	not enough([omar], "GL-T-001", "critical", "shop")
	not enough([omar], "GL-T-001", "high", "bank")
	not enough([omar], "GL-T-001", "high", "")
	enough([lea], "GL-T-001", "high", "")
	not enough([], "GL-T-001", "low", "shop")
}

test_a_critical_finding_needs_two_of_them if {
	zoe := object.union(lea, {"identity": "zoe"})
	enough([lea, zoe], "GL-T-001", "critical", "shop")
	not enough([lea], "GL-T-001", "critical", "shop")
	not enough([lea, lea], "GL-T-001", "critical", "shop")
	not enough([lea, omar], "GL-T-001", "critical", "shop")
	not enough([lea, object.union(lea, {"identity": "nina"})], "GL-T-001", "critical", "shop")
}

test_what_is_no_approver_does_not_count if {
	every nobody in [7, "lea", {}, {"identity": "lea"}, object.remove(lea, ["identity"]), object.union(lea, {"identity": ""}), object.union(lea, {"identity": 7}), object.union(lea, {"rules": "*"}), object.union(lea, {"namespaces": null})] {
		not enough([nobody], "GL-T-001", "high", "shop")
	}
}

test_rules_that_too_few_have_approved if {
	unapproved([omar]) == {
		problem(["spec", "rules", 1], "needs an approver who may waive it for `GL-U-001`, which is low, and has none"),
		problem(["spec", "rules", 2], "needs 2 approvers who may waive it for `GL-T-002`, which is critical, and has none"),
	}
	unapproved([lea]) == {
		problem(["spec", "rules", 1], "needs an approver who may waive it for `GL-U-001`, which is low, and has none"),
		problem(["spec", "rules", 2], "needs 2 approvers who may waive it for `GL-T-002`, which is critical, and has `lea`"),
	}
}

test_a_target_without_a_namespace_is_in_none if {
	every namespaces, found in {["?*"]: "none", ["*"]: "`lea`, `zoe`"} {
		some_of := [object.union(lea, {"identity": name, "namespaces": namespaces}) | some name in ["zoe", "lea"]]
		said := exception_signatures.unapproved({
			"spec": {"rules": ["GL-T-002"], "target": {}},
			"verified": object.union(verified, {"approvers": some_of}),
		}) with data.gatelib.severities as {"GL-T-002": "critical"}
			with data.gatelib.params as {"exceptions": {"critical_approvers": 3}}
		said == {problem(
			["spec", "rules", 0],
			sprintf("needs 3 approvers who may waive it for `GL-T-002`, which is critical, and has %s", [found]),
		)}
	}
}

problem(path, message) := {"path": path, "message": message}

rules := ["GL-T-001", "GL-U-001", "GL-T-002", "GL-T-009"]

unapproved(approvers) := found if {
	found := exception_signatures.unapproved({
		"spec": {"rules": rules, "target": {"namespace": "shop"}},
		"verified": object.union(verified, {"approvers": approvers}),
	}) with data.gatelib.severities as {"GL-T-001": "high", "GL-U-001": "low", "GL-T-002": "critical"}
}

enough(approvers, rule, severity, namespace) if {
	exception_signatures.enough_approvers(
		{"spec": {}, "verified": object.union(verified, {"approvers": approvers})},
		rule, severity, namespace,
	)
}

problems(spec, found) := problems_where(spec, found, {"audience": ["us"]})

problems_where(spec, found, params) := said if {
	said := exception_signatures.problems(exception(spec, found)) with data.gatelib.params as {"exceptions": params}
}

problems_of(given) := said if {
	said := exception_signatures.problems(given) with data.gatelib.params as {"exceptions": {"audience": ["us"]}}
}

exception(spec, null) := {"spec": object.union({"audience": "us"}, spec), "verified": null}

exception(spec, found) := {
	"spec": object.union({"audience": "us"}, spec),
	"verified": object.union(verified, found),
} if {
	is_object(found)
}
