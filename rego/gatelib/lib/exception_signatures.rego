# METADATA
# title: Who stands behind an exception
# description: >-
#   What gatelib's verifier found of an exception's signatures, held against what it takes to waive: the requester
#   and enough approvers, each within what they may waive, for a gate of the audience that they signed for. What is
#   wrong is said here once, for the rule that reports it and for the waivers that must not follow from it.
package gatelib.lib.exception_signatures

import data.gatelib.lib.documents
import data.gatelib.lib.exception_targets
import data.gatelib.lib.exceptions
import data.gatelib.lib.params

# METADATA
# description: Why a given exception counts for nothing, whatever it names, each as `{path, message}`.
problems(exception) := revocations(exception) | (unsigned(exception) | foreign(exception))

# METADATA
# description: The rules that it names and too few may waive there, each as `{path, message}`.
unapproved(exception) := {{"path": ["spec", "rules", index], "message": message} |
	some index, rule in documents.list(exception.spec.rules)
	severity := severities[rule]
	needed := approvers_needed(severity)
	found := approving(exception, rule, severity, namespace_of(exception.spec))
	count(found) < needed
	message := sprintf("needs %s for `%s`, which is %s, and has %s", [approvers_in_words(needed), rule, severity, names(found)])
}

# METADATA
# description: Whether enough people have approved that a rule of this severity is waived in this namespace.
enough_approvers(exception, rule, severity, namespace) if {
	count(approving(exception, rule, severity, namespace)) >= approvers_needed(severity)
}

# The people who approved; where no signature is required, all whom the record names.
approving(exception, rule, severity, namespace) := {identity |
	some entry in documents.list(object.get(found_of(exception), "approvers", []))
	approver := documents.mapping(entry)
	identity := documents.text(object.get(approver, "identity", ""))
	identity != ""

	# gatelib:equivalent null: neither is an identity
	identity != object.get(found_of(exception), "requester", null)
	severity in documents.list(object.get(approver, "severities", []))
	covers(approver, "rules", rule)
	covers(approver, "namespaces", namespace)
} if {
	signature_required
} else := exceptions.people(exception.spec)

covers(approver, field, text) if {
	some pattern in documents.list(object.get(approver, field, []))
	glob.match(pattern, null, text)
}

approvers_needed(severity) := 1 if {
	severity in {"high", "medium", "low"}
} else := critical_approvers

approvers_in_words(1) := "an approver who may waive it"

approvers_in_words(number) := sprintf("%v approvers who may waive it", [number]) if number > 1

names(people) := "none" if {
	count(people) == 0
} else := said if {
	# gatelib:equivalent function: engines go through a set in order, and promise none
	said := concat(", ", [sprintf("`%s`", [name]) | some name in sort(people)])
}

revocations(exception) := {{"path": [], "message": sprintf("is revoked: %v", [reason])} |
	reason := object.get(found_of(exception), "revoked", null)
	not is_null(reason)
}

unsigned(exception) := set() if {
	not signature_required
} else := {{"path": [], "message": message} |
	some problem in found_of(exception).problems
	message := sprintf("counts for nothing: %v", [problem])
} if {
	count(documents.list(object.get(found_of(exception), "problems", []))) > 0
} else := {{"path": [], "message": "is not signed, and `exceptions.require_signature` is on"}} if {
	count(signers(exception)) == 0
} else := unsigned_by(exception, "requester", null) | unsigned_by(exception, "approver", [])

signers(exception) := array.concat(requesters, documents.list(object.get(found_of(exception), "approvers", []))) if {
	requesters := [name | name := object.get(found_of(exception), "requester", null); not is_null(name)]
}

unsigned_by(exception, "requester", nobody) := {{
	"path": ["spec", "requester"],
	"message": "has no signature of the requester that it names",
} |
	object.get(exception.verified, "requester", nobody) == nobody
}

unsigned_by(exception, "approver", nobody) := {{
	"path": ["spec", "approver"],
	"message": "has no signature of an approver that it names",
} |
	object.get(exception.verified, "approvers", nobody) == nobody
}

foreign(exception) := {{
	"path": ["spec", "audience"],
	"message": "names no `audience`, so that it would hold wherever it is brought",
}} if {
	signature_required
	audience_of(exception.spec) == ""
} else := {{
	"path": ["spec", "audience"],
	"message": sprintf("is for `%s`, and this gate stands for %s", [audience_of(exception.spec), names(ours)]),
}} if {
	not audience_of(exception.spec) in (ours | {""})
} else := set()

audience_of(spec) := documents.text(object.get(spec, "audience", ""))

namespace_of(spec) := documents.text(object.get(documents.mapping(object.get(spec, "target", {})), "namespace", ""))

found_of(exception) := documents.mapping(exception.verified)

default signature_required := true

signature_required := false if params.all.exceptions.require_signature == false

critical_approvers := params.all.exceptions.critical_approvers

ours := {text | some text in params.all.exceptions.audience}

severities := exception_targets.severities
