"""What a registry that is not on our side could serve, ask for, or keep gatelib waiting with."""

from __future__ import annotations

import gzip
import json
import re
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from gatelib.bundle import oci
from gatelib.bundle.artifact import MANIFEST_TYPE, Artifact, compose, digest_of
from gatelib.errors import BundleError, RegistryError, UsageError
from tests.acceptance.command import gatelib
from tests.artifacts import ENTRY, MODULE, REVISION, encoded, files, tarball
from tests.hostile import (
    REPOSITORY,
    TAG,
    UPLOADS,
    Answer,
    Asked,
    Hostile,
    answer,
    certificate,
    endless,
    paced,
    raw,
    slowly,
)
from tests.registry import docker_config
from tests.signing import pair, signed

MADE = compose(tarball(), ENTRY)
DIGEST = digest_of(MADE.manifest)
SECRET = "Basic bmluYTpzZWNyZXQ="
"""`nina` and `secret`, as they are sent."""


@pytest.fixture
def peer() -> Iterator[Hostile]:
    """A registry that has the bundle, until a test changes its mind."""
    with Hostile() as server:
        server.have(MADE)
        yield server


@pytest.fixture
def elsewhere() -> Iterator[Hostile]:
    """A server by another name, to which a registry may send gatelib."""
    with Hostile(host="localhost") as server:
        server.have(MADE)
        yield server


def pull(peer: Hostile, reference: str | None = None, **settings: Any) -> oci.Pulled:
    settings = {"plain_http": peer.tls is None, "timeout": 10, **settings}
    return oci.pull(reference or peer.reference, **settings)


def blob(content: bytes) -> str:
    return f"/v2/{REPOSITORY}/blobs/{digest_of(content)}"


def manifest(
    content: bytes,
    *,
    content_type: str = MANIFEST_TYPE,
    content_encoding: str | None = None,
    docker_content_digest: str | None = None,
) -> Answer:
    return answer(
        content,
        content_type=content_type,
        content_encoding=content_encoding,
        docker_content_digest=docker_content_digest,
    )


def test_an_honest_registry_is_believed(peer: Hostile) -> None:
    assert pull(peer) == oci.Pulled(tarball(), DIGEST, peer.reference)
    assert pull(peer, f"{peer.address}/{REPOSITORY}@{DIGEST}").digest == DIGEST
    assert all(asked == Asked("GET", asked.path, None) for asked in peer.asked)


def test_everything_that_a_registry_serves_is_fetched(peer: Hostile) -> None:
    pull(peer)
    layers = json.loads(MADE.manifest)["layers"]
    blobs = [f"/v2/{REPOSITORY}/blobs/{layer['digest']}" for layer in layers]
    assert [asked.path for asked in peer.asked] == [TAG, *blobs]


# Other bytes


@pytest.mark.parametrize("content", [MODULE, ENTRY, tarball()], ids=["file", "entry", "bundle"])
@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content[:-1],
        lambda content: content + b"\n",
        lambda content: b"",
        lambda content: gzip.compress(content),
    ],
    ids=["another byte", "one byte less", "one byte more", "nothing", "compressed"],
)
def test_a_layer_of_other_bytes_is_refused_by_name(
    peer: Hostile, content: bytes, change: Callable[[bytes], bytes]
) -> None:
    peer.answers[blob(content)] = answer(change(content))
    name = {MODULE: "gatelib/main.rego", ENTRY: "main.rego"}.get(content, "bundle.tar.gz")
    with pytest.raises(RegistryError, match=f"layer `{name}`"):
        pull(peer)


@pytest.mark.parametrize("content", [MODULE, ENTRY, tarball()], ids=["file", "entry", "bundle"])
def test_a_layer_that_is_not_there_is_an_error(peer: Hostile, content: bytes) -> None:
    del peer.answers[blob(content)]
    with pytest.raises(RegistryError, match="has nothing there"):
        pull(peer)


def test_a_digest_names_its_manifest_and_no_other(peer: Hostile) -> None:
    other = compose(tarball(revision="2025-01-01T00:00:00Z-old"), ENTRY)
    peer.have(other)
    for said in (DIGEST, digest_of(other.manifest)):
        path = f"/v2/{REPOSITORY}/manifests/{DIGEST}"
        peer.answers[path] = manifest(other.manifest, docker_content_digest=said)
        with pytest.raises(RegistryError, match=f"not the one with the digest `{DIGEST}`"):
            pull(peer, f"{peer.address}/{REPOSITORY}@{DIGEST}")


