package gatelib.rules.kubernetes.host_path_test

import data.gatelib.rules.kubernetes.host_path as rule

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}

pod(volumes) := envelope([{
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "p"},
	"spec": {"containers": [{"name": "c"}], "volumes": volumes},
}])

persistent(spec) := envelope([{"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": spec}])

in_pod(position, message) := {
	"id": "GL-K8S-002",
	"msg": message,
	"document": 0,
	"path": ["spec", "volumes", position, "hostPath"],
}

in_persistent_volume(message) := {
	"id": "GL-K8S-002",
	"msg": message,
	"document": 0,
	"path": ["spec", "hostPath"],
}

allow_logs := {"host_path": {"allowed_paths": ["/var/log/pods", "/dev/fuse"]}}

test_deny_volume if {
	volumes := [
		{"name": "work", "emptyDir": {}},
		{"name": "docker", "hostPath": {"path": "/var/run/docker.sock", "type": "Socket"}},
		{"name": "root", "hostPath": {"path": "/"}},
	]
	expected := {
		in_pod(1, "volume `docker` is the host's `/var/run/docker.sock`"),
		in_pod(2, "volume `root` is the host's `/`"),
	}
	rule.deny == expected with input as pod(volumes)
}

test_deny_volume_without_path if {
	expected := {in_pod(0, "volume `v` is a path of the host, which it does not name")}
	every host_path in [{}, {"path": null}, {"path": ""}, {"type": "Directory"}] {
		rule.deny == expected with input as pod([{"name": "v", "hostPath": host_path}])
		rule.deny == expected with input as pod([{"name": "v", "hostPath": host_path}]) with data.gatelib.params as allow_logs
	}
}

test_deny_path_of_the_wrong_type if {
	every path in [7, true, ["/var/log/pods"], {"a": "/var/log/pods"}] {
		expected := {in_pod(0, sprintf("volume `v` is the host's `%v`", [path]))}
		rule.deny == expected with input as pod([{"name": "v", "hostPath": {"path": path}}])
			with data.gatelib.params as allow_logs
	}
}

test_allow_other_volumes if {
	volumes := [
		{"name": "a", "emptyDir": {}},
		{"name": "b", "persistentVolumeClaim": {"claimName": "b"}},
		{"name": "c", "hostPath": null},
		{"name": "d"},
	]
	rule.deny == set() with input as pod(volumes)
}

test_allow_configured_paths if {
	volumes := [
		{"name": "logs", "hostPath": {"path": "/var/log/pods"}},
		{"name": "fuse", "hostPath": {"path": "/dev/fuse"}},
	]
	rule.deny == set() with input as pod(volumes) with data.gatelib.params as allow_logs
	rule.deny == set() with input as persistent({"hostPath": {"path": "/dev/fuse"}}) with data.gatelib.params as allow_logs
}

test_deny_paths_that_are_not_exactly_configured if {
	every path in ["/var/log", "/var/log/pods/", "/var/log/pods/a", "/var/log/pods/../../etc", "var/log/pods"] {
		expected := {in_pod(0, sprintf("volume `v` is the host's `%s`", [path]))}
		rule.deny == expected with input as pod([{"name": "v", "hostPath": {"path": path}}])
			with data.gatelib.params as allow_logs
	}
}

test_deny_by_error_of_the_library_where_the_type_is_wrong if {
	every host_path in ["/data", ["/data"], true, 1] {
		rule.deny == set() with input as pod([{"name": "v", "hostPath": host_path}])
		problems := data.gatelib.lib.malformed.all with input as pod([{"name": "v", "hostPath": host_path}])
		[problem.path | some problem in problems] == [["spec", "volumes", 0, "hostPath"]]
	}
}

test_deny_persistent_volume if {
	expected := {in_persistent_volume("the PersistentVolume is the host's `/data`")}
	rule.deny == expected with input as persistent({"hostPath": {"path": "/data"}})
	rule.deny == expected with input as envelope([{"kind": "PersistentVolume", "spec": {"hostPath": {"path": "/data"}}}])
	nameless := {in_persistent_volume("the PersistentVolume is a path of the host, which it does not name")}
	rule.deny == nameless with input as persistent({"hostPath": {}})
}

test_allow_persistent_volume if {
	every spec in [{"nfs": {"server": "nfs", "path": "/"}}, {"local": {"path": "/mnt"}}, {"hostPath": null}, {}, null] {
		rule.deny == set() with input as persistent(spec)
		rule.unjudged == set() with input as persistent(spec)
	}
}

test_allow_persistent_volume_by_parameter if {
	params := {"host_path": {"persistent_volumes": false}}
	every spec in [{"hostPath": {"path": "/data"}}, {"hostPath": "/data"}] {
		rule.deny == set() with input as persistent(spec) with data.gatelib.params as params
		rule.unjudged == set() with input as persistent(spec) with data.gatelib.params as params
		rule.subjects == set() with input as persistent(spec) with data.gatelib.params as params
	}
}

test_unjudged_persistent_volume if {
	every host_path in ["/data", ["/data"], true, 1] {
		expected := {{
			"msg": sprintf("`spec.hostPath` must be an object, and is `%v`", [host_path]),
			"document": 0,
			"path": ["spec", "hostPath"],
		}}
		rule.unjudged == expected with input as persistent({"hostPath": host_path})
		rule.deny == set() with input as persistent({"hostPath": host_path})
	}
	every spec in ["hostPath", [{"hostPath": {"path": "/"}}], 1] {
		expected := {{
			"msg": sprintf("`spec` must be an object, and is `%v`", [spec]),
			"document": 0,
			"path": ["spec"],
		}}
		rule.unjudged == expected with input as persistent(spec)
		rule.deny == set() with input as persistent(spec)
	}
}

test_deny_in_each_of_several_documents if {
	of_pod := {"kind": "Pod", "spec": {"volumes": [{"name": "root", "hostPath": {"path": "/"}}]}}
	of_volume := {"kind": "PersistentVolume", "spec": {"hostPath": {"path": "/data"}}}
	contents := [of_pod, of_volume, of_pod, of_volume]
	in_the_pod := in_pod(0, "volume `root` is the host's `/`")
	in_the_volume := in_persistent_volume("the PersistentVolume is the host's `/data`")
	rule.deny == {
		in_the_pod,
		object.union(in_the_volume, {"document": 1}),
		object.union(in_the_pod, {"document": 2}),
		object.union(in_the_volume, {"document": 3}),
	} with input as envelope(contents)
	rule.subjects == {0, 1, 2, 3} with input as envelope(contents)
}

test_subjects if {
	contents := [
		{"apiVersion": "v1", "kind": "PersistentVolume"},
		{"apiVersion": "v1", "kind": "PersistentVolumeClaim"},
		{"apiVersion": "apps/v1", "kind": "Deployment"},
		{"apiVersion": "example.com/v1", "kind": "PersistentVolume", "spec": {"hostPath": {"path": "/"}}},
	]
	rule.subjects == {0, 2} with input as envelope(contents)
	rule.deny == set() with input as envelope(contents)
}
