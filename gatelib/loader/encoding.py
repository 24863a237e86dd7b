"""From the bytes of a file to UTF-8."""

from __future__ import annotations

import codecs

from gatelib.errors import LoadError
from gatelib.loader.problems import BINARY, SYNTAX, TOO_LARGE

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE_AS_UTF8 = "Save the file as UTF-8."


def to_utf8(data: bytes, max_bytes: int) -> bytes:
    """Return ``data`` as UTF-8 without a byte order mark and with a line end at its end.

    UTF-16 is read when it has a byte order mark (YAML 1.1, section 5.2). Without the last line end
    a block scalar would read differently from how kubectl reads it. What is already UTF-8 is not
    checked: the parsers do that, and can say where it is wrong.

    Raises:
        LoadError: too large, binary, or broken UTF-16.
    """
    if len(data) > max_bytes:
        raise LoadError(
            TOO_LARGE,
            f"The file has {len(data):,} bytes; {max_bytes:,} are allowed.",
            hint="Split it, or check that it is a manifest.",
        )
    if data.startswith(_UTF16):
        data = _from_utf16(data)
    elif data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    if data.startswith(b"\x1f\x8b"):
        raise LoadError(BINARY, "This is gzip data, not text.", line=1, hint="Unpack it first.")
    if (nul := data.find(b"\0")) >= 0:
        raise _binary(data, nul)
    return data if data.endswith(b"\n") else data + b"\n"


def _from_utf16(data: bytes) -> bytes:
    try:
        return data.decode("utf-16").encode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-16", "replace")
        raise LoadError(
            SYNTAX,
            "The file starts as UTF-16, but is not valid UTF-16.",
            line=before.count("\n") + 1,
            hint=_SAVE_AS_UTF8,
        ) from None


def _binary(data: bytes, nul: int) -> LoadError:
    head = data[:64]
    if min(head[::2].count(0), head[1::2].count(0)) == 0 and head.count(0) * 3 > len(head):
        return LoadError(
            BINARY, "This looks like UTF-16 without a byte order mark.", line=1, hint=_SAVE_AS_UTF8
        )
    return LoadError(
        BINARY,
        "This is binary data: it has NUL bytes.",
        line=data.count(b"\n", 0, nul) + 1,
        hint="Check that the file is a manifest.",
    )
