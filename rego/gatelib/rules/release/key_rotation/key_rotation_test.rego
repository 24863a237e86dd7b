package gatelib.rules.release.key_rotation_test

import data.gatelib.rules.release.key_rotation as rule

young := {"id": "k", "owner": "ci", "created": "2026-06-01T00:00:00Z"}

old := {"id": "o", "owner": "ci", "created": "2020-01-01T00:00:00Z", "revoked": "2026-06-01T00:00:00Z", "lastUsed": "2026-06-01T00:00:00Z"}

test_allow_a_young_key_and_one_at_rest if {
	rule.deny == set() with input as given([inventory([young, old])])
	rule.deny == set() with input as given([inventory([young]), inventory([old])])
}

test_allow_what_happens_now if {
	now := "2026-11-22T00:00:00Z"
	rule.deny == set() with input as given([inventory([object.union(young, {"created": now, "revoked": null})])])
	rule.deny == set() with input as given([inventory([young, object.union(old, {"revoked": now, "lastUsed": now})])])
}

test_only_entries_of_the_index_name_producers if {
	pack := given([inventory([young])])
	others := [{"type": "pack", "sha256": "00", "problems": []}, {"type": "rejected", "file": "a", "reason": "none"}, "entry"]
	rule.deny == set() with input as object.union(pack, {"verifications": array.concat(pack.verifications, others)})
}

test_deny_a_key_that_is_too_old if {
	rule.deny == {finding(["keys", 0, "created"], "key `k` was made on `2026-06-01T00:00:00Z`, more than 173 days ago")} with input as given([inventory([young])])
		with data.gatelib.params as {"keys": {"max_age_days": 173}}
	rule.deny == set() with input as given([inventory([young])]) with data.gatelib.params as {"keys": {"max_age_days": 174}}
}

test_deny_a_key_that_was_used_after_it_was_revoked if {
	rule.deny == {finding(["keys", 1, "lastUsed"], "key `o` was used on `2026-06-01T00:00:00.000000001Z`, after it was revoked on `2026-06-01T00:00:00Z`")} with input as given([inventory([young, object.union(old, {"lastUsed": "2026-06-01T00:00:00.000000001Z"})])])
}

test_a_key_that_is_to_be_revoked_is_in_use if {
	later := object.union(old, {"id": "k", "revoked": "2026-11-22T00:00:00.000000001Z"})
	rule.deny == {finding(["keys", 0, "created"], "key `k` was made on `2020-01-01T00:00:00Z`, more than 365 days ago")} with input as given([inventory([later])])
}

test_deny_a_revoked_key_of_which_nobody_knows_when_it_was_used if {
	rule.deny == {finding(["keys", 1, "lastUsed"], "key `o` has no `lastUsed` that is a date-time")} with input as given([inventory([young, object.remove(old, ["lastUsed"])])])
	rule.deny == {finding(["keys", 1, "lastUsed"], "key `o` has a `lastUsed` in the future, on `2026-11-23T00:00:00Z`"), finding(["keys", 1, "lastUsed"], "key `o` was used on `2026-11-23T00:00:00Z`, after it was revoked on `2026-06-01T00:00:00Z`")} with input as given([inventory([young, object.union(old, {"lastUsed": "2026-11-23T00:00:00Z"})])])
}

test_deny_times_that_are_none if {
	every value in ["", "2026-06-01", 7, ["2026-06-01T00:00:00Z"], true] {
		rule.deny == {finding(["keys", 0, "created"], "key `k` has no `created` that is a date-time")} with input as given([inventory([object.union(young, {"created": value})])])
		rule.deny == {
			finding(["keys", 0, "revoked"], "key `k` has a `revoked` that is no date-time"),
			finding(["keys", 0, "lastUsed"], "key `k` has no `lastUsed` that is a date-time"),
		} with input as given([inventory([object.union(young, {"revoked": value})])])
	}
}

test_deny_a_key_that_is_listed_twice if {
	rule.deny == {finding(["keys", 1, "id"], "key `k` is listed more than once")} with input as given([inventory([young, object.union(old, {"id": "k"})])])
}

test_deny_keys_without_an_id if {
	every value in [null, "", 7, ["k"]] {
		rule.deny == {
			finding(["keys", 0, "id"], "key `` has no `id`"),
			finding(["keys", 1, "id"], "key `` has no `id`"),
		} with input as given([inventory([object.union(young, {"id": value}), object.union(young, {"id": value})])])
	}
}

test_deny_a_producer_without_a_key_in_use if {
	every key in [object.union(young, {"owner": "qa"}), object.remove(young, ["owner"]), old] {
		rule.deny == {finding(["keys", 0, "owner"], "`ci` has signed this pack, and has no key in the inventory that is in use")} with input as given([inventory([key])])
	}
}

test_deny_an_inventory_without_keys if {
	every facts in [[], [inventory([])], [record("KeyInventory", null)], [record("KeyInventory", {"keys": "k"})]] {
		rule.deny == {{
			"id": "GL-REL-028",
			"evidence": "keys/inventory.json",
			"path": [],
			"msg": "`keys/inventory.json` has no KeyInventory that names a key",
		}} with input as given(facts)
	}
}

