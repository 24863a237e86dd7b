"""What libyaml would take, and must not be given."""

from __future__ import annotations

import codecs
import re
from typing import Final

from gatelib.loader.problems import SYNTAX, Fault


def refuse_traps(utf8: bytes) -> None:
    """Look for what libyaml reads otherwise than kubectl, or slowly.

    Raises:
        Fault: there is such a thing.
    """
    if not utf8.isascii():
        _refuse_hidden_marks(utf8)
    if b"%" in utf8:
        _refuse_many_directives(utf8)


_MARK: Final = codecs.BOM_UTF8
_HIDDEN_MARK: Final = re.compile(b"(?:\\A|[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])" + _MARK)


def _refuse_hidden_marks(utf8: bytes) -> None:
    """Refuse a byte order mark at the start of a line, unless it is the first of a document for kubectl too.

    libyaml skips it; kubectl takes it for a part of the key behind it, so that a field would count
    for us and not in the cluster.
    """
    if _MARK not in utf8:
        return
    for match in _HIDDEN_MARK.finditer(utf8):
        at = match.end() - len(_MARK)
        separator = _start_of_line_before(utf8, at)
        before = _start_of_line_before(utf8, separator)
        if not (before >= 0 and utf8.startswith(b"---", separator) and not utf8.startswith(b"---", before)):
            message = "A byte order mark stands in front of this line, where no document starts."
            raise Fault(SYNTAX, message, len(utf8[:at].decode("utf-8", "replace")), hint=_REMOVE_MARK)


def _start_of_line_before(utf8: bytes, at: int) -> int:
    """Return where the line starts that ends at ``at``; -1 if none does."""
    return utf8.rfind(b"\n", 0, at - 1) + 1 if at > 0 and utf8[at - 1 : at] == b"\n" else -1


_REMOVE_MARK: Final = "Remove it; most editors do not show it."


_TAG_LINE: Final = re.compile(b"(?:\\A|[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])%TAG")


def _refuse_many_directives(utf8: bytes) -> None:
    """Refuse more %TAG lines than anybody needs: libyaml compares each with all others."""
    if utf8.count(b"%TAG") > 1_000 and len(_TAG_LINE.findall(utf8)) > 1_000:
        raise Fault(SYNTAX, "The file has more than 1,000 %TAG lines.", 0, hint="No manifest needs any.")
