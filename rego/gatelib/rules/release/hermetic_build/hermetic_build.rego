# METADATA
# title: A release was built without a network, from pinned tools and dependencies, by an isolated builder
# description: >-
#   A build that can reach the network, or takes tools, dependencies or cached results as they come, gives whoever
#   answers it a way into the image that no review of the source would show.
# custom:
#   id: GL-REL-012
#   severity: high
#   controls: [SC-02]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   remediation: >-
#     Build with the network off (`docker build --network=none`, Bazel's sandbox, Nix) and every tool and dependency
#     named by its digest; add what the builder says of it as a record of kind `Build`, `build/hermetic.json`, with
#     `gatelib evidence add`, and seal the pack.
#   since: 0.1.0
package gatelib.rules.release.hermetic_build

import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.records

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-012"}) if some fault in evidence.faults("build")

unjudged contains problem if some problem in evidence.unreadable("build")

deny contains finding if {
	some file in evidence.files("build")
	not file in {build.place.evidence | some build in builds}
	finding := {"id": "GL-REL-012", "msg": sprintf("`%s` holds no Build", [file]), "evidence": file, "path": []}
}

deny contains finding if {
	some build in builds
	some [path, flaw] in flaws(build.spec)
	msg := sprintf("Build `%s` %s", [build.name, flaw])
	finding := object.union(records.at(build, array.concat(["spec"], path)), {"id": "GL-REL-012", "msg": msg})
}

builds := records.given("build", "Build")

flaws(spec) := ((((((({[["network"], sprintf("had the network `%s`, and not `none`", [network])] |
	network := documents.text(object.get(spec, "network", ""))
	network != "none"
} | {[[part, what], sprintf("has a %s that was not %s", [part, what])] |
	some part in ["toolchain", "lockfile"]
	some what in ["pinned", "verified"]
	field(spec, part, what) != true
}) | {[["toolchain", "digest"], "names no digest of its toolchain"] |
	not is_digest(field(spec, "toolchain", "digest"))
}) | {[["lockfile", "sha256"], "names no SHA-256 of its lockfile"] |
	not is_sha256(field(spec, "lockfile", "sha256"))
}) | {[["builder", "isolated"], "had a builder that was not isolated"] |
	field(spec, "builder", "isolated") != true
}) | {[["builder", "id"], "names no builder"] |
	is_blank(field(spec, "builder", "id"))
}) | {[["cache", "used"], "does not say whether it used a cache"] |
	not is_boolean(field(spec, "cache", "used"))
}) | {[["cache", "attested"], "used a cache without attestations"] |
	field(spec, "cache", "used") == true
	field(spec, "cache", "attested") != true
}) | {[["log"], "has no log"] |
	is_blank(object.get(spec, "log", ""))
}

field(spec, part, what) := object.get(documents.mapping(object.get(spec, part, {})), what, null)

is_digest(value) if {
	is_string(value)
	regex.match(`^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$`, value)
}

is_sha256(value) if {
	is_string(value)
	regex.match(`^[0-9a-fA-F]{64}$`, value)
}

is_blank(value) if trim_space(documents.text(value)) == ""
