package gatelib.lib.companions_test

import data.gatelib.lib.companions

secret(metadata) := {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}

envelope(contents, inventory) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
	"inventory": [{"index": index, "root": 0, "content": content} | some index, content in inventory],
}

test_judged_and_looked_up if {
	found := companions.of_types({"Secret"}) with input as envelope(
		[secret({"name": "a"}), {"kind": "Pod", "metadata": {"name": "b"}}],
		[secret({"name": "c"}), {"kind": "Pod", "metadata": {"name": "d"}}],
	)
	[[companion.document.name, companion.judged] | some companion in found] == [["a", true], ["c", false]]
}

test_malformed_metadata_of_the_inventory if {
	known := envelope(
		[secret("judged")],
		[
			secret({"name": 1, "generateName": "number-"}),
			secret({"name": "n", "namespace": []}),
			secret({"name": "l", "labels": {"a": 1}}),
			secret("none"),
			secret({"name": "fine", "labels": null, "namespace": "x"}),
			{"kind": "Pod", "metadata": 1},
		],
	)
	found := companions.unjudged({"Secret"}, [], {"namespace:x"}) with input as known
	found == {
		{"msg": "Secret `` of the inventory: its metadata are malformed"},
		{"msg": "Secret `number-` of the inventory: its metadata are malformed"},
		{"msg": "Secret `n` of the inventory: its metadata are malformed"},
		{"msg": "Secret `l` of the inventory: its metadata are malformed"},
	}
	irrelevant := companions.unjudged({"Secret"}, [], set()) with input as known
	irrelevant == set()
}
