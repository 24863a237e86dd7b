"""Which keys sign and verify bundles, and how the command line names them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa

from gatelib import keys
from gatelib.cli.keys import read_signing_key, verification_keys
from gatelib.errors import UsageError
from tests.signing import pair

SECRET = b"0123456789abcdef0123456789abcdef"
NO_PRIVATE = "the signing key is no private key in PEM"
NO_PUBLIC = "the verification key is no public key in PEM"
RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")


def pem(key: Any, *, password: bytes | None = None, traditional: bool = False) -> bytes:
    form = (
        serialization.PrivateFormat.TraditionalOpenSSL if traditional else serialization.PrivateFormat.PKCS8
    )
    guard = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    found: bytes = key.private_bytes(serialization.Encoding.PEM, form, guard)
    return found


def public_pem(key: Any) -> bytes:
    found: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return found


WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)
FOREIGN = ec.generate_private_key(ec.SECP256K1())
CURVE = ec.generate_private_key(ec.SECP256R1())
STRANGE = ed448.Ed448PrivateKey.generate()


# What goes with what


@pytest.mark.parametrize(
    ("kind", "algorithms"),
    [
        ("RS256", RSA),
        ("ES256", ("ES256",)),
        ("ES384", ("ES384",)),
        ("ES512", ("ES512",)),
        ("EdDSA", ("EdDSA",)),
    ],
)
def test_the_algorithm_follows_from_the_key(kind: str, algorithms: tuple[str, ...]) -> None:
    made = pair("keys", kind)
    assert keys.signing_key(made.private.encode()).algorithm == algorithms[0]
    assert keys.verification_key(made.public.encode()).algorithms == algorithms


@pytest.mark.parametrize("algorithm", RSA)
def test_a_named_algorithm_is_the_only_one(algorithm: str) -> None:
    made = pair("keys")
    assert keys.signing_key(made.private.encode(), algorithm=algorithm).algorithm == algorithm
    assert keys.verification_key(made.public.encode(), algorithm=algorithm).algorithms == (algorithm,)


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        ("RS256", "ES256"),
        ("RS256", "EdDSA"),
        ("RS256", "none"),
        ("RS256", "rs256"),
        ("RS256", ""),
        ("ES256", "ES384"),
        ("ES256", "RS256"),
        ("EdDSA", "ES256"),
    ],
)
def test_a_key_does_not_go_with_another_kinds_algorithm(kind: str, algorithm: str) -> None:
    made = pair("keys", kind)
    for read, text in ((keys.signing_key, made.private), (keys.verification_key, made.public)):
        with pytest.raises(UsageError, match=r"^the key does not go with"):
            read(text.encode(), algorithm=algorithm)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", NO_PRIVATE),
        (b"release", NO_PRIVATE),
        (public_pem(CURVE), NO_PRIVATE),
        (pem(CURVE)[:100], NO_PRIVATE),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", NO_PRIVATE),
        (pem(CURVE, password=b"secret"), "the signing key is encrypted"),
        (pem(CURVE, password=b"secret", traditional=True), "the signing key is encrypted"),
        (pem(WEAK), "an RSA key of 1024 bits is too weak"),
        (pem(FOREIGN), "the key does not go with any algorithm"),
        (pem(STRANGE), "the signing key is none of RSA, ECDSA and Ed25519"),
    ],
    ids=["nothing", "text", "public", "cut off", "empty", "encrypted", "encrypted in another form", "weak",
         "foreign curve", "strange"],
)  # fmt: skip
def test_what_signs_nothing_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        keys.signing_key(content)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", NO_PUBLIC),
        (pem(CURVE), NO_PUBLIC),
        (pem(CURVE, password=b"secret"), NO_PUBLIC),
        (public_pem(CURVE)[:60], NO_PUBLIC),
        (public_pem(WEAK), "an RSA key of 1024 bits is too weak"),
        (public_pem(FOREIGN), "the key does not go with any algorithm"),
        (public_pem(STRANGE), "the verification key is none of RSA, ECDSA and Ed25519"),
    ],
    ids=["nothing", "private", "encrypted", "cut off", "weak", "foreign curve", "strange"],
)
def test_what_verifies_nothing_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        keys.verification_key(content)
    assert caught.value.message == message


def test_older_forms_of_a_private_key_are_read() -> None:
    assert keys.signing_key(pem(CURVE, traditional=True)).algorithm == "ES256"


# Shared secrets


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_shared_secret_is_the_file_without_its_lines_end(algorithm: str, end: bytes) -> None:
    assert keys.signing_key(SECRET + end, algorithm=algorithm).key == SECRET
    found = keys.verification_key(SECRET + end, algorithm=algorithm)
    assert (found.key, found.algorithms) == (SECRET, (algorithm,))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pair("keys").public.encode(), "a key in PEM is no shared secret"),
        (pair("keys").private.encode(), "a key in PEM is no shared secret"),
        (b"\n" + public_pem(CURVE), "a key in PEM is no shared secret"),
        (SECRET[:31], "a shared secret has at least 32 bytes"),
        (SECRET[:31] + b"\n\n\n", "a shared secret has at least 32 bytes"),
        (b"", "a shared secret has at least 32 bytes"),
    ],
    ids=["public", "private", "behind a line's end", "short", "short with lines' ends", "nothing"],
)
def test_a_public_key_or_a_short_text_is_no_shared_secret(content: bytes, message: str) -> None:
    for read in (keys.signing_key, keys.verification_key):
        with pytest.raises(UsageError) as caught:
            read(content, algorithm="HS256")
        assert caught.value.message == message


def test_a_shared_secret_is_never_taken_without_its_algorithm() -> None:
    with pytest.raises(UsageError, match=NO_PUBLIC):
        keys.verification_key(SECRET)
    with pytest.raises(UsageError, match=NO_PRIVATE):
        keys.signing_key(SECRET)


def test_no_key_shows_itself() -> None:
    made = pair("keys")
    shown = repr(keys.signing_key(SECRET, algorithm="HS256")) + repr(
        keys.verification_key(made.public.encode())
    )
    assert SECRET.decode() not in shown
    assert "key=" not in shown


# On the command line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "release.pub").write_text(pair("keys").public)
    (tmp_path / "a=b.pub").write_text(pair("keys").public)
    (tmp_path / "release.pem").write_text(pair("keys").private)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELEASE_PUB", pair("keys").public)
    monkeypatch.setenv("RELEASE_PEM", pair("keys").private)
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.setenv("TEXT", os.fsdecode(b"\xff\xfe"))
    return tmp_path


@pytest.mark.parametrize(
    ("given", "keyid", "file"),
    [
        ("release.pub", None, "release.pub"),
        ("release=release.pub", "release", "release.pub"),
        ("2026-11=release.pub", "2026-11", "release.pub"),
        ("env:RELEASE_PUB", None, None),
        ("release=env:RELEASE_PUB", "release", None),
        ("a=b.pub", None, "a=b.pub"),
        ("x=a=b.pub", "x", "a=b.pub"),
    ],
)
def test_a_key_is_named_by_a_file_or_a_variable_with_its_id_or_without(
    folder: Path, given: str, keyid: str | None, file: str | None
) -> None:
    (found,) = verification_keys([given])
    assert (found.keyid, found.algorithms) == (keyid, RSA)
    assert found.file == (folder / file if file else None)


def test_several_keys_keep_their_order(folder: Path) -> None:
    found = verification_keys(["new=release.pub", "old=env:RELEASE_PUB"], "PS256")
    assert [(key.keyid, key.algorithms) for key in found] == [("new", ("PS256",)), ("old", ("PS256",))]


@pytest.mark.parametrize(
    ("given", "message", "file"),
    [
        ("gone.pub", "the key cannot be read: No such file or directory", "gone.pub"),
        ("release=gone.pub", "the key cannot be read: No such file or directory", "gone.pub"),
        (".", "the key cannot be read: Is a directory", "."),
        ("", "the key cannot be read: Is a directory", ""),
        ("x" * 5000, "the key cannot be read: File name too long", "x" * 5000),
        ("a=" + "x" * 5000, "the key cannot be read: File name too long", "x" * 5000),
        ("release=", "`release=` is no key", None),
        ("=release.pub", "`=release.pub` is no key", None),
        ("env:GONE", "the environment has no variable `GONE`", "env:GONE"),
        ("env:", "the environment has no variable ``", "env:"),
        ("env:EMPTY", NO_PUBLIC, "env:EMPTY"),
        ("release=env:TEXT", NO_PUBLIC, "env:TEXT"),
        ("release.pem", NO_PUBLIC, "release.pem"),
    ],
)
def test_a_key_that_is_none_is_named(folder: Path, given: str, message: str, file: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        verification_keys(["release.pub", given])
    assert (caught.value.message, caught.value.file) == (message, file)


@pytest.mark.parametrize("given", ["release.pem", "env:RELEASE_PEM"])
def test_a_signing_key_is_named_by_a_file_or_a_variable(folder: Path, given: str) -> None:
    found = read_signing_key(given, "PS512", "release")
    assert (found.algorithm, found.keyid) == ("PS512", "release")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("gone.pem", "the key cannot be read: No such file or directory"),
        ("env:GONE", "the environment has no variable `GONE`"),
        ("env:EMPTY", NO_PRIVATE),
        ("release.pub", NO_PRIVATE),
        ("release=release.pem", "the key cannot be read: No such file or directory"),
    ],
)
def test_a_signing_key_that_is_none_is_named(folder: Path, given: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_signing_key(given, None, None)
    assert (caught.value.message, caught.value.file) == (message, given)


def test_a_key_in_the_place_of_its_name_is_never_repeated(folder: Path) -> None:
    private = pair("keys").private
    for attempt in (
        lambda: read_signing_key(private, None, None),
        lambda: read_signing_key(private.replace("\n", " "), None, None),
        lambda: verification_keys([private]),
        lambda: verification_keys([f"release={private}"]),
    ):
        with pytest.raises(UsageError) as caught:
            attempt()
        assert caught.value.message == "an option holds a key itself, and the key's file is wanted"
        assert private[40:60] not in str(caught.value)
