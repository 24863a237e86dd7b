"""The whole matrix: nothing differs, little is left out, and ``docs/parity.md`` says so."""

from __future__ import annotations

import pytest

from tests.engines import need
from tests.parity import matrix, page
from tests.paths import needs_corpus


@pytest.mark.parametrize("part", ["fixtures", pytest.param("corpus", marks=needs_corpus)])
def test_every_engine_gives_the_identical_answer(part: str) -> None:
    for binary in matrix.BINARIES:
        need(binary)
    found = matrix.run(part)
    assert found.different == []
    assert len(found.left_out) <= matrix.MOST_LEFT_OUT * found.asked
    assert page.section(found) in page.PAGE.read_text("utf-8"), "stale; `make parity` writes it"


def test_the_page_has_no_other_parts() -> None:
    headings = [line[3:] for line in page.PAGE.read_text("utf-8").splitlines() if line.startswith("## ")]
    assert headings == ["Fixtures", "Corpus"]