def test_a_digest_counts_before_the_tag_beside_it(peer: Hostile) -> None:
    peer.answers[TAG] = manifest(compose(tarball(revision="2025-01-01T00:00:00Z-old"), ENTRY).manifest)
    assert pull(peer, f"{peer.reference}@{DIGEST}").tarball == tarball()


@pytest.mark.parametrize("said", ["sha256:" + "0" * 64, "", "nonsense", DIGEST.upper()])
def test_the_digest_in_the_header_must_be_the_manifests(peer: Hostile, said: str) -> None:
    peer.answers[TAG] = manifest(MADE.manifest, docker_content_digest=said)
    with pytest.raises(RegistryError, match="is not the one with the digest"):
        pull(peer)


@pytest.mark.parametrize(
    "media_type",
    ["application/vnd.oci.image.index.v1+json", "application/json", "text/html", "", MANIFEST_TYPE + "x"],
)
def test_what_comes_as_something_else_is_no_bundle(peer: Hostile, media_type: str) -> None:
    peer.answers[TAG] = manifest(MADE.manifest, content_type=media_type)
    with pytest.raises(RegistryError, match=re.escape(f"is no bundle: its type is `{media_type}`")):
        pull(peer)


def test_parameters_of_a_media_type_do_not_matter(peer: Hostile) -> None:
    peer.answers[TAG] = manifest(MADE.manifest, content_type=f"{MANIFEST_TYPE}; charset=utf-8")
    assert pull(peer).digest == DIGEST


# Consistent lies: other layers, with right digests


