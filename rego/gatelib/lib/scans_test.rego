package gatelib.lib.scans_test

import data.gatelib.lib.scans

tools := {"scans": {"tools": {"Acme Scan": ["sast", "deps"], "other": ["dast"]}}}

test_kinds_by_the_tool_in_whatever_case if {
	every tool, wanted in {
		"acme scan": {"sast", "deps"},
		"ACME Scan": {"sast", "deps"},
		"Other": {"dast"},
		"acme": set(),
		"others": set(),
	} {
		scans.kinds({"tool": tool}) == wanted with data.gatelib.params as tools
	}
}

test_a_scan_without_a_tool_is_of_no_kind if {
	every fact in [{}, {"tool": null}, {"tool": 7}, {"tool": ["other"]}] {
		scans.kinds(fact) == set() with data.gatelib.params as tools
	}
}
