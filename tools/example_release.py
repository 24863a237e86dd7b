"""Sign, seal and attest the example release anew, with keys that are thrown away.

Run `python tools/example_release.py` after any change to the example.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gatelib.attestation import pages
from tests.attestations import BUNDLE, Attested
from tests.release import PACK, SOURCE, denials


def main() -> int:
    """Put a sealed copy in the example's place, unless the gate denies it."""
    with tempfile.TemporaryDirectory() as folder:
        release = Attested(Path(folder)).seal()
        found = denials(release.report())
        if found:
            print(f"the gate denies it: {', '.join(found)}", file=sys.stderr)
            return 1
        bundle = Path(folder) / BUNDLE
        bundle.write_bytes(gzip.compress(gzip.decompress(bundle.read_bytes()), mtime=0))
        form = release.attest().attestation.to_dict()
        release.path("controls/attestation.md").write_text(pages.markdown(form), "utf-8")
        release.path("controls/attestation.html").write_text(pages.html(form), "utf-8")
        shutil.copy(bundle, SOURCE)
        for name in (PACK, "keys"):
            shutil.rmtree(SOURCE / name, ignore_errors=True)
            shutil.copytree(Path(folder) / name, SOURCE / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
