"""Run ``opa test`` and fail unless every test passes and every line of the policies is covered."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["rego", "gatelib/authoring/lint/checks"]


def main() -> int:
    """Return 1 where a test fails or a line is not covered."""
    tests = subprocess.run(["opa", "test", "--fail-on-empty", *FOLDERS], cwd=ROOT, check=False)
    if tests.returncode:
        return 1
    answer = subprocess.check_output(["opa", "test", "--coverage", "--format", "json", *FOLDERS], cwd=ROOT)
    report = json.loads(answer)
    bare = [
        f"{file}:{gap['start']['row']}-{gap['end']['row']}"
        for file, covered in sorted(report["files"].items())
        if not file.endswith("_test.rego")
        for gap in covered.get("not_covered", [])
    ]
    policies = {str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).rglob("*.rego")}
    never = sorted(path for path in policies - set(report["files"]) if not path.endswith("_test.rego"))
    for place in bare + never:
        print(f"not covered by any test: {place}")
    print(f"coverage: {report['coverage']:.2f} % of lines")
    return 1 if bare or never else 0


if __name__ == "__main__":
    sys.exit(main())
