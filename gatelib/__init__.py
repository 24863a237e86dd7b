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
    EvidenceError,
    GatelibError,
    LoadError,
    PolicyError,
    SignatureError,
    UsageError,
)

if TYPE_CHECKING:
    from gatelib.engines import Connection
    from gatelib.gate import Gate
    from gatelib.keys import (
        SigningKey,
        VerificationKey,
        read_verification_key,
        signing_key,
        verification_key,
    )
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
    from gatelib.telemetry import attributes
    from gatelib.verdicts import Decider, evaluate, verify_verdict

__all__ = [
    "BundleError",
    "ConfigError",
    "Connection",
    "Decider",
    "EngineError",
    "EngineTimeoutError",
    "EngineUnavailableError",
    "EvidenceError",
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
    "SigningKey",
    "UsageError",
    "VerificationKey",
    "WaivedBy",
    "Waiver",
    "__version__",
    "attributes",
    "evaluate",
    "read_verification_key",
    "signing_key",
    "verification_key",
    "verify_verdict",
]


if not TYPE_CHECKING:  # a type checker would take every name for one that is there

    def __getattr__(name: str) -> object:
        """Import what is asked for, so that no run pays for what it does not use."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        homes = {
            "Connection": "gatelib.engines",
            "Decider": "gatelib.verdicts",
            "Gate": "gatelib.gate",
            "Settings": "gatelib.settings",
            "SigningKey": "gatelib.keys",
            "VerificationKey": "gatelib.keys",
            "attributes": "gatelib.telemetry",
            "evaluate": "gatelib.verdicts",
            "read_verification_key": "gatelib.keys",
            "signing_key": "gatelib.keys",
            "verification_key": "gatelib.keys",
            "verify_verdict": "gatelib.verdicts",
        }
        return getattr(import_module(homes.get(name, "gatelib.report")), name)
