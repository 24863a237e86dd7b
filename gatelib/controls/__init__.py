"""Controls: what an auditor asks for, the rules and evidence that prove it, the clauses that it supports."""

from gatelib.controls.checking import check
from gatelib.controls.crosswalks import check_framework, clauses_of, contents, frameworks
from gatelib.controls.model import Catalogue, Clause, Control, EvidencePath, Framework
from gatelib.controls.reading import load, read

__all__ = [
    "Catalogue",
    "Clause",
    "Control",
    "EvidencePath",
    "Framework",
    "check",
    "check_framework",
    "clauses_of",
    "contents",
    "frameworks",
    "load",
    "read",
]
