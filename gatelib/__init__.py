"""gatelib decides whether a change may ship.

>>> from gatelib import Gate
>>> report = Gate.load().check(["k8s/"])
>>> report.outcome
'pass'

What is exported here is the public API; nothing else is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelib._version import __version__
from gatelib.errors import (
    BundleError,
    ConfigError,
    EngineError,
    EngineTimeoutError,
    EngineUnavailableError,
    GatelibError,
    LoadError,
    PolicyError,
    SignatureError,
    UsageError,
)

if TYPE_CHECKING:
    from gatelib.engines import Connection
    from gatelib.gate import Gate
    from gatelib.keys import VerificationKey, read_verification_key, verification_key
    from gatelib.report import (
        Finding,
        Location,
        NotJudged,
        Problem,
        Report,
        Resource,
        RuleResult,
        WaivedBy,
        Waiver,
    )
    from gatelib.settings import Settings

__all__ = [
    "BundleError",
    "ConfigError",
    "Connection",
    "EngineError",
    "EngineTimeoutError",
    "EngineUnavailableError",
    "Finding",
    "Gate",
    "GatelibError",
    "LoadError",
    "Location",
    "NotJudged",
    "PolicyError",
    "Problem",
    "Report",
    "Resource",
    "RuleResult",
    "Settings",
    "SignatureError",
    "UsageError",
    "VerificationKey",
    "WaivedBy",
    "Waiver",
    "__version__",
    "read_verification_key",
    "verification_key",
]


if not TYPE_CHECKING:  # a type checker would take every name for one that is there

    def __getattr__(name: str) -> object:
        """Import what is asked for, so that no run pays for what it does not use."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        homes = {
            "Connection": "gatelib.engines",
            "Gate": "gatelib.gate",
            "Settings": "gatelib.settings",
            "VerificationKey": "gatelib.keys",
            "read_verification_key": "gatelib.keys",
            "verification_key": "gatelib.keys",
        }
        return getattr(import_module(homes.get(name, "gatelib.report")), name)
