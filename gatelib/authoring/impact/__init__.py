"""What a change of policies does to what is judged: two policies over the same inputs, and what is otherwise.

:func:`compare` judges and compares, :mod:`readiness` reads what a rule on trial has found so far.
"""

from __future__ import annotations

from gatelib.authoring.impact.comparing import compare
from gatelib.authoring.impact.model import Impact, Threshold
from gatelib.authoring.impact.sides import Side

__all__ = ["Impact", "Side", "Threshold", "compare"]