def swapped(name: str, content: bytes, made: Artifact = MADE) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest with another layer by a name, and the blobs."""
    found = json.loads(made.manifest)
    for layer in found["layers"]:
        if name in layer["annotations"].values():
            layer.update(digest=digest_of(content), size=len(content))
    return found, {**made.blobs, digest_of(content): content}


HARMLESS = b'package gatelib.main\n\nmessage := ""\n'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gatelib/main.rego", HARMLESS),
        ("gatelib/bundle/data.json", b"{}"),
        ("gatelib/bundle/data.json", b'{"revision": "2026-11-22T00:00:00Z-0123456789ab"}'),
        ("main.rego", b"package main\n"),
    ],
)
def test_other_rego_than_the_signed_is_refused_by_name(peer: Hostile, name: str, content: bytes) -> None:
    found, blobs = swapped(name, content)
    peer.have(Artifact(encoded(found), blobs))
    with pytest.raises(BundleError, match=f"layer `{name}` is not what the bundle holds"):
        pull(peer)


def test_another_bundle_beside_the_same_rego_is_refused(peer: Hostile) -> None:
    other = tarball({"gatelib/main.rego": HARMLESS})
    found, blobs = swapped("bundle.tar.gz", other)
    peer.have(Artifact(encoded(found), blobs))
    with pytest.raises(BundleError, match=r"layer `gatelib/main\.rego` is not what the bundle holds"):
        pull(peer)


def test_a_signature_says_nothing_of_what_lies_beside_the_bundle(peer: Hostile, tmp_path: Path) -> None:
    (tmp_path / "release.pub").write_text(pair("release").public)
    made = compose(signed(files()), ENTRY)
    command = ["bundle", "verify", f"oci://{peer.reference}", "--plain-http", "--verification-key"]
    peer.have(made)
    done = gatelib(*command, "release=release.pub", cwd=tmp_path)
    assert (done.code, done.text.splitlines()[0]) == (0, f"revision   {REVISION}")
    found, blobs = swapped("main.rego", b"package main\n", made)
    peer.have(Artifact(encoded(found), blobs))
    done = gatelib(*command, "release=release.pub", cwd=tmp_path)
    assert (done.code, done.out) == (3, b"")
    assert "layer `main.rego` is not what the bundle holds" in done.complaint


@pytest.mark.parametrize("change", ["added", "doubled", "missing", "moved"])
def test_layers_are_neither_added_nor_lost(peer: Hostile, change: str) -> None:
    found = json.loads(MADE.manifest)
    extra = {**found["layers"][-1], "annotations": {"org.opencontainers.image.title": "gatelib/extra.rego"}}
    found["layers"] = {
        "added": [*found["layers"], extra],
        "doubled": [*found["layers"], found["layers"][-1]],
        "missing": found["layers"][:-1],
        "moved": [*found["layers"][:-1], extra],
    }[change]
    peer.have(Artifact(encoded(found), MADE.blobs))
    with pytest.raises(
        BundleError, match="gatelib/extra.rego" if change in ("added", "moved") else "`main.rego`"
    ):
        pull(peer)


@pytest.mark.parametrize("more", [1, -1])
@pytest.mark.parametrize("position", [0, 1, -1])
def test_a_size_that_is_not_the_layers_is_refused(peer: Hostile, position: int, more: int) -> None:
    found = json.loads(MADE.manifest)
    found["layers"][position]["size"] += more
    peer.have(Artifact(encoded(found), MADE.blobs))
    with pytest.raises(
        RegistryError, match="is larger than it may be" if more < 0 else "is not the one that"
    ):
        pull(peer)


def test_what_is_no_bundle_is_not_read_as_one(peer: Hostile) -> None:
    found, blobs = swapped("bundle.tar.gz", b"no archive")
    peer.have(Artifact(encoded(found), blobs))
    with pytest.raises(BundleError, match="no gzipped tar"):
        pull(peer)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[" * 100_000, b'{"schemaVersion": 2}', b"\xff\xfe"])
def test_a_manifest_that_is_none_is_an_error(peer: Hostile, content: bytes) -> None:
    peer.answers[TAG] = manifest(content)
    with pytest.raises(BundleError, match=r"artifact is no bundle|is no JSON"):
        pull(peer)


# More than there is room or time for


def test_a_manifest_without_an_end_is_cut_short(peer: Hostile) -> None:
    peer.answers[TAG] = answer(endless(), content_type=MANIFEST_TYPE)
    with pytest.raises(RegistryError, match=r"manifest of .* is larger than it may be"):
        pull(peer)


@pytest.mark.parametrize("content", [MODULE, tarball()], ids=["file", "bundle"])
def test_a_layer_without_an_end_is_cut_short(peer: Hostile, content: bytes) -> None:
    peer.answers[blob(content)] = answer(endless())
    with pytest.raises(RegistryError, match="is larger than it may be"):
        pull(peer)


def test_a_compressed_answer_is_not_unpacked(peer: Hostile) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    peer.answers[TAG] = manifest(bomb, content_encoding="gzip")
    with pytest.raises(BundleError, match="is no JSON"):
        pull(peer)


def test_a_redirect_with_an_endless_body_is_cut_short(peer: Hostile) -> None:
    peer.answers[TAG] = answer(endless(), status=302, location=TAG)
    with pytest.raises(RegistryError, match="sends more than it has reason to"):
        pull(peer)


SLOW: dict[str, Answer] = {
    "nothing at all": raw(slowly(b"")),
    "a status line": raw(slowly(b"H")),
    "a header": raw(chain([b"HTTP/1.1 200 OK\r\nX: "], slowly(b"y"))),
    "promises to go on": raw(slowly(b"HTTP/1.1 100 Continue\r\n\r\n")),
    "a body": answer(slowly(b" "), content_type=MANIFEST_TYPE),
    "a body that never begins": answer(slowly(b""), content_type=MANIFEST_TYPE),
}


@pytest.mark.parametrize("what", SLOW)
def test_a_registry_that_takes_its_time_is_left(peer: Hostile, what: str) -> None:
    peer.answers[TAG] = SLOW[what]
    begin = time.monotonic()
    with pytest.raises(RegistryError, match=r"was not done in 0\.5 s"):
        pull(peer, timeout=0.5)
    assert time.monotonic() - begin < 5


def test_nothing_is_asked_once_the_time_is_over(peer: Hostile) -> None:
    honest = MADE.manifest
    slow = [b"HTTP/1.1 200 OK\r\nContent-Type: ", MANIFEST_TYPE.encode(), b"\r\n\r\n"]
    pieces = [*slow, *(honest[start : start + 200] for start in range(0, len(honest), 200))]
    peer.answers[TAG] = raw(paced(pieces))
    with pytest.raises(RegistryError, match="was not done"):
        pull(peer, timeout=0.3)
    time.sleep(0.1 * len(pieces))
    assert [asked.path for asked in peer.asked] == [TAG]


BROKEN: dict[str, Answer] = {
    "closes at once": raw([]),
    "no HTTP": raw([b"220 mail.example.com ESMTP\r\n"]),
    "half a header": raw([b"HTTP/1.1 200 OK\r\nContent-Le"]),
    "less than it says": raw(
        [b"HTTP/1.1 200 OK\r\nContent-Type: ", MANIFEST_TYPE.encode(), b"\r\nContent-Length: 999\r\n\r\n{}"]
    ),
    "half a chunk": raw([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{}"]),
    "a chunk of no size": raw([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"]),
    "headers without an end": raw([b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 10_000]),
    "a redirect to nowhere": answer(status=302, location="http://[broken/"),
    "a redirect in bytes": answer(status=302, location="http://\xff\xfe/"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_registry_that_makes_no_sense_is_one_error(peer: Hostile, what: str) -> None:
    peer.answers[TAG] = BROKEN[what]
    with pytest.raises(RegistryError):
        pull(peer)


def test_a_registry_that_is_down_is_an_error() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        reference = f"127.0.0.1:{probe.getsockname()[1]}/pr:1"
    with pytest.raises(RegistryError, match="cannot be reached"):
        oci.pull(reference, plain_http=True, timeout=5)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "does not know who is asking"),
        (403, "forbids it"),
        (404, "has nothing there"),
        (429, "HTTP 429"),
        (500, "HTTP 500"),
        (503, "HTTP 503"),
        (304, "HTTP 304"),
    ],
)
def test_a_refusal_is_said_as_one_and_not_tried_again(peer: Hostile, status: int, message: str) -> None:
    errors = encoded({"errors": [{"code": "X", "message": "\x1b[2J::error::"}]})
    peer.answers[TAG] = answer(errors, status=status)
    with pytest.raises(RegistryError, match=message) as raised:
        pull(peer)
    assert "::error::" not in str(raised.value)
    assert len(peer.asked) == 1


# Where it sends gatelib, and with what


def test_a_registry_may_have_its_blobs_elsewhere(peer: Hostile, elsewhere: Hostile, tmp_path: Path) -> None:
    peer.answers[blob(MODULE)] = answer(status=307, location=f"{elsewhere.url}{blob(MODULE)}?signed=1")
    challenge(peer, 'Basic realm="policies"')
    assert pull(peer, docker_config=login(tmp_path, peer)).tarball == tarball()
    assert elsewhere.asked == [Asked("GET", blob(MODULE), None)]
    assert peer.secrets == {SECRET}


def test_what_comes_from_elsewhere_is_checked_as_well(peer: Hostile, elsewhere: Hostile) -> None:
    peer.answers[blob(MODULE)] = answer(status=307, location=f"{elsewhere.url}/x")
    elsewhere.answers["/x"] = answer(HARMLESS)
    with pytest.raises(RegistryError, match=r"layer `gatelib/main\.rego`"):
        pull(peer)


@pytest.mark.parametrize(
    "target", ["http://192.0.2.1/x", "http://registry.example.com/x", "http://0.0.0.0/x"]
)
def test_plain_http_stays_on_this_machine(peer: Hostile, target: str) -> None:
    peer.answers[TAG] = answer(status=302, location=target)
    with pytest.raises(RegistryError, match="without TLS"):
        pull(peer)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x", "data:,x"])
def test_only_http_is_spoken(peer: Hostile, target: str) -> None:
    peer.answers[TAG] = answer(status=302, location=target)
    with pytest.raises(RegistryError, match=r"answers what makes no sense|without TLS"):
        pull(peer)


def test_redirects_have_an_end(peer: Hostile) -> None:
    peer.answers[TAG] = answer(status=302, location=TAG)
    with pytest.raises(RegistryError, match="redirects without an end"):
        pull(peer)
    assert len(peer.asked) < 10


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Hostile, Path]]:
    """A registry with TLS, and the certificate that vouches for it."""
    context, ca = certificate(tmp_path / "tls")
    with Hostile(tls=context) as server:
        server.have(MADE)
        yield server, ca


def test_a_registry_proves_who_it_is(secure: tuple[Hostile, Path]) -> None:
    server, ca = secure
    assert pull(server, ca=ca).tarball == tarball()
    with pytest.raises(RegistryError, match="cannot prove who it is"):
        pull(server)


def test_a_registry_without_tls_is_not_asked_by_default(peer: Hostile) -> None:
    with pytest.raises(RegistryError, match="cannot prove who it is"):
        pull(peer, plain_http=False)
    assert peer.asked == []


@pytest.mark.parametrize("path", [TAG, blob(MODULE)], ids=["manifest", "layer"])
def test_https_is_never_left(secure: tuple[Hostile, Path], peer: Hostile, path: str) -> None:
    server, ca = secure
    server.answers[path] = answer(status=307, location=f"{peer.url}{path}")
    with pytest.raises(RegistryError, match="without TLS"):
        pull(server, ca=ca)
    assert peer.asked == []


def login(folder: Path, *peers: Hostile) -> Path:
    """Docker's configuration with `nina` and `secret` for some registries."""
    addresses = [peer.address for peer in peers]
    return docker_config(folder / "docker", *addresses, user="nina", password="secret")


