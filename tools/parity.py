"""Compare every engine on every case, print the matrix, and keep it in ``docs/parity.md``.

The binaries must be on the path, and the corpus beside the checkout.
"""

from __future__ import annotations

import shutil
import sys

from tests.parity import matrix, page
from tests.parity.cases import PARTS
from tests.paths import CORPUS


def main() -> int:
    """Return 1 where engines differ, 2 where something is absent that has to be compared."""
    absent = [f"`{name}` is not on PATH" for name in matrix.BINARIES if shutil.which(name) is None]
    absent += [] if CORPUS.is_dir() else ["the corpus is not beside this checkout"]
    if absent:
        print(f"nothing was compared: {'; '.join(absent)}", file=sys.stderr)
        return 2
    matrices = [matrix.run(part) for part in PARTS]
    text = page.text(matrices)
    print(text)
    different = [line for found in matrices for line in found.different]
    for line in different:
        print(line, file=sys.stderr)
    if not different:
        page.PAGE.write_text(text, "utf-8")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
