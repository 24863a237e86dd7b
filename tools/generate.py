"""Write, or with ``--check`` only compare, everything that is generated: the rule catalogue and two pages."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gatelib import catalog
from tools import docs

ROOT = Path(__file__).resolve().parent.parent
REGO = ROOT / "rego"


def generated() -> dict[Path, str]:
    """Return what each generated file must contain."""
    entries = catalog.build(docs.rule_sources())
    text = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    return {
        REGO / "gatelib" / "catalog" / "core" / "data.json": text,
        ROOT / "docs" / "parameters.md": docs.parameters_page(),
        ROOT / "docs" / "rules" / "README.md": docs.rules_index(),
    }


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
