# METADATA
# title: Input adapters
# description: >-
#   Every input shape becomes the same documents. Rules never read `input`; this package is the only one
#   that does, and the only one that reads a clock.
package gatelib.input

import data.gatelib.input.shapes
import data.gatelib.lib.timestamps

# METADATA
# description: The documents to judge, as `{index, root, content}`; `root` names the input they came from.
documents := shapes.documents

# METADATA
# description: Documents that are looked up and not judged, in the same form.
inventory := shapes.inventory

# METADATA
# description: The gate that asks, `pr` where nothing says otherwise.
gate := shapes.envelope.gate if {
	is_string(shapes.envelope.gate)
} else := data.gatelib.bundle.gate if {
	is_string(data.gatelib.bundle.gate)
} else := "admission" if {
	shapes.is_review
} else := "pr"

# METADATA
# description: >-
#   The request for a verdict that is judged, as `{action, subject, context}`; undefined for other inputs, and for a
#   request that cannot be judged. Its artefact is the documents.
request := {"action": asked.action, "subject": asked.subject, "context": asked.context} if {
	asked := shapes.request
	count(errors) == 0
}

# METADATA
# description: The context of that request.
context := request.context

# METADATA
# description: The IDs asked for; undefined means all rules of the gate.
rules := shapes.envelope.rules

rules := shapes.parameters.rules

# METADATA
# description: >-
#   Facts from an Evidence Pack, by file: the envelope's, and for every other shape those that a bundle brings.
default evidence := {}

evidence := shapes.envelope.evidence if is_object(shapes.envelope.evidence)

evidence := data.gatelib.evidence if {
	shapes.name != "envelope"
	is_object(data.gatelib.evidence)
}

# METADATA
# description: >-
#   What gatelib's own verifier found to hold: the envelope's, and for every other shape what a bundle brings.
default verifications := []

verifications := shapes.envelope.verifications if is_array(shapes.envelope.verifications)

verifications := data.gatelib.verifications if {
	shapes.name != "envelope"
	is_array(data.gatelib.verifications)
}

# METADATA
# description: The moment of judgement in nanoseconds; the clock only where the envelope names none.
now_ns := timestamps.ns(shapes.envelope.now) if {
	timestamps.is_date_time(shapes.envelope.now)
} else := time.now_ns()

# METADATA
# description: The same moment as RFC 3339 text.
now := shapes.envelope.now if {
	timestamps.is_date_time(shapes.envelope.now)
} else := time.format(now_ns)

# METADATA
# description: Why the input cannot be judged, as `{code, message}`.
errors := shapes.errors