def challenge(peer: Hostile, header: str, *paths: str) -> None:
    """Have a registry ask for credentials, and be content with any."""
    for path, honest in list(peer.answers.items()):
        if not paths or path in paths:
            peer.answers[path] = _asking(honest, header)


def _asking(honest: Answer, header: str) -> Answer:
    def give(handler: Any) -> None:
        if handler.headers.get("Authorization"):
            honest(handler)
        else:
            answer(status=401, www_authenticate=header)(handler)

    return give


def test_a_token_is_asked_for_where_the_registry_says(
    peer: Hostile, elsewhere: Hostile, tmp_path: Path
) -> None:
    challenge(peer, f'Bearer realm="{elsewhere.url}/token",service="s",scope="repository:policies/pr:pull"')
    elsewhere.answers["/token"] = answer(encoded({"token": "t0k3n"}), content_type="application/json")
    assert pull(peer, docker_config=login(tmp_path, peer)).tarball == tarball()
    assert elsewhere.asked == [Asked("GET", "/token", SECRET)]
    assert peer.secrets == {"Bearer t0k3n"}


def test_without_credentials_a_token_is_asked_for_by_nobody(peer: Hostile, elsewhere: Hostile) -> None:
    challenge(peer, f'Bearer realm="{elsewhere.url}/token",service="s"')
    elsewhere.answers["/token"] = answer(encoded({"access_token": "t0k3n"}))
    assert pull(peer).tarball == tarball()
    assert elsewhere.asked == [Asked("GET", "/token", None)]


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"[]",
        b"{}",
        b'{"token": 7}',
        b'{"token": "a\\nb: c"}',
        b'{"token": "\\u20ac"}',
        b'"x"',
        b"[" * 100_000,
    ],
)
def test_a_token_that_is_none_is_an_error(peer: Hostile, token: bytes) -> None:
    challenge(peer, f'Bearer realm="{peer.url}/token"', TAG)
    peer.answers["/token"] = answer(token)
    with pytest.raises(RegistryError, match=r"does not know who is asking|makes no sense"):
        pull(peer)


