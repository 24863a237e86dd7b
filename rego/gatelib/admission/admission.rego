# METADATA
# title: Admission
# description: >-
#   The decision as the answer to an AdmissionReview. OPA gives it to `POST /` where its configuration has
#   `default_decision: gatelib/admission/review`.
package gatelib.admission

import data.gatelib.admission.request as asked
import data.gatelib.lib.exceptions
import data.gatelib.lib.findings
import data.gatelib.lib.selection
import data.gatelib.main

# METADATA
# description: A whole AdmissionReview, for every input.
review := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"response": object.union({"uid": asked.uid}, outcome),
}

# In this order, so that nothing is evaluated for a review that passes anyway.
outcome := refusal(400, "BadRequest", sprintf("GL-ERR-002: %s", [asked.problem])) if {
	asked.problem
} else := {"allowed": true} if {
	asked.passes
} else := refusal(500, "InternalError", "GL-ERR-201: the policy gave no whole decision") if {
	not decision
} else := object.union({"allowed": true}, remarks) if {
	decision.deny == []
	decision.allow == true
} else := object.union(refusal(403, "Forbidden", message), remarks)

refusal(code, reason, text) := {
	"allowed": false,
	"status": {"code": code, "reason": reason, "message": text},
}

# Bound one by one: a part that is missing proves that the decision did not run, and leaves all of it undefined.
decision := {
	"deny": deny,
	"warn": warn,
	"canary": canary,
	"waived": waived,
	"revision": revision,
	"allow": allow,
} if {
	deny := main.deny
	warn := main.warn
	canary := main.canary
	waived := main.waived
	revision := main.revision
	rules := main.rules
	allow := main.verdict.allow
	every found in [deny, warn, canary, waived] { is_array(found) }
	is_array(rules)
	is_string(revision)
	revision != ""
}

message := concat("\n", up_to(50, [line | some [_, id, text, _] in ranked(decision.deny); line := denial(id, text)]))

denial(id, text) := sprintf("%s: %s", [id, text]) if {
	remedy(id) == ""
} else := sprintf("%s: %s (%s)", [id, text, remedy(id)])

remedy(id) := one_line(object.get(catalog, [id, "remediation"], ""))

# Beside the answer: warnings, which people see, and audit annotations, which the API server's log keeps.
remarks := {key: value |
	some key, value in {"warnings": warnings, "auditAnnotations": annotations}
	count(value) > 0
}

# Kubernetes cuts a warning at 256 characters and drops what is over 4,096 in all.
warnings := [shortened(line, 256) | some line in up_to(16, array.concat(warned, excused))]

annotations := {key: concat("\n", up_to(50, lines)) |
	some key, lines in {"revision": [decision.revision], "canary": on_trial, "waived": excused}
	count(lines) > 0
}

warned := [sprintf("%s: %s", [id, text]) | some [_, id, text, _] in ranked(decision.warn)]

on_trial := [sprintf("%s: %s", [id, text]) | some [_, id, text, _] in ranked(decision.canary)]

excused := [sprintf("%s waived by exception `%s` until `%s`: %s", [id, name, expires, text]) |
	some [_, id, text, number] in ranked(decision.waived)
	record := records[number]
	name := one_line(record.name)
	expires := one_line(record.spec.expires)
]

# Most severe first, then by ID and text: an order that nothing but the findings decides.
ranked(found) := sort([[severity, finding.rule, text, number] |
	some finding in found
	severity := object.get(rank, finding.severity, 0)
	text := one_line(finding.msg)
	number := object.get(finding, "waived_by", -1)
])

up_to(most, texts) := texts if {
	count(texts) <= most
} else := array.concat(
	array.slice(texts, 0, most - 1),
	[sprintf("… and %d more", [(count(texts) - most) + 1])],
)

# What a document says must not begin a line of its own, move a terminal's cursor, or fill the answer.
one_line(text) := shortened(regex.replace(text, `[\p{Cc}\p{Cf}\x{2028}\x{2029}]`, " "), 600)

shortened(text, most) := text if {
	count(text) <= most
} else := concat("", [substring(text, 0, most - 1), "…"])

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
rank := findings.rank

catalog := selection.catalog

records := exceptions.given
