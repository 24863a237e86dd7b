# METADATA
# title: Evidence of images
# description: Which images of a release a file of its Evidence Pack speaks of.
package gatelib.lib.image_evidence

import data.gatelib.lib.documents
import data.gatelib.lib.evidence

# METADATA
# description: >-
#   The images that a fact in a file is about: the one whose digest it names, else those that its producer signed
#   the file for.
about(entry) := {digest} if {
	digest := named(entry)
	digest != ""
} else := {image |
	some signed in object.get(entries, entry.file, [])
	some image in documents.list(object.get(signed, "images", []))
}

# METADATA
# description: >-
#   The images that a file's facts are about and that are none of the release, as `{entry, digest}` of facts.
foreign(found) := [{"entry": entry, "digest": digest} |
	some entry in found
	digest := named(entry)
	digest != ""
	not is_released(digest)
]

is_released(digest) if {
	some release in releases
	digest in release.images
}

named(entry) := documents.text(object.get(entry.fact, "digest", ""))

# Rules of their own: a function that reads another package's rule may find it undefined in regorus.
entries := evidence.entries

releases := evidence.releases
