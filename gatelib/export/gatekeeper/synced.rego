# METADATA
# title: Synced objects, in Gatekeeper
# description: >-
#   Stands in for the library's package of this name. Gatekeeper keeps what it syncs under `data.inventory`. Rules look
#   things up in the namespace of what they judge and among what belongs to the whole cluster, so that nothing else of
#   a large cluster is handed to them.
package gatelib.input.synced

# METADATA
# description: Each object once, in an order of no meaning.
objects contains object if {
	some kinds in data.inventory.cluster
	some by_name in kinds
	some object in by_name
	is_stored(object)
}

objects contains object if {
	some namespace in namespaces
	some kinds in data.inventory.namespace[namespace]
	some by_name in kinds
	some object in by_name
	is_stored(object)
}

# METADATA
# description: Whether anything is synced at all.
default there := false

there if count(data.inventory) > 0

namespaces contains input.review.object.metadata.namespace

namespaces contains input.review.object.metadata.name if input.review.object.kind == "Namespace"

is_stored(object) if {
	is_string(object.kind)
	is_string(object.apiVersion)
	is_string(object.metadata.name)
}
