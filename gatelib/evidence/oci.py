"""Packs in OCI registries: an artifact with one layer, the pack as a gzipped tar.

See the OCI Image Specification 1.1, "Guidelines for Artifact Usage". Digests of everything are checked; what
is in the pack, its seal and its producers' signatures prove.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gatelib.bundle import oci
from gatelib.bundle.artifact import LARGEST_MANIFEST, MANIFEST_TYPE, Layer, digest_of
from gatelib.bundle.references import DIGEST, Reference
from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence import manifest
from gatelib.evidence.folder import Folder
from gatelib.evidence.pack import DEFAULT_LIMITS, Limits, Scan
from gatelib.evidence.tar import Tar

ARTIFACT_TYPE: Final = "application/vnd.gatelib.evidence.v1"
LAYER_TYPE: Final = "application/vnd.gatelib.evidence.v1.tar+gzip"

_NAME: Final = "pack.tar.gz"
_TITLE: Final = "org.opencontainers.image.title"
_CONFIG: Final = b"{}"
_EMPTY: Final = {
    "mediaType": "application/vnd.oci.empty.v1+json",
    "digest": digest_of(_CONFIG),
    "size": len(_CONFIG),
}
_BLOCK: Final = 1024 * 1024


def push(reference: str, pack: Path, *, limits: Limits = DEFAULT_LIMITS, **access: Any) -> str:
    """Put a sealed pack, a folder, into a registry, under a tag, and return the manifest's digest.

    ``access`` is how the registry is reached, as :func:`gatelib.bundle.oci.push` takes it.

    Raises:
        UsageError: the reference is malformed or has no tag; the pack is no folder or not sealed.
        EvidenceError: the pack holds what is no regular file, or cannot be read.
        RegistryError: the registry cannot be reached, refuses, or takes too long.

    """
    target = Reference.parse(reference)
    if target.tag is None or target.digest is not None:
        raise UsageError(f"`{reference}` is no place to push to", hint="it must end with a tag, as in `:1.0`")
    if not (pack / manifest.NAME).is_file():
        raise UsageError(
            "is no folder with a sealed pack", file=str(pack), hint="seal it with `gatelib evidence seal`"
        )
    found = oci.repository(target, **access, most=limits.max_bytes)
    with tempfile.TemporaryDirectory() as folder:
        tarball = Path(folder) / _NAME
        layer = _written(pack, tarball, limits)
        described = _manifest(layer)

        def upload() -> str:
            found.put_blob(str(_EMPTY["digest"]), _CONFIG)
            found.put_file(layer.digest, tarball)
            found.put_manifest(described)
            return digest_of(described)

        return found.run(upload)


def pull(reference: str, folder: Path, *, limits: Limits = DEFAULT_LIMITS, **access: Any) -> str:
    """Get a pack from a registry into a folder that is empty or not there, and return the manifest's digest.

    Raises:
        UsageError: the reference is malformed, or the folder cannot be written or holds something.
        EvidenceError: what is there is no pack.
        RegistryError: the registry cannot be reached, refuses, takes too long, or serves other bytes than
            those that a digest names.

    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError("is not empty", file=str(folder), hint="a pack goes into a folder of its own")
    with _fetched(reference, limits, access) as (tarball, digest):
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:50]}."))
            try:
                _unpack(Tar(tarball, limits), beside)
                beside.chmod(0o755)
                beside.replace(folder)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror}", file=str(folder)) from None
        return digest


@contextmanager
def fetched(reference: str, limits: Limits, **access: Any) -> Iterator[Path]:
    """Yield a pack's tarball, for as long as the context lasts; errors as of :func:`pull`."""
    with _fetched(reference, limits, access) as (tarball, _):
        yield tarball


@contextmanager
def _fetched(reference: str, limits: Limits, access: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    found = oci.repository(Reference.parse(reference), **access, most=limits.max_bytes)
    with tempfile.TemporaryDirectory() as folder:
        tarball = Path(folder) / _NAME

        def download() -> str:
            described = found.manifest()
            with tarball.open("xb") as file:
                found.blob_into(_layer(described, reference, limits), file)
            return digest_of(described)

        yield tarball, found.run(download)


def _manifest(layer: Layer) -> bytes:
    described = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "artifactType": ARTIFACT_TYPE,
        "config": _EMPTY,
        "layers": [
            {
                "mediaType": layer.media_type,
                "digest": layer.digest,
                "size": layer.size,
                "annotations": {_TITLE: layer.name},
            }
        ],
    }
    return json.dumps(described, separators=(",", ":")).encode()


def _layer(described: bytes, reference: str, limits: Limits) -> Layer:
    """Return the one layer of an artifact as :func:`push` makes it."""
    try:
        found = json.loads(described) if len(described) <= LARGEST_MANIFEST else None
    except (ValueError, RecursionError):
        found = None
    match found:
        case {
            "artifactType": "application/vnd.gatelib.evidence.v1",
            "layers": [
                {
                    "mediaType": "application/vnd.gatelib.evidence.v1.tar+gzip",
                    "digest": str(digest),
                    "size": int(size),
                }
            ],
        } if DIGEST.fullmatch(digest) and 0 < size <= limits.max_bytes:
            return Layer(_NAME, LAYER_TYPE, digest, size)
    raise EvidenceError(
        f"is no Evidence Pack: its type is not `{ARTIFACT_TYPE}`, or it has not the one layer of a pack",
        file=reference,
    )


def _written(pack: Path, tarball: Path, limits: Limits) -> Layer:
    """Write a folder as an archive without owners and times, and return what a manifest says of it."""
    scan = Scan()
    paths = Folder(str(pack), limits).paths(scan)
    for fault in scan.faults:
        raise EvidenceError(f"`{fault.file}` is {fault.problem}", file=str(pack))
    try:
        with (
            tarball.open("xb") as file,
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
        ):
            for path in paths:
                with (pack / path).open("rb") as content:
                    about = tarfile.TarInfo(path)
                    about.size = os.fstat(content.fileno()).st_size
                    archive.addfile(about, content)
    except (OSError, tarfile.TarError) as error:
        raise EvidenceError(f"cannot be packed: {error}", file=str(pack)) from None
    digest = hashlib.sha256()
    with tarball.open("rb") as written:
        while block := written.read(_BLOCK):
            digest.update(block)
    return Layer(_NAME, LAYER_TYPE, f"sha256:{digest.hexdigest()}", tarball.stat().st_size)


def _unpack(pack: Tar, folder: Path) -> None:
    scan = Scan()
    for path, _, chunks in pack.members(scan):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
    for fault in scan.faults:
        raise EvidenceError(f"`{fault.file}` in the pack's archive is {fault.problem}")
