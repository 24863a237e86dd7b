"""What an audit has finished, so that one that was ended goes on where it was.

A file of JSON, one release a line, only ever added to. It is the auditor's own cache and proves nothing to
anybody else. An entry counts for the same release with the same bytes, audited with the same means.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib.audit.model import Result
from gatelib.errors import UsageError

_KEYS: Final = frozenset({"means", "content", "result"})


class Journal:
    """The entries that count for one audit."""

    def __init__(self, path: Path | None, means: str) -> None:
        """Read the file; ``means`` is the digest over all that goes into a verdict besides the release.

        A line that is none, such as the last one of a process that was ended, is left out.

        Raises:
            UsageError: the file cannot be read or written.

        """
        self._path, self._means = path, means
        self._known: dict[tuple[str, str], dict[str, Any]] = {}
        self._is_torn = False
        if path is None:
            return
        try:
            content = path.read_bytes() if path.exists() else b""
            with path.open("ab"):
                pass
        except OSError as error:
            raise UsageError(f"the state cannot be used: {error.strerror}", file=str(path)) from None
        self._is_torn = bool(content) and not content.endswith(b"\n")
        for line in content.splitlines():
            self._take(line)

    def known(self, identity: str, name: str) -> dict[str, Any]:
        """Return what is known of a release, results in JSON form by the digest of its content."""
        return self._known.get((identity, name), {})

    def add(self, content: str, result: Result) -> None:
        """Add what was found of a release with this content.

        Raises:
            UsageError: it cannot be written.

        """
        if self._path is None:
            return
        line = orjson.dumps({"means": self._means, "content": content, "result": result.to_dict()}) + b"\n"
        try:
            with self._path.open("ab", buffering=0) as file:
                os.write(file.fileno(), b"\n" + line if self._is_torn else line)
        except OSError as error:
            raise UsageError(f"the state cannot be written: {error.strerror}", file=str(self._path)) from None
        self._is_torn = False

    def _take(self, line: bytes) -> None:
        try:
            value: Mapping[str, Any] = orjson.loads(line)
            if value.keys() != _KEYS or value["means"] != self._means:
                return
            result = Result.from_dict(value["result"])
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
            return
        key = (result.identity.text, result.name)
        self._known.setdefault(key, {})[str(value["content"])] = value["result"]
