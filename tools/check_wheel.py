"""Build the wheel, install it into an environment of its own, and judge a manifest with it there."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: nginx, securityContext: {privileged: yes}}
"""


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
        page = subprocess.run([gatelib, "explain", "GL-K8S-001"], cwd=place, capture_output=True, check=False)
    found = done.returncode == 1 and b"GL-K8S-001" in done.stdout and b"## Why" in page.stdout
    print(f"{wheel.name}: {'works' if found else 'does not work'}")
    if not found:
        print(done.stdout.decode(), done.stderr.decode(), page.stderr.decode(), sep="\n")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
