"""What a real OPA server makes of bundles that it polls with a verification key, many of them at once."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.opa_server import Server, opa_server
from tests.polling import Files, wait_for

_NEVER = "0001-01-01T00:00:00Z"
_ONCE = {"min_delay_seconds": 3600, "max_delay_seconds": 7200}
_PATIENCE = 60.0


def of_opa(
    bundles: Sequence[bytes],
    folder: Path,
    keys: Mapping[str, Mapping[str, str]],
    *,
    scope: str = "prod",
) -> list[str]:
    """Return OPA's complaint about each bundle, empty where its signature verifies.

    ``keys`` are those of OPA's configuration by ID. Two good bundles have the same roots, so that OPA can
    activate only one of them; what counts is whether it took the download.
    """
    with Files() as files:
        names = [f"bundle-{number}" for number in range(len(bundles))]
        for name, content in zip(names, bundles, strict=True):
            files.put(name, content)
        path = _configuration(folder, files.url, names, keys, scope, {"console": True})
        with opa_server("--config-file", path, wait="") as server:
            told = wait_for(
                lambda: _all(server, len(bundles)), "a verdict on each bundle", patience=_PATIENCE
            )
    return [_complaint(told[name]) for name in names]


def last_words(bundle: bytes, folder: Path, keys: Mapping[str, Mapping[str, str]], status: Any) -> str:
    """Return why an OPA with some settings of ``status`` ends on a bundle; empty where it goes on."""
    with Files() as files:
        files.put("bundle", bundle)
        path = _configuration(folder, files.url, ["bundle"], keys, "prod", status)
        with opa_server("--config-file", path, wait="") as server:
            try:
                wait_for(lambda: _all(server, 1), "a verdict", patience=_PATIENCE)
                for _ in range(20):
                    server.ask("GET", "/health")
                    time.sleep(0.05)
            except OSError:
                return server.log.read_text("utf-8", "replace").partition("panic: ")[2].partition("\n")[0]
    return ""


def _configuration(
    folder: Path,
    url: str,
    names: Sequence[str],
    keys: Mapping[str, Mapping[str, str]],
    scope: str,
    status: Any,
) -> Path:
    configuration = {
        "services": {"policies": {"url": url}},
        "keys": keys,
        "bundles": {
            name: {"service": "policies", "resource": name, "polling": _ONCE, "signing": {"scope": scope}}
            for name in names
        },
        "status": status,
    }
    path = folder / "opa.json"
    path.write_text(json.dumps(configuration))
    return path


def _all(server: Server, number: int) -> Mapping[str, Mapping[str, Any]] | None:
    _, answer = server.ask("GET", "/v1/status")
    told: Mapping[str, Mapping[str, Any]] = answer.get("result", {}).get("bundles", {})
    settled = [one for one in told.values() if one.get("code") or one["last_successful_activation"] != _NEVER]
    unheard = [one for one in settled if "request failed" in str(one.get("message"))]  # OPA asks again
    return told if len(settled) == number and not unheard else None


def _complaint(told: Mapping[str, Any]) -> str:
    if told["last_successful_download"] != _NEVER:
        return ""
    return str(told.get("message") or told["code"])
