# METADATA
# title: An exception that ends soon is reported
# description: >-
#   On the day after its end what it hides is denied again. Whoever is told before can repair it, or ask anew, before
#   a release waits for it.
# custom:
#   id: GL-EXC-005
#   severity: low
#   controls: [PL-01]
#   gates: [pr, pre-promote, admission, publish]
#   kinds: [gatelib.dev/PolicyException]
#   scope: document
#   params: [exceptions.warn_days]
#   remediation: >-
#     Repair what it hides before it ends, and take it away; or write a new exception and have it approved anew.
#   since: 0.1.0
package gatelib.rules.exceptions.expiring

import data.gatelib.lib.exceptions

subjects contains document if {
	some exception in exceptions.all
	document := exception.place.document
}

warn contains object.union(exception.place, {
	"id": "GL-EXC-005",
	"msg": sprintf("exception `%s` ends soon, on `%s`", [exception.name, exception.spec.expires]),
	"path": ["spec", "expires"],
}) if {
	some exception in exceptions.all
	exceptions.expires_soon(exception.spec)
}
