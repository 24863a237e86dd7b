# METADATA
# title: The request under review
# description: >-
#   What an API server asks by an AdmissionReview, and whether there is anything to judge. Nothing is taken for
#   granted: whoever reaches the server may send anything.
package gatelib.admission.request

# METADATA
# description: What the answer has to repeat; empty where the review names none.
default uid := ""

uid := request.uid if is_string(request.uid)

# METADATA
# description: Why the review cannot be judged; undefined where it can.
problem := "the input is no AdmissionReview of `admission.k8s.io/v1`" if {
	not is_review
} else := "the review has no `request`" if {
	count(request) == 0
} else := "the request has no `uid`" if {
	uid == ""
} else := "the request has no `object` with `apiVersion` and `kind`" if {
	operation != "DELETE"
	not is_typed
}

# METADATA
# description: >-
#   Whether nothing that a rule looks at comes into being by this request: an object goes, a finalizer is taken
#   from one that goes, or a status is written. The last two are believed only where the rest is as it was: a
#   terminating Pod still runs, and takes ephemeral containers and other labels.
default passes := false

passes if operation == "DELETE"

passes if {
	operation == "UPDATE"
	is_terminating(proposed)
	lasting(proposed) == lasting(current)
}

passes if {
	operation == "UPDATE"
	is_terminating(proposed)
	is_null(current)
	sub_resource == ""
}

passes if {
	operation == "UPDATE"
	sub_resource == "status"
	lasting(proposed) == lasting(current)
}

default request := {}

request := input.request if is_object(input.request)

operation := object.get(request, "operation", "")

sub_resource := object.get(request, "subResource", "")

proposed := object.get(request, "object", null)

current := object.get(request, "oldObject", null)

is_review if {
	input.apiVersion == "admission.k8s.io/v1"
	input.kind == "AdmissionReview"
}

is_typed if {
	is_string(proposed.apiVersion)
	is_string(proposed.kind)
	proposed.apiVersion != ""
	proposed.kind != ""
}

# Only an update shows it: an API server drops the field from what is created.
is_terminating(content) if {
	is_string(content.metadata.deletionTimestamp)
	content.metadata.deletionTimestamp != ""
}

# The object without its status and without what the API server and garbage collection keep in its metadata.
lasting(content) := [object.remove(content, ["status", "metadata"]), object.remove(content.metadata, bookkeeping)] if {
	is_object(content)
	is_object(content.metadata)
}

bookkeeping := {"finalizers", "generation", "managedFields", "ownerReferences", "resourceVersion"}
