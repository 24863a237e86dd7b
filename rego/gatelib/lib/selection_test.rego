package gatelib.lib.selection_test

import data.gatelib.lib.selection

catalog := {"core": {
	"GL-T-002": {"package": ["t", "two"], "gates": ["pr", "publish"]},
	"GL-T-001": {"package": ["t", "one"], "gates": ["pr"]},
	"GL-T-003": {"package": ["t", "three"], "gates": ["publish"]},
}}

rules := {"t": {
	"one": {"subjects": {0, 2}, "deny": set()},
	"two": {"subjects": set(), "warn": set()},
	"three": {"subjects": {0}},
}}

test_the_rules_of_the_gate if {
	picked({}, catalog, rules) == {
		"known": ["GL-T-001", "GL-T-002"],
		"judged": {"GL-T-001": 2, "GL-T-002": 0},
		"exports": {"GL-T-001": rules.t.one, "GL-T-002": rules.t.two},
		"errors": set(),
	}
	picked({"gate": "publish"}, catalog, rules).known == ["GL-T-002", "GL-T-003"]
}

test_the_rules_asked_for if {
	picked({"rules": ["GL-T-003", "GL-T-001", "GL-T-001"]}, catalog, rules) == {
		"known": ["GL-T-001", "GL-T-003"],
		"judged": {"GL-T-001": 2, "GL-T-003": 1},
		"exports": {"GL-T-001": rules.t.one, "GL-T-003": rules.t.three},
		"errors": set(),
	}
}

test_a_request_is_judged_by_the_rules_on_requests_too if {
	request := {
		"action": "deploy",
		"subject": "ci",
		"context": {},
		"artefact": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}},
	}
	governance := {"GL-GOV-004": {"package": ["t", "four"], "gates": ["publish"]}, "GL-GOV-005": {"package": ["t", "five"], "gates": []}}
	entries := {"core": object.union(catalog.core, governance)}
	packages := {"t": object.union(rules.t, {"four": {"subjects": {0}}, "five": {"subjects": set()}})}
	picked({"request": request}, entries, packages).known == ["GL-GOV-004", "GL-GOV-005", "GL-T-001", "GL-T-002"]
	picked({"request": request, "rules": ["GL-T-003"]}, entries, packages).known == ["GL-GOV-004", "GL-GOV-005", "GL-T-003"]
	picked({}, entries, packages).known == ["GL-T-001", "GL-T-002"]
	picked({"request": request}, catalog, rules).errors == {
		error("there is no rule `GL-GOV-004`"),
		error("there is no rule `GL-GOV-005`"),
	}
}

test_no_rule_is_an_error if {
	picked({"rules": []}, catalog, rules).errors == {error("no rule is selected")}
	picked({"gate": "admission"}, catalog, rules).errors == {error("no rule is selected")}
	picked({}, {"core": {}}, rules).errors == {error("no rule is selected")}
}

test_an_unknown_rule_is_an_error if {
	every id in ["GL-T-009", "gl-t-001", "", 7, null, ["GL-T-001"], {"id": "GL-T-001"}] {
		found := picked({"rules": ["GL-T-001", id]}, catalog, rules)
		found.known == ["GL-T-001"]
		found.errors == {error(sprintf("there is no rule `%v`", [id]))}
	}
}

test_an_unknown_gate_is_an_error if {
	picked({"gate": "lunch", "rules": ["GL-T-001"]}, catalog, rules).errors == {error("there is no gate `lunch`")}
}

test_what_the_gate_requires if {
	gates := {"pr": {"requires": []}, "publish": {"requires": [{"kind": "gatelib.dev/Release", "exactly": 1}]}, "odd": {}}
	selection.requirements == [] with input as envelope({}) with data.gatelib.gates as gates
	selection.requirements == [{"kind": "gatelib.dev/Release", "exactly": 1}] with input as envelope({"gate": "publish"})
		with data.gatelib.gates as gates
	selection.requirements == [] with input as envelope({"gate": "odd"}) with data.gatelib.gates as gates
	selection.requirements == [] with input as envelope({"gate": "lunch"}) with data.gatelib.gates as gates
}

test_a_bundle_says_itself_what_it_requires if {
	need := [{"kind": "gatelib.dev/Dataset", "exactly": 2}]
	selection.requirements == need with input as envelope({"gate": "publish"}) with data.gatelib.bundle as {"requires": need}
	selection.requirements == [] with input as envelope({"gate": "pr"}) with data.gatelib.bundle as {"requires": 7}
}

