"""What lies in a pack's ``controls/``, by the names that it has there."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from gatelib.errors import UsageError
from gatelib.evidence.manifest import CONTROLS

REPORT: Final = "report.json"
REPORTS: Final = "reports/"
ATTESTATION: Final = "attestation.json"
SIGNED: Final = "attestation.dsse.json"
SIGSTORE: Final = "attestation.sigstore.json"
SUMMARY: Final = "vsa.dsse.json"
DECLARED: Final = "not-applicable/"

SIGNED_IN_PACK: Final = f"{CONTROLS}{SIGNED}"
"""The attestation that counts, by its path in the pack."""

READ: Final = tuple(
    f"{CONTROLS}{name}" for name in (SIGNED, REPORT, f"{REPORTS}*.dsse.json", f"{DECLARED}*.dsse.json")
)
"""What an attestation is verified with, as patterns of paths in the pack."""

LARGEST: Final = 64 * 1024**2
"""Bytes of one of these files."""
MOST_BYTES: Final = 256 * 1024**2
"""Of all of them."""
MOST_FILES: Final = 10_000

_ENDING: Final = ".dsse.json"
_ENDINGS: Final = (_ENDING, ".dsse", ".json")


def is_read(path: str) -> bool:
    """Tell whether a file of a pack is one that an attestation is verified with."""
    return path.startswith(CONTROLS) and any(fnmatchcase(path, pattern) for pattern in READ)


def stored(name: str) -> str:
    """Return the name below ``reports/`` by which a signed report with some name is found again.

    Raises:
        UsageError: the name is hidden, has a slash or what no terminal shows, or is none.

    """
    ending = next((ending for ending in _ENDINGS if name.endswith(ending)), "")
    stem = name.removesuffix(ending)
    if not stem or stem.startswith(".") or "/" in stem or "\\" in stem or not stem.isprintable():
        raise UsageError("a signed report has a plain name", file=name, hint="such as `gate.dsse.json`")
    return f"{stem}{_ENDING}"
