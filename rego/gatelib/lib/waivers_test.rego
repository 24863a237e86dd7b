package gatelib.lib.waivers_test

import data.gatelib.lib.waivers

entry := {
	"finding": {
		"rule": "GL-T-001",
		"severity": "high",
		"document": 0,
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
	waivers.fitting(critical) == [0] with input as envelope("2026-11-22T00:00:00Z")
		with data.gatelib.exceptions as [record({})]
		with data.gatelib.severities as severities
		with data.gatelib.params as {"exceptions": {"require_signature": false, "critical_approvers": 1}}
}

test_all_that_fit_are_named_in_order if {
	fitting(entry, [record({"rules": ["GL-T-000"]}), record({}), record({"target": object.union(target, {"name": "b"})}), record({})]) == [1, 3]
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
		{"target": object.union(target, {"name": "*"})},
		{"rules": ["GL-T-001", "GL-T-002"]},
		{"audience": "github.com/acme/other"},
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
	waivers.fitting(entry) == [0] with input as envelope("2026-11-30T11:59:59.999999999Z")
		with data.gatelib.exceptions as given
		with data.gatelib.severities as severities
		with data.gatelib.params as unsigned
	waivers.in_force == [] with input as envelope("2026-11-30T12:00:00Z")
		with data.gatelib.exceptions as given
		with data.gatelib.params as unsigned
}

test_only_records_of_ours_waive if {
	every change in [{"kind": "ConfigMap"}, {"apiVersion": "kyverno.io/v2"}, {"kind": null}] {
		other := object.union(record({}), change)
		in_force([other]) == []
		errors([record({}), other, record({}), other]) == {
			error(1, "exception `e` is no PolicyException record"),
			error(3, "exception `e` is no PolicyException record"),
		}
	}
	in_force([object.remove(record({}), ["apiVersion"])]) != []
}

test_errors_of_form if {
	errors([]) == set()
	errors([record({})]) == set()
	errors([record({}), record({"rules": null})]) == set()
	every nonsense in ["x", null, 7, []] {
		errors([nonsense]) == {error(0, "exception `` is no PolicyException record")}
	}
	every given in [{}, "x", 7, null, {"0": record({})}] {
		errors(given) == {{"code": "GL-ERR-008", "message": "the exceptions must be a list of PolicyException records"}}
	}
}

test_a_vulnerability_is_waived_by_id_package_and_image if {
	digest := concat("", ["@sha256:", "ab"])
	every scanned in ["localhost:5000/shop/api", "localhost:5000/shop/api:1.2", concat("", ["localhost:5000/shop/api:1.2", digest])] {
		every image in [scanned, "localhost:5000/shop/api"] {
			waived_by(vulnerability({"image": scanned}), [record({"target": object.union(flaw, {"image": image})})]) == 0
		}
	}
	pinned := record({"target": object.union(flaw, {"image": concat("", ["localhost:5000/shop/api", digest])})})
	waived_by(vulnerability({"image": concat("", ["localhost:5000/shop/api:1.2", digest])}), [pinned]) == 0
	waived_by(vulnerability({"image": "localhost:5000/shop/api:1.2@sha256:cd"}), [pinned]) == "nobody"
}

test_each_field_of_a_vulnerability_must_fit if {
	every aim in [
		object.union(flaw, {"cve": "CVE-2026-2"}),
		object.union(flaw, {"cve": "cve-2026-1"}),
		object.union(flaw, {"package": "openssl-libs"}),
		object.union(flaw, {"image": "localhost:5000/shop/web"}),
		object.union(flaw, {"image": "localhost:5000/shop"}),
		object.union(flaw, {"image": "localhost:5000/shop/api:1.3"}),
		object.union(flaw, {"image": ""}),
		object.remove(flaw, ["image"]),
		object.remove(flaw, ["package"]),
		object.union(flaw, target),
		target,
		{"kind": "Release", "name": "web-1"},
	] {
		waived_by(vulnerability({}), [record({"target": aim})]) == "nobody"
	}
	waived_by(vulnerability({"image": ""}), [record({"target": object.union(flaw, {"image": ""})})]) == "nobody"
	waived_by(entry, [record({"target": flaw})]) == "nobody"
}

test_other_evidence_is_waived_as_the_release if {
	every aim in [{"kind": "Release", "name": "web-1"}, {"kind": "gatelib.dev/Release", "name": "web-1", "namespace": ""}] {
		of_release(["web-1"], aim, evidence("GL-REL-017")) == [0]
	}
	every aim in [
		{"kind": "Release", "name": "web-2"},
		{"kind": "Deployment", "name": "web-1"},
		{"kind": "Release", "name": "web-1", "namespace": "shop"},
		{"kind": "Release", "name": "web-1", "path": "facts/0"},
		{"kind": "Release", "name": "web-1", "container": "c"},
	] {
		of_release(["web-1"], aim, evidence("GL-REL-017")) == []
	}
	of_release(["web-1", "web-1"], {"kind": "Release", "name": "web-1"}, evidence("GL-REL-017")) == []
	of_release(["web-1"], {"kind": "Release", "name": "web-1"}, evidence("GL-DAT-002")) == []
}

# Of the release only what nothing else can name: not what stands in a document, nor a vulnerability.
test_the_release_hides_no_document_and_no_vulnerability if {
	aim := {"kind": "Release", "name": "web-1"}
	flawed := object.union(vulnerability({}), {"finding": {"rule": "GL-REL-017"}})
	in_document := object.union(entry, {"finding": {"rule": "GL-REL-017"}})
	of_release(["web-1"], aim, flawed) == []
	of_release(["web-1"], aim, in_document) == []
	of_release(["web-1"], aim, evidence("ACME-GL-REL-017")) == []
}

test_what_stands_in_an_exception_is_no_object_to_name if {
	about := object.union(object.remove(entry, ["finding"]), {
		"finding": object.union(object.remove(entry.finding, ["document"]), {"exception": 0}),
		"type": "gatelib.dev/PolicyException",
	})
	every kind in ["Deployment", "gatelib.dev/PolicyException"] {
		waived_by(about, [record({"target": object.union(target, {"kind": kind})})]) == "nobody"
	}
}

test_an_approver_waives_only_in_their_namespaces if {
	every namespaces, found in {["shop"]: [0], ["bank"]: [], ["*"]: [0]} {
		signed(entry, target, namespaces) == found
	}
	anywhere := object.remove(target, ["namespace"])
	every namespaces, found in {["shop"]: [], ["mutated"]: [], ["*"]: [0]} {
		signed(with_resource({"namespace": ""}), anywhere, namespaces) == found
	}
}

test_subjects_are_documents_and_images if {
	waivers.subject(object.union(entry, {"finding": {"document": 3}})) == ["document", 3]
	waivers.subject(vulnerability({})) == ["image", "localhost:5000/shop/api:1.2"]
	not waivers.subject(evidence("GL-REL-017"))
}

flaw := {"cve": "CVE-2026-1", "package": "openssl", "image": "localhost:5000/shop/api"}

vulnerability(change) := object.union(evidence("GL-T-001"), {"finding": {"vulnerability": object.union(
	{"id": "CVE-2026-1", "package": "openssl", "image": "localhost:5000/shop/api:1.2"},
	change,
)}})

evidence(rule) := {
	"finding": {
		"rule": rule,
		"severity": "high",
		"evidence": "scans/trivy.sarif",
		"resource": {"apiVersion": "", "kind": "", "namespace": "", "name": "scans/trivy.sarif"},
	},
	"type": "",
	"containers": set(),
	"place": "facts/0",
}

of_release(names, aim, found) := fitting if {
	fitting := waivers.fitting(found) with input as {
		"gatelib": 1,
		"now": "2026-11-22T00:00:00Z",
		"documents": [{"index": index, "root": 0, "content": {
			"apiVersion": "gatelib.dev/v1",
			"kind": "Release",
			"metadata": {"name": name},
		}} |
			some index, name in names
		],
	}
		with data.gatelib.exceptions as [record({"rules": [found.finding.rule], "target": aim})]
		with data.gatelib.severities as severities
		with data.gatelib.params as unsigned
}

# Signed by Omar, who may waive in these namespaces.
signed(of, aim, namespaces) := found if {
	approver := {"identity": "omar", "rules": ["GL-T-*"], "severities": ["high"], "namespaces": namespaces}
	given := object.union(record({"rules": ["GL-T-001"], "target": aim, "audience": "us"}), {"verified": {
		"requester": "nina",
		"approvers": [approver],
		"revoked": null,
		"problems": [],
	}})
	found := waivers.fitting(of) with input as envelope("2026-11-22T00:00:00Z")
		with data.gatelib.exceptions as [given]
		with data.gatelib.severities as severities
		with data.gatelib.params as {"exceptions": {"require_signature": true, "audience": ["us"]}}
}

severities := {"ACME-GL-REL-017": "high", "GL-T-000": "low", "GL-T-001": "high", "GL-REL-017": "high", "GL-DAT-002": "critical", "GL-EXC-001": "high"}

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
		with data.gatelib.severities as severities
		with data.gatelib.params as unsigned
}

waived_by(of, given) := fitting(of, given)[0] if {
	count(fitting(of, given)) > 0
} else := "nobody"

fitting(of, given) := found if {
	found := waivers.fitting(of) with input as envelope("2026-11-22T00:00:00Z")
		with data.gatelib.exceptions as given
		with data.gatelib.severities as severities
		with data.gatelib.params as unsigned
}

envelope(now) := {"gatelib": 1, "now": now, "documents": []}
