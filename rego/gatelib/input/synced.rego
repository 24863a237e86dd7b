# METADATA
# title: Synced objects
# description: >-
#   The objects of a cluster that something beside the policy keeps up to date: kube-mgmt puts them under
#   `data.kubernetes`, Gatekeeper under `data.inventory`. What such an object holds inside it is none of them,
#   even where it looks like one.
package gatelib.input.synced

# METADATA
# description: Each object once, in an order of no meaning.
objects contains object if {
	some objects in data.kubernetes
	some object in objects
	is_stored(object)
}

objects contains object if {
	some namespaces in data.kubernetes
	some objects in namespaces
	not is_stored(objects)
	some object in objects
	is_stored(object)
}

objects contains object if {
	some kinds in data.inventory.cluster
	some objects in kinds
	some object in objects
	is_stored(object)
}

objects contains object if {
	some versions in data.inventory.namespace
	some kinds in versions
	some objects in kinds
	some object in objects
	is_stored(object)
}

is_stored(object) if {
	is_string(object.kind)
	is_string(object.apiVersion)
	is_string(object.metadata.name)
}
