package gatelib.rules.kubernetes.pod_security_test

import data.gatelib.rules.kubernetes.pod_security as rule

kinds_of_containers := ["containers", "initContainers", "ephemeralContainers"]

test_allow_defaults if {
	every spec in [
		{},
		{"hostNetwork": false, "hostPID": false, "hostIPC": null, "hostUsers": null},
		{"hostUsers": true},
		{"hostUsers": false},
		{"securityContext": null},
		{"securityContext": {
			"seccompProfile": {"type": "RuntimeDefault"},
			"appArmorProfile": {"type": "Localhost", "localhostProfile": "x"},
			"seLinuxOptions": {"type": "container_t", "user": "", "role": null, "level": "s0"},
			"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}],
			"windowsOptions": {"hostProcess": false},
		}},
		{"securityContext": {"seccompProfile": null, "appArmorProfile": null, "seLinuxOptions": null, "sysctls": null}},
	] {
		rule.deny == set() with input as pods([spec])
		rule.unjudged == set() with input as pods([spec])
	}
}

test_allow_containers_that_keep_to_it if {
	every container in [
		{},
		{"securityContext": null},
		{"ports": [{"containerPort": 80}, {"containerPort": 81, "hostPort": 0}, {"containerPort": 82, "hostPort": null}]},
		{"securityContext": {"procMount": "Default", "capabilities": {"add": ["CHOWN"], "drop": ["ALL"]}}},
		{"securityContext": {"procMount": null, "capabilities": {"add": null}}},
		{"securityContext": {"seccompProfile": {"type": "Localhost"}, "seLinuxOptions": {"type": ""}}},
		{"livenessProbe": {"httpGet": {"port": 80}}, "lifecycle": {"preStop": {"tcpSocket": {"port": 80, "host": ""}}}},
		{"readinessProbe": {"grpc": {"port": 80, "host": "10.0.0.1"}, "exec": "x"}, "startupProbe": null},
		{"lifecycle": {"postStart": null, "preStop": {"sleep": {"host": 7}}}},
		{"readinessProbe": {"httpGet": null, "tcpSocket": {"host": null, "port": 1}}, "lifecycle": null},
	] {
		every kind in kinds_of_containers {
			rule.deny == set() with input as pods([{kind: [container]}])
			rule.unjudged == set() with input as pods([{kind: [container]}])
		}
	}
}

test_deny_host_namespaces if {
	rule.deny == {
		finding(["spec", "hostNetwork"], "the pod runs in the node's network namespace"),
		finding(["spec", "hostPID"], "the pod runs in the node's process namespace"),
		finding(["spec", "hostIPC"], "the pod runs in the node's IPC namespace"),
	} with input as pods([{"hostNetwork": true, "hostPID": true, "hostIPC": true}])
}

test_deny_host_processes if {
	spec := {
		"securityContext": {"windowsOptions": {"hostProcess": true}},
		"containers": [{"name": "app", "securityContext": {"windowsOptions": {"hostProcess": true}}}],
	}
	rule.deny == {
		finding(
			["spec", "securityContext", "windowsOptions", "hostProcess"],
			"the pod runs as a process of its Windows node",
		),
		finding(
			["spec", "containers", 0, "securityContext", "windowsOptions", "hostProcess"],
			"container `app` runs as a process of its Windows node",
		),
	} with input as pods([spec])
	rule.deny == set() with input as pods([spec]) with data.gatelib.params as host_process("allow")
}

test_allow_the_network_that_host_processes_need if {
	by_pod := {"hostNetwork": true, "os": {"name": "windows"}, "securityContext": {"windowsOptions": {"hostProcess": true}}}
	by_container := {
		"hostNetwork": true,
		"os": {"name": "windows"},
		"containers": [{"securityContext": {"windowsOptions": {"hostProcess": true}}}],
	}
	network := finding(["spec", "hostNetwork"], "the pod runs in the node's network namespace")
	process := finding(
		["spec", "securityContext", "windowsOptions", "hostProcess"],
		"the pod runs as a process of its Windows node",
	)
	rule.deny == {network, process} with input as pods([by_pod])
	rule.deny == set() with input as pods([by_pod]) with data.gatelib.params as host_process("allow")
	rule.deny == set() with input as pods([by_container]) with data.gatelib.params as host_process("allow")
}

