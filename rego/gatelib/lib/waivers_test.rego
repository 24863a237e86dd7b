package gatelib.lib.waivers_test

import data.gatelib.lib.waivers

entry := {
	"finding": {
		"rule": "GL-T-001",
		"severity": "high",
		"resource": {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "api"},
	},
	"type": "apps/Deployment",
	"containers": {"proxy"},
	"place": "spec/template/spec/containers/proxy/image",
}

target := {"kind": "Deployment", "namespace": "shop", "name": "api"}

spec := {
	"rules": ["GL-T-000", "GL-T-001"],
	"target": target,
	"requester": "nina",
	"approver": "omar",
	"created": "2026-11-01",
	"expires": "2026-12-01",
}

test_waives_what_it_names if {
	every aim in [
		target,
		object.union(target, {"kind": "apps/Deployment"}),
		object.union(target, {"container": "proxy"}),
		object.union(target, {"path": "spec/template/spec/containers/proxy/image"}),
		object.union(target, {"path": "spec/template/spec/containers/proxy"}),
		object.union(target, {"path": "spec", "container": "proxy"}),
	] {
		waived_by(entry, [record({"target": aim})]) == 0
	}
}

test_waives_what_names_no_namespace if {
	free := with_resource({"namespace": ""})
	waived_by(free, [record({"target": object.remove(target, ["namespace"])})]) == 0
	waived_by(free, [record({"target": object.union(target, {"namespace": ""})})]) == 0
	waived_by(free, [record({})]) == "nobody"
	waived_by(entry, [record({"target": object.remove(target, ["namespace"])})]) == "nobody"
}

test_each_field_of_the_target_must_fit if {
	every aim in [
		{},
		object.remove(target, ["kind"]),
		object.remove(target, ["name"]),
		object.union(target, {"kind": "StatefulSet"}),
		object.union(target, {"kind": "deployment"}),
		object.union(target, {"kind": "extensions/Deployment"}),
		object.union(target, {"kind": "*"}),
		object.union(target, {"name": "ap"}),
		object.union(target, {"name": "*"}),
		object.union(target, {"namespace": "bank"}),
		object.union(target, {"namespace": "*"}),
		object.union(target, {"container": "api"}),
		object.union(target, {"container": "containers"}),
		object.union(target, {"container": ""}),
		object.union(target, {"path": ""}),
		object.union(target, {"path": "spec/template/spec/containers/proxy/image/"}),
		object.union(target, {"path": "spec/temp"}),
		object.union(target, {"path": "metadata"}),
		object.union(target, {"path": "image"}),
		object.union(target, {"container": "proxy", "path": "metadata"}),
	] {
		waived_by(entry, [record({"target": aim})]) == "nobody"
	}
}

test_a_resource_without_a_name_cannot_be_named if {
	waived_by(with_resource({"name": ""}), [record({"target": object.union(target, {"name": ""})})]) == "nobody"
}

test_the_rule_must_be_named if {
	waived_by(entry, [record({"rules": ["GL-T-002"]})]) == "nobody"
	waived_by(entry, [record({"rules": []})]) == "nobody"
	waived_by(entry, [record({"rules": ["*", "GL-T-*", "gl-t-001"]})]) == "nobody"
}

test_rules_on_exceptions_cannot_be_waived if {
	of_exceptions := object.union(entry, {"finding": {"rule": "GL-EXC-001"}})
	waived_by(of_exceptions, [record({"rules": ["GL-EXC-001"]})]) == "nobody"
}

test_a_critical_finding_needs_two_people if {
	critical := object.union(entry, {"finding": {"severity": "critical"}})
	waived_by(critical, [record({"approver": ["omar", "lea"]})]) == 0
	every approver in ["omar", ["omar"], ["omar", "OMAR"], ["omar", " omar "], ["omar", ""]] {
		waived_by(critical, [record({"approver": approver})]) == "nobody"
	}
	index := waivers.waived_by(critical) with input as envelope("2026-11-22T00:00:00Z")
		with data.gatelib.exceptions as [record({})]
		with data.gatelib.params as {"exceptions": {"require_signature": false, "critical_approvers": 1}}
	index == 0
}

test_the_first_of_several_waives if {
	waived_by(entry, [record({"rules": []}), record({}), record({})]) == 1
}