test_deny_nothing_of_keys_where_the_file_counts_for_nothing if {
	rule.deny == {{
		"id": "GL-REL-028",
		"document": 0,
		"path": ["spec", "evidencePack"],
		"msg": "the Evidence Pack of release `r` has no `keys/inventory.json`",
	}} with input as in_pack({})
}

test_deny_a_key_of_a_second_inventory if {
	rule.deny == {object.union(finding([], "key `` has no `id`"), {"path": ["facts", 1, "spec", "keys", 0, "id"]})} with input as given([inventory([young]), inventory([object.remove(young, ["id"])])])
}

test_deny_an_entry_that_names_no_producer if {
	pack := given([inventory([young])])
	without := [{"type": "entry", "file": "scans/a.sarif"}, {"type": "entry", "file": "scans/b.sarif", "key": "k"}]
	rule.deny == {
		finding(["keys", 0, "owner"], "`` has signed this pack, and has no key in the inventory that is in use"),
		finding(["keys", 0, "id"], "`` has signed this pack with key `k`, which the inventory does not list as theirs"),
	} with input as object.union(pack, {"verifications": array.concat(pack.verifications, without)})
}

test_deny_an_entry_without_a_producer_and_its_key_without_an_owner if {
	pack := given([inventory([young, object.remove(object.union(young, {"id": "x"}), ["owner"])])])
	without := [{"type": "entry", "file": "scans/b.sarif", "key": "x"}]
	rule.deny == {finding(["keys", 0, "id"], "`` has signed this pack with key `x`, which the inventory does not list as theirs")} with input as object.union(pack, {"verifications": array.concat(pack.verifications, without)})
}

test_deny_each_of_two_keys_that_are_not_in_the_only_inventory if {
	pack := given([inventory([young])])
	strange := [{"type": "entry", "file": "scans/a.sarif", "producer": "ci", "key": key} | some key in ["x", "y"]]
	rule.deny == {finding(["keys", 0, "id"], sprintf("`ci` has signed this pack with key `%s`, which the inventory does not list as theirs", [key])) |
		some key in ["x", "y"]
	} with input as object.union(pack, {"verifications": array.concat(pack.verifications, strange)})
}

inventory(keys) := record("KeyInventory", {"keys": keys})

test_unjudged_where_files_cannot_be_read if {
	names := ["keys/inventory.json", "keys/another.json"]
	rule.unjudged == {{"evidence": name, "path": [], "msg": sprintf("`%s` cannot be read: no JSON", [name])} | some name in names} with input as in_pack({name: {"role": "keys", "problem": {"message": "no JSON"}} | some name in names})
}

test_deny_files_that_are_empty if {
	names := ["keys/inventory.json", "keys/another.json"]
	rule.deny == {{"id": "GL-REL-028", "evidence": name, "path": [], "msg": sprintf("`%s` is empty", [name])} | some name in names} with input as in_pack({name: {"role": "keys", "size": 0} | some name in names})
}

test_the_release_is_the_subject if {
	rule.subjects == {0} with input as in_pack({})
}

finding(path, msg) := {"id": "GL-REL-028", "evidence": "keys/inventory.json", "path": array.concat(["facts", 0, "spec"], path), "msg": msg}

given(facts) := in_pack({"keys/inventory.json": {"role": "keys", "facts": facts}})

record(kind, spec) := {"apiVersion": "gatelib.dev/v1", "kind": kind, "metadata": {"name": "n"}, "spec": spec}

in_pack(files) := {
	"gatelib": 1,
	"gate": "pre-promote",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": 0, "root": 0, "content": {
		"apiVersion": "gatelib.dev/v1",
		"kind": "Release",
		"metadata": {"name": "r"},
		"spec": {"service": "s", "version": "2.14.0", "commit": "c", "images": ["i@sha256:1"]},
	}}],
	"evidence": {file: object.union({"format": "gatelib.dev/v1", "size": 1, "facts": []}, entry) |
		some file, entry in files
	},
	"verifications": [{
		"type": "entry",
		"file": file,
		"producer": "ci",
		"service": "s",
		"version": "2.14.0",
		"commit": "c",
		"images": ["sha256:1"],
		"created": "2026-11-21T00:00:00Z",
	} |
		some file, _ in files
	],
}

test_the_key_that_signed_is_the_one_that_is_in_use if {
	pack := given([inventory([young, old])])
	entry := {"type": "entry", "file": "scans/a.sarif", "producer": "ci", "key": "k"}
	with_key := object.union(pack, {"verifications": array.concat(pack.verifications, [entry])})
	rule.deny == set() with input as with_key
}

test_deny_another_key_than_the_inventorys if {
	every pair in [
		["x", "ci", "which the inventory does not list as theirs"],
		["k", "someone", "which the inventory does not list as theirs"],
		["o", "ci", "which was revoked"],
	] {
		pack := given([inventory([young, old])])
		entry := {"type": "entry", "file": "scans/a.sarif", "producer": pair[1], "key": pair[0]}
		found := object.union(pack, {"verifications": array.concat(pack.verifications, [entry])})
		rule.deny == {finding(["keys", 0, "id"], sprintf("`%s` has signed this pack with key `%s`, %s", [pair[1], pair[0], pair[2]]))} with input as found
	}
}
