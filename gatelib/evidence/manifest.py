"""``MANIFEST.sha256``: what is in a sealed pack, in the form of GNU ``sha256sum``, written in one way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from gatelib.errors import EvidenceError

NAME: Final = "MANIFEST.sha256"
RELEASE: Final = "release.yaml"
CONTROLS: Final = "controls/"
"""What is made from a sealed pack lies there, so no seal can cover it."""

What: TypeAlias = Literal[
    "changed", "missing", "added", "malformed", "a link", "no regular file", "unreadable", "of no plain name",
    "different in capitals only"
]  # fmt: skip

_LINE: Final = re.compile(r"(\\?)([0-9a-f]{64})  ([^\n]+)\n")
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_ESCAPED: Final = {escape: plain for plain, escape in _ESCAPES.items()}
_ESCAPE: Final = re.compile(r"\\(.?)", re.DOTALL)


class Fault(NamedTuple):
    """What is wrong with one file of a pack."""

    file: str
    problem: What


def covers(path: str) -> bool:
    """Tell whether a seal covers a file: all of them but itself, the Release, and what is made afterwards."""
    return path not in (NAME, RELEASE) and not path.startswith(CONTROLS)


def is_plain(path: str) -> bool:
    """Tell whether a path leads to a file inside its pack, in one spelling, and is UTF-8."""
    if any(part in ("", ".", "..") for part in path.split("/")) or "\0" in path:
        return False
    return path.isascii() or not re.search("[\ud800-\udfff]", path)


def write(digests: Mapping[str, str]) -> bytes:
    """Return the manifest of some files: the SHA-256 of each by its path."""
    return "".join([_line(path, digests[path]) for path in sorted(digests)]).encode()


def parse(content: bytes) -> dict[str, str]:
    """Return the digests that a manifest has, by path.

    Raises:
        EvidenceError: it is not as :func:`write` makes it: another form, a path that is not plain or that no
            seal covers, a path twice, or not in order.

    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise EvidenceError(
            "is not UTF-8", file=NAME, line=content.count(b"\n", 0, error.start) + 1
        ) from None
    digests: dict[str, str] = {}
    before = ""
    for number, (path, digest) in enumerate(_lines(text), 1):
        if not is_plain(path) or not covers(path):
            raise EvidenceError(f"names `{path}`, which no manifest covers", file=NAME, line=number)
        if path <= before:
            what = "a second time" if path in digests else "out of order"
            raise EvidenceError(f"names `{path}` {what}", file=NAME, line=number)
        digests[path] = digest
        before = path
    return digests


def broken(faults: Sequence[Fault], content: bytes, found: Mapping[str, str]) -> Iterator[Fault]:
    """Yield in what a pack is not as its manifest has it, given what could not be hashed, and the rest."""
    yield from faults
    if content == write(found):
        return
    try:
        sealed = parse(content)
    except EvidenceError:
        yield Fault(NAME, "malformed")
        return
    unread = {fault.file for fault in faults}
    for fault in _differences(sealed, found):
        if fault.file not in unread:
            yield fault


def _differences(sealed: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Fault]:
    for path in sorted(sealed.keys() | found.keys()):
        if path not in found:
            yield Fault(path, "missing")
        elif path not in sealed:
            yield Fault(path, "added")
        elif sealed[path] != found[path]:
            yield Fault(path, "changed")


def _line(path: str, digest: str) -> str:
    if "\\" in path or "\n" in path or "\r" in path:
        name = re.sub(r"[\\\n\r]", lambda found: _ESCAPES[found[0]], path)
        return f"\\{digest}  {name}\n"
    return f"{digest}  {path}\n"


def _lines(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    number = 0
    while place < len(text):
        number += 1
        line = _LINE.match(text, place)
        if line is None:
            raise EvidenceError("is no line of `sha256sum`", file=NAME, line=number)
        escaped, digest, name = line.groups()
        if bool(escaped) != ("\\" in name) or "\r" in name:
            raise EvidenceError("is no line of `sha256sum`", file=NAME, line=number)
        yield _ESCAPE.sub(lambda found: _ESCAPED.get(found[0], "\0"), name), digest
        place = line.end()
