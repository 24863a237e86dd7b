package gatelib.rules.kubernetes.load_balancer_source_ranges_test

import data.gatelib.rules.kubernetes.load_balancer_source_ranges as rule

legacy := "service.beta.kubernetes.io/load-balancer-source-ranges"

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

service(annotations, spec) := {
	"apiVersion": "v1",
	"kind": "Service",
	"metadata": {"name": "web", "annotations": annotations},
	"spec": spec,
}

balancer(ranges) := service({}, {"type": "LoadBalancer", "loadBalancerSourceRanges": ranges})

missing_in_list := {
	"id": "GL-K8S-003",
	"msg": "the load balancer has no source ranges",
	"document": 0,
	"path": ["spec", "loadBalancerSourceRanges"],
}

missing := {missing_in_list}

in_list(position, message) := {
	"id": "GL-K8S-003",
	"msg": message,
	"document": 0,
	"path": ["spec", "loadBalancerSourceRanges", position],
}

in_annotation(message) := {
	"id": "GL-K8S-003",
	"msg": message,
	"document": 0,
	"path": ["metadata", "annotations", legacy],
}

test_deny_missing_ranges if {
	every spec in [
		{"type": "LoadBalancer"},
		{"type": "LoadBalancer", "loadBalancerSourceRanges": []},
		{"type": "LoadBalancer", "loadBalancerSourceRanges": null},
	] {
		rule.deny == missing with input as envelope([service({}, spec)])
		rule.deny == missing with input as envelope([service({legacy: " "}, spec)])
		rule.deny == missing with input as envelope([service({legacy: 8}, spec)])
		rule.deny == missing with input as envelope([service(null, spec)])
		rule.unjudged == set() with input as envelope([service({}, spec)])
	}
}

test_deny_service_without_metadata if {
	rule.deny == missing with input as envelope([{"kind": "Service", "spec": {"type": "LoadBalancer"}}])
}

test_allow_ranges if {
	every ranges in [
		["10.0.0.0/8"],
		["203.0.113.7/32", "2001:db8::/32"],
		[" 198.51.100.0/24 "],
		["::ffff:10.0.0.0/104"],
	] {
		rule.deny == set() with input as envelope([balancer(ranges)])
		rule.unjudged == set() with input as envelope([balancer(ranges)])
	}
}

test_deny_malformed_ranges if {
	every text in ["10.0.0.1", "10.0.0.0/33", "", "any"] {
		message := sprintf("source range `%s` is not in CIDR notation", [text])
		rule.deny == {in_list(1, message)} with input as envelope([balancer(["10.0.0.0/8", text])])
	}
	rule.deny == {in_list(0, "source range `` is not in CIDR notation")} with input as envelope([balancer([null])])
}

test_deny_wide_ranges if {
	expected := {
		in_list(0, "source range `10.0.0.0/7` is wider than an IPv4 `/8`"),
		in_list(2, "source range `2001:db8::/31` is wider than an IPv6 `/32`"),
		in_list(3, "source range `::ffff:0:0/90` is wider than an IPv4 `/8`"),
		in_list(4, "source range `::/0` is wider than an IPv6 `/32`"),
	}
	ranges := ["10.0.0.0/7", "10.0.0.0/8", "2001:db8::/31", "::ffff:0:0/90", " ::/0"]
	rule.deny == expected with input as envelope([balancer(ranges)])
}

test_deny_by_parameter if {
	ranges := ["10.0.0.0/15", "10.0.0.0/16", "2001:db8::/47", "2001:db8::/48"]
	expected := {
		in_list(0, "source range `10.0.0.0/15` is wider than an IPv4 `/16`"),
		in_list(2, "source range `2001:db8::/47` is wider than an IPv6 `/48`"),
	}
	rule.deny == expected with input as envelope([balancer(ranges)])
		with data.gatelib.params as {"load_balancer": {"max_ipv4_prefix": 16, "max_ipv6_prefix": 48}}
}

test_allow_all_by_parameter if {
	rule.deny == set() with input as envelope([balancer(["0.0.0.0/0", "::/0"])])
		with data.gatelib.params as {"load_balancer": {"max_ipv4_prefix": 0, "max_ipv6_prefix": 0}}
}

test_allow_annotation_without_list if {
	every spec in [{"type": "LoadBalancer"}, {"type": "LoadBalancer", "loadBalancerSourceRanges": []}] {
		contents := [service({legacy: "10.0.0.0/8, 192.168.0.0/16"}, spec)]
		rule.deny == set() with input as envelope(contents)
	}
}

test_deny_annotation if {
	expected := {
		in_annotation("source range `0.0.0.0/0` is wider than an IPv4 `/8`"),
		in_annotation("source range `` is not in CIDR notation"),
	}
	contents := [service({legacy: "10.0.0.0/8, 0.0.0.0/0,"}, {"type": "LoadBalancer"})]
	rule.deny == expected with input as envelope(contents)
}

