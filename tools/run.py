"""``python3 tools/run.py demo`` or ``test``: all set-up included, in ``.venv`` beside the sources.

It needs Python 3.10 or newer with ``venv``, and nothing that is installed by hand.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".installed"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
DEFINED_BY = (ROOT / "pyproject.toml", ROOT / "requirements-dev.txt")


def main(arguments: list[str]) -> int:
    """Return the exit code of what was run; the demo's findings are no failure of the demo."""
    if sys.version_info < (3, 10):  # noqa: UP036 - this file is what an older Python would be given
        print("gatelib needs Python 3.10 or newer", file=sys.stderr)
        return 2
    task, options = (arguments[0], arguments[1:]) if arguments else ("", [])
    if task not in ("setup", "demo", "test"):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        set_up()
    except subprocess.CalledProcessError as error:
        print(f"the environment could not be made: {error}", file=sys.stderr)
        print(
            "Python needs its `venv` and `ensurepip` (on Debian: python3-venv) and pip its index",
            file=sys.stderr,
        )
        return 1
    if task == "demo":
        code = _run("gatelib", "check", "examples/shop")
        return 0 if code == 1 else code
    return _run("python", "-m", "pytest", "-n", "auto", *options) if task == "test" else 0


def _run(program: str, *arguments: str) -> int:
    return subprocess.run([BIN / program, *arguments], cwd=ROOT, check=False).returncode


def set_up() -> None:
    """Make the environment, unless it is there and as new as what defines it."""
    if STAMP.exists() and all(path.stat().st_mtime <= STAMP.stat().st_mtime for path in DEFINED_BY):
        return
    print("setting up .venv …", file=sys.stderr)
    venv.create(VENV, with_pip=True)
    pip = [BIN / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", "requirements-dev.txt"], cwd=ROOT, check=True)
    subprocess.run([*pip, "--no-deps", "--editable", "."], cwd=ROOT, check=True)
    STAMP.touch()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