test_a_bundle_judges_for_its_gate_only if {
	wrong := {error("this bundle judges for gate `pr`, not `publish`")}
	selection.errors == wrong with input as envelope({"gate": "publish", "rules": ["GL-T-003"]})
		with data.gatelib.bundle as {"gate": "pr"}
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as rules
	selection.errors == set() with input as envelope({})
		with data.gatelib.bundle as {"gate": "pr"}
		with data.gatelib.catalog as catalog
		with data.gatelib.rules as rules
}

test_catalogues_of_teams if {
	own := {"package": ["t", "three"], "gates": ["pr"]}
	found := picked({}, object.union(catalog, {"acme": {"AC-X-001": own}}), rules)
	found.known == ["AC-X-001", "GL-T-001", "GL-T-002"]
	found.judged == {"AC-X-001": 1, "GL-T-001": 2, "GL-T-002": 0}
	found.errors == set()
}

test_all_rules_of_all_teams if {
	own := {"package": ["t", "three"], "gates": ["pr"]}
	teams := {"acme": {"AC-X-001": own, "AC-X-002": own}, "beta": {"BE-X-001": own, "GL-T-001": own}}
	found := picked({}, object.union(catalog, teams), rules)
	found.known == ["AC-X-001", "AC-X-002", "BE-X-001", "GL-T-001", "GL-T-002"]
	found.judged == {"AC-X-001": 1, "AC-X-002": 1, "BE-X-001": 1, "GL-T-001": 2, "GL-T-002": 0}
	found.errors == set()
}

test_every_id_of_two_teams_is_an_error if {
	own := {"package": ["t", "three"], "gates": ["pr"]}
	teams := {"acme": {"X-001": own, "X-002": own, "X-003": own}, "beta": {"X-001": own, "X-003": own}}
	picked({}, object.union(catalog, teams), rules).errors == {
		error("rule `X-001` is in the catalogues of acme and beta"),
		error("rule `X-003` is in the catalogues of acme and beta"),
	}
}

test_all_rules_that_there_are if {
	entries := {"core": {
		"GL-T-001": {"package": ["t", "one"], "gates": ["pr"]},
		"GL-T-002": {"package": ["t", "two"], "gates": ["pr"]},
	}}
	picked({}, entries, rules) == {
		"known": ["GL-T-001", "GL-T-002"],
		"judged": {"GL-T-001": 2, "GL-T-002": 0},
		"exports": {"GL-T-001": rules.t.one, "GL-T-002": rules.t.two},
		"errors": set(),
	}
}

test_subjects_are_counted_whatever_collection_they_are if {
	every subjects in [{0, 2}, [0, 2], {"a": 0, "b": 2}] {
		packages := {"t": object.union(object.remove(rules.t, ["one"]), {"one": {"subjects": subjects}})}
		picked({}, catalog, packages).judged == {"GL-T-001": 2, "GL-T-002": 0}
	}
}

test_what_exports_no_subjects_judged_nothing if {
	picked({}, catalog, {"t": object.remove(rules.t, ["one"])}).judged == {"GL-T-002": 0}
	every subjects in [null, 7, true, "x"] {
		picked({}, catalog, {"t": object.union(rules.t, {"one": {"subjects": subjects}})}).judged == {"GL-T-002": 0}
	}
}

test_a_team_cannot_redefine_a_rule_of_the_library if {
	own := {"package": ["t", "three"], "gates": ["pr"]}
	found := picked({}, object.union(catalog, {"acme": {"GL-T-001": own}}), rules)
	found.judged["GL-T-001"] == 2
	found.errors == set()
}

test_an_id_of_two_teams_is_an_error if {
	teams := {
		"acme": {"X-001": {"package": ["t", "one"], "gates": ["pr"]}},
		"beta": {"X-001": {"package": ["t", "two"], "gates": ["pr"]}},
	}
	found := picked({}, object.union(catalog, teams), rules)
	found.judged == {"X-001": 2, "GL-T-001": 2, "GL-T-002": 0}
	found.errors == {error("rule `X-001` is in the catalogues of acme and beta")}
}

error(message) := {"code": "GL-ERR-004", "message": message}

picked(fields, entries, packages) := {
	"known": known,
	"judged": judged,
	"exports": exports,
	"errors": errors,
} if {
	known := selection.known with input as envelope(fields) with data.gatelib.catalog as entries
	judged := selection.judged with input as envelope(fields)
		with data.gatelib.catalog as entries
		with data.gatelib.rules as packages
	exports := selection.exports with input as envelope(fields)
		with data.gatelib.catalog as entries
		with data.gatelib.rules as packages
	errors := selection.errors with input as envelope(fields)
		with data.gatelib.catalog as entries
		with data.gatelib.rules as packages
}

envelope(fields) := object.union({"gatelib": 1, "now": "2026-11-22T00:00:00Z", "documents": []}, fields)