def test_a_token_without_an_end_is_cut_short(peer: Hostile) -> None:
    challenge(peer, f'Bearer realm="{peer.url}/token"', TAG)
    peer.answers["/token"] = answer(endless())
    with pytest.raises(RegistryError, match="sends more than it has reason to"):
        pull(peer)


@pytest.mark.parametrize("realm", ["http://192.0.2.1/token", "http://registry.example.com/token"])
def test_credentials_are_not_sent_without_tls(peer: Hostile, tmp_path: Path, realm: str) -> None:
    challenge(peer, f'Bearer realm="{realm}"', TAG)
    with pytest.raises(RegistryError, match="without TLS"):
        pull(peer, docker_config=login(tmp_path, peer))


def test_credentials_do_not_leave_https(secure: tuple[Hostile, Path], peer: Hostile, tmp_path: Path) -> None:
    server, ca = secure
    challenge(server, f'Bearer realm="{peer.url}/token"', TAG)
    with pytest.raises(RegistryError, match="without TLS"):
        pull(server, ca=ca, docker_config=login(tmp_path, server))
    assert peer.asked == []


@pytest.mark.parametrize(
    "header", ['Basic realm="127.0.0.1"', "Basic", 'Bearer realm="policies"', "Bearer", "Digest x", ""]
)
def test_a_challenge_is_answered_to_the_registry_alone(peer: Hostile, tmp_path: Path, header: str) -> None:
    challenge(peer, header)
    config = login(tmp_path, peer)
    if header.startswith("Basic"):
        assert pull(peer, docker_config=config).tarball == tarball()
        assert peer.secrets == {SECRET}
        return
    with pytest.raises(RegistryError, match="does not know who is asking"):
        pull(peer, docker_config=config)
    assert peer.secrets == set()


