"""JSON objects from a stream: one a line, one after the other, in arrays, or all of these, gzipped or not.

Memory holds one value and one chunk, whatever the file's size.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple, Protocol, cast

_CHUNK: Final = 128 * 1024
"""Small, since an error of the JSON reader counts the lines of all that is in memory."""
_MOST: Final = 64 * 1024**2
"""Characters of one value."""
_GZIP: Final = b"\x1f\x8b"
_BETWEEN: Final = re.compile(r"[\s,\[\]\x1e\ufeff]*")
"""What may stand between values; the brackets are those of the arrays that values come in."""
_LONGEST_TOKEN: Final = 16
"""Characters of a token that a chunk may end in the middle of, strings and numbers aside."""


class Bad(NamedTuple):
    """A place from which to the end of its line nothing can be read."""

    line: int
    message: str


class Readable(Protocol):
    """A file of bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many, and none at the end."""


def values(file: Readable) -> Iterator[Any | Bad]:
    """Yield each object, and where none can be read a :class:`Bad`, after which the next line is tried."""
    window = _Window(file)
    depth = 0
    while window.fill():
        between = window.take(_BETWEEN)
        depth += between.count("[") - between.count("]")
        if window.is_at_end:
            continue
        found = window.value()
        if isinstance(found, Bad):
            depth = 0
        yield found
    if window.broken:
        yield Bad(window.line, window.broken)
    elif depth > 0:
        yield Bad(window.line, "ends in the middle of an array")


class _Window:
    """The part of a text that is in memory."""

    def __init__(self, file: Readable) -> None:
        self._chunks = _chunks(file)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._is_last = False
        self.line = 1
        self.broken = ""
        """Why the file could not be read to its end."""

    @property
    def is_at_end(self) -> bool:
        return self._at >= len(self._text)

    def fill(self) -> bool:
        """Have some text, and tell whether there is any."""
        while self.is_at_end and not self._is_last:
            self._more()
        return not self.is_at_end

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        end = match.end() if match else self._at
        taken = self._text[self._at : end]
        self._to(end)
        return taken

    def value(self) -> Any | Bad:
        """Take the object that begins here, or the rest of the line."""
        if self._text[self._at] != "{":
            return self._skip("is no JSON")
        while True:
            try:
                found, end = self._scan(self._text, self._at)
            except json.JSONDecodeError as error:
                is_cut = error.msg.startswith("Unterminated string") or error.pos > self._text_end
                if is_cut and not self._is_last and len(self._text) - self._at < _MOST:
                    self._more()
                    continue
                return self._skip(self._fault(is_cut))
            except (RecursionError, ValueError):  # nested too deep, or a number with thousands of digits
                return self._skip("has a value that no JSON reader takes")
            self._to(end)
            return found

    @property
    def _text_end(self) -> int:
        return len(self._text) - _LONGEST_TOKEN

    def _fault(self, is_cut: bool) -> str:
        if not is_cut:
            return "is no JSON"
        return "ends in the middle of a value" if self._is_last else "has a value that is too large"

    def _skip(self, message: str) -> Bad:
        bad = Bad(self.line, message)
        while True:
            end = self._text.find("\n", self._at)
            if end >= 0:
                self._to(end)
                return bad
            self._to(len(self._text))
            if self._is_last:
                return bad
            self._more()

    def _to(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def _more(self) -> None:
        """Drop what was taken, and at least double the rest, so that a large value is not read often."""
        rest = self._text[self._at :]
        parts, wanted = [rest], max(len(rest), 1)
        while wanted > 0 and not self._is_last:
            try:
                chunk = next(self._chunks, b"")
            except (OSError, EOFError, zlib.error) as error:
                self.broken = f"cannot be read to its end: {_reason(error)}"
                chunk = b""
            self._is_last = not chunk
            parts.append(self._decode(chunk, not chunk))
            wanted -= len(parts[-1])
        self._text, self._at = "".join(parts), 0


def _chunks(file: Readable) -> Iterator[bytes]:
    start = file.read(len(_GZIP))
    whole = _Rejoined(start, file)
    # What lies before damage is given out before the damage is met.
    read = gzip.GzipFile(fileobj=cast("BinaryIO", whole)).read1 if start == _GZIP else whole.read
    while chunk := read(_CHUNK):
        yield chunk


class _Rejoined:
    """A file whose start was read already."""

    def __init__(self, start: bytes, file: Readable) -> None:
        self._start, self._file = start, file

    def read(self, size: int = -1, /) -> bytes:
        if self._start:
            found, self._start = self._start, b""
            return found
        return self._file.read(size)


def _reason(error: Exception) -> str:
    if isinstance(error, gzip.BadGzipFile | EOFError | zlib.error):
        return "the compressed data is damaged, or cut off"
    return getattr(error, "strerror", None) or "it cannot be read"
