# METADATA
# title: An exception that hides nothing is reported
# description: >-
#   What it was given for is repaired, gone or called otherwise. It waits for the next object of that name, and nobody
#   has approved that.
# custom:
#   id: GL-EXC-004
#   severity: low
#   controls: [PL-01]
#   gates: [pr, pre-promote, publish]
#   kinds: [gatelib.dev/PolicyException]
#   scope: document
#   remediation: >-
#     Take the exception away, or correct its rules or its target.
#   since: 0.1.0
package gatelib.rules.exceptions.unused

import data.gatelib.lib.exceptions

subjects contains document if {
	some exception in exceptions.all
	document := exception.place.document
}

# `gatelib.lib.outcome` adds the findings: only all others together tell.
warn := set()
