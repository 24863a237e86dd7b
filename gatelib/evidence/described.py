"""A pack as a fixture describes it: what reading and verifying a real one would give.

    {"scans/gitleaks.json": {"facts": [{"type": "secret", …}]},
     "sbom/api.json": {"facts": […], "entry": {"commit": "…"}},
     "tests/unit.xml": {"size": 0},
     "build/hermetic.json": {"entry": null},
     "controls/attestation.dsse.json": {"attestation": {"failed": ["TEN-01"], "overall": false}}}

The pack is the one that the fixture's Release names. A file has the first format that its role takes, unless
it names one, and is signed for the fixture's Release an hour before the judgement, unless ``entry`` says
otherwise; ``null`` leaves it unsigned. A control attestation is of that Release and pack, made at the same
time, holds and rests on no exception, unless ``attestation`` says otherwise; with ``rejected``, a reason, it
counts for nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from gatelib.evidence.layout import role_of
from gatelib.evidence.manifest import CONTROLS

_VERSION: Final = "gatelib.dev/v1"
_AGE: Final = timedelta(hours=1)
_KEYS: Final = frozenset({"format", "facts", "size", "problem", "entry", "verifications"})
_OF_CONTROLS: Final = frozenset({"attestation", "rejected"})
"""What a file below ``controls/`` is described with, which is no evidence."""


def described(
    files: Mapping[str, Any], documents: Iterable[Any], layout: Mapping[str, Any], now: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the envelope's ``evidence`` and ``verifications`` of a described pack.

    Raises:
        ValueError: a file is described with a key that does not exist.

    """
    spec = _release(documents)
    signed = {"type": "entry", "producer": "ci", **_bound_to(spec), "created": _an_hour_before(now)}
    evidence: dict[str, Any] = {}
    verifications: list[dict[str, Any]] = [{"type": "pack", "sha256": _hash(spec), "problems": []}]
    for path, about in files.items():
        controls = path.startswith(CONTROLS)
        if unknown := about.keys() - (_OF_CONTROLS if controls else _KEYS):
            raise ValueError(f"there is no key `{sorted(unknown)[0]}` in the description of `{path}`")
        if controls:
            verifications.append({"file": path, **_attested(spec, about, now)})
            continue
        role = role_of(path, layout)
        formats = layout["roles"][role]["formats"] if role else ["unknown"]
        evidence[path] = {
            "format": about.get("format", formats[0]),
            "role": role,
            "sha256": hashlib.sha256(path.encode()).hexdigest(),
            "size": about.get("size", 100),
            "facts": about.get("facts", []),
            **({"problem": about["problem"]} if "problem" in about else {}),
        }
        entry = about.get("entry", {})
        if entry is not None:
            verifications.append({**signed, "file": path, **entry})
        verifications += [{"file": path, **verified} for verified in about.get("verifications", [])]
    return evidence, verifications


def _attested(spec: Mapping[str, Any], about: Mapping[str, Any], now: str) -> dict[str, Any]:
    if "rejected" in about:
        return {"type": "rejected", "reason": about["rejected"]}
    return {
        "type": "controls",
        "attester": "release-attester",
        "pack": _hash(spec),
        **_bound_to(spec),
        "created": _an_hour_before(now),
        "overall": True,
        "failed": [],
        "objections": [],
        "waivers": [],
        "revision": "2026.11.1",
        **about.get("attestation", {}),
    }


def _release(documents: Iterable[Any]) -> dict[str, Any]:
    """Return the spec of the first Release of the library's own."""
    for content in documents:
        if content.get("kind") == "Release" and content.get("apiVersion", _VERSION) in (_VERSION, "", None):
            spec = content.get("spec")
            return spec if isinstance(spec, dict) else {}
    return {}


def _bound_to(spec: Mapping[str, Any]) -> dict[str, Any]:
    images = [image.partition("@")[2] for image in spec.get("images") or ()]
    return {**{key: spec.get(key, "") for key in ("service", "version", "commit")}, "images": images}


def _hash(spec: Mapping[str, Any]) -> str:
    pack = spec.get("evidencePack")
    named = pack.get("sha256") if isinstance(pack, dict) else None
    return named.lower() if isinstance(named, str) and re.fullmatch("[0-9A-Fa-f]{64}", named) else "0" * 64


def _an_hour_before(now: str) -> str:
    moment = datetime.fromisoformat(now.replace("Z", "+00:00")) - _AGE
    return moment.isoformat().replace("+00:00", "Z")
