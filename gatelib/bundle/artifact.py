"""A bundle as one artifact of a registry, for Open Policy Agent and Conftest alike.

OPA takes the first layer, the bundle's own file. Conftest takes the layers after it: one for each file of
Rego or data in the bundle, and one for its entry, which is in no bundle: of that, the bundle's manifest has
the digest. The bundle is signed, those layers are not: they must therefore be what it holds, byte for byte.
See the OCI Image Specification 1.1, "Image Manifest", and https://www.conftest.dev/sharing/.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename
from typing import Any, Final

from gatelib.bundle import archive, digests
from gatelib.bundle.references import DIGEST
from gatelib.errors import BundleError

MANIFEST_TYPE: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE: Final = "application/vnd.oci.image.config.v1+json"
TARBALL_TYPE: Final = "application/vnd.oci.image.layer.v1.tar+gzip"
POLICY_TYPE: Final = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego"
DATA_TYPE: Final = "application/vnd.cncf.openpolicyagent.data.layer.v1+json"

TARBALL: Final = "bundle.tar.gz"
"""The name of the bundle's own layer; of one without a name Conftest takes no more than 4 MiB."""

ENTRY: Final = "main.rego"
"""The name of the layer with Conftest's entry."""

CONFIG: Final = b"{}"

LARGEST_MANIFEST: Final = 4 * 1024 * 1024
"""What OPA and Conftest read at most."""

_MOST_LAYERS: Final = archive.MOST_FILES + 2
_TITLE: Final = "org.opencontainers.image.title"


@dataclass(frozen=True, slots=True)
class Layer:
    """What a manifest says of one layer."""

    name: str
    """Where Conftest writes it."""

    media_type: str

    digest: str
    """``sha256:`` and hexadecimal digits."""

    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """What is pushed."""

    manifest: bytes

    blobs: Mapping[str, bytes]
    """Layers and configuration by their digest."""


def compose(tarball: bytes, entry: bytes) -> Artifact:
    """Return the artifact of a bundle; the same bytes for the same bundle and entry.

    The entry is left out for a bundle that names none, such as one of exceptions.

    Raises:
        BundleError: the bundle cannot be read, or names another entry.

    """
    files = archive.read(tarball)
    contents = {**files, TARBALL: tarball, ENTRY: entry}
    types = {TARBALL: TARBALL_TYPE} | {name: kind for name, (kind, _) in sorted(_expected(files).items())}
    layers = [
        Layer(name, kind, digest_of(contents[name]), len(contents[name])) for name, kind in types.items()
    ]
    compare(files, layers[1:])
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": _CONFIG,
        "layers": [_descriptor(layer) for layer in layers],
    }
    written = json.dumps(manifest, separators=(",", ":")).encode()
    if len(written) > LARGEST_MANIFEST:
        raise BundleError("the bundle has more files than the manifest of an artifact can list")
    return Artifact(
        written, {digest_of(blob): blob for blob in (*(contents[name] for name in types), CONFIG)}
    )


def read(manifest: bytes) -> tuple[Layer, ...]:
    """Return the layers of an artifact, the bundle's own first.

    Raises:
        BundleError: it is no artifact as :func:`compose` makes it. Whatever else a manifest can say could
            make one of its readers fetch or write what the others do not see.

    """
    found = digests.read_json("manifest", manifest)
    if not isinstance(found, dict) or found.get("mediaType") != MANIFEST_TYPE:
        raise BundleError("the artifact is no bundle: it is no image manifest")
    if found.keys() != {"schemaVersion", "mediaType", "config", "layers"} or found["schemaVersion"] != 2:
        raise BundleError("the artifact is no bundle: its manifest says more, or less, than gatelib writes")
    if found["config"] != _CONFIG:
        raise BundleError("the artifact is no bundle: its configuration is not the empty one")
    if not isinstance(found["layers"], list) or not 0 < len(found["layers"]) <= _MOST_LAYERS:
        raise BundleError(f"the artifact is no bundle: it does not have from 1 to {_MOST_LAYERS} layers")
    layers = tuple(_layer(position, layer) for position, layer in enumerate(found["layers"]))
    if (layers[0].name, layers[0].media_type) != (TARBALL, TARBALL_TYPE):
        raise BundleError(f"the artifact is no bundle: its first layer is no `{TARBALL}`")
    return layers


