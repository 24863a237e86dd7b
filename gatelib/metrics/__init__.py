"""Metrics: what reports, attestations, exceptions and OPA's decision logs add up to, as OpenMetrics.

:func:`collect` reads and counts, :func:`render` writes. Nothing here is believed or refused: who looks at a
metric looks at what somebody reported, and only a gate decides.
"""

from __future__ import annotations

from gatelib.metrics.collecting import collect
from gatelib.metrics.counted import Counted
from gatelib.metrics.exposition import render

__all__ = ["Counted", "collect", "render"]
