"""``release.yaml``: the Release record that a pack speaks for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatelib.errors import EvidenceError, UsageError
from gatelib.loader import load, locate

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PINNED: Final = re.compile(r"[^\s@]+@(sha256:[0-9a-f]{64})")
_PACK: Final = ("spec", "evidencePack")
_SHA256: Final = (*_PACK, "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What evidence is bound to."""

    service: str
    version: str
    commit: str
    images: tuple[str, ...]
    """Digests, ``sha256:…``."""
    sha256: str | None = None
    """Of the pack that it names."""


def read(content: bytes, *, file: str) -> Release:
    """Return what a record says.

    Raises:
        EvidenceError: it is not exactly one Release that names service, version, commit and images.

    """
    _, spec = _record(content, file)
    texts = {key: spec.get(key) for key in ("service", "version", "commit")}
    for key, value in texts.items():
        if not isinstance(value, str) or not value:
            raise EvidenceError(
                f"the Release names no {key}", file=file, hint="write it as a text, in quotes"
            )
    images = spec.get("images")
    pinned = [_PINNED.fullmatch(image) for image in images if isinstance(image, str)] if images else []
    if not isinstance(images, list) or not all(pinned) or not 0 < len(pinned) == len(images):
        raise EvidenceError(
            "the Release does not name its images by digest", file=file, hint="such as REPOSITORY@sha256:…"
        )
    pack = spec.get("evidencePack")
    sha256 = pack.get("sha256") if isinstance(pack, dict) else None
    return Release(
        service=str(texts["service"]),
        version=str(texts["version"]),
        commit=str(texts["commit"]),
        images=tuple(found[1] for found in pinned if found),
        sha256=sha256.lower() if isinstance(sha256, str) else None,
    )


def write(*, service: str, version: str, commit: str, images: Sequence[str]) -> bytes:
    """Return the record of a release whose pack is not sealed yet.

    Raises:
        UsageError: the commit or an image is not what it must be, or there is no image.

    """
    if not service or not version:
        raise UsageError("a release has a service and a version")
    if not _COMMIT.fullmatch(commit):
        raise UsageError(f"`{commit}` is no commit", hint="a commit has 40 or 64 hex digits")
    for image in images:
        if not _PINNED.fullmatch(image):
            raise UsageError(f"`{image}` is no image by its digest", hint="such as REPOSITORY@sha256:…")
    if not images:
        raise UsageError("a release has an image", hint="name it with --image")
    lines = [
        "apiVersion: gatelib.dev/v1",
        "kind: Release",
        "metadata:",
        f"  name: {_text(f'{service}-{version}')}",
        "spec:",
        f"  service: {_text(service)}",
        f"  version: {_text(version)}",
        f"  commit: {_text(commit)}",
        "  images:",
        *(f"  - {_text(image)}" for image in images),
        "  evidencePack:",
        "    sha256: null",
    ]
    return ("\n".join(lines) + "\n").encode()


def sealed(content: bytes, sha256: str, *, file: str) -> bytes:
    """Return a record that names the pack with this hash; nothing else in it is another.

    Raises:
        EvidenceError: it is no Release.
        UsageError: the place for the hash cannot be found, so somebody has to write it.

    """
    ordinal, spec = _record(content, file)
    pack = spec.get("evidencePack")
    written = f'"{sha256}"'
    if isinstance(pack, dict) and "sha256" in pack:
        made = _replaced(content, ordinal, written, is_empty=pack["sha256"] in (None, ""))
    elif isinstance(pack, dict) and pack:
        made = _inserted(content, ordinal, (*_PACK, next(iter(pack))), [f"sha256: {written}"])
    elif "evidencePack" not in spec and spec:
        made = _inserted(
            content, ordinal, ("spec", next(iter(spec))), ["evidencePack:", f"  sha256: {written}"]
        )
    else:
        made = content
    wanted = {**spec, "evidencePack": {**(pack if isinstance(pack, dict) else {}), "sha256": sha256}}
    before, after = load(content).documents, load(made).documents
    same = [entry.value for entry in before if entry.ordinal != ordinal] == [
        entry.value for entry in after if entry.ordinal != ordinal
    ]
    if not same or [entry.value for entry in after if entry.ordinal == ordinal] != [
        {**_value(before, ordinal), "spec": wanted}
    ]:
        raise UsageError(
            "the place for the pack's hash cannot be found",
            file=file,
            hint=f"write `evidencePack: {{sha256: {sha256}}}` below `spec`",
        )
    return made


def _record(content: bytes, file: str) -> tuple[int, dict[str, Any]]:
    """Return the number of the document that is the Release, and its ``spec``."""
    loaded = load(content)
    if loaded.error is not None:
        fault = loaded.error
        raise EvidenceError(fault.message, file=file, line=fault.line, column=fault.column)
    found = [
        (document.ordinal, document.value)
        for document in loaded.documents
        if isinstance(document.value, dict)
        and document.value.get("apiVersion") == "gatelib.dev/v1"
        and document.value.get("kind") == "Release"
    ]
    if len(found) != 1:
        raise EvidenceError(f"has {len(found)} Release records, and there must be one", file=file)
    ordinal, value = found[0]
    spec = value.get("spec")
    return ordinal, spec if isinstance(spec, dict) else {}


def _value(documents: Sequence[Any], ordinal: int) -> dict[str, Any]:
    return next(entry.value for entry in documents if entry.ordinal == ordinal)


def _replaced(content: bytes, ordinal: int, written: str, *, is_empty: bool) -> bytes:
    (place,) = locate(content, [(ordinal, _SHA256)])
    start, end = place.column - 1, place.end_column - 1
    if is_empty and (key := re.compile(r"""["']?sha256["']?\s*:""").match(place.text, start)):
        start = end = key.end()  # a value that was left empty is shown by its key
        written = f" {written}"
    line = place.text[:start] + written + place.text[end:]
    return _with_line(content, place.line, line)


def _inserted(content: bytes, ordinal: int, before: tuple[str, ...], lines: Sequence[str]) -> bytes:
    """Return a record with lines in front of an entry of a block mapping."""
    (place,) = locate(content, [(ordinal, before)])
    key = re.match(r"\s*", place.text)
    indent = key[0] if key else ""
    return _with_line(content, place.line, "\n".join([*(f"{indent}{line}" for line in lines), place.text]))


def _with_line(content: bytes, number: int, line: str) -> bytes:
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", content.decode("utf-8", "surrogateescape"))
    ending = re.search(r"[\r\n]*\Z", lines[number - 1])
    ends = ending[0] if ending else ""
    lines[number - 1] = line.replace("\n", ends or "\n") + ends
    return "".join(lines).encode("utf-8", "surrogateescape")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