test_allow_bad_annotation_beside_list if {
	contents := [service({legacy: "0.0.0.0/0"}, {"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]})]
	rule.deny == set() with input as envelope(contents)
}

test_deny_list_beside_good_annotation if {
	contents := [service({legacy: "10.0.0.0/8"}, {"type": "LoadBalancer", "loadBalancerSourceRanges": ["0.0.0.0/0"]})]
	rule.deny == {in_list(0, "source range `0.0.0.0/0` is wider than an IPv4 `/8`")} with input as envelope(contents)
}

test_allow_configured_internal_load_balancer if {
	params := {"load_balancer": {"internal_annotations": {"cloud/other": "no", "cloud/internal": "yes"}}}
	every key, value in params.load_balancer.internal_annotations {
		contents := [service({key: value}, {"type": "LoadBalancer"})]
		rule.deny == set() with input as envelope(contents) with data.gatelib.params as params
		rule.subjects == set() with input as envelope(contents) with data.gatelib.params as params
	}
}

test_deny_other_internal_load_balancers if {
	params := {"load_balancer": {"internal_annotations": {"cloud/internal": "yes"}}}
	every annotations in [{"cloud/internal": "no"}, {"cloud/internal": true}, {"cloud/else": "yes"}, {}, null, ["yes"]] {
		contents := [service(annotations, {"type": "LoadBalancer"})]
		rule.deny == missing with input as envelope(contents) with data.gatelib.params as params
	}
	rule.deny == missing with input as envelope([service({"cloud/internal": "yes"}, {"type": "LoadBalancer"})])
}

test_allow_other_types_of_service if {
	every type in ["ClusterIP", "NodePort", "ExternalName", "", null] {
		contents := [service({}, {"type": type, "loadBalancerSourceRanges": ["0.0.0.0/0"]})]
		rule.deny == set() with input as envelope(contents)
		rule.unjudged == set() with input as envelope(contents)
		rule.subjects == set() with input as envelope(contents)
	}
	rule.unjudged == set() with input as envelope([service({}, {}), service({}, null), {"kind": "Service"}])
}

test_each_of_several_load_balancers_is_judged if {
	contents := [
		balancer(["10.0.0.0/8"]),
		balancer([]),
		balancer(["any"]),
		balancer(["0.0.0.0/0"]),
		balancer("10.0.0.0/8"),
		balancer([8]),
		service({}, "LoadBalancer"),
		service({}, {"type": "loadbalancer"}),
	]
	source_ranges := ["spec", "loadBalancerSourceRanges"]
	rule.deny == {
		object.union(missing_in_list, {"document": 1}),
		object.union(in_list(0, "source range `any` is not in CIDR notation"), {"document": 2}),
		object.union(in_list(0, "source range `0.0.0.0/0` is wider than an IPv4 `/8`"), {"document": 3}),
	} with input as envelope(contents)
	rule.unjudged == {
		{"msg": "`loadBalancerSourceRanges` must be a list", "document": 4, "path": source_ranges},
		{
			"msg": "a source range must be text, and this is `8`",
			"document": 5,
			"path": array.concat(source_ranges, [0]),
		},
		{"msg": "`spec` must be an object", "document": 6, "path": ["spec"]},
		{"msg": "a Service has no type `loadbalancer`", "document": 7, "path": ["spec", "type"]},
	} with input as envelope(contents)
}

test_subjects_are_the_load_balancers if {
	contents := [
		balancer(["10.0.0.0/8"]),
		service({}, {"type": "ClusterIP"}),
		balancer([]),
		{"apiVersion": "serving.knative.dev/v1", "kind": "Service", "spec": {"type": "LoadBalancer"}},
	]
	rule.subjects == {0, 2} with input as envelope(contents)
}

test_unjudged_spec if {
	every spec in ["LoadBalancer", ["LoadBalancer"], 1, true] {
		expected := {{"msg": "`spec` must be an object", "document": 0, "path": ["spec"]}}
		rule.unjudged == expected with input as envelope([service({}, spec)])
		rule.deny == set() with input as envelope([service({}, spec)])
	}
}

test_unjudged_type if {
	every type in ["loadbalancer", "LoadBalancer ", 1, true, ["LoadBalancer"], {"a": "b"}] {
		expected := {{"msg": sprintf("a Service has no type `%v`", [type]), "document": 0, "path": ["spec", "type"]}}
		rule.unjudged == expected with input as envelope([service({}, {"type": type})])
	}
}

test_unjudged_list if {
	expected := {{
		"msg": "`loadBalancerSourceRanges` must be a list",
		"document": 0,
		"path": ["spec", "loadBalancerSourceRanges"],
	}}
	every ranges in ["10.0.0.0/8", "", {"a": "10.0.0.0/8"}, {}, 8, false] {
		rule.unjudged == expected with input as envelope([balancer(ranges)])
		rule.deny == set() with input as envelope([balancer(ranges)])
	}
}

test_unjudged_element if {
	every value in [10, true, ["10.0.0.0/8"], {}] {
		expected := {{
			"msg": sprintf("a source range must be text, and this is `%v`", [value]),
			"document": 0,
			"path": ["spec", "loadBalancerSourceRanges", 1],
		}}
		rule.unjudged == expected with input as envelope([balancer(["10.0.0.0/8", value])])
		rule.deny == set() with input as envelope([balancer(["10.0.0.0/8", value])])
	}
}
