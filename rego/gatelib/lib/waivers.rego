# METADATA
# title: Waivers
# description: >-
#   Which exceptions apply, and to what. Only exceptions of the trusted side waive; errors and the rules on
#   exceptions themselves cannot be waived.
package gatelib.lib.waivers

import data.gatelib.lib.documents
import data.gatelib.lib.exception_signatures
import data.gatelib.lib.exception_targets
import data.gatelib.lib.exceptions

# METADATA
# description: The exceptions in force, each with the rules and the target it names.
in_force := [exception |
	some exception in exceptions.given
	exception.type == "gatelib.dev/PolicyException"
	count(exception_signatures.problems(exception)) == 0
	not exceptions.approver_problem(exception.spec)
	not exceptions.expiry_problem(exception.spec)
	count(exception_targets.scope_problems(exception.spec)) == 0
	count(exception_targets.breadth_problems(exception.spec)) == 0
]

# METADATA
# description: The numbers of the exceptions that fit a finding, given as `gatelib.lib.findings` has it.
fitting(entry) := [exception.place.exception |
	some exception in object.get(by_rule, entry.finding.rule, [])
	waives(exception, entry)
]

# METADATA
# description: >-
#   What is hidden with a finding, of which an exception may hide only so many: the document, or the image that
#   has a vulnerability. Undefined for other evidence, which is of the one release.
subject(entry) := ["document", entry.finding.document]

subject(entry) := ["image", entry.finding.vulnerability.image]

# METADATA
# description: Why a given exception is not even looked at, as `{code, message}`.
errors contains {
	"code": "GL-ERR-008",
	"message": "the exceptions must be a list of PolicyException records",
} if {
	type_name(data.gatelib.exceptions) != "array"
}

errors contains {
	"code": "GL-ERR-008",
	"exception": exception.place.exception,
	"message": sprintf("exception `%s` is no PolicyException record", [exception.name]),
} if {
	some exception in exceptions.given
	exception.type != "gatelib.dev/PolicyException"
}

by_rule := {rule: [in_force[position] | some position in positions] | some rule, positions in positions_by_rule}

positions_by_rule[rule] contains position if {
	some position, exception in in_force
	some rule in exception.spec.rules
}

waives(exception, entry) if {
	target := exception.spec.target
	hits(target, entry)
	exception_signatures.enough_approvers(
		exception,
		entry.finding.rule,
		entry.finding.severity,
		object.get(target, "namespace", ""),
	)
}

# An object, or a place in it.
hits(target, entry) if {
	entry.finding.document
	target.kind in {entry.finding.resource.kind, entry.type}
	target.name == entry.finding.resource.name
	object.get(target, "namespace", "") == entry.finding.resource.namespace
	same_container(target, entry)
	same_path(target, entry)
}

# A vulnerability of an image.
hits(target, entry) if {
	found := entry.finding.vulnerability
	target.cve == found.id
	target.package == found["package"]
	target.image in references(found.image)
}

# What else the evidence says of a release is waived as the release.
hits(target, entry) if {
	entry.finding.evidence
	not entry.finding.vulnerability
	startswith(entry.finding.rule, "GL-REL-")
	count(releases) == 1
	some release in releases # gatelib:equivalent first-only: there is one
	target.kind in {"Release", "gatelib.dev/Release"}
	target.name == release.name
	object.get(target, "namespace", "") == release.namespace
	count({"container", "path"} & object.keys(target)) == 0
}

releases := documents.of_type("gatelib.dev/Release")

# An image as it was scanned, without its tag, and without its tag and digest.
references(image) := {image, repository, concat("@", array.concat([repository], digest))} if {
	parts := split(image, "@")
	digest := array.slice(parts, 1, count(parts))
	path := split(parts[0], "/")
	last := count(path) - 1
	name := split(path[last], ":")[0]

	# gatelib:equivalent number `0` -> `-1`: `array.slice` takes a start below 0 for 0
	repository := concat("/", array.concat(array.slice(path, 0, last), [name]))
}

same_container(target, _) if not "container" in object.keys(target)

same_container(target, entry) if target.container in entry.containers

same_path(target, _) if not "path" in object.keys(target)

same_path(target, entry) if target.path == entry.place

same_path(target, entry) if startswith(entry.place, concat("", [target.path, "/"]))