test_allow_the_network_that_each_of_several_host_processes_needs if {
	spec := {"hostNetwork": true, "os": {"name": "windows"}, "securityContext": {"windowsOptions": {"hostProcess": true}}}
	rule.deny == set() with input as pods([spec, spec]) with data.gatelib.params as host_process("allow")
}

test_deny_host_namespaces_that_host_processes_do_not_need if {
	network := finding(["spec", "hostNetwork"], "the pod runs in the node's network namespace")
	process := {"windowsOptions": {"hostProcess": true}}
	every spec in [
		{"hostNetwork": true, "securityContext": process},
		{"hostNetwork": true, "os": {"name": "linux"}, "securityContext": process},
		{"hostNetwork": true, "os": {"name": "windows"}},
	] {
		rule.deny == {network} with input as pods([spec]) with data.gatelib.params as host_process("allow")
	}
	others := [{"hostPID": true, "os": {"name": "windows"}, "securityContext": process}]
	rule.deny == {finding(["spec", "hostPID"], "the pod runs in the node's process namespace")} with input as pods(others)
		with data.gatelib.params as host_process("allow")
	beside := [{"hostNetwork": true, "os": {"name": "windows"}}, {"os": {"name": "windows"}, "securityContext": process}]
	rule.deny == {network} with input as pods(beside) with data.gatelib.params as host_process("allow")
}

test_deny_host_ports_in_every_kind_of_container if {
	every kind in kinds_of_containers {
		rule.deny == {finding(["spec", kind, 0, "ports", 1, "hostPort"], "container `app` takes port `8080` of its node")} with input as pods([{kind: [{
			"name": "app",
			"ports": [{"containerPort": 80}, {"containerPort": 8080, "hostPort": 8080}],
		}]}])
	}
}

test_deny_capabilities_in_every_kind_of_container if {
	every kind in kinds_of_containers {
		path := ["spec", kind, 0, "securityContext", "capabilities", "add"]
		rule.deny == {
			finding(array.concat(path, [0]), "container `app` adds the capability `NET_RAW`"),
			finding(array.concat(path, [2]), "container `app` adds the capability `ALL`"),
		} with input as pods([{kind: [{
			"name": "app",
			"securityContext": {"capabilities": {"add": ["NET_RAW", "CHOWN", "ALL"]}},
		}]}])
	}
}

test_deny_proc_mounts_outside_user_namespaces if {
	spec := {"containers": [{"name": "app", "securityContext": {"procMount": "Unmasked"}}]}
	inside := object.union(spec, {"hostUsers": false})
	want := {finding(["spec", "containers", 0, "securityContext", "procMount"], "container `app` mounts `/proc` as `Unmasked`")}
	rule.deny == want with input as pods([spec])
	rule.deny == want with input as pods([object.union(spec, {"hostUsers": true})])
	rule.deny == set() with input as pods([inside])
	rule.deny == want with input as pods([inside]) with data.gatelib.params as version("v1.34")
}

test_deny_unsafe_sysctls if {
	context := {"sysctls": [{"name": "kernel.shm_rmid_forced", "value": "1"}, {"name": "kernel.msgmax", "value": "1"}]}
	rule.deny == {finding(
		["spec", "securityContext", "sysctls", 1, "name"],
		"the pod sets the sysctl `kernel.msgmax`",
	)} with input as pods([{"securityContext": context}])
}

test_deny_profiles_of_pods_and_containers if {
	context := {"seccompProfile": {"type": "Unconfined"}, "appArmorProfile": {"type": "Unconfined"}}
	of_pod := ["spec", "securityContext"]
	of_container := ["spec", "initContainers", 0, "securityContext"]
	rule.deny == {
		finding(array.concat(of_pod, ["seccompProfile", "type"]), "the pod has the seccomp profile `Unconfined`"),
		finding(array.concat(of_pod, ["appArmorProfile", "type"]), "the pod has the AppArmor profile `Unconfined`"),
		finding(array.concat(of_container, ["seccompProfile", "type"]), "container `app` has the seccomp profile `Unconfined`"),
		finding(array.concat(of_container, ["appArmorProfile", "type"]), "container `app` has the AppArmor profile `Unconfined`"),
	} with input as pods([{"securityContext": context, "initContainers": [{"name": "app", "securityContext": context}]}])
}

test_deny_profiles_without_a_type if {
	every profile in [{}, {"type": ""}, {"type": null}] {
		rule.deny == {finding(
			["spec", "securityContext", "seccompProfile", "type"],
			"the pod has a profile for seccomp without a type",
		)} with input as pods([{"securityContext": {"seccompProfile": profile}}])
	}
}