test_only_an_exception_in_force_waives if {
	every change in [
		{"approver": ""},
		{"approver": "Nina"},
		{"approver": ["omar", 7]},
		{"requester": ""},
		{"created": "2026-11-23"},
		{"created": null},
		{"expires": null},
		{"expires": "2026-11-21"},
		{"expires": "2026-11-22T00:00:00Z"},
		{"expires": "2027-01-31"},
		{"rules": "GL-T-001"},
		{"rules": {"a": "GL-T-001"}},
		{"target": "api"},
		{"target": [target]},
		{"target": object.union(target, {"path": 7})},
		{"target": object.union(target, {"container": null})},
	] {
		in_force([record(change)]) == []
		waived_by(entry, [record(change)]) == "nobody"
	}
}

test_the_boundaries_of_a_life if {
	every change in [
		{"expires": "2026-11-22"},
		{"expires": "2026-11-22T00:00:01Z"},
		{"created": "2026-11-22"},
		{"expires": "2027-01-30"},
		{"created": "2026-11-01T12:00:00Z", "expires": "2027-01-30T12:00:00Z"},
	] {
		waived_by(entry, [record(change)]) == 0
	}
	every change in [
		{"created": "2026-11-22T00:00:01Z"},
		{"created": "2026-11-01T12:00:00Z", "expires": "2027-01-30T12:00:01Z"},
	] {
		waived_by(entry, [record(change)]) == "nobody"
	}
}

test_it_expires_within_a_second if {
	given := [record({"expires": "2026-11-30T12:00:00Z"})]
	waivers.waived_by(entry) == 0 with input as envelope("2026-11-30T11:59:59.999999999Z")
		with data.gatelib.exceptions as given
		with data.gatelib.params as unsigned
	waivers.in_force == [] with input as envelope("2026-11-30T12:00:00Z")
		with data.gatelib.exceptions as given
		with data.gatelib.params as unsigned
}

test_only_records_of_ours_waive if {
	every change in [{"kind": "ConfigMap"}, {"apiVersion": "kyverno.io/v2"}, {"kind": null}] {
		other := object.union(record({}), change)
		in_force([other]) == []
		errors([other]) == {error(0, "exception `e` is no PolicyException record")}
	}
	in_force([object.remove(record({}), ["apiVersion"])]) != []
}

test_unsigned_exceptions_waive_nothing_where_signatures_are_required if {
	given := [record({})]
	waivers.in_force == [] with input as envelope("2026-11-22T00:00:00Z") with data.gatelib.exceptions as given
	waivers.errors == {error(
		0,
		"exception `e` is not signed, and `exceptions.require_signature` is on",
	)} with data.gatelib.exceptions as given
}

test_errors_of_form if {
	errors([]) == set()
	errors([record({})]) == set()
	every change in [{"rules": "GL-T-001"}, {"rules": null}, {"rules": ["GL-T-001", 7]}, {"target": null}, {"target": {"name": 7}}] {
		errors([record({}), record(change)]) == {error(1, "exception `e` must name `rules` as a list and a `target` of texts")}
	}
	every nonsense in ["x", null, 7, []] {
		errors([nonsense]) == {
			error(0, "exception `` is no PolicyException record"),
			error(0, "exception `` must name `rules` as a list and a `target` of texts"),
		}
	}
	every given in [{}, "x", 7, null, {"0": record({})}] {
		errors(given) == {{"code": "GL-ERR-008", "message": "the exceptions must be a list of PolicyException records"}}
	}
}

unsigned := {"exceptions": {"require_signature": false}}

record(change) := {
	"apiVersion": "gatelib.dev/v1",
	"kind": "PolicyException",
	"metadata": {"name": "e"},
	"spec": object.union(object.remove(spec, object.keys(change)), change),
}

with_resource(change) := object.union(entry, {"finding": {"resource": change}})

error(index, message) := {"code": "GL-ERR-008", "exception": index, "message": message}

errors(given) := found if {
	found := waivers.errors with data.gatelib.exceptions as given with data.gatelib.params as unsigned
}

in_force(given) := found if {
	found := waivers.in_force with input as envelope("2026-11-22T00:00:00Z")
		with data.gatelib.exceptions as given
		with data.gatelib.params as unsigned
}

waived_by(of, given) := index if {
	index := waivers.waived_by(of) with input as envelope("2026-11-22T00:00:00Z")
		with data.gatelib.exceptions as given
		with data.gatelib.params as unsigned
} else := "nobody"

envelope(now) := {"gatelib": 1, "now": now, "documents": []}
