"""What both formats of a memo say, and how much of it fits on its page."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import commonpath
from typing import Final, TypeVar

from gatelib.memo.model import Approver, GateProof, Memo, Proof

T = TypeVar("T")

VERDICTS: Final = {"proved": "PROVED", "waived": "WAIVED", "not proved": "NOT PROVED"}
SIGNERS: Final = (Approver("", "Release manager"), Approver("", "Service owner"), Approver("", "Security"))
"""Who signs where the Release names nobody."""

MOST: Final = {"changes": 10, "risks": 6, "evidence": 4, "objections": 8, "waivers": 6, "reasons": 3}
"""Entries that are shown; the rest is counted."""


def shown(entries: Sequence[T], what: str) -> tuple[Sequence[T], str]:
    """Return the first entries, and what to say of the rest; empty where there is none."""
    more = len(entries) - MOST[what]
    return entries[: MOST[what]], f"and {more} more" if more > 0 else ""


def title(memo: Memo) -> str:
    """Return the page's title."""
    record = memo.record
    return " ".join(part for part in ("Go/no-go:", record.service or record.name, record.version) if part)


def short(memo: Memo, file: str) -> str:
    """Return a file's path in its pack, which the memo names."""
    folders = {entry.file.rpartition("/")[0] for entry in memo.report.evidence}
    common = commonpath(folders) if folders else ""
    return file.removeprefix(f"{common}/") if common else file


def reasons(gate: GateProof) -> tuple[Sequence[Proof], str]:
    """Return the rules that keep a gate from being proved, or are waived."""
    return shown([proof for proof in gate.proofs if proof.standing != "proved"], "reasons")


def context(memo: Memo) -> tuple[tuple[str, str], ...]:
    """Return what an audit needs to run the gate again, by name."""
    report = memo.report
    return (
        ("Judged", report.now),
        ("Gate", report.gate),
        ("Bundle", f"{report.revision} sha256:{report.bundle_sha256}"),
        ("Signed by", report.signed_by or "nobody: the rules of this gatelib"),
        ("Configuration", f"sha256:{report.config_sha256}" if report.config_sha256 else "none"),
        ("Engine", f"{report.engine} {report.engine_version}, gatelib {report.tool_version}"),
    )
