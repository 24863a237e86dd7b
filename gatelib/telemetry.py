"""Verdicts in traces and logs, by attributes that every decision point of a mesh names alike."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

_API: Final = "opentelemetry.trace"


def attributes(verdict: Mapping[str, Any], context: Any) -> dict[str, str | float]:
    """Return a verdict's attributes for a span, or as the ``extra`` of a log record.

    They are ``governance.verdict`` (``allow`` or ``deny``), ``verdict.decider``, ``verdict.reason``, and
    where there is one ``verdict.rule_id`` and ``provenance.confidence``: an attribute has no null.
    """
    found: dict[str, str | float] = {
        "governance.verdict": "allow" if verdict.get("allow") is True else "deny",
        "verdict.decider": str(verdict.get("decider", "")),
        "verdict.reason": str(verdict.get("reason", "")),
    }
    if isinstance(verdict.get("rule_id"), str):
        found["verdict.rule_id"] = verdict["rule_id"]
    provenance = context.get("provenance") if isinstance(context, Mapping) else None
    confidence = provenance.get("confidence") if isinstance(provenance, Mapping) else None
    if isinstance(confidence, (int, float)) and not isinstance(confidence, bool) and 0 <= confidence <= 1:
        found["provenance.confidence"] = float(confidence)
    return found


def record(verdict: Mapping[str, Any], context: Any) -> None:
    """Set the attributes on the current span, if this process has any.

    Nothing is imported for it: where nobody has loaded ``opentelemetry-api``, no span can have been started.
    """
    trace = sys.modules.get(_API)
    if trace is not None:
        trace.get_current_span().set_attributes(attributes(verdict, context))
