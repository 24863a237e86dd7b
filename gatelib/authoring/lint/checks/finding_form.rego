# METADATA
# title: A finding has a message, and points at something
# description: >-
#   `main` turns a finding of another form into an error at the moment of judgement. This tells it where the
#   rule is written.
# custom:
#   severity: error
package gatelib.lint.finding_form

import data.gatelib.linting

violation contains linting.at(file, finding, message) if {
	some file in linting.rules
	some finding in file.findings
	is_object(finding.keys)
	not "*" in object.keys(finding.keys)
	some problem in problems(finding)
	message := sprintf("a member of `%s` %s", [finding.rule, problem])
}

violation contains linting.at(file, finding, message) if {
	some file in linting.rules
	some finding in file.findings
	finding.shape in {"constant", "array", "set"}
	message := sprintf("a member of `%s` must be an object with `msg`, `path` and what it points at", [finding.rule])
}

problems(finding) := ((missing(finding) | unknown(finding)) | pointers(finding)) | wrong(finding)

missing(finding) := {sprintf("lacks `%s`", [key]) | some key in required(finding); not key in object.keys(finding.keys)}

required(finding) := {"msg", "path"} if finding.rule == "unjudged"

required(finding) := {"id", "msg", "path"} if finding.rule != "unjudged"

unknown(finding) := {sprintf("has an unknown key `%s`", [key]) |
	some key, _ in finding.keys
	not key in {"id", "msg", "path", "document", "evidence", "exception", "vulnerability"}
}

pointers(finding) := {"must have exactly one of `document`, `evidence` and `exception`" |
	count({"document", "evidence", "exception"} & object.keys(finding.keys)) != 1
}

wrong(finding) := {"must have a `msg` that says what is wrong here" |
	object.get(finding.keys, ["msg", "shape"], "") == "constant"
	trim_space(sprintf("%v", [object.get(finding.keys, ["msg", "value"], "")])) in {"", "null"}
} | {"must have a list as its `path`" |
	object.get(finding.keys, ["path", "shape"], "") in {"constant", "object", "set"}
}
