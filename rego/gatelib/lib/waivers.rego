# METADATA
# title: Waivers
# description: >-
#   Which exceptions apply, and to what. Only exceptions of the trusted side waive; errors and the rules on
#   exceptions themselves cannot be waived.
package gatelib.lib.waivers

import data.gatelib.lib.exceptions
import data.gatelib.lib.params

# METADATA
# description: The exceptions in force, each with the rules and the target it names.
in_force := [exception |
	some exception in exceptions.given
	exception.type == "gatelib.dev/PolicyException"
	signed(exception)
	not exceptions.approver_problem(exception.spec)
	not exceptions.expiry_problem(exception.spec)
	names_something(exception.spec)
]

# METADATA
# description: >-
#   The number of the first exception that waives a finding, given as `gatelib.lib.findings` has it; undefined
#   where none does.
waived_by(entry) := [exception.place.exception |
	some exception in in_force
	waives(exception.spec, entry)
][0]

# METADATA
# description: Why a given exception is not even looked at, as `{code, message}`.
errors contains {
	"code": "GL-ERR-008",
	"exception": exception.place.exception,
	"message": sprintf("exception `%s` is not signed, and `exceptions.require_signature` is on", [exception.name]),
} if {
	some exception in exceptions.given
	not signed(exception)
}

errors contains {
	"code": "GL-ERR-008",
	"message": "the exceptions must be a list of PolicyException records",
} if {
	type_name(data.gatelib.exceptions) != "array"
}

errors contains {
	"code": "GL-ERR-008",
	"exception": exception.place.exception,
	"message": sprintf("exception `%s` must name `rules` as a list and a `target` of texts", [exception.name]),
} if {
	some exception in exceptions.given
	not names_something(exception.spec)
}

errors contains {
	"code": "GL-ERR-008",
	"exception": exception.place.exception,
	"message": sprintf("exception `%s` is no PolicyException record", [exception.name]),
} if {
	some exception in exceptions.given
	exception.type != "gatelib.dev/PolicyException"
}

names_something(spec) if {
	is_array(spec.rules)
	every rule in spec.rules {
		is_string(rule)
	}
	is_object(spec.target)
	every _, value in spec.target {
		is_string(value)
	}
}

# Rules of their own, as in `gatelib.lib.exceptions`: no function reads another package's rule.
signature_required := params.all.exceptions.require_signature

critical_approvers := params.all.exceptions.critical_approvers

signed(_) if signature_required == false

waives(spec, entry) if {
	entry.finding.rule in spec.rules
	not startswith(entry.finding.rule, "GL-EXC-")
	enough_approvers(spec, entry.finding.severity)
	spec.target.kind in {entry.finding.resource.kind, entry.type}
	spec.target.name != ""
	spec.target.name == entry.finding.resource.name
	object.get(spec.target, "namespace", "") == entry.finding.resource.namespace
	same_container(spec.target, entry)
	same_path(spec.target, entry)
}

enough_approvers(_, severity) if severity != "critical"

enough_approvers(spec, "critical") if {
	count(exceptions.people(spec)) >= critical_approvers
}

same_container(target, _) if not "container" in object.keys(target)

same_container(target, entry) if target.container in entry.containers

same_path(target, _) if not "path" in object.keys(target)

same_path(target, entry) if target.path == entry.place

same_path(target, entry) if startswith(entry.place, concat("", [target.path, "/"]))
