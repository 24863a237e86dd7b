"""The place of a run: files get their names again, and no name leads anywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatelib.audit import tree
from gatelib.errors import EvidenceError

UP = "/".join([".."] * 9) + "/a.yaml"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    place = tmp_path / "source.yaml"
    place.write_text("kind: Pod\n")
    return place


@pytest.mark.parametrize(
    "name", ["a.yaml", "k8s/shop/a.yaml", "../a.yaml", "../../../shared/a.yaml", "~/a.yaml"]
)
def test_a_file_lies_where_its_name_leads(source: Path, name: str) -> None:
    with tree.tree() as place:
        place.put(name, source)
        assert (place.base / name).read_text() == "kind: Pod\n"


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "", ".", "..", "a/../../b", "a//b", "./a", "a/", "a\0b", ".git", ".git/config", UP],
)
def test_a_name_that_no_report_gives_is_refused(source: Path, name: str) -> None:
    with tree.tree() as place, pytest.raises(EvidenceError, match="no name that a report gives"):
        place.put(name, source)


def test_nothing_is_written_into_a_pack(source: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    (pack / "scans").mkdir(parents=True)
    (pack / "release.yaml").write_text("kind: Release\n")
    with tree.tree() as place:
        place.link("../release-1.0", pack)
        for name in ("../release-1.0/a.yaml", "../release-1.0/scans/a.yaml", "../release-1.0/new/a.yaml"):
            with pytest.raises(EvidenceError, match="lies in the pack"):
                place.put(name, source)
        place.put("../release-1.0/release.yaml", pack / "release.yaml")
    assert sorted(path.name for path in pack.rglob("*")) == ["release.yaml", "scans"]


def test_a_file_in_the_place_of_another_is_refused(source: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("kind: Service\n")
    with tree.tree() as place:
        place.put("a.yaml", source)
        place.put("a.yaml", source)
        for name, given in (("a.yaml", other), ("a.yaml/b.yaml", other)):
            with pytest.raises(EvidenceError):
                place.put(name, given)
    assert (source.read_text(), other.read_text()) == ("kind: Pod\n", "kind: Service\n")


def test_no_configuration_above_it_counts(tmp_path: Path) -> None:
    from gatelib.resolution import nearest_configuration

    with tree.tree() as place:
        (place.base.parent / "gatelib.yaml").write_text("gate: pr\n")
        assert nearest_configuration(place.base) is None


def test_nothing_is_left_behind() -> None:
    with tree.tree() as place:
        root = place.base.parents[7]
        assert root.exists()
    assert not root.exists()
