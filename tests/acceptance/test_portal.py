"""A portal of as many releases as a team makes in years."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.acceptance.command import Done, gatelib
from tests.budget import budget
from tests.portals import Example, history

_COUNT: Final = budget(16, 500)
_MOST_SECONDS: Final = 30
"""Of processor time, on however many cores."""


def _build(example: Example, releases: Path, site: Path) -> Done:
    options = ["--config", str(example.config), "--now", "2026-11-22T00:30:00Z"]
    return gatelib("portal", "build", releases, "-o", site, *options, cwd=releases.parent)


def _tree(site: Path) -> dict[str, bytes]:
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_years_of_releases_are_a_site_in_half_a_minute_and_twice_the_same(tmp_path: Path) -> None:
    example = Example(tmp_path / "example")
    places = history(example, tmp_path / "releases", _COUNT)
    refused = sum(number % 41 == 20 for number in range(_COUNT))
    failed = sum(number % 41 != 20 and (number % 11 == 3 or number % 17 == 5) for number in range(_COUNT))
    counts = {"pass": _COUNT - refused - failed, "no pass": failed, "not verified": refused}
    expected = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)

    for name in ("one", "two"):
        done = _build(example, tmp_path / "releases", tmp_path / name)
        assert (done.code, done.complaint, done.text.rpartition(": ")[2].strip()) == (0, "", expected)
        assert done.seconds < _MOST_SECONDS
    assert _tree(tmp_path / "one") == _tree(tmp_path / "two")
    assert len(list((tmp_path / "one" / "releases").iterdir())) == len(places)