test_allow_seccomp_fields_before_they_came if {
	spec := {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}
	rule.deny == set() with input as pods([spec]) with data.gatelib.params as version("v1.18")
}

test_deny_profiles_in_annotations if {
	annotations := {
		"container.apparmor.security.beta.kubernetes.io/app": "unconfined",
		"container.apparmor.security.beta.kubernetes.io/other": "localhost/x",
		"container.seccomp.security.alpha.kubernetes.io/app": "unconfined",
		"container.seccomp.security.alpha.kubernetes.io/other": "docker/default",
		"seccomp.security.alpha.kubernetes.io/pod": "unconfined",
		"x.container.apparmor.security.beta.kubernetes.io/app": "unconfined",
		"x.container.seccomp.security.alpha.kubernetes.io/app": "unconfined",
		"unconfined": "unconfined",
	}
	content := {"kind": "Pod", "metadata": {"annotations": annotations}}
	apparmor := annotation_finding("container.apparmor.security.beta.kubernetes.io/app")
	rule.deny == {apparmor} with input as envelope([content])
	rule.deny == {
		apparmor,
		annotation_finding("container.seccomp.security.alpha.kubernetes.io/app"),
		annotation_finding("seccomp.security.alpha.kubernetes.io/pod"),
	} with input as envelope([content]) with data.gatelib.params as version("v1.26")
	safe := {"kind": "Pod", "metadata": {"annotations": {"seccomp.security.alpha.kubernetes.io/pod": "runtime/default"}}}
	rule.deny == set() with input as envelope([safe]) with data.gatelib.params as version("v1.18")
	other := {"kind": "Pod", "metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/app": 1}}}
	rule.deny == set() with input as envelope([other])
}

test_deny_annotations_of_the_pod_template if {
	key := "container.apparmor.security.beta.kubernetes.io/app"
	content := {"kind": "Deployment", "spec": {"template": {"metadata": {"annotations": {key: "unconfined"}}}}}
	rule.deny == {finding(
		["spec", "template", "metadata", "annotations", key],
		"annotation `container.apparmor.security.beta.kubernetes.io/app` is `unconfined`",
	)} with input as envelope([content])
}

test_deny_selinux_options if {
	path := ["spec", "securityContext", "seLinuxOptions"]
	rule.deny == {
		finding(array.concat(path, ["type"]), "the pod sets the SELinux type `spc_t`"),
		finding(array.concat(path, ["user"]), "the pod sets the SELinux user `system_u`"),
		finding(array.concat(path, ["role"]), "the pod sets the SELinux role `container_t`"),
	} with input as pods([{"securityContext": {"seLinuxOptions": {"type": "spc_t", "user": "system_u", "role": "container_t"}}}])
}

test_deny_hosts_of_probes_and_hooks if {
	every path in [
		["livenessProbe"],
		["readinessProbe"],
		["startupProbe"],
		["lifecycle", "postStart"],
		["lifecycle", "preStop"],
	] {
		every action in ["httpGet", "tcpSocket"] {
			container := json.patch(
				{"name": "app", "lifecycle": {}},
				[{"op": "add", "path": path, "value": {action: {"host": "10.0.0.1", "port": 80}}}],
			)
			rule.deny == {finding(
				array.concat(["spec", "containers", 0], array.concat(path, [action, "host"])),
				sprintf("the `%s` of container `app` calls the host `10.0.0.1`", [concat(".", path)]),
			)} with input as pods([{"containers": [container]}])
			rule.deny == set() with input as pods([{"containers": [container]}]) with data.gatelib.params as version("v1.33")
		}
	}
}