def compare(files: Mapping[str, bytes], layers: Sequence[Layer]) -> None:
    """Check that the layers for Conftest are the bundle's files, the entry that it names, and nothing else.

    ``layers`` are those after the bundle's own.

    Raises:
        BundleError: one is missing, added, doubled, of another type or content; the message names it.

    """
    expected = _expected(files)
    seen: set[str] = set()
    for layer in layers:
        if layer.name in seen:
            raise BundleError(f"two layers of the artifact are called `{layer.name}`")
        seen.add(layer.name)
        if layer.name not in expected:
            raise BundleError(f"the layer `{layer.name}` of the artifact is no file of the bundle")
        kind, its_digest = expected[layer.name]
        if layer.media_type != kind:
            raise BundleError(f"the layer `{layer.name}` has the type `{layer.media_type}`, not `{kind}`")
        if layer.digest != its_digest:
            raise BundleError(f"the layer `{layer.name}` is not what the bundle holds by that name")
    if missing := sorted(expected.keys() - seen):
        raise BundleError(f"the artifact lacks the layer `{missing[0]}`")


def digest_of(content: bytes) -> str:
    """Return the digest by which a registry knows some bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


_CONFIG: Final = {"mediaType": CONFIG_TYPE, "digest": digest_of(CONFIG), "size": len(CONFIG)}


def _expected(files: Mapping[str, bytes]) -> dict[str, tuple[str, str]]:
    """Return the type and the digest of each layer that Conftest must get."""
    expected = {name: (kind, digest_of(files[name])) for name in files if (kind := _media_type(name))}
    if entry := _entry_digest(files):
        if ENTRY in expected:
            raise BundleError(f"the bundle holds a `{ENTRY}`, which is the name of Conftest's entry")
        expected[ENTRY] = (POLICY_TYPE, entry)
    return expected


def _media_type(name: str) -> str | None:
    """Return the type of a bundle's file as a layer; ``None`` for what only OPA reads."""
    base = basename(name)
    if base in ("data.yaml", "data.yml"):
        raise BundleError(f"`{name}` in the bundle is YAML", hint="ship the data as JSON")
    return POLICY_TYPE if base.endswith(".rego") else DATA_TYPE if base == "data.json" else None


def _entry_digest(files: Mapping[str, bytes]) -> str | None:
    said: Any = digests.read_json(".manifest", files.get(".manifest", b"{}"))
    for key in ("metadata", "gatelib", "conftest_entry"):
        said = said.get(key) if isinstance(said, dict) else None
    if said is None:
        return None
    if not isinstance(said, dict) or not re.fullmatch("[0-9a-f]{64}", str(said.get("sha256"))):
        raise BundleError("the bundle's manifest does not name Conftest's entry by its digest")
    return f"sha256:{said['sha256']}"


def _descriptor(layer: Layer) -> dict[str, Any]:
    return {
        "mediaType": layer.media_type,
        "digest": layer.digest,
        "size": layer.size,
        "annotations": {_TITLE: layer.name},
    }


def _layer(position: int, found: object) -> Layer:
    match found:
        case {
            "mediaType": str(media_type),
            "digest": str(its_digest),
            "size": int(size),
            "annotations": {"org.opencontainers.image.title": str(name), **more_annotations},
            **more,
        } if not more and not more_annotations:
            if not DIGEST.fullmatch(its_digest):
                raise BundleError(f"the layer `{name}` has the digest `{its_digest}`; it must be SHA-256")
            if isinstance(size, bool) or not 0 <= size <= archive.MOST_BYTES:
                raise BundleError(f"the layer `{name}` does not have the size of a bundle's file")
            return Layer(name, media_type, its_digest, size)
    raise BundleError(f"layer {position} of the artifact says more, or less, than gatelib writes")
