# METADATA
# title: Synced objects
# description: >-
#   The objects of a cluster that something beside the policy keeps up to date: kube-mgmt puts them under
#   `data.kubernetes`, Gatekeeper under `data.inventory`. What such an object holds inside it is none of them,
#   even where it looks like one. Rules look things up in the namespace of what they judge and among what belongs
#   to the whole cluster, so nothing else of a large cluster is handed to them.
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
	some namespace in near
	by_name := namespaces[namespace]
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
	some namespace in near
	some kinds in data.inventory.namespace[namespace]
	some by_name in kinds
	some object in by_name
	is_stored(object)
}

# METADATA
# description: Whether anything is synced at all.
default there := false

there if count(data.kubernetes) > 0

there if count(data.inventory) > 0

near contains object.metadata.namespace if some object in under_review

near contains object.metadata.name if {
	some object in under_review
	object.kind == "Namespace"
}

under_review contains input.request.object

under_review contains input.review.object

is_stored(object) if {
	is_string(object.kind)
	is_string(object.apiVersion)
	is_string(object.metadata.name)
}
