"""Where ``gatelib attest`` writes: mostly into a pack, in which others may have put links."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from gatelib.attestation import files
from gatelib.cli.files import refuse_links, remove_below, trusted_above, write_below
from gatelib.errors import UsageError
from gatelib.gate import Gate

PAGES: Final = {"markdown": "attestation.md", "html": "attestation.html", "pdf": "attestation.pdf"}
"""By their formats."""

_RENDERED: Final = (
    files.ATTESTATION, files.SIGNED, files.SIGSTORE, files.SUMMARY, files.REPORT, *PAGES.values()
)  # fmt: skip


class Place(NamedTuple):
    """A folder for the files of an attestation."""

    base: Path
    """Down to where links are the user's own."""
    folder: Path

    def read(self, name: str) -> bytes:
        """Return a file's bytes, none where there is none.

        Raises:
            UsageError: it is a link, or cannot be read.

        """
        path = self.folder / name
        refuse_links(self.base, path)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise UsageError(f"cannot be read: {error.strerror}", file=str(path)) from None

    def write(self, contents: Mapping[str, bytes], *, instead: bool = False) -> None:
        """Write files; ``instead`` of all that was rendered before, which is removed first.

        Raises:
            UsageError: one of them is a link, or cannot be written; nothing was written where one is a link.

        """
        stale = sorted({*_RENDERED, *self._reports()} - contents.keys()) if instead else []
        for name in (*contents, *stale):
            refuse_links(self.base, self.folder / name)
        for name in stale:
            remove_below(self.base, self.folder / name)
        for name, content in contents.items():
            write_below(self.base, self.folder / name, content)

    def _reports(self) -> list[str]:
        found = (self.folder / files.REPORTS).glob("*.dsse.json")
        return [f"{files.REPORTS}{path.name}" for path in found]


def place(output: Path | None, gate: Gate) -> Place:
    """Return the folder that is named, or else ``controls`` in the pack.

    Raises:
        UsageError: no folder is named, and there is none for it; or what is written there is a link.

    """
    packs = [Path(place) for place in gate.settings.evidence if Path(place).is_dir()]
    if output is None and len(packs) != 1:
        raise UsageError("there is no folder to write to", hint="name it with --output")
    folder = Path(os.path.normpath(output or packs[0] / "controls"))
    base = trusted_above(folder, packs)
    for name in (*_RENDERED, f"{files.REPORTS}any"):
        refuse_links(base, folder / name)
    return Place(base, folder)
