package gatelib.lib.pod_security_test

import data.gatelib.lib.pod_security

of_every_version := {
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range",
	"net.ipv4.tcp_syncookies",
}

test_sysctls_by_version if {
	v27 := of_every_version | {"net.ipv4.ip_local_reserved_ports"}
	v29 := v27 | {
		"net.ipv4.tcp_keepalive_time",
		"net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl",
		"net.ipv4.tcp_keepalive_probes",
	}
	v32 := v29 | {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}
	v37 := v32 | {"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"}
	every version, names in {
		"v1.0": of_every_version,
		"v1.26": of_every_version,
		"v1.27": v27,
		"v1.28": v27,
		"v1.29": v29,
		"v1.31": v29,
		"v1.32": v32,
		"v1.36": v32,
		"v1.37": v37,
		"v1.99": v37,
		"latest": v37,
	} {
		pod_security.sysctls == names with data.gatelib.params as {"pod_security": {"version": version}}
	}
}

test_selinux_types_by_version if {
	older := {"", "container_t", "container_init_t", "container_kvm_t"}
	newer := older | {"container_engine_t"}
	every version, types in {"v1.0": older, "v1.30": older, "v1.31": newer, "latest": newer} {
		pod_security.selinux_types == types with data.gatelib.params as {"pod_security": {"version": version}}
	}
}

test_restrictions_by_version if {
	every version, want in {
		"v1.18": [false, true, false, false],
		"v1.19": [true, true, false, false],
		"v1.26": [true, true, false, false],
		"v1.27": [true, false, false, false],
		"v1.33": [true, false, false, false],
		"v1.34": [true, false, true, false],
		"v1.35": [true, false, true, true],
		"latest": [true, false, true, true],
	} {
		[
			pod_security.restricts_seccomp_fields,
			pod_security.restricts_seccomp_annotations,
			pod_security.restricts_handler_hosts,
			pod_security.exempts_user_namespaces,
		] == want with data.gatelib.params as {"pod_security": {"version": version}}
	}
}

test_minor_versions if {
	every version, minor in {"v1.0": 0, "v1.000": 0, "v1.7": 7, "v1.07": 7, "v1.31": 31, "v1.100": 100, "latest": 99999} {
		pod_security.minor == minor with data.gatelib.params as {"pod_security": {"version": version}}
	}
}

test_minor_version_of_parameters_that_are_refused_elsewhere if {
	every version in [31, null, "v2.1", "1.31", "v1.31-rc", "vv1.31", "v1.0-rc", "vv1.0", "v1.0\n", "v1.12345", ""] {
		pod_security.minor == 99999 with data.gatelib.params as {"pod_security": {"version": version}}
	}
}

test_capabilities if {
	pod_security.capabilities == {
		"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
		"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
	}
}

test_profile_types if {
	pod_security.profile_types == {"RuntimeDefault", "Localhost"}
}

test_annotations if {
	every value in ["", "runtime/default", "localhost/profile"] {
		pod_security.apparmor_annotation(value)
	}
	every value in ["unconfined", "docker/default", "runtime/other", "local", "not-localhost/profile", "unconfined,localhost/profile"] {
		not pod_security.apparmor_annotation(value)
	}
	every value in ["runtime/default", "docker/default", "localhost/profile"] {
		pod_security.seccomp_annotation(value)
	}
	every value in ["", "unconfined", "runtime/other", "local", "not-localhost/profile", "unconfined,localhost/profile"] {
		not pod_security.seccomp_annotation(value)
	}
}
