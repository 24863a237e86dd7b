"""Catalogues for the tests: one of the simple form, and copies of the shipped one with a mistake."""

from __future__ import annotations

from pathlib import Path

from gatelib import resources

SIMPLE = """\
schema: 1
controls:
  - id: SC-01
    name: Supply chain — SBOM & scans
    evidence:
      - path: sbom/sbom-*.json
      - path: scans/trivy.sarif
    assert:
      - type: sarif_no_levels
        levels: [critical, HIGH]
  - id: SC-02
    name: Signing & provenance
    evidence:
      - path: provenance/*.json
    assert:
      - type: cosign_verify_attestation
  - id: REL-01
    name: Canary & SLO burn
    evidence: [rollout/canary-metrics.json, rollout/slo-burn.json]
  - id: DB-01
    name: Schema lints & shadow reads
    evidence: [schema/migrate-lint.txt, schema/shadow-read.txt]
  - id: DR-01
    name: Drills
    evidence: [chaos-dr/run-*.json]
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def altered(folder: Path, old: str, new: str) -> Path:
    """Return a copy of the shipped catalogue in which ``old``, which stands there once, is ``new``."""
    text = (resources.controls() / "catalog.yaml").read_text("utf-8")
    assert text.count(old) == 1, f"{text.count(old)} times: {old}"
    return write(folder / "catalog.yaml", text.replace(old, new))


def line_of(path: Path, text: str) -> int:
    """Return the number of the one line that has a text."""
    lines = path.read_text("utf-8").splitlines()
    found = [number for number, line in enumerate(lines, 1) if text in line]
    assert len(found) == 1, f"{len(found)} lines have {text}"
    return found[0]
