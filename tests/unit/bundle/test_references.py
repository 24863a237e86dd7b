"""What is a reference to a bundle in a registry, and what only looks like one."""

from __future__ import annotations

import pytest

from gatelib.bundle.references import Reference, is_loopback
from gatelib.errors import UsageError

SHA = "sha256:" + "0123456789abcdef" * 4

REFERENCES = {
    "registry.example.com/policies/pr:1.0": Reference("registry.example.com", "policies/pr", "1.0", None),
    f"registry.example.com/pr@{SHA}": Reference("registry.example.com", "pr", None, SHA),
    f"127.0.0.1:5000/a/b-c/d__e.f:V_1-x@{SHA}": Reference("127.0.0.1:5000", "a/b-c/d__e.f", "V_1-x", SHA),
    "localhost/pr:1": Reference("localhost", "pr", "1", None),
    "[::1]:5000/team.a/pr:latest": Reference("[::1]:5000", "team.a/pr", "latest", None),
    "registry:443/pr:1": Reference("registry:443", "pr", "1", None),
}


@pytest.mark.parametrize("text", REFERENCES)
def test_a_reference_is_taken_apart_and_put_together_again(text: str) -> None:
    assert Reference.parse(text) == REFERENCES[text]
    assert str(Reference.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pr:1",
        "policies/pr:1",
        "oci://registry.example.com/pr:1",
        "https://registry.example.com/pr:1",
        "registry.example.com/pr",
        "registry.example.com:5000/pr",
        "registry.example.com/pr:",
        "registry.example.com/pr@",
        "registry.example.com/pr@sha256:abc",
        f"registry.example.com/pr@{SHA.upper()}",
        f"registry.example.com/pr@{SHA}0",
        f"registry.example.com/pr@{SHA}@{SHA}",
        "registry.example.com/pr@sha512:" + "0" * 128,
        "registry.example.com/pr@sha256:../../" + "0" * 58,
        "registry.example.com/PR:1",
        "registry.example.com/pr:1 ",
        " registry.example.com/pr:1",
        "registry.example.com/pr:1\n",
        "registry.example.com/p r:1",
        "registry.example.com/../pr:1",
        "registry.example.com/./pr:1",
        "registry.example.com/a//pr:1",
        "registry.example.com//pr:1",
        "registry.example.com/pr/:1",
        "registry.example.com/-pr:1",
        "registry.example.com/a..b:1",
        "registry.example.com/pr%2f..:1",
        "registry.example.com/pr?x=y:1",
        "registry.example.com/pr#x:1",
        "registry.example.com\\pr:1",
        "registry.example.com/pr:1/2",
        "registry.example.com/pr:.1",
        "registry.example.com/pr:" + "x" * 129,
        "registry.example.com/" + "x" * 256 + ":1",
        "registry.example.com:0/pr:1",
        "registry.example.com:65536/pr:1",
        "registry.example.com:port/pr:1",
        "registry.example.com:\u0664/pr:1",
        "user:password@registry.example.com/pr:1",
        "registry..example.com/pr:1",
        "-registry.example.com/pr:1",
        "[::1/pr:1",
        "[1.2.3.4]/pr:1",
        "[::1:::1]/pr:1",
        "\uff52egistry.example.com/pr:1",
    ],
)
def test_what_is_no_whole_reference_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no reference"):
        Reference.parse(text)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.255.0.3", True),
        ("::1", True),
        ("0:0:0:0:0:0:0:1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("128.0.0.1", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("127.1", False),
        ("127.0.0.1.example.com", False),
        ("localhost.example.com", False),
        ("::ffff:127.0.0.1", False),
        ("::", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("registry", "expected"),
    [("127.0.0.1:5000", True), ("[::1]", True), ("localhost:80", True), ("registry.example.com", False)],
)
def test_the_port_of_a_registry_does_not_move_it(registry: str, expected: bool) -> None:
    assert Reference.parse(f"{registry}/pr:1").is_loopback is expected
