"""The example release with its control attestation, by keys of a test's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from gatelib import attestation
from gatelib.attestation import Expected, Made, Verification, packs
from gatelib.bundle import archive, build, definition, signatures
from gatelib.bundle.loading import SIGNATURES
from gatelib.config import read
from gatelib.controls import load
from gatelib.policy import shipped
from gatelib.trust import Trust
from gatelib.trust import read as trusted
from tests.paths import ROOT
from tests.release import Release, key, public

ATTESTER: Final = "release-attester"
RUNNER: Final = "policy-gates"
BUNDLER: Final = "policy-owners"
BUNDLE: Final = "pre-promote.tar.gz"
CLOCK: Final = datetime(2026, 11, 22, 0, 0, tzinfo=timezone.utc)
LATER: Final = datetime(2026, 11, 22, 0, 30, tzinfo=timezone.utc)


class Attested(Release):
    """A copy of the example whose configuration trusts an attester, a runner and whoever signs bundles."""

    def __init__(self, folder: Path) -> None:
        """Copy the example, and give it a signed bundle."""
        super().__init__(folder)
        said = self.config()
        said["trust"] |= {
            "attestation": [{"attester": ATTESTER, "keys": [_written(folder, ATTESTER)]}],
            "reports": [{"runner": RUNNER, "keys": [_written(folder, RUNNER)]}],
            "bundle": [{"keyid": BUNDLER, "key": _written(folder, BUNDLER)}],
        }
        (folder / "gatelib.yaml").write_text(yaml.safe_dump(said, sort_keys=False))
        (folder / BUNDLE).write_bytes(bundle())

    def make(self, *, clock: datetime = CLOCK, **settings: Any) -> Made:
        """Judge the release and make its attestation."""
        own = {"controls", "reports"}
        gate = self.gate(
            **{
                "gate": "pre-promote",
                "bundle": BUNDLE,
                **{name: value for name, value in settings.items() if name not in own},
            }
        )
        record, *paths = self.judged()
        return attestation.make(
            gate, record, paths, clock=clock, **{k: v for k, v in settings.items() if k in own}
        )

    def attest(self, *, signer: str = ATTESTER, **settings: Any) -> Made:
        """Make the attestation, sign it, and put all of it into the pack."""
        made = self.make(**settings)
        files = {"attestation.json": made.content, **made.reports, **attestation.signed(made, key(signer))}
        for name, content in files.items():
            place = self.path(f"controls/{name}")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return made

    def trust(self) -> Trust:
        """Return whom the configuration trusts."""
        place = self.folder / "gatelib.yaml"
        schema = shipped().data["params_schema"]
        return trusted(read(place, given=True, judged=[], base=self.folder, params_schema=schema))

    def verify(self, *, content: bytes | None = None, **expected: Any) -> Verification:
        """Verify what is in the pack, half an hour later."""
        wanted = Expected(
            trust=self.trust(),
            catalogue=load(),
            severities=shipped().data["severities"],
            now=LATER,
            max_age_hours=24,
            bundle=bundle_sha256(),
        )
        return attestation.verify(packs.read(self.pack), replace(wanted, **expected), content)

    def faults(self, **settings: Any) -> Sequence[tuple[str, str]]:
        """Return what does not hold."""
        return [tuple(fault) for fault in self.verify(**settings).faults]


@cache
def bundle(gate: str = "pre-promote", signer: str = BUNDLER) -> bytes:
    """Return the bundle of a gate, signed."""
    policy = definition.read(ROOT / "bundles" / f"{gate}.yaml", shipped())
    files = build.files(policy, created=CLOCK)
    return archive.write({**files, SIGNATURES: signatures.sign(files, key(signer))})


@cache
def bundle_sha256() -> str:
    """Return the digest of the bundle that the attestations name."""
    from hashlib import sha256

    return sha256(bundle()).hexdigest()


def _written(folder: Path, name: str) -> str:
    place = f"keys/{name}.pub"
    (folder / place).write_bytes(public(name))
    return place
