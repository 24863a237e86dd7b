# METADATA
# title: Pod Security Standards
# description: >-
#   What the *baseline* level allows in the version of the standard that is in force, as published by the
#   Kubernetes project and as its admission plug-in checks it (k8s.io/pod-security-admission, package policy).
package gatelib.lib.pod_security

import data.gatelib.lib.params

# METADATA
# description: Capabilities that a container may add.
capabilities := {
	"AUDIT_WRITE",
	"CHOWN",
	"DAC_OVERRIDE",
	"FOWNER",
	"FSETID",
	"KILL",
	"MKNOD",
	"NET_BIND_SERVICE",
	"SETFCAP",
	"SETGID",
	"SETPCAP",
	"SETUID",
	"SYS_CHROOT",
}

# METADATA
# description: Types that a seccomp or AppArmor profile may have.
profile_types := {"RuntimeDefault", "Localhost"}

# METADATA
# description: Sysctls that a pod may set.
sysctls := sysctls_of_all_versions | {name | some name, since in sysctls_since; since <= minor}

# METADATA
# description: SELinux types that a pod or container may set.
selinux_types := selinux_types_of_all_versions | {type |
	some type, since in selinux_types_since # gatelib:equivalent first-only: so far there is but one
	since <= minor
}

# METADATA
# description: Whether the type of a seccomp profile is restricted; the field came with this version.
restricts_seccomp_fields := minor >= 19

# METADATA
# description: >-
#   Whether the seccomp annotations are restricted. The standard names them up to v1.18; the API server went on
#   to copy them into the fields, which the standard restricts, up to v1.26.
restricts_seccomp_annotations := minor < 27

# METADATA
# description: Whether probes and lifecycle hooks must not name a host.
restricts_handler_hosts := minor >= 34

# METADATA
# description: Whether pods in a user namespace of their own may mount `/proc` as they like.
exempts_user_namespaces := minor >= 35

# METADATA
# description: Whether a profile may be named in an AppArmor annotation.
apparmor_annotation(value) if value in {"", "runtime/default"}

apparmor_annotation(value) if startswith(value, "localhost/")

# METADATA
# description: Whether a profile may be named in a seccomp annotation.
seccomp_annotation(value) if value in {"runtime/default", "docker/default"}

seccomp_annotation(value) if startswith(value, "localhost/")

# METADATA
# description: The minor version in force; `latest` is beyond all that are known.
minor := to_number(trim_left(trim_prefix(version, "v1."), "0")) if {
	is_string(version) # gatelib:equivalent condition: of what is no text, no pattern is matched either

	# gatelib:equivalent anchor `^`: what begins otherwise keeps its `v`, and is no number
	regex.match(`^v1\.0*[1-9][0-9]{0,3}$`, version)
} else := 0 if {
	is_string(version) # gatelib:equivalent condition: of what is no text, no pattern is matched either

	# gatelib:equivalent anchor: the schema of the parameters refuses what begins or ends otherwise
	regex.match(`^v1\.0+$`, version)
} else := 99999

version := params.all.pod_security.version

sysctls_of_all_versions := {
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range",
	"net.ipv4.tcp_syncookies",
}

sysctls_since := {
	"net.ipv4.ip_local_reserved_ports": 27,
	"net.ipv4.tcp_fin_timeout": 29,
	"net.ipv4.tcp_keepalive_intvl": 29,
	"net.ipv4.tcp_keepalive_probes": 29,
	"net.ipv4.tcp_keepalive_time": 29,
	"net.ipv4.tcp_rmem": 32,
	"net.ipv4.tcp_wmem": 32,
	"net.ipv4.tcp_notsent_lowat": 37,
	"net.ipv4.tcp_slow_start_after_idle": 37,
}

selinux_types_of_all_versions := {"", "container_t", "container_init_t", "container_kvm_t"}

selinux_types_since := {"container_engine_t": 31}
