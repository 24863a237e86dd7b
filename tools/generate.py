"""Write, or with ``--check`` only compare, what is generated: the rule catalogue, pages, a manifest."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gatelib import catalog, controls
from gatelib.catalog import Entry
from gatelib.controls import matrix
from gatelib.export.gatekeeper import sync
from gatelib.policy import shipped
from tests.attestation_changes import CASES
from tests.mutations import MUTATIONS
from tools import docs

GENERATED = "<!-- Written by tools/generate.py; change what it reads, not this file. -->"

ROOT = Path(__file__).resolve().parent.parent
REGO = ROOT / "rego"


def generated() -> dict[Path, str]:
    """Return what each generated file must contain."""
    entries = catalog.build(docs.rule_sources())
    text = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    return {
        REGO / "gatelib" / "catalog" / "core" / "data.json": text,
        ROOT / "docs" / "parameters.md": docs.parameters_page(),
        **docs.rule_pages(),
        ROOT / "docs" / "attestation-checks.md": docs.attestation_page(CASES),
        ROOT / "docs" / "release-gate.md": docs.release_page(MUTATIONS),
        ROOT / "deploy" / "gatekeeper" / "sync.yaml": sync_set(entries),
        ROOT / "docs" / "controls.md": controls_page("markdown", "# Controls and clauses\n", entries),
        ROOT / "docs" / "controls.csv": controls_page("csv", "", entries),
        ROOT / "docs" / "controls.html": controls_page("html", "<!DOCTYPE html>\n", entries),
    }


def controls_page(form: str, head: str, entries: Mapping[str, Entry]) -> str:
    """Return the matrix of the controls; below its head it says what writes it."""
    text = matrix.render(form, controls.load(), controls.frameworks(), entries, pages="rules/")
    return text.replace(head, f"{head}\n{GENERATED}\n", 1) if head else text


def sync_set(entries: Mapping[str, Entry]) -> str:
    """Return what Gatekeeper has to keep for all rules that ship for admission."""
    policy = replace(shipped(), catalogs={"core": entries})
    rules = [rule for rule, entry in entries.items() if "admission" in entry["gates"]]
    return sync.manifest(sync.kinds(policy, rules)).decode()


def main() -> int:
    """Return 1 where ``--check`` finds a stale file."""
    stale = []
    for path, text in generated().items():
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(path)
        if "--check" not in sys.argv[1:]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for path in stale:
        print(f"{'stale' if '--check' in sys.argv[1:] else 'written'}: {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
