package gatelib.rules.release.hermetic_build_test

import data.gatelib.lib.packs_test as packs
import data.gatelib.rules.release.hermetic_build as rule

file := "build/hermetic.json"

test_allow_a_hermetic_build if {
	rule.deny == set() with input as envelope([hermetic])
	rule.unjudged == set() with input as envelope([hermetic])
	rule.subjects == {0} with input as envelope([hermetic])
	rule.deny == set() with input as envelope([build(["cache"], {"used": false})])
	rule.deny == set() with input as envelope([build(["toolchain", "digest"], concat("", ["sha512:", hex, hex]))])
}

test_deny_a_pack_without_a_build if {
	denied(packs.envelope({})) == {packs.missing("GL-REL-012", file)}
	denied(envelope([packs.record("Drill", {})])) == {packs.in_file("GL-REL-012", file, [], "`build/hermetic.json` holds no Build")}
}

test_unjudged_a_file_that_cannot_be_read if {
	unjudged(packs.unreadable(envelope([hermetic]), file)) == packs.unjudged(file)
}

test_deny_each_flaw_by_itself if {
	flaws := [
		[["network"], "bridge", "had the network `bridge`, and not `none`"],
		[["network"], null, "had the network ``, and not `none`"],
		[["toolchain", "pinned"], false, "has a toolchain that was not pinned"],
		[["toolchain", "verified"], "true", "has a toolchain that was not verified"],
		[["toolchain", "digest"], hex, "names no digest of its toolchain"],
		[["toolchain", "digest"], concat("", ["image@sha256:", hex]), "names no digest of its toolchain"],
		[["toolchain", "digest"], concat("", ["sha256:", hex, "0"]), "names no digest of its toolchain"],
		[["toolchain", "digest"], concat("", ["image@sha512:", hex, hex]), "names no digest of its toolchain"],
		[["toolchain", "digest"], concat("", ["sha512:", hex, hex, "0"]), "names no digest of its toolchain"],
		[["lockfile", "pinned"], null, "has a lockfile that was not pinned"],
		[["lockfile", "verified"], 1, "has a lockfile that was not verified"],
		[["lockfile", "sha256"], "abc", "names no SHA-256 of its lockfile"],
		[["lockfile", "sha256"], concat("", ["0", hex]), "names no SHA-256 of its lockfile"],
		[["lockfile", "sha256"], concat("", [hex, "0"]), "names no SHA-256 of its lockfile"],
		[["lockfile", "sha256"], 7, "names no SHA-256 of its lockfile"],
		[["builder", "isolated"], false, "had a builder that was not isolated"],
		[["builder", "id"], " ", "names no builder"],
		[["builder", "id"], 7, "names no builder"],
		[["cache", "used"], "no", "does not say whether it used a cache"],
		[["cache", "attested"], false, "used a cache without attestations"],
		[["log"], "", "has no log"],
	]
	every row in flaws {
		[path, value, flaw] := row
		wanted := packs.in_file("GL-REL-012", file, array.concat(["facts", 0, "spec"], path), sprintf("Build `b` %s", [flaw]))
		rule.deny == {wanted} with input as envelope([build(path, value)])
	}
}

test_deny_a_build_that_says_nothing_of_its_log if {
	denied(envelope([json.patch(hermetic, [{"op": "remove", "path": ["spec", "log"]}])])) == {packs.in_file("GL-REL-012", file, ["facts", 0, "spec", "log"], "Build `b` has no log")}
}

test_deny_files_that_are_empty if {
	given := object.union(two_files([], []), {"evidence": {file: {"size": 0}, other: {"size": 0}}})
	denied(given) == {packs.in_file("GL-REL-012", each, [], sprintf("`%s` is empty", [each])) | some each in [file, other]}
}

test_unjudged_files_that_cannot_be_read if {
	unjudged(packs.unreadable(packs.unreadable(two_files([], []), file), other)) == packs.unjudged(file) | packs.unjudged(other)
}

test_deny_files_without_a_build if {
	denied(two_files([hermetic], [hermetic])) == set()
	denied(two_files([hermetic], [])) == {packs.in_file("GL-REL-012", other, [], "`build/other.json` holds no Build")}
	denied(two_files([], [])) == {packs.in_file("GL-REL-012", each, [], sprintf("`%s` holds no Build", [each])) | some each in [file, other]}
}

test_deny_each_of_two_builds if {
	denied(envelope([build(["log"], ""), build(["log"], "")])) == {packs.in_file("GL-REL-012", file, ["facts", position, "spec", "log"], "Build `b` has no log") |
		some position in [0, 1]
	}
}

other := "build/other.json"

two_files(facts, others) := packs.envelope({file: ["build", facts], other: ["build", others]})

test_deny_parts_of_another_type if {
	denied(envelope([build(["builder"], ["isolated"])])) == {
		packs.in_file("GL-REL-012", file, ["facts", 0, "spec", "builder", "isolated"], "Build `b` had a builder that was not isolated"),
		packs.in_file("GL-REL-012", file, ["facts", 0, "spec", "builder", "id"], "Build `b` names no builder"),
	}
}

hex := "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

hermetic := {"apiVersion": "gatelib.dev/v1", "kind": "Build", "metadata": {"name": "b"}, "spec": {
	"network": "none",
	"toolchain": {"pinned": true, "verified": true, "digest": concat(":", ["sha256", hex])},
	"lockfile": {"pinned": true, "verified": true, "sha256": upper(hex)},
	"builder": {"id": "builder-1", "isolated": true},
	"cache": {"used": true, "attested": true},
	"log": "https://ci.example.com/1",
}}

build(path, value) := json.patch(hermetic, [{"op": "add", "path": array.concat(["spec"], path), "value": value}])

envelope(facts) := packs.envelope({file: ["build", facts]})

denied(given) := exported if exported := rule.deny with input as given

unjudged(given) := exported if exported := rule.unjudged with input as given
