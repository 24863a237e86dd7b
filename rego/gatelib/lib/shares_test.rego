package gatelib.lib.shares_test

import data.gatelib.lib.shares

of(value) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "gatelib.dev/v1",
		"kind": "Release",
		"metadata": {"name": "r"},
		"spec": {"service": "s", "version": "1", "commit": "c", "images": ["i@sha256:1"]},
	}}],
	"evidence": {"governance/redaction.json": {
		"format": "gatelib.dev/v1",
		"role": "redaction",
		"size": 1,
		"facts": [{
			"apiVersion": "gatelib.dev/v1",
			"kind": "Measurement",
			"spec": {"name": "a.share", "value": value, "measured": "2026-11-21T00:00:00Z"},
		}],
	}},
	"verifications": [{
		"type": "entry",
		"file": "governance/redaction.json",
		"service": "s",
		"version": "1",
		"commit": "c",
		"images": ["sha256:1"],
		"created": "2026-11-21T00:00:00Z",
	}],
}

finding(shown) := {
	"evidence": "governance/redaction.json",
	"path": ["facts", 0, "spec", "value"],
	"msg": sprintf("`a.share` is %s %%, and must be at least 50 %%", [shown]),
}

test_a_share_under_the_least_is_shown_alike_on_every_engine if {
	shares.under("redaction", "a.share", 50) == {finding("49.99999")} with input as of(49.99999)
	shares.under("redaction", "a.share", 50) == {finding("0")} with input as of(0.0000001)
	shares.under("redaction", "a.share", 50) == {finding("12.5")} with input as of(12.5)
}

test_a_share_that_is_enough_and_one_that_does_not_count if {
	every value in [50, 50.01, 100, "12", null] {
		shares.under("redaction", "a.share", 50) == set() with input as of(value)
	}
	shares.under("redaction", "another.share", 50) == set() with input as of(7)
}
