"""Build the wheel, install it into an environment of its own, and use there what it must bring along."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AS_OF = ["--as-of", "2026-11-22T00:30:00Z"]
MANIFEST = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: nginx, securityContext: {privileged: yes}}
"""

BESIDES = {
    "explain": (b"## Why", ["GL-K8S-001"]),
    "controls matrix": (b"164.312", ["--format", "html"]),
    "attest verify": (
        b"every control holds",
        ["release-2.14.0", "--config", "gatelib.yaml", "--bundle", "pre-promote.tar.gz", *AS_OF],
    ),
    "rules docs": (
        b"site-of-rules: ",
        [
            *("--policies", str(ROOT / "examples" / "policies"), "--site", "site-of-rules"),
            *("--fixtures", str(ROOT / "examples" / "fixtures")),
        ],
    ),
    "schemas": (b"https://gatelib.dev/schemas/record.json", ["record"]),
    "init": (b"bundles/acme.yaml", ["acme-policies", "--team", "acme"]),
    "portal build": (b": 1 pass", ["release-2.14.0", "-o", "site", "--config", "gatelib.yaml"]),
}
"""Commands that need data files, each with what it must show."""


def main() -> int:
    """Return 1 where the installed wheel does not find the privileged container."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(place), str(ROOT)], check=True)
        wheel = next(place.glob("gatelib-*.whl"))
        venv.create(place / "venv", with_pip=True)
        python = place / "venv" / "bin" / "python"
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
        subprocess.run([python, *install], check=True)
        (place / "pod.yaml").write_text(MANIFEST, "utf-8")
        gatelib = place / "venv" / "bin" / "gatelib"
        done = subprocess.run(
            [gatelib, "check", "--format", "json", "pod.yaml"], cwd=place, capture_output=True, check=False
        )
        found = {"check": done.returncode == 1 and b"GL-K8S-001" in done.stdout}
        release = shutil.copytree(ROOT / "examples" / "release", place / "release")
        for command, (says, arguments) in BESIDES.items():
            done = subprocess.run(
                [gatelib, *command.split(), *arguments], cwd=release, capture_output=True, check=False
            )
            found[command] = done.returncode == 0 and says in done.stdout
    for command, works in found.items():
        print(f"{wheel.name}: gatelib {command} {'works' if works else 'does not work'}")
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
