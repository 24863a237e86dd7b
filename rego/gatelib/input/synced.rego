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
	some entries in data.kubernetes
	some object in entries
	is_stored(object)
}

objects contains object if {
	some namespaces in data.kubernetes
	some by_name in namespaces
	not is_stored(by_name)
	some object in by_name
	is_stored(object)
}

objects contains object if {
	some kinds in data.inventory.cluster
	some by_name in kinds
	some object in by_name
	is_stored(object)
}

objects contains object if {
	some versions in data.inventory.namespace
	some kinds in versions
	some by_name in kinds
	some object in by_name
	is_stored(object)
}

is_stored(object) if {
	is_string(object.kind)
	is_string(object.apiVersion)
	is_string(object.metadata.name)
}
