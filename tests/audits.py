"""Small releases for an audit: one file of evidence each, one rule, one control, all of it signed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from gatelib.attestation import making
from gatelib.bundle import archive, build, definition, signatures
from gatelib.evidence import building, layout
from gatelib.gate import Gate
from gatelib.policy import shipped
from gatelib.settings import parse_now
from tests.release import key, public

NOW: Final = "2026-11-22T00:00:00Z"
CREATED: Final = "2026-11-21T23:00:00Z"
IMAGE: Final = f"registry.example.com/shop@sha256:{'ab' * 32}"
COMMIT: Final = "0123456789" * 4
RULE: Final = "GL-REL-017"
MANIFESTS: Final = "gate/deploy"
PARTIES: Final = ("ci", "attester", "bundler", "runner")

_CATALOGUE: Final = f"""\
schema: gatelib.dev/controls/v1
controls:
  - id: FRZ-01
    name: Error budget
    statement: Nothing is released while the error budget is exhausted.
    owner: sre
    evidence: [rollout/error-budget.json]
    rules: [{RULE}]
"""

_DEPLOYMENT: Final = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: shop, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: shop}}}}
  template:
    metadata: {{labels: {{app: shop}}}}
    spec: {{containers: [{{name: shop, image: "{IMAGE}"}}]}}
"""


class Shop:
    """A shop that releases: ``gate/`` is what its gate runs with, ``releases/`` what it released."""

    def __init__(self, folder: Path) -> None:
        """Write configuration, keys, catalogue and bundle."""
        self.folder = folder
        self.releases, self.inputs = folder / "releases", folder / "gate"
        self.releases.mkdir(parents=True)
        (self.inputs / "keys").mkdir(parents=True)
        for name in PARTIES:
            (self.inputs / "keys" / f"{name}.pem").write_bytes(public(name))
        (self.inputs / "deploy").mkdir()
        (self.inputs / "deploy" / "shop.yaml").write_text(_DEPLOYMENT)
        (self.inputs / "controls.yaml").write_text(_CATALOGUE)
        (self.inputs / "bundle.tar.gz").write_bytes(bundle())
        self.config = self.inputs / "gatelib.yaml"
        self.config.write_text(yaml.safe_dump(trusting()))

    def release(self, version: str, *, service: str = "shop", value: float = 40.0, folder: str = "") -> Path:
        """Make a release, sealed, judged and attested, and return its folder."""
        pack = self.releases / (folder or f"{service}-{version}")
        building.init(
            pack,
            service=service,
            version=version,
            commit=COMMIT,
            images=[IMAGE],
            layout=layout.shipped(),
        )
        for place in sorted(pack.rglob("*"), reverse=True):
            if place.is_dir():
                place.rmdir()
        self.add(pack, value)
        building.seal(pack)
        self.attest(pack)
        return pack

    def add(self, pack: Path, value: float) -> None:
        """Put the one file of evidence into a pack, signed."""
        measured = {"name": "error_budget.remaining", "value": value, "unit": "percent", "measured": CREATED}
        record = {
            "apiVersion": "gatelib.dev/v1",
            "kind": "Measurement",
            "metadata": {"name": "budget"},
            "spec": measured,
        }
        place = pack / "rollout" / "error-budget.json"
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(record))
        building.add(pack, [place], key=key("ci"), producer="ci", created=CREATED, layout=layout.shipped())

    def gate(self, pack: Path, **values: Any) -> Gate:
        """Return the gate that judges a release."""
        name = pack.relative_to(self.folder).as_posix()
        given = {
            "gate": "pre-promote",
            "config": "gate/gatelib.yaml",
            "bundle": "gate/bundle.tar.gz",
            "evidence": [name],
            "now": NOW,
            "base": self.folder,
            "isolated": False,
        }
        return Gate(_settings({**given, **values}), _core())

    def attest(
        self,
        pack: Path,
        *,
        signer: str = "attester",
        reports: Mapping[str, bytes] | None = None,
        **values: Any,
    ) -> None:
        """Judge a release, or take signed reports on it, and put its attestation beside its evidence."""
        clock = parse_now(NOW)
        assert clock is not None
        record = f"{pack.relative_to(self.folder).as_posix()}/release.yaml"
        made = making.make(
            self.gate(pack, **values),
            record,
            [MANIFESTS],
            clock=clock,
            controls=self.inputs / "controls.yaml",
            reports=reports,
        )
        assert made.attestation.overall, made.content.decode()
        files = {"attestation.json": made.content, **made.reports, **making.signed(made, key(signer))}
        for name, content in files.items():
            place = pack / "controls" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)

    def copied(self, folder: Path, only: Sequence[str] | None = None) -> Shop:
        """Return a copy of it, with some of its releases."""
        made = object.__new__(Shop)
        made.folder, made.releases, made.inputs = folder, folder / "releases", folder / "gate"
        made.config = made.inputs / "gatelib.yaml"
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("releases"))
        made.releases.mkdir()
        for pack in self.releases.iterdir():
            if only is None or pack.name in only:
                shutil.copytree(pack, made.releases / pack.name)
        return made


def trusting(**changes: Any) -> dict[str, Any]:
    """Return a configuration that trusts the parties, with other roles in their place."""
    trust = {
        "evidence": [{"producer": "ci", "keys": ["keys/ci.pem"], "files": ["*"]}],
        "attestation": [{"attester": "attester", "keys": ["keys/attester.pem"]}],
        "reports": [{"runner": "runner", "keys": ["keys/runner.pem"]}],
        "bundle": [{"keyid": "bundler", "key": "keys/bundler.pem"}],
    }
    return {"gate": "pre-promote", "trust": {**trust, **changes}}


@cache
def bundle(*rules: str, signer: str = "bundler", created: str = NOW) -> bytes:
    """Return a signed bundle with a few rules, by default the one that small releases need."""
    moment = parse_now(created)
    assert moment is not None
    said = {
        "name": "small",
        "gate": "pre-promote",
        "inputs": ["envelope"],
        "rules": list(rules or (RULE,)),
        "requires": [{"kind": "gatelib.dev/Release", "exactly": 1}],
    }
    files = build.files(definition.read(_written(said), shipped()), created=moment)
    return archive.write({**files, signatures.NAME: signatures.sign(files, key(signer))})


def _written(said: dict[str, Any]) -> Path:
    import tempfile

    place = Path(tempfile.mkdtemp()) / "bundle.yaml"
    place.write_text(yaml.safe_dump(said))
    return place


@cache
def _core() -> Any:
    return shipped()


def _settings(values: dict[str, Any]) -> Any:
    from gatelib.settings import Settings

    return Settings(**values)
