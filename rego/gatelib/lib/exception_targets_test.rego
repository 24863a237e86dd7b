package gatelib.lib.exception_targets_test

import data.gatelib.lib.exception_targets

severities := {"GL-T-001": "high", "GL-EXC-001": "high"}

object_target := {"kind": "Pod", "name": "api"}

flaw := {"cve": "CVE-2026-1", "package": "openssl", "image": "shop/api"}

test_nothing_wrong_with_one_thing if {
	every target in [object_target, flaw, object.union(object_target, {"path": "a*b", "container": "c", "namespace": ""})] {
		scope({"rules": ["GL-T-001"], "target": target}) == set()
		exception_targets.breadth_problems({"rules": ["GL-T-001"], "target": target}) == set()
	}
}

test_rules_that_are_none if {
	every rules, message in {
		null: "names no rule",
		[]: "names no rule",
		"GL-T-001": "does not name its rules as a list",
	} {
		scope({"rules": rules, "target": flaw}) == {{"path": ["spec", "rules"], "message": message}}
	}
	scope({"target": flaw}) == {{"path": ["spec", "rules"], "message": "names no rule"}}
}

test_each_rule_that_is_none_by_its_place if {
	scope({"rules": ["GL-T-001", 7, "GL-T-002", "GL-EXC-001", "GL-T-*", "GL-EXC-*"], "target": flaw}) == {
		{"path": ["spec", "rules", 1], "message": "names a rule that is no text"},
		{"path": ["spec", "rules", 2], "message": "names rule `GL-T-002`, and there is none"},
		{"path": ["spec", "rules", 3], "message": "names rule `GL-EXC-001`, and nothing waives a rule on exceptions"},
	}
}

test_targets_that_are_none if {
	every pair in [
		[null, "names no target"],
		[{}, "names no target"],
		["api", "has a target that is no object"],
		[[flaw], "has a target that is no object"],
		[object.union(flaw, object_target), "has a target that is both a vulnerability and an object"],
		[object.union(flaw, {"path": ""}), "has a target that is both a vulnerability and an object"],
		[object.remove(flaw, ["cve"]), "has a target without a `cve`"],
		[object.union(flaw, {"cve": ""}), "has a target without a `cve`"],
		[{"name": "api"}, "has a target without a `kind`"],
		[{"name": "api", "kind": ""}, "has a target without a `kind`"],
	] {
		scope({"rules": ["GL-T-001"], "target": pair[0]}) == {{"path": ["spec", "target"], "message": pair[1]}}
	}
}

test_any_field_makes_a_target_a_vulnerability_or_an_object if {
	both := {{"path": ["spec", "target"], "message": "has a target that is both a vulnerability and an object"}}
	every field in ["cve", "package", "image"] {
		scope({"rules": ["GL-T-001"], "target": object.union(object_target, {field: "x"})}) == both
	}
	every field in ["kind", "namespace", "name", "container", "path"] {
		scope({"rules": ["GL-T-001"], "target": object.union(flaw, {field: "x"})}) == both
	}
	scope({"rules": ["GL-T-001"]}) == {{"path": ["spec", "target"], "message": "names no target"}}
}

test_only_rules_on_exceptions_are_never_waived if {
	spec := {"rules": ["ACME-GL-EXC-001", "GL-EXC-001"], "target": flaw}
	found := exception_targets.scope_problems(spec) with data.gatelib.severities as {"ACME-GL-EXC-001": "high", "GL-EXC-001": "high"}
	found == {{"path": ["spec", "rules", 1], "message": "names rule `GL-EXC-001`, and nothing waives a rule on exceptions"}}
}

test_values_of_a_target_that_are_no_texts if {
	scope({"rules": ["GL-T-001"], "target": {"kind": "Pod", "name": 7, "namespace": null}}) == {
		{"path": ["spec", "target", "name"], "message": "has a target whose `name` is no text"},
		{"path": ["spec", "target", "namespace"], "message": "has a target whose `namespace` is no text"},
	}
}

test_patterns_by_their_place if {
	every sign in ["*", "?", "[", "]", "{", "}"] {
		exception_targets.breadth_problems({"rules": ["GL-T-001", sign], "target": {"kind": "Pod", "name": sign}}) == {
			{"path": ["spec", "rules", 1], "message": sprintf("names rules by the pattern `%s`", [sign])},
			{
				"path": ["spec", "target", "name"],
				"message": sprintf("names the `name` of its target by the pattern `%s`", [sign]),
			},
		}
	}
}

test_what_narrows_a_target_is_not_left_out if {
	every target in [{"kind": "Pod"}, {"kind": "Pod", "name": ""}, {"kind": "Pod", "name": null}] {
		exception_targets.breadth_problems({"target": target}) == {unbounded("name")}
	}
	exception_targets.breadth_problems({"target": {"cve": "CVE-2026-1", "image": ""}}) == {unbounded("image"), unbounded("package")}
	every target in [null, "api", {}, []] {
		exception_targets.breadth_problems({"target": target}) == set()
	}
}

test_severities_are_of_all_catalogues_and_of_rules_that_do_not_run if {
	catalog := {"core": {"A": {"severity": "low"}, "B": {}}, "team": {"A": {"severity": "critical"}, "C": {"severity": "high"}}}
	exception_targets.severities == {"A": "critical", "B": "critical", "C": "medium", "D": "low"} with data.gatelib.catalog as catalog
		with data.gatelib.severities as {"C": "medium", "D": "low"}
	exception_targets.severities == {"A": "critical", "B": "critical", "C": "high"} with data.gatelib.catalog as catalog
		with data.gatelib.severities as {}
	exception_targets.severities == {"A": "critical", "B": "critical", "C": "high"} with data.gatelib.catalog as catalog
}

unbounded(field) := {
	"path": ["spec", "target"],
	"message": sprintf("has a target without a `%s`, and so would be for every one", [field]),
}

scope(spec) := found if {
	found := exception_targets.scope_problems(spec) with data.gatelib.severities as severities with data.gatelib.catalog as {}
}
