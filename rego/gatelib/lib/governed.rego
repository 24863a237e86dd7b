# METADATA
# title: Governed records
# description: >-
#   Datasets, actions and backfills, whether they are judged themselves or lie in the evidence of a release. What a
#   judged tree says of itself can only be found wanting; it excuses nothing.
package gatelib.lib.governed

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.evidence
import data.gatelib.lib.records

# METADATA
# description: The Dataset records, as `records.all` gives them, with what a message calls each as `called`.
datasets := [called("dataset", record) | some record in records.all("Dataset", "datasets")]

# METADATA
# description: The Action records, in the same form.
actions := [called("action", record) | some record in records.all("Action", "actions")]

# METADATA
# description: The BackfillContract records, in the same form.
backfills := [called("contract", record) | some record in records.all("BackfillContract", "backfills")]

# METADATA
# description: The documents that a rule on such records judges, for its `subjects`, the releases among them.
subjects(judged) := releases | {index |
	some record in judged
	index := record.place.document
}

# METADATA
# description: >-
#   What lies in the files of a role that count and is no record of the kind that belongs there, as findings without
#   their `id`. A file of these roles may hold no record at all, and so must not hold what no rule reads.
strays(role, kind) := {object.union(place, {"msg": msg}) |
	some file in evidence.files(role)
	some position, fact in given[file].facts
	not is_record(fact, kind)
	place := {"evidence": file, "path": ["facts", position]}
	msg := sprintf("`%s` holds something that is no %s", [file, kind])
}

# METADATA
# description: Whether a value is text with something in it.
is_text(value) if {
	is_string(value)
	trim_space(value) != ""
}

# METADATA
# description: The value at a path where it is text with something in it, else an empty one.
text_at(value, path) := found if {
	found := object.get(documents.mapping(value), path, "")
	is_text(found)
} else := ""

# METADATA
# description: A finding about a field of a record's spec, without its `id`; `problem` goes on from its name.
about(record, path, problem) := object.union(
	records.at(record, array.concat(["spec"], path)),
	{"msg": sprintf("%s %s", [record.called, problem])},
)

called(what, record) := object.union(record, {"called": sprintf("%s `%s`", [what, record.name])})

is_record(fact, kind) if {
	fact.apiVersion == "gatelib.dev/v1"
	fact.kind == kind
}

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
releases := evidence.subjects

given := gate_input.evidence
