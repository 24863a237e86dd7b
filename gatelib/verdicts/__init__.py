"""Verdicts: the decision point of a governance mesh.

Who enforces asks whether a subject may do an action with an artefact in a context, and carries out the
answer. It is ``data.gatelib.verdict`` of the policy: an OPA that runs the same bundle gives the same.
"""

from __future__ import annotations

from gatelib.verdicts.decider import Decider, Verdict, evaluate
from gatelib.verdicts.signing import PAYLOAD_TYPE, verify_verdict

__all__ = ["PAYLOAD_TYPE", "Decider", "Verdict", "evaluate", "verify_verdict"]
