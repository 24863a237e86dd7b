# METADATA
# title: What exceptions are for
# description: >-
#   The rules that an exception names and its target: an object by kind and name, or a vulnerability by CVE,
#   package and image. What is missing there, or wider than one thing, is said here once, for the rules that
#   report it and for the waivers that must not follow from it.
package gatelib.lib.exception_targets

import data.gatelib.lib.documents

# METADATA
# description: >-
#   Why it is for nothing that there is, each as `{path, message}`: no rule, or one that does not exist or cannot
#   be waived; no target, or half of one.
scope_problems(spec) := (missing_rules(spec) | unknown_rules(spec)) | (missing_target(spec) | malformed_target(spec))

# METADATA
# description: Why it is for more than one thing, each as `{path, message}`.
breadth_problems(spec) := patterns(spec) | unbounded(spec)

# METADATA
# description: The severity of each rule that there is, whether it runs or not.
severities := object.union({id: min(found) | some id, found in severities_by_id}, given_severities)

default given_severities := {}

# The catalogue that an engine is given names only the rules that run.
given_severities := data.gatelib.severities

# Not through `gatelib.lib.selection`, which reads what the rules export while they ask here.
severities_by_id[id] contains severity if {
	some entries in data.gatelib.catalog
	some id, entry in entries
	severity := object.get(entry, "severity", "critical")
}

# METADATA
# description: Whether the target is a vulnerability; any of its fields makes it one.
is_vulnerability(target) if count(object.keys(target) & of_vulnerabilities) > 0

of_vulnerabilities := {"cve", "package", "image"}

of_objects := {"kind", "namespace", "name", "container", "path"}

missing_rules(spec) := {{"path": ["spec", "rules"], "message": "names no rule"}} if {
	object.get(spec, "rules", null) in {null, []}
} else := {{"path": ["spec", "rules"], "message": "does not name its rules as a list"}} if {
	not is_array(spec.rules)
} else := set()

unknown_rules(spec) := {{"path": ["spec", "rules", index], "message": message} |
	some index, rule in documents.list(object.get(spec, "rules", []))
	message := rule_problem(rule)
}

rule_problem(rule) := "names a rule that is no text" if {
	not is_string(rule)
} else := sprintf("names rule `%s`, and there is none", [rule]) if {
	not known[rule]
	not is_pattern(rule)
} else := sprintf("names rule `%s`, and nothing waives a rule on exceptions", [rule]) if {
	startswith(rule, "GL-EXC-")
	not is_pattern(rule)
}

known := object.keys(severities)

missing_target(spec) := {{"path": ["spec", "target"], "message": "names no target"}} if {
	object.get(spec, "target", null) in {null, {}}
} else := {{"path": ["spec", "target"], "message": "has a target that is no object"}} if {
	not is_object(spec.target)
} else := {{"path": ["spec", "target"], "message": "has a target that is both a vulnerability and an object"}} if {
	is_vulnerability(spec.target)
	count(object.keys(spec.target) & of_objects) > 0
} else := {{"path": ["spec", "target"], "message": "has a target without a `cve`"}} if {
	is_vulnerability(spec.target)
	is_missing(spec.target, "cve")
} else := {{"path": ["spec", "target"], "message": "has a target without a `kind`"}} if {
	not is_vulnerability(spec.target)
	is_missing(spec.target, "kind")
} else := set()

malformed_target(spec) := {{"path": ["spec", "target", field], "message": sprintf("has a target whose `%s` is no text", [field])} |
	some field, value in documents.mapping(object.get(spec, "target", {}))
	not is_string(value)
}

patterns(spec) := {{"path": ["spec", "rules", index], "message": sprintf("names rules by the pattern `%s`", [rule])} |
	some index, rule in documents.list(object.get(spec, "rules", []))
	is_pattern(rule)
} | {{"path": ["spec", "target", field], "message": sprintf("names the `%s` of its target by the pattern `%s`", [field, value])} |
	some field, value in documents.mapping(object.get(spec, "target", {}))
	field != "path"
	is_pattern(value)
}

unbounded(spec) := {{
	"path": ["spec", "target"],
	"message": sprintf("has a target without a `%s`, and so would be for every one", [field]),
} |
	is_object(spec.target)
	count(spec.target) > 0
	some field in narrowing(spec.target)
	is_missing(spec.target, field)
}

narrowing(target) := ["package", "image"] if {
	is_vulnerability(target)
} else := ["name"]

is_missing(target, field) if object.get(target, field, "") == ""

is_missing(target, field) if is_null(object.get(target, field, "")) # gatelib:equivalent string: neither text is null

is_pattern(text) if {
	is_string(text)
	regex.match(`[*?\[\]{}]`, text)
}
