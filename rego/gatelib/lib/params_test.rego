package gatelib.lib.params_test

import data.gatelib.lib.params

test_defaults_where_nothing_is_overridden if {
	params.all == data.gatelib.defaults with data.gatelib.params as {}
	params.errors == set() with data.gatelib.params as {}
}

test_an_override_replaces_a_parameter_and_leaves_the_others if {
	given := {"images": {"allowlist": ["quay.io/*"]}, "exceptions": {"max_days": 30}}
	params.errors == set() with data.gatelib.params as given
	params.all == object.union(data.gatelib.defaults, given) with data.gatelib.params as given
	params.all.images.allowlist == ["quay.io/*"] with data.gatelib.params as given
	params.all.images.sbom_label == "io.intelgraph.sbom=present" with data.gatelib.params as given
}

test_a_parameter_that_is_a_map_is_replaced_as_a_whole if {
	given := {"slo": {"annotations": {"example.com/slo": "percentage"}}}
	params.errors == set() with data.gatelib.params as given
	params.all.slo.annotations == {"example.com/slo": "percentage"} with data.gatelib.params as given
}

test_every_default_fits_its_schema if {
	params.errors == set() with data.gatelib.params as data.gatelib.defaults
}

test_a_group_that_does_not_fit_is_an_error_and_stays_as_shipped if {
	every group in [
		null, 7, "x", [], [{"max_days": 30}], `{"max_days": 30}`, {"max_days": "30"}, {"max_days": 0}, {"max_day": 30},
		{"max_days": 30, "require_signature": "no"},
	] {
		given := {"exceptions": group, "pdb": {"min_replicas": 2}}
		params.errors == {{
			"code": "GL-ERR-003",
			"message": "the parameters of `exceptions` do not fit their schema",
		}} with data.gatelib.params as given
		params.all == object.union(data.gatelib.defaults, {"pdb": {"min_replicas": 2}}) with data.gatelib.params as given
	}
}

test_patterns_that_no_engine_reads_alike_are_errors if {
	every pattern in ["ghcr.io/{a", "ghcr.io/[a", "ghcr.io/a?", `ghcr.io/\a`, "", 7] {
		params.errors == {{
			"code": "GL-ERR-003",
			"message": "the parameters of `images` do not fit their schema",
		}} with data.gatelib.params as {"images": {"allowlist": [pattern]}}
	}
}

test_defaults_where_a_team_gives_nothing if {
	params.all == data.gatelib.defaults
	params.errors == set()
}

test_every_group_that_cannot_be_used_is_told if {
	given := {"exceptions": 7, "exeptions": {}, "image": {}, "images": 7, "pdb": {"min_replicas": 2}}
	params.errors == {
		{"code": "GL-ERR-003", "message": "`exeptions` is no group of parameters"},
		{"code": "GL-ERR-003", "message": "`image` is no group of parameters"},
		{"code": "GL-ERR-003", "message": "the parameters of `exceptions` do not fit their schema"},
		{"code": "GL-ERR-003", "message": "the parameters of `images` do not fit their schema"},
	} with data.gatelib.params as given
}

test_an_unknown_group_is_an_error if {
	given := {"exeptions": {"max_days": 30}}
	params.errors == {{"code": "GL-ERR-003", "message": "`exeptions` is no group of parameters"}} with data.gatelib.params as given
	params.all == data.gatelib.defaults with data.gatelib.params as given
}

test_parameters_that_are_no_object_are_an_error if {
	every given in [null, 7, "x", [], [{"exceptions": {}}]] {
		params.errors == {{"code": "GL-ERR-003", "message": "the parameters must be an object"}} with data.gatelib.params as given
		params.all == data.gatelib.defaults with data.gatelib.params as given
	}
}