@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
def test_whom_a_registry_sends_gatelib_to_gets_no_credentials(
    peer: Hostile, elsewhere: Hostile, tmp_path: Path, scheme: str
) -> None:
    peer.answers[TAG] = answer(status=307, location=f"{elsewhere.url}{TAG}")
    challenge(elsewhere, f'{scheme} realm="{elsewhere.url}/token"')
    with pytest.raises(RegistryError, match="does not know who is asking"):
        pull(peer, docker_config=login(tmp_path, peer, elsewhere))
    assert (peer.secrets, elsewhere.secrets) == (set(), set())


def test_a_token_service_sends_no_credentials_on(peer: Hostile, elsewhere: Hostile, tmp_path: Path) -> None:
    challenge(peer, f'Bearer realm="{peer.url}/token"')
    peer.answers["/token"] = answer(status=307, location=f"{elsewhere.url}/token")
    elsewhere.answers["/token"] = answer(encoded({"token": "t0k3n"}))
    assert pull(peer, docker_config=login(tmp_path, peer)).tarball == tarball()
    assert elsewhere.secrets == set()


def test_another_registrys_credentials_are_not_sent(
    peer: Hostile, elsewhere: Hostile, tmp_path: Path
) -> None:
    challenge(peer, 'Basic realm="x"')
    with pytest.raises(RegistryError, match="does not know who is asking"):
        pull(peer, docker_config=login(tmp_path, elsewhere))
    assert peer.secrets == set()


