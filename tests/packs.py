"""Evidence Packs made as a pipeline makes them, by producers with keys of a test's own."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization

from gatelib import keys
from gatelib.evidence import building, layout, verify
from gatelib.trust import Party, Trust
from tests.signing import pair

NOW: Final = datetime(2026, 11, 22, tzinfo=timezone.utc)
CREATED: Final = "2026-11-21T23:00:00Z"
COMMIT: Final = "0123456789" * 4
DIGEST: Final = f"sha256:{'ab' * 32}"
IMAGE: Final = f"registry.example.com/shop@{DIGEST}"
ABOUT: Final[Mapping[str, Any]] = {"service": "shop", "version": "1.4.2", "commit": COMMIT, "images": [IMAGE]}
BOUND: Final[Mapping[str, Any]] = {"producer": "ci", **ABOUT, "images": [DIGEST], "created": CREATED}
"""What the verified entry of a file says besides its path."""
FILES: Final[Mapping[str, bytes]] = {
    "scans/gitleaks.json": b"[]\n",
    "schema/migrate-lint.txt": b"nothing to say\n",
    "build/log.bin": bytes(range(256)) * 300,
    "tests/unit.xml": b'<testsuite name="unit" tests="1"><testcase name="a"/></testsuite>',
}


def producer(name: str = "ci", *files: str, key: str | None = None) -> Party:
    """Return a producer who is trusted with files, by default all, by the key of its name or of ``key``."""
    public = pair(key or name, "EdDSA").public.encode()
    return Party(name=name, keys=(keys.verification_key(public, keyid=name),), files=files or ("*",))


def trust(*producers: Party) -> Trust:
    """Return what trusts these producers, or ``ci`` with everything."""
    return Trust(evidence=producers or (producer(),))


def key(name: str = "ci") -> keys.SigningKey:
    """Return the private key of a producer."""
    return keys.signing_key(pair(name, "EdDSA").private.encode())


def fingerprint(name: str) -> str:
    """Return the SHA-256 of a key's public half, as `openssl pkey -pubout -outform DER` writes it."""
    private = key(name).key
    assert not isinstance(private, bytes)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"sha256:{hashlib.sha256(public).hexdigest()}"


def begun(folder: Path, **about: Any) -> Path:
    """Begin a pack, and return it."""
    building.init(folder, **{**ABOUT, **about}, layout=layout.shipped())
    return folder


def added(
    pack: Path,
    files: Mapping[str, bytes],
    name: str = "ci",
    *,
    signer: str | None = None,
    created: str = CREATED,
) -> Path:
    """Write files into a pack, and have a producer sign them, each group of a call in one line."""
    paths = []
    for path, content in files.items():
        place = pack / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        paths.append(place)
    building.add(
        pack, paths, key=key(signer or name), producer=name, created=created, layout=layout.shipped()
    )
    return pack


def sealed(folder: Path, files: Mapping[str, bytes] = FILES, **about: Any) -> Path:
    """Make a whole pack, and return it."""
    pack = added(begun(folder, **about), files)
    building.seal(pack)
    return pack


def resealed(pack: Path) -> Path:
    """Seal a pack again, as somebody can who has no producer's key."""
    (pack / "MANIFEST.sha256").unlink(missing_ok=True)
    building.seal(pack)
    return pack


def faults(
    pack: Path | str, producers: Sequence[Party] | None = (), **settings: Any
) -> list[tuple[str, str]]:
    """Verify a pack at :data:`NOW`, and return what does not hold, without the words."""
    trusted = [producer()] if producers == () else producers
    settings = {"now": NOW, "max_age_days": 14, **settings}
    return [
        (fault.file, fault.problem) for fault in verify.verify(pack, producers=trusted, **settings).faults
    ]


def payload(line: bytes) -> bytes:
    """Return what an index's line has signed."""
    return base64.b64decode(json.loads(line)["payload"])
