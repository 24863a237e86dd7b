# METADATA
# title: An Evidence Pack has every file that its layout requires
# description: >-
#   A file that is left out is the easiest way to hide what it would say. Most files are missed by the rule that
#   reads them; this one misses those that are kept for people, such as the log of a migration's lint.
# custom:
#   id: GL-REL-002
#   severity: high
#   controls: [PL-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release]
#   scope: document
#   params: [evidence.max_age_days]
#   remediation: >-
#     Add the file with `gatelib evidence add` under the name that the layout gives, signed by its producer, and
#     seal the pack again.
#   since: 0.1.0
package gatelib.rules.release.evidence_complete

import data.gatelib.lib.evidence

subjects := evidence.subjects

deny contains object.union(fault, {"id": "GL-REL-002"}) if {
	some role, about in data.gatelib.layout.roles
	about.rule == "GL-REL-002"
	some fault in evidence.faults(role)
}

unjudged contains problem if {
	some role, about in data.gatelib.layout.roles
	about.rule == "GL-REL-002"
	some problem in evidence.unreadable(role)
}