test_deny_in_a_later_container_of_a_later_pod if {
	key := "container.apparmor.security.beta.kubernetes.io/app"
	context := {"seccompProfile": {"type": "Unconfined"}, "seLinuxOptions": {"user": "system_u"}, "procMount": "Unmasked"}
	container := object.union(
		{"name": "app", "ports": [{"hostPort": 80}], "livenessProbe": {"tcpSocket": {"host": "10.0.0.1", "port": 80}}},
		{"securityContext": object.union(context, {"capabilities": {"add": ["NET_RAW"]}})},
	)
	offending := {
		"kind": "Pod",
		"metadata": {"annotations": {key: "unconfined"}},
		"spec": {
			"hostPID": true,
			"containers": [{}, container],
			"securityContext": {"sysctls": [{"name": "kernel.msgmax"}], "windowsOptions": {"hostProcess": true}},
		},
	}
	given := envelope([{"kind": "Pod", "spec": {"securityContext": {}, "containers": [{"livenessProbe": {}}]}}, offending])
	inside := ["spec", "containers", 1]
	rule.deny == {object.union(found, {"document": 1}) |
		some found in {
			finding(["spec", "hostPID"], "the pod runs in the node's process namespace"),
			finding(
				["spec", "securityContext", "windowsOptions", "hostProcess"],
				"the pod runs as a process of its Windows node",
			),
			finding(["spec", "securityContext", "sysctls", 0, "name"], "the pod sets the sysctl `kernel.msgmax`"),
			annotation_finding(key),
			finding(array.concat(inside, ["ports", 0, "hostPort"]), "container `app` takes port `80` of its node"),
			finding(
				array.concat(inside, ["securityContext", "capabilities", "add", 0]),
				"container `app` adds the capability `NET_RAW`",
			),
			finding(
				array.concat(inside, ["securityContext", "procMount"]),
				"container `app` mounts `/proc` as `Unmasked`",
			),
			finding(
				array.concat(inside, ["securityContext", "seccompProfile", "type"]),
				"container `app` has the seccomp profile `Unconfined`",
			),
			finding(
				array.concat(inside, ["securityContext", "seLinuxOptions", "user"]),
				"container `app` sets the SELinux user `system_u`",
			),
			finding(
				array.concat(inside, ["livenessProbe", "tcpSocket", "host"]),
				"the `livenessProbe` of container `app` calls the host `10.0.0.1`",
			),
		}
	} with input as given
	rule.subjects == {0, 1} with input as given
}

test_unjudged_values_of_another_type if {
	every path, case in {
		["spec", "hostUsers"]: [{"hostUsers": "false"}, "a boolean", "a string"],
		["spec", "securityContext", "seccompProfile", "type"]: [
			{"securityContext": {"seccompProfile": {"type": 1}}},
			"a string",
			"a number",
		],
		["spec", "securityContext", "appArmorProfile", "type"]: [
			{"securityContext": {"appArmorProfile": {"type": []}}},
			"a string",
			"a list",
		],
		["spec", "securityContext", "seLinuxOptions", "type"]: [
			{"securityContext": {"seLinuxOptions": {"type": true}}},
			"a string",
			"a boolean",
		],
		["spec", "securityContext", "seLinuxOptions", "user"]: [
			{"securityContext": {"seLinuxOptions": {"user": {}}}},
			"a string",
			"an object",
		],
		["spec", "securityContext", "seLinuxOptions", "role"]: [
			{"securityContext": {"seLinuxOptions": {"role": 0}}},
			"a string",
			"a number",
		],
		["spec", "securityContext", "sysctls", 0]: [{"securityContext": {"sysctls": [null]}}, "an object", "null"],
		["spec", "securityContext", "sysctls", 1, "name"]: [
			{"securityContext": {"sysctls": [{"name": "kernel.shm_rmid_forced"}, {"value": "1"}]}},
			"a string",
			"null",
		],
		["spec", "securityContext", "sysctls", 0, "name"]: [
			{"securityContext": {"sysctls": [{"name": 7}]}},
			"a string",
			"a number",
		],
		["spec", "containers", 0, "ports", 0]: [{"containers": [{"ports": ["80"]}]}, "an object", "a string"],
		["spec", "containers", 0, "ports", 0, "hostPort"]: [
			{"containers": [{"ports": [{"hostPort": "80"}]}]},
			"a number",
			"a string",
		],
		["spec", "containers", 0, "securityContext", "capabilities", "add", 0]: [
			{"containers": [{"securityContext": {"capabilities": {"add": [null]}}}]},
			"a string",
			"null",
		],
		["spec", "containers", 0, "livenessProbe"]: [{"containers": [{"livenessProbe": "x"}]}, "an object", "a string"],
		["spec", "containers", 0, "lifecycle"]: [{"containers": [{"lifecycle": "x"}]}, "an object", "a string"],
		["spec", "containers", 0, "lifecycle", "preStop"]: [
			{"containers": [{"lifecycle": {"preStop": 1}}]},
			"an object",
			"a number",
		],
		["spec", "containers", 0, "livenessProbe", "httpGet"]: [
			{"containers": [{"livenessProbe": {"httpGet": "x"}}]},
			"an object",
			"a string",
		],
		["spec", "containers", 0, "livenessProbe", "tcpSocket", "host"]: [
			{"containers": [{"livenessProbe": {"tcpSocket": {"host": 10}}}]},
			"a string",
			"a number",
		],
	} {
		written := concat(".", [sprintf("%v", [step]) | some step in path])
		want := {{
			"msg": sprintf("`%s` must be %s, and is %s", [written, case[1], case[2]]),
			"document": 0,
			"path": path,
		}}
		rule.unjudged == want with input as pods([case[0]])
		rule.deny == set() with input as pods([case[0]])
	}
}

