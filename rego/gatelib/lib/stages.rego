# METADATA
# title: Stages
# description: >-
#   Which of the selected rules are held back: on trial (`canary`), where they report and never deny, or only warning.
#   Their METADATA says so, for all namespaces, or the bundle, which may have a rule in force already in a share of them.
package gatelib.lib.stages

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.selection
import data.gatelib.lib.timestamps

# METADATA
# description: >-
#   The rules that are held back, by ID, as `{action, share}`: `canary` or `warn`, but for so many of a hundred namespaces.
held := object.union(by_bundle, by_author)

# METADATA
# description: >-
#   The namespaces, among those of the judged documents, in which a rule that is held back elsewhere is in force; only
#   for rules with a share.
in_force := {id: {home |
	some home in homes
	place(id, home) < stage.share
} |
	some id, stage in held
	stage.share > 0
}

# METADATA
# description: The rules that are on trial for all that is judged.
trials := {id | some id, _ in canaries; count(object.get(in_force, id, set())) == 0}

# METADATA
# description: >-
#   Whether a rule is on trial for what stands in a namespace. What has none, as a ClusterRole or a file of evidence, is
#   in no share.
on_trial(id, home) if {
	canaries[id]
	not home in object.get(in_force, id, set())
}

# METADATA
# description: The namespace of a document, by which a share takes it in; a Namespace is in its own.
home_of(document) := documents.text(object.get(document.metadata, "name", "")) if {
	document.type == "Namespace"
} else := document.namespace

# METADATA
# description: >-
#   The place of a namespace among those that a rule reaches one after the other, from 0 to 99: of each hundred about
#   one. It depends on nothing but both names, and for each rule the order is another.
place(id, home) := scrambled(scrambled(total % prime)) % 100 if {
	digits := split(hex.encode(concat("/", [id, home])), "")
	total := sum([term |
		some position, digit in digits
		term := indexof("0123456789abcdef", digit) * scrambled(scrambled(position + 1))
	])
}

# All engines are exact up to 2^53, and 3 divides no prime - 1 of this one: cubes are a permutation.
prime := 67108859

scrambled(number) := (((number * number) % prime) * number) % prime

# METADATA
# description: Those of them that are on trial, wholly or but for a share.
canaries := {id: stage | some id, stage in held; stage.action == "canary"}

homes := {home | some document in documents.judged; home := home_of(document); home != ""}

# Who wrote a rule knows best that it is not ready: a share of the bundle's puts no such rule in force.
by_author := {id: {"action": "canary", "share": 0} |
	some id in selection.known
	entry := selection.catalog[id]
	is_trial(entry)
}

is_trial(entry) if entry.stage == "canary"

is_trial(entry) if timestamps.ns(entry.effective_on) > now_ns

# Without a date that it can read, a bundle holds no rule back; nor does it with a share that is no number.
by_bundle := {id: {"action": stage.action, "share": share} |
	some id, stage in data.gatelib.bundle.actions
	stage.action in {"canary", "warn"}
	not_over(stage)
	share := object.get(stage, "share", 0)
	is_number(share)
}

not_over(stage) if timestamps.end_ns(stage.until) > now_ns

not_over(stage) if {
	stage.action == "canary"
	not "until" in object.keys(stage)
}

# A rule of its own, for the reason given in `gatelib.lib.exceptions`.
now_ns := gate_input.now_ns
