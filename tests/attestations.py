"""The example release with its control attestation, by keys of a test's own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from gatelib.attestation import declaring, making, packs, verifying
from gatelib.attestation.expected import Expected
from gatelib.attestation.making import Made
from gatelib.attestation.verifying import Verification
from gatelib.bundle import archive, build, definition, signatures
from gatelib.bundle.loading import SIGNATURES
from gatelib.config import read
from gatelib.controls import load
from gatelib.policy import shipped
from gatelib.trust import Trust
from gatelib.trust import read as trusted
from tests.paths import ROOT
from tests.release import Release, key

ATTESTER: Final = "release-attester"
RUNNER: Final = "policy-gates"
BUNDLER: Final = "policy-owners"
BUNDLE: Final = "pre-promote.tar.gz"
CLOCK: Final = datetime(2026, 11, 22, 0, 0, tzinfo=timezone.utc)
LATER: Final = datetime(2026, 11, 22, 0, 30, tzinfo=timezone.utc)


class Attested(Release):
    """A copy of the example with a signed bundle; :meth:`attest` comes after :meth:`seal`."""

    def __init__(self, folder: Path) -> None:
        """Copy the example, and give it a bundle of these days."""
        super().__init__(folder)
        (folder / BUNDLE).write_bytes(bundle())

    def seal(self, **signed: Any) -> Attested:
        """Seal the pack, and have what the Release declares not applicable signed."""
        super().seal(**signed)
        for entry in declaring.read(self.record.read_bytes(), file="release.yaml"):
            self.declare(entry.control)
        return self

    def copied(self, folder: Path) -> Attested:
        """Return a copy of the copy, with all that was made of it."""
        found = Attested.__new__(Attested)
        found.folder, found.pack = folder, folder / self.pack.name
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return found

    def moved(self, moment: datetime) -> Attested:
        """Move every date by what lies between the example's moment and another, and seal it again."""
        by = moment.replace(microsecond=0) - CLOCK

        def moved(match: re.Match[str]) -> str:
            form = "%Y-%m-%dT%H:%M:%S" if "T" in match[0] else "%Y-%m-%d"
            return (datetime.strptime(match[0], form) + by).strftime(form)

        # What is judged in business days would not move with the others.
        self.edit("governance/incidents.json", lambda found: found["items"].clear())
        for path in self.folder.rglob("*"):
            if path.is_file() and path.suffix in (".json", ".jsonl", ".yaml", ".xml", ".sarif"):
                text = path.read_text("utf-8")
                path.write_text(re.sub(r"2026-\d\d-\d\d(T\d\d:\d\d:\d\d)?", moved, text), "utf-8")
        self.path("MANIFEST.sha256").unlink()
        when = (moment - timedelta(hours=1, minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        files = (path.relative_to(self.pack).as_posix() for path in self.pack.rglob("*"))
        return self.seal(created=dict.fromkeys(files, when))

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
        return making.make(
            gate, record, paths, clock=clock, **{k: v for k, v in settings.items() if k in own}
        )

    def attest(self, *, signer: str = ATTESTER, **settings: Any) -> Made:
        """Make the attestation, sign it, and put all of it into the pack."""
        made = self.make(**settings)
        files = {"attestation.json": made.content, **made.reports, **making.signed(made, key(signer))}
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
        return verifying.verify(packs.read(self.pack), replace(wanted, **expected), content)

    def faults(self, **settings: Any) -> Sequence[tuple[str, str]]:
        """Return what does not hold."""
        return [(fault.check, fault.message) for fault in self.verify(**settings).faults]


@cache
def bundle(gate: str = "pre-promote", signer: str = BUNDLER) -> bytes:
    """Return the bundle of a gate, signed."""
    policy = definition.read(ROOT / "bundles" / f"{gate}.yaml", shipped())
    files = build.files(policy, created=CLOCK)
    return archive.write({**files, SIGNATURES: signatures.sign(files, key(signer))})


@cache
def bundle_sha256() -> str:
    """Return the digest of the bundle that the attestations name."""
    return sha256(bundle()).hexdigest()