test_unjudged_values_of_a_later_container_of_a_later_pod if {
	harmless := {"securityContext": {}, "containers": [{"ports": [{}], "livenessProbe": {}}]}
	container := {
		"ports": [{}, "80", {"hostPort": "80"}],
		"securityContext": {"capabilities": {"add": ["CHOWN", 1]}, "seccompProfile": {"type": 1}},
		"lifecycle": "x",
		"livenessProbe": "x",
		"readinessProbe": {"tcpSocket": "x"},
		"startupProbe": {"tcpSocket": {"host": 1}},
	}
	broken := {
		"hostUsers": "false",
		"securityContext": {"sysctls": [{"name": "kernel.shm_rmid_forced"}, "x", {}]},
		"containers": [{"livenessProbe": {}}, container],
	}
	inside := ["spec", "containers", 1]
	rule.unjudged == {problem |
		some path, case in {
			["spec", "hostUsers"]: ["a boolean", "a string"],
			["spec", "securityContext", "sysctls", 1]: ["an object", "a string"],
			["spec", "securityContext", "sysctls", 2, "name"]: ["a string", "null"],
			array.concat(inside, ["ports", 1]): ["an object", "a string"],
			array.concat(inside, ["ports", 2, "hostPort"]): ["a number", "a string"],
			array.concat(inside, ["securityContext", "capabilities", "add", 1]): ["a string", "a number"],
			array.concat(inside, ["securityContext", "seccompProfile", "type"]): ["a string", "a number"],
			array.concat(inside, ["lifecycle"]): ["an object", "a string"],
			array.concat(inside, ["livenessProbe"]): ["an object", "a string"],
			array.concat(inside, ["readinessProbe", "tcpSocket"]): ["an object", "a string"],
			array.concat(inside, ["startupProbe", "tcpSocket", "host"]): ["a string", "a number"],
		}
		written := concat(".", [sprintf("%v", [step]) | some step in path])
		problem := {
			"msg": sprintf("`%s` must be %s, and is %s", [written, case[0], case[1]]),
			"document": 1,
			"path": path,
		}
	} with input as pods([harmless, broken])
}

test_security_contexts_of_another_type_are_errors_elsewhere if {
	every context in ["x", 1, true, ["seccompProfile"]] {
		given := pods([{"securityContext": context, "containers": [{"securityContext": context}]}])
		rule.deny == set() with input as given
		rule.unjudged == set() with input as given
		problems := data.gatelib.lib.malformed.all with input as given
		{problem.path | some problem in problems} == {
			["spec", "securityContext"],
			["spec", "containers", 0, "securityContext"],
		}
	}
}

test_probes_and_hooks_are_not_read_before_their_restriction if {
	container := {"lifecycle": "x", "livenessProbe": "x"}
	rule.unjudged == set() with input as pods([{"containers": [container]}]) with data.gatelib.params as version("v1.33")
}

test_subjects_are_workloads if {
	rule.subjects == {0} with input as envelope([{"kind": "Job"}, {"kind": "Service"}])
}

version(text) := {"pod_security": {"version": text}}

host_process(action) := {"pod_security": {"windows_host_process": action}}

annotation_finding(key) := finding(["metadata", "annotations", key], sprintf("annotation `%s` is `unconfined`", [key]))

finding(path, message) := {
	"id": "GL-K8S-014",
	"msg": message,
	"document": 0,
	"path": path,
}

pods(specs) := envelope([{"apiVersion": "v1", "kind": "Pod", "spec": spec} | some spec in specs])

envelope(contents) := {
	"gatelib": 1,
	"gate": "pr",
	"now": "2026-11-22T00:00:00Z",
	"documents": [{"index": index, "root": 0, "content": content} | some index, content in contents],
}
