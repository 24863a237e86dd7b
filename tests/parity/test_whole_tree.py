"""Trees of real manifests: Conftest finds in all files together what gatelib finds in its parts."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import pytest

from gatelib import Gate
from gatelib.bundle import definition
from gatelib.export import conftest, folder
from gatelib.policy import shipped
from tests.budget import budget
from tests.engines import need
from tests.paths import CORPUS, ROOT, needs_corpus

LOAD = CORPUS / "throughput"
TREES = ["microservices-demo", "metallb", "."]


@needs_corpus
@pytest.mark.parametrize("tree", TREES[: budget(2, 3)])
def test_conftest_finds_in_a_tree_what_gatelib_finds(tree: str, tmp_path: Path) -> None:
    folder.write(conftest.files(definition.read(ROOT / "bundles" / "pr.yaml", shipped())), tmp_path / "gate")
    done = subprocess.run(
        [need("conftest"), "test", "--output", "json", str(LOAD / tree)],
        cwd=tmp_path / "gate",
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    [result] = json.loads(done.stdout)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    report = Gate.load(base=LOAD, now=now).check([tree])
    refused = {os.path.normpath(LOAD / error.file) for error in report.errors if error.file}
    assert Counter(
        (finding.action, finding.fingerprint, finding.message, os.path.normpath(LOAD / finding.location.file))
        for finding in report.findings
        if finding.location
    ) == Counter(
        (
            metadata["action"],
            metadata["fingerprint"],
            metadata["message"],
            os.path.normpath(entry["loc"]["file"]),
        )
        for key in ("failures", "warnings")
        for entry in result.get(key, ())
        if os.path.normpath(entry["loc"]["file"]) not in refused
        for metadata in [entry["metadata"]]
    )
    assert len(report.findings) > 100
