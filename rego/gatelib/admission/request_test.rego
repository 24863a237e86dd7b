package gatelib.admission.request_test

import data.gatelib.admission.request as asked

pod := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "api", "labels": {"app": "api"}},
	"spec": {"containers": [{"name": "api"}]},
}

terminating := object.union(pod, {"metadata": {"deletionTimestamp": "2026-11-22T00:00:00Z", "finalizers": ["a.example/b"]}})

released := object.union(terminating, {"metadata": {
	"finalizers": [],
	"generation": 2,
	"managedFields": [],
	"ownerReferences": [],
	"resourceVersion": "7",
}})

debugged := object.union(terminating, {"spec": {"ephemeralContainers": [{
	"name": "debug",
	"securityContext": {"privileged": true},
}]}})

test_what_is_no_admission_review if {
	every given in [
		null, 7, true, "AdmissionReview", [], {}, [review({"object": pod})],
		object.union(review({"object": pod}), {"kind": "Pod"}),
		object.union(review({"object": pod}), {"kind": null}),
		object.union(review({"object": pod}), {"apiVersion": "admission.k8s.io/v1beta1"}),
		object.remove(review({"object": pod}), ["apiVersion"]),
		object.remove(review({"object": pod}), ["kind"]),
	] {
		asked.problem == "the input is no AdmissionReview of `admission.k8s.io/v1`" with input as given
	}
}

test_a_review_without_a_request if {
	every request in [null, 7, "x", [], {}, [{"uid": "1"}]] {
		given := object.union(object.remove(review({}), ["request"]), {"request": request})
		asked.problem == "the review has no `request`" with input as given
		asked.uid == "" with input as given
		asked.passes == false with input as given
	}
}

test_a_request_without_a_uid if {
	every uid in [null, 7, "", ["1"], {"1": 1}] {
		given := review({"uid": uid, "object": pod})
		asked.problem == "the request has no `uid`" with input as given
		asked.uid == "" with input as given
	}
}

test_a_request_without_an_object if {
	every object_given in [
		null, 7, "Pod", [pod], {}, object.union(pod, {"kind": ""}), object.union(pod, {"apiVersion": ""}),
		object.union(pod, {"kind": 7}), object.union(pod, {"apiVersion": null}),
	] {
		every operation in ["CREATE", "UPDATE", "CONNECT", "", null, "create", "delete"] {
			given := review({"operation": operation, "object": object_given})
			asked.problem == "the request has no `object` with `apiVersion` and `kind`" with input as given
		}
	}
}

test_what_can_be_judged if {
	every operation in ["CREATE", "UPDATE", "CONNECT", ""] {
		given := review({"operation": operation, "object": pod})
		asked.uid == "1" with input as given
		not asked.problem with input as given
		asked.passes == false with input as given
	}
}

test_a_deletion_passes if {
	given := review({"operation": "DELETE", "object": null, "oldObject": pod})
	not asked.problem with input as given
	asked.passes with input as given
}

test_a_finalizer_may_be_removed if {
	passes({"oldObject": terminating, "object": released})
	passes({"oldObject": terminating, "object": object.union(released, {"status": {"phase": "Failed"}})})
	passes({"oldObject": debugged, "object": debugged, "subResource": "ephemeralcontainers"})
}

test_a_terminating_object_that_changes_is_judged if {
	every object_given in [
		debugged,
		object.union(released, {"metadata": {"labels": {"app": "other"}}}),
		object.union(released, {"metadata": {"annotations": {"a": "b"}}}),
		object.union(released, {"kind": "Job"}),
		object.union(released, {"data": {}}),
	] {
		every sub_resource in ["", "ephemeralcontainers", "status"] {
			judged({"oldObject": terminating, "object": object_given, "subResource": sub_resource})
		}
	}
}

test_only_an_update_shows_that_an_object_goes if {
	every operation in ["CREATE", "CONNECT", ""] {
		judged({"operation": operation, "object": terminating})
		judged({"operation": operation, "object": terminating, "oldObject": terminating})
	}
}

test_an_object_that_did_not_go_before_is_judged if {
	judged({"oldObject": pod, "object": terminating})
	judged({"oldObject": terminating, "object": pod})
	every when in [null, "", 7, true, {}] {
		odd := object.union(pod, {"metadata": {"deletionTimestamp": when}})
		judged({"oldObject": odd, "object": odd})
		judged({"object": odd})
	}
}

test_without_an_old_object_only_the_object_itself_passes if {
	passes({"object": terminating})
	passes({"object": terminating, "oldObject": null, "subResource": ""})
	every sub_resource in ["ephemeralcontainers", "resize", "status", null, 7] {
		judged({"object": terminating, "subResource": sub_resource})
	}
	every odd in [7, "x", [], {}, false] {
		judged({"object": terminating, "oldObject": odd})
	}
}

test_a_status_passes_where_only_the_status_changes if {
	written := object.union(pod, {"status": {"phase": "Running"}, "metadata": {"resourceVersion": "8"}})
	passes({"oldObject": pod, "object": written, "subResource": "status"})
	judged({"oldObject": pod, "object": written})
	judged({"object": written, "subResource": "status"})
	judged({"operation": "CREATE", "oldObject": pod, "object": written, "subResource": "status"})
	relabelled := object.union(written, {"metadata": {"labels": {"app": "other"}}})
	judged({"oldObject": pod, "object": relabelled, "subResource": "status"})
}

test_metadata_of_the_wrong_type_passes_nothing if {
	every metadata in [null, 7, "x", []] {
		odd := object.union(object.remove(pod, ["metadata"]), {"metadata": metadata})
		judged({"oldObject": odd, "object": odd, "subResource": "status"})
	}
	bare := object.remove(pod, ["metadata"])
	judged({"oldObject": bare, "object": bare, "subResource": "status"})
}

passes(fields) if {
	given := review(object.union({"operation": "UPDATE"}, fields))
	asked.passes == true with input as given
	not asked.problem with input as given
}

judged(fields) if {
	given := review(object.union({"operation": "UPDATE"}, fields))
	asked.passes == false with input as given
	not asked.problem with input as given
}

review(fields) := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"request": object.union({"uid": "1"}, fields),
}
