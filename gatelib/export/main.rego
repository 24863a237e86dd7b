# METADATA
# title: The entry for Conftest
# description: >-
#   The decision as Conftest's `deny` and `warn`. Conftest passes whatever it finds undefined, so each reason for
#   which there may be no decision is a denial here. The same text serves every bundle.
package main

import data.gatelib.input.lists
import data.gatelib.input.shapes
import data.gatelib.lib.documents
import data.gatelib.lib.selection
import data.gatelib.main as decision
import data.gatelib.sealed

# METADATA
# description: Findings that stop the release, and why there is no decision to rely on.
deny contains result(finding, "") if some finding in decision.deny

deny contains refusal(code, message) if {
	some code, messages in refusals
	some message in messages
}

# METADATA
# description: Findings that only warn, those of rules on trial, and those that an exception hides.
warn contains result(finding, "") if some finding in decision.warn

warn contains result(finding, " (on trial)") if some finding in decision.canary

warn contains object.union(result(finding, sprintf(" (waived by `%v`)", [waiver.name])), {"waived_by": waiver}) if {
	some finding in decision.waived
	waiver := waived_by(finding)
}

# METADATA
# description: >-
#   The rules that Conftest leaves out: none that exists. Without it, a file of data could leave out `deny`.
exception := [["none"]]

# METADATA
# description: Why there is no decision, or none to rely on, by code.
refusals["GL-ERR-001"] contains "there is nothing to judge" if {
	every document in documents.judged { document.kind == "" }
}

refusals["GL-ERR-002"] contains "conftest must be run with `--combine`, or be given what `gatelib normalize` prints" if {
	not shapes.name in {"combined", "envelope"}
}

refusals["GL-ERR-002"] contains sprintf("`%v` is no manifest: with `--combine=false`, conftest takes it for an envelope", [file.path]) if {
	shapes.name == "combined"
	some file in input
	contents := documents.mapping(file.contents)
	"gatelib" in object.keys(contents)
	object.get(contents, "kind", null) in {"", null}
}

refusals["GL-ERR-004"] contains "the policy gave no decision" if not decided

refusals["GL-ERR-004"] contains sprintf("`data.gatelib.%s` is missing: conftest must be given the data with `-d`", [name]) if {
	some name in ["catalog", "defaults", "gates", "kinds", "layout", "params_schema", "severities"]
	not is_object(object.get(loaded, name, null))
}

# Read as a whole, which the decision does for speed, the rules give way to data that lies over them.
refusals["GL-ERR-004"] contains sprintf("data lies over the policy `gatelib.rules.%s.%s`", [domain, name]) if {
	some key in ["deny", "warn", "subjects", "unjudged"]
	exported := data.gatelib.rules[domain][name][key]
	not object.get(documents.mapping(selection.packages), [domain, name, key], null) == exported
}

refusals["GL-ERR-004"] contains "the data is not what was exported beside the policies" if {
	sealed.sha256
	not sealed.sha256 == data_sha256
}

decided if {
	every findings in [decision.deny, decision.warn, decision.canary, decision.waived] {
		every finding in findings {
			is_string(finding.rule)
			is_string(finding.msg)
		}
	}
	is_string(decision.revision)
	count(decision.rules) > 0
}

data_sha256 := crypto.sha256(json.marshal(loaded))

# All that the policies read of `data`. An export fixes it by its digest, so that no file can add anything.
loaded := {name: value |
	some name in [
		"bundle", "catalog", "defaults", "evidence", "exceptions",
		"gates", "kinds", "layout", "params", "params_schema",
		"severities", "verifications",
	]
	value := data.gatelib[name]
}

# As `result` makes it of an error, and of constants alone, so that nothing undefined can lose it.
refusal(code, message) := {
	"msg": inert(sprintf("%s %s", [code, message])),
	"rule": code,
	"action": "deny",
	"severity": "critical",
	"controls": [],
	"message": message,
	"remediation": "",
	"path": [],
}

waived_by(finding) := {"name": name, "spec": spec} if {
	exception := documents.mapping(data.gatelib.exceptions[finding.waived_by])
	name := documents.name_of(documents.mapping(object.get(exception, "metadata", {})))
	spec := documents.mapping(object.get(exception, "spec", {}))
}

# The message of Conftest's own report names everything, since that shows nothing else. `message` is the finding's.
result(finding, standing) := object.union(
	{
		"msg": inert(sprintf("%s %s%s%s", [finding.rule, subject(finding), finding.msg, standing])),
		"message": finding.msg,
		"remediation": remediation(finding.rule),
		"path": object.get(finding, "path", []),
	},
	object.union(
		{key: value |
			some key in ["rule", "action", "severity", "controls", "resource", "fingerprint", "document", "evidence", "exception"]
			value := finding[key]
		},
		{"_loc": {"file": file, "line": 1} | file := files[finding.document]},
	),
)

remediation(rule) := selection.catalog[rule].remediation if {
	is_string(selection.catalog[rule].remediation)
} else := ""

subject(finding) := sprintf("%s: ", [concat(" ", [part | some part in [kind, name]; part != ""])]) if {
	kind := finding.resource.kind
	name := concat("/", [part | some part in [finding.resource.namespace, finding.resource.name]; part != ""])
} else := ""

# A document's text must not command a terminal, GitHub or Azure Pipelines.
inert(text) := regex.replace(text, `##|[\p{C}\p{Zl}\p{Zp}]`, "\uFFFD")

# The file of each document, in the order of `gatelib.input.shapes`.
files := {document.index: document.file | some document in shapes.envelope.documents} if {
	shapes.name == "envelope"
} else := {index: file | some index, file in [file.path |
	some file in input
	not is_null(file.contents)
	some _ in lists.leaves(file.contents)
]} if {
	shapes.name == "combined"
} else := {}
