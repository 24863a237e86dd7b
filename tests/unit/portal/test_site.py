"""Where a site is written, and what it may replace."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatelib.errors import UsageError
from gatelib.portal import site


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def _write(target: Path, **files: bytes) -> None:
    with site.replaced(target) as folder:
        for name, content in files.items():
            folder.write(name, content)


def test_a_site_takes_the_place_of_the_one_before_whole(tmp_path: Path) -> None:
    target = tmp_path / "site"
    _write(target, old=b"1", both=b"1")
    _write(target, both=b"2")
    mark = b'{"schema":"gatelib.dev/portal/v1"}\n'
    assert _tree(tmp_path) == {"site/.gatelib-portal": mark, "site/.nojekyll": b"", "site/both": b"2"}


def test_a_site_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "site"
    _write(target, page=b"1")
    before = _tree(tmp_path)
    with pytest.raises(RuntimeError), site.replaced(target) as folder:
        folder.write("page", b"2")
        raise RuntimeError
    assert _tree(tmp_path) == before


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else than a site"):
        _write(tmp_path, page=b"1")
    assert _tree(tmp_path) == {"notes.txt": b"mine"}


def test_a_folder_whose_marker_somebody_else_wrote_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".gatelib-portal").write_text("{}")
    with pytest.raises(UsageError, match="holds something else than a site"):
        _write(tmp_path)


def test_a_site_of_another_kind_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "site", page=b"1")
    before = _tree(tmp_path)
    with (
        pytest.raises(UsageError, match="holds something else than a site"),
        site.replaced(tmp_path / "site", "rules"),
    ):
        pass
    assert _tree(tmp_path) == before


def test_a_link_to_a_site_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "site", page=b"1")
    (tmp_path / "link").symlink_to(tmp_path / "site")
    with pytest.raises(UsageError, match="is no folder"):
        _write(tmp_path / "link")


def test_an_empty_folder_becomes_the_site(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    _write(tmp_path / "site", page=b"1")
    assert (tmp_path / "site" / "page").read_bytes() == b"1"


@pytest.mark.parametrize("target", ["releases/one/site", "releases/one", "releases", "."])
def test_no_site_is_written_into_a_release_or_around_one(tmp_path: Path, target: str) -> None:
    (tmp_path / "releases" / "one").mkdir(parents=True)
    with pytest.raises(UsageError, match="lies in a release, or around one"):
        site.refuse_inside(tmp_path / target, [tmp_path / "releases" / "one"])
