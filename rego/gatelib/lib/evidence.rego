# METADATA
# title: Evidence
# description: >-
#   What an Evidence Pack says of the release that is judged, by the role of each file in the layout. A file
#   counts where a trusted producer has signed it for this release, not too long ago; what else is wrong with
#   it, or that it is missing, is said here once, for the rule that judges the file.
package gatelib.lib.evidence

import data.gatelib.input as gate_input
import data.gatelib.lib.documents
import data.gatelib.lib.params
import data.gatelib.lib.timestamps

# METADATA
# description: >-
#   The releases to judge, as `{index, name, spec, commit, version, service, images}`; `images` are the
#   digests that `spec.images` names.
releases := [{
	"index": document.index,
	"name": document.name,
	"spec": stated,
	"service": documents.text(object.get(stated, "service", "")),
	"version": documents.text(object.get(stated, "version", "")),
	"commit": documents.text(object.get(stated, "commit", "")),
	"images": {digest |
		some image in documents.list(object.get(stated, "images", []))
		is_string(image)
		[_, digest] := split(image, "@")
	},
} |
	some document in documents.of_type("gatelib.dev/Release")
	stated := documents.mapping(object.get(document.content, "spec", {}))
]

# METADATA
# description: The sealed packs that were given, as the verifier found them.
packs := [documents.mapping(found) | some found in verified; documents.mapping(found).type == "pack"]

# METADATA
# description: The documents that a release rule judges, for its `subjects`.
subjects := {release.index | some release in releases}

# METADATA
# description: >-
#   What is wrong with the files of a role, as findings without their `id`: a file that is missing, empty,
#   signed by nobody who is trusted with it, made for another release, out of date, or of another format. None
#   where no release is judged.
faults(role) := missing(role) | unusable(role)

# METADATA
# description: >-
#   The files of a role that are there and count, and cannot be read, as a rule's `unjudged` wants them.
unreadable(role) := {{"evidence": file, "path": [], "msg": sprintf("`%s` %s", [file, message])} |
	some file, entry in object.get(by_role, role, {})
	not problem(entry)
	message := read_problem(entry)
}

# METADATA
# description: >-
#   The facts of a type in the files of a role that count, as `{file, position, fact}`, in the order of the
#   files. The type of a record is its kind.
facts(role, type) := [{"file": file, "position": position, "fact": fact} |
	count(releases) > 0
	some file, entry in object.get(by_role, role, {})
	usable(entry)
	some position, fact in entry.facts
	type_of(fact) == type
]

# METADATA
# description: The files of a role that count and can be read.
files(role) := [file |
	count(releases) > 0
	some file, entry in object.get(by_role, role, {})
	usable(entry)
]

# METADATA
# description: >-
#   Where a finding about a release points that has no file to point into: the record, at its pack.
at_release(release) := {"document": release.index, "path": ["spec", "evidencePack"]}

# METADATA
# description: Where a finding about a fact points.
at(entry, path) := {"evidence": entry.file, "path": array.concat(["facts", entry.position], path)}

# METADATA
# description: The spec of a record, empty where it has none.
spec(entry) := documents.mapping(object.get(entry.fact, "spec", {}))

missing(role) := {{
	"document": release.index,
	"path": ["spec", "evidencePack"],
	"msg": sprintf("the Evidence Pack of release `%s` has no `%s`", [release.name, wanted.paths[0]]),
} |
	some release in releases
	wanted := layout.roles[role]
	current_gate in wanted.required
	count(object.get(by_role, role, {})) == 0
}

unusable(role) := {{"evidence": file, "path": [], "msg": sprintf("`%s` %s", [file, message])} |
	count(releases) > 0
	some file, entry in object.get(by_role, role, {})
	message := problem(entry)
}

usable(entry) if {
	not problem(entry)
	not read_problem(entry)
}

