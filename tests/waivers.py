"""A shop with a gate, people with keys, and exceptions that they sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import yaml

from gatelib import dsse, keys
from gatelib.exceptions.record import PAYLOAD_TYPE, canonical
from tests.signing import pair

AUDIENCE: Final = "github.com/shop/shop"
APPROVERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "omar": {"rules": ["GL-K8S-*"]},
    "lea": {"rules": ["*"], "severity": "critical"},
    "zoe": {"rules": ["*"], "severity": "critical"},
    "ivo": {"rules": ["GL-IMG-*"], "severity": "critical"},
    "uma": {"rules": ["*"], "severity": "critical", "namespaces": ["pr-*"]},
}
"""Who may approve, and what; ``eve`` has a key that nobody trusts."""
REQUESTERS: Final = ("nina", "tom")

Record = dict[str, Any]


def record(name: str = "for-now", **spec: Any) -> Record:
    """Return an exception for the limits of one Pod; a field of ``...`` is left out."""
    fields = {
        "rules": ["GL-K8S-006"],
        "target": {"kind": "Pod", "namespace": "shop", "name": "api"},
        "reason": "The limits are being measured.",
        "ticket": "PLAT-7",
        "audience": AUDIENCE,
        "requester": identity("nina"),
        "approver": identity("omar"),
        "created": "2026-11-01",
        "expires": "2026-12-15",
        **spec,
    }
    said = {key: value for key, value in fields.items() if value is not ...}
    return {
        "apiVersion": "gatelib.dev/v1",
        "kind": "PolicyException",
        "metadata": {"name": name},
        "spec": said,
    }


def identity(name: str) -> str:
    return f"{name}@shop.example"


def envelope(said: Record, *names: str) -> bytes:
    """Return the DSSE envelope of a record with the signatures of some people."""
    signers = [keys.signing_key(pair(name, "EdDSA").private.encode(), keyid=identity(name)) for name in names]
    return dsse.sign(canonical(said), PAYLOAD_TYPE, signers).to_json() + b"\n"


def altered(content: bytes, old: bytes, new: bytes) -> bytes:
    """Return an envelope whose payload says something else under the same signatures."""
    parsed = dsse.parse(content)
    assert parsed.payload.count(old) == 1
    payload = parsed.payload.replace(old, new)
    return dsse.Envelope(payload, parsed.payload_type, parsed.signatures).to_json()


def write_record(folder: Path, said: Record, *names: str) -> None:
    """Write a record, and its envelope beside it where anybody signs."""
    folder.mkdir(parents=True, exist_ok=True)
    name = said["metadata"]["name"]
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(said, sort_keys=False))
    if names:
        (folder / f"{name}.dsse.json").write_bytes(envelope(said, *names))


def write_gate(folder: Path, *, revoked: Sequence[Mapping[str, str]] = (), **exceptions: Any) -> Path:
    """Write a configuration with everybody's keys, and return its path."""
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    for name in (*APPROVERS, *REQUESTERS):
        (folder / "keys" / f"{name}.pem").write_text(pair(name, "EdDSA").public)
    (folder / "revoked.yaml").write_bytes(orjson.dumps({"revocations": list(revoked)}))
    config = {
        "trust": {
            "approvers": [
                {"identity": identity(name), "keys": [f"keys/{name}.pem"], **may}
                for name, may in APPROVERS.items()
            ],
            "requesters": [{"identity": identity(name), "keys": [f"keys/{name}.pem"]} for name in REQUESTERS],
            "revoked": ["revoked.yaml"],
        },
        "parameters": {"exceptions": {"audience": [AUDIENCE], **exceptions}},
    }
    path = folder / "gatelib.yaml"
    path.write_text(yaml.safe_dump(config))
    return path
