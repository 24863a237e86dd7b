"""The go/no-go memo: one page that says whether a release may be promoted, and by what it is proved."""

from __future__ import annotations

from gatelib.memo.composing import compose
from gatelib.memo.model import Decision, GateProof, Memo, Proof
from gatelib.memo.rendering import FORMATS, render

__all__ = ["FORMATS", "Decision", "GateProof", "Memo", "Proof", "compose", "render"]