read_problem(entry) := sprintf("cannot be read: %s", [documents.text(object.get(entry.problem, "message", ""))]) if {
	is_object(entry.problem)
} else := "cannot be read: its facts are no list" if {
	not is_array(object.get(entry, "facts", null)) # gatelib:equivalent null: neither null nor false is a list
}

problem(entry) := "is empty" if {
	entry.size == 0
} else := message if {
	message := signature_problem(object.get(entries, entry.file, []), entry.file)
} else := message if {
	message := binding_problem(entries[entry.file])
} else := message if {
	message := age_problem(entries[entry.file])
} else := sprintf("is of the format `%v`, and `%s` must be of %s", [format, entry.role, alternatives(entry.role)]) if {
	not read_problem(entry)
	format := object.get(entry, "format", "")
	not format in object.get(layout.roles, [entry.role, "formats"], [])
}

signature_problem([], file) := sprintf("counts for nothing: %s", [rejected[file]]) if {
	rejected[file]
} else := "has no signature of a producer who is trusted with it"

# One entry that fits the release is enough; the others are of other releases or of other days.
binding_problem(found) := message if {
	count(of_this_release(found)) == 0
	message := other_release(found[0])
}

age_problem(found) := message if {
	fitting := of_this_release(found)
	count([entry | some entry in fitting; not out_of_date(entry)]) == 0
	message := out_of_date(fitting[0])
}

of_this_release(found) := [entry | some entry in found; not other_release(entry)]

# The release that an entry was made for is the judged one in all that it names.
other_release(entry) := differences[0] if {
	differences := [message |
		some release in releases
		some field in ["service", "version", "commit"]
		made_for := object.get(entry, field, "")
		judged := release[field]
		made_for != judged
		message := sprintf("was made for %s `%v`, and the release is of `%s`", [field, made_for, judged])
	]
	count(differences) > 0
} else := "was made for no image" if {
	count(images_of(entry)) == 0
} else := sprintf("was made for image `%v`, which is none of the release", [other]) if {
	other := min([image |
		some image in images_of(entry)
		some release in releases
		not image in release.images
	])
}

images_of(entry) := documents.list(object.get(entry, "images", []))

# gatelib:equivalent string: neither an empty text nor a lone word is a date-time
out_of_date(entry) := age_of(object.get(entry, "created", ""))

age_of(created) := "names no time at which it was made" if {
	not timestamps.is_date_time(created)
} else := sprintf("was made in the future, on `%s`", [created]) if {
	timestamps.ns(created) > now_ns
} else := sprintf("was made on `%s`, more than %v days ago", [created, max_age_days]) if {
	now_ns - timestamps.ns(created) > max_age_days * day_ns
}

alternatives(role) := concat(" or ", [sprintf("`%s`", [format]) | some format in layout.roles[role].formats])

type_of(fact) := fact.kind if {
	fact.apiVersion == "gatelib.dev/v1"
} else := fact.type

by_role := {role: {file: object.union({"file": file}, given[file]) | some file in names} |
	some role, names in names_by_role
}

names_by_role[role] contains file if {
	some file, entry in given
	is_object(entry) # gatelib:equivalent condition: what is no object has no role
	role := entry.role
	is_string(role) # gatelib:equivalent condition: nobody asks for a role that is no text
}

entries := {file: [verified[position] | some position in positions] | some file, positions in entry_positions}

entry_positions[file] contains position if {
	some position, found in verified
	documents.mapping(found).type == "entry"
	file := found.file
}

rejected := {file: min(reasons) | some file, reasons in rejections}

rejections[file] contains reason if {
	some found in verified
	documents.mapping(found).type == "rejected"
	file := found.file
	reason := found.reason
}

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
given := gate_input.evidence

verified := gate_input.verifications

current_gate := gate_input.gate

now_ns := gate_input.now_ns

max_age_days := params.all.evidence.max_age_days

day_ns := timestamps.day_ns

layout := data.gatelib.layout