def test_the_environment_brings_no_credentials(
    peer: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login nina password secret\n")
    docker_config(tmp_path / ".docker", peer.address)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("ORAS_USER", "nina")
    monkeypatch.setenv("ORAS_PASS", "secret")
    challenge(peer, 'Basic realm="x"')
    with pytest.raises(RegistryError, match="does not know who is asking"):
        pull(peer)
    assert peer.secrets == set()


def test_no_proxy_is_asked_for_this_machine(
    peer: Hostile, elsewhere: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", elsewhere.url)
    assert pull(peer, proxies={"http": elsewhere.url}).digest == DIGEST
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    ("registry", "host"),
    [("registry.example.com", "registry.example.com:443"), ("docker.io", "registry-1.docker.io:443")],
)
def test_a_proxy_learns_the_host_and_nothing_else(
    elsewhere: Hostile, tmp_path: Path, registry: str, host: str
) -> None:
    config = docker_config(tmp_path, registry)
    with pytest.raises(RegistryError, match=f"`{registry}` cannot be reached"):
        oci.pull(
            f"{registry}/policies/pr:1", proxies={"https": elsewhere.url}, docker_config=config, timeout=10
        )
    assert elsewhere.asked == [Asked("CONNECT", host, None)]


# Pushing


def taking(peer: Hostile) -> None:
    """Have a registry take what is pushed, and forget it."""
    peer.answers = {
        f"POST {UPLOADS}": answer(status=202, location=f"{peer.url}/upload?state=1"),
        "PUT /upload": answer(status=201),
        f"PUT {TAG}": answer(status=201, docker_content_digest=DIGEST),
    }


def push(peer: Hostile, reference: str | None = None, **settings: Any) -> str:
    settings = {"plain_http": True, "timeout": 10, **settings}
    return oci.push(reference or peer.reference, tarball(), entry=ENTRY, **settings)


def test_a_push_uploads_what_is_not_there(peer: Hostile) -> None:
    taking(peer)
    assert push(peer) == DIGEST
    assert [asked.method for asked in peer.asked] == ["HEAD", "POST", "PUT"] * len(MADE.blobs) + ["PUT"]


def test_a_push_leaves_what_is_there(peer: Hostile) -> None:
    there = {path: given for path, given in peer.answers.items() if "/blobs/" in path}
    taking(peer)
    peer.answers |= there
    assert push(peer) == DIGEST
    assert [asked.method for asked in peer.asked] == ["HEAD"] * len(MADE.blobs) + ["PUT"]


@pytest.mark.parametrize("way", ["location", "redirect", "redirect of the manifest", "user in the location"])
def test_a_bundle_is_given_to_nobody_else(
    peer: Hostile, elsewhere: Hostile, tmp_path: Path, way: str
) -> None:
    taking(peer)
    taking(elsewhere)
    there = f"{elsewhere.url}/upload"
    match way:
        case "location":
            peer.answers[f"POST {UPLOADS}"] = answer(status=202, location=there)
        case "user in the location":
            peer.answers[f"POST {UPLOADS}"] = answer(status=202, location=f"@{elsewhere.address}/upload")
        case "redirect":
            peer.answers["PUT /upload"] = answer(status=307, location=there)
        case _:
            peer.answers[f"PUT {TAG}"] = answer(status=302, location=f"{elsewhere.url}{TAG}")
    challenge(peer, 'Basic realm="x"')
    with pytest.raises(
        RegistryError, match=r"wants the bundle to go to `localhost`|sends on what it is given"
    ):
        push(peer, docker_config=login(tmp_path, peer, elsewhere))
    assert elsewhere.asked == []


def test_an_upload_does_not_leave_https(secure: tuple[Hostile, Path], peer: Hostile) -> None:
    server, ca = secure
    taking(peer)
    server.answers = {f"POST {UPLOADS}": answer(status=202, location=f"{peer.url}/upload")}
    peer.asked.clear()
    with pytest.raises(RegistryError, match="without TLS"):
        push(server, plain_http=False, ca=ca)
    assert peer.asked == []


@pytest.mark.parametrize(
    "given",
    [
        answer(status=201, docker_content_digest="sha256:" + "0" * 64),
        answer(status=200),
        answer(status=202),
    ],
    ids=["another digest", "no answer to it", "later"],
)
def test_a_manifest_that_was_not_stored_as_it_is_is_an_error(peer: Hostile, given: Answer) -> None:
    taking(peer)
    peer.answers[f"PUT {TAG}"] = given
    with pytest.raises(RegistryError, match="has not stored the manifest"):
        push(peer)


@pytest.mark.parametrize("given", [answer(status=202), answer(endless(), status=202), answer(status=403)])
def test_an_upload_that_goes_nowhere_is_an_error(peer: Hostile, given: Answer) -> None:
    taking(peer)
    peer.answers[f"POST {UPLOADS}"] = given
    with pytest.raises(RegistryError):
        push(peer)


def test_a_machine_without_room_is_one_error(
    peer: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking(peer)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(RegistryError, match="could not be used: No such file or directory"):
        push(peer)


@pytest.mark.parametrize("reference", [f"@{DIGEST}", f":1@{DIGEST}"])
def test_a_push_needs_a_tag_and_only_a_tag(peer: Hostile, reference: str) -> None:
    with pytest.raises(UsageError, match="no place to push to"):
        push(peer, f"{peer.address}/{REPOSITORY}{reference}")


@pytest.mark.parametrize(
    "host", ["registry.example.com", "192.0.2.1:5000", "127.0.0.1.example.com", "0.0.0.0:5000"]
)
def test_plain_http_is_for_this_machine(host: str) -> None:
    for act in (lambda: oci.pull(f"{host}/pr:1", plain_http=True), lambda: push(Hostile(), f"{host}/pr:1")):
        with pytest.raises(UsageError, match="is asked by HTTP"):
            act()


def test_certificates_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are no certificates"):
        oci.pull("registry.example.com/pr:1", ca=tmp_path / "ca.pem")
