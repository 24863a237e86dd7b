# METADATA
# title: Backfills and exports can be repeated, be stopped, and were scanned
# description: >-
#   A backfill that runs twice writes twice, unless it is idempotent; one that cannot be stopped ends when the damage
#   is done; and an export that nobody scanned takes along what nobody looked for.
# custom:
#   id: GL-DAT-006
#   severity: medium
#   controls: [DB-01]
#   gates: [pre-promote]
#   kinds: [gatelib.dev/Release, gatelib.dev/BackfillContract]
#   scope: document
#   params: [evidence.max_age_days]
#   remediation: >-
#     Write in the BackfillContract record its `kind`, an `idempotencyKey` (or `idempotent: true`), how a running one
#     is stopped as `cancellation`, and `dlp` with `result: pass` and `scanned`. Add the records with `gatelib
#     evidence add PACK backfills.json --role backfills`, an empty list where the release has none.
#   since: 0.1.0
package gatelib.rules.data.backfill_contract

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.governed
import data.gatelib.lib.timestamps

subjects := governed.subjects(governed.backfills)

deny contains object.union(fault, {"id": "GL-DAT-006"}) if {
	some fault in (evidence.faults("backfills") | governed.strays("backfills", "BackfillContract"))
}

deny contains object.union(governed.about(contract, path, problem), {"id": "GL-DAT-006"}) if {
	some contract in governed.backfills
	some [path, problem] in problems(contract.spec)
}

unjudged contains problem if some problem in evidence.unreadable("backfills")

problems(spec) := {[path, problem] |
	some [path, problem] in [
		[["kind"], kind_problem(spec)],
		[["idempotencyKey"], idempotency_problem(spec)],
		[["cancellation"], cancellation_problem(spec)],
		[["dlp", "result"], result_problem(spec)],
		[["dlp", "scanned"], scan_problem(spec)],
	]
	problem != ""
}

kind_problem(spec) := "is of no `kind` among `backfill` and `export`" if {
	not governed.text_at(spec, ["kind"]) in {"backfill", "export"}
} else := ""

idempotency_problem(spec) := "is not idempotent: it has no `idempotencyKey`, and `idempotent` is not true" if {
	governed.text_at(spec, ["idempotencyKey"]) == ""
	not object.get(spec, "idempotent", false) == true
} else := ""

cancellation_problem(spec) := "has no `cancellation`" if {
	governed.text_at(spec, ["cancellation"]) == ""
} else := ""

result_problem(spec) := "has no DLP `result`" if {
	governed.text_at(scan(spec), ["result"]) == ""
} else := sprintf("has the DLP result `%s`, and must have `pass`", [spec.dlp.result]) if {
	spec.dlp.result != "pass"
} else := ""

scan_problem(spec) := "has no time of the DLP scan as an RFC 3339 date or date-time" if {
	not timestamps.ns(governed.text_at(scan(spec), ["scanned"]))
} else := sprintf("was scanned in the future, on `%s`", [spec.dlp.scanned]) if {
	timestamps.ns(spec.dlp.scanned) > gate_input.now_ns
} else := ""

scan(spec) := documents.mapping(object.get(spec, "dlp", {}))
