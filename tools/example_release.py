"""Sign and seal the example release anew, with keys that are thrown away.

Run `python tools/example_release.py` after any change to the example.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.release import PACK, SOURCE, Release, denials


def main() -> int:
    """Put a sealed copy in the example's place, unless the gate denies it."""
    with tempfile.TemporaryDirectory() as folder:
        release = Release(Path(folder)).seal()
        found = denials(release.report())
        if found:
            print(f"the gate denies it: {', '.join(found)}", file=sys.stderr)
            return 1
        for name in (PACK, "keys"):
            shutil.rmtree(SOURCE / name, ignore_errors=True)
            shutil.copytree(Path(folder) / name, SOURCE / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
