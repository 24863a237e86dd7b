"""Controls: what an auditor asks for, the rules and evidence that prove it, the clauses that it supports."""

from gatelib.controls.model import Catalogue, Clause, Control, EvidencePath, Framework
from gatelib.controls.reading import load

__all__ = ["Catalogue", "Clause", "Control", "EvidencePath", "Framework", "load"]
