"""A folder that an export owns."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from gatelib.errors import UsageError
from gatelib.export import folder

FILES = {"conftest.toml": b"a = 1\n", "policy/main.rego": b"package main\n"}
SUMS = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in FILES.items())


def content(place: Path) -> dict[str, bytes]:
    return {
        path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()
    }


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder.write(FILES, tmp_path / "gate")
    return tmp_path / "gate"


def test_files_are_written_with_their_sums_and_nothing_beside_them(target: Path) -> None:
    assert content(target.parent) == {
        **{f"gate/{name}": text for name, text in FILES.items()},
        "gate/SHA256SUMS": SUMS.encode(),
    }
    assert list(target.parent.iterdir()) == [target]


def test_sha256sum_verifies_it(target: Path) -> None:
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=target, check=False).returncode == 0


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    folder.write(FILES, tmp_path / "a" / "b")
    assert "policy/main.rego" in content(tmp_path / "a" / "b")


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    folder.write(FILES, tmp_path / "gate")
    assert len(content(tmp_path / "gate")) == 3


def test_nothing_of_an_older_export_stays(target: Path) -> None:
    folder.write({"policy/other.rego": b"package other\n"}, target)
    assert content(target).keys() == {"policy/other.rego", "SHA256SUMS"}
    assert [path.name for path in target.parent.iterdir()] == ["gate"]


@pytest.mark.parametrize("name", ["x.rego", "policy/x.rego", "policy/deep/er/x.json", ".hidden"])
def test_a_folder_with_another_file_is_left_alone(target: Path, name: str) -> None:
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    (target / name).write_text("mine")
    refused(target, f"holds `{name}`, which no export wrote or somebody changed since")


def test_a_folder_with_a_changed_file_is_left_alone(target: Path) -> None:
    (target / "policy" / "main.rego").write_text("package main # changed\n")
    refused(target, "holds `policy/main.rego`, which no export wrote or somebody changed since")


def test_a_folder_without_sums_is_left_alone(target: Path) -> None:
    (target / "SHA256SUMS").unlink()
    refused(target, "holds `conftest.toml`, which no export wrote or somebody changed since")


def test_sums_that_name_other_places_reach_nothing_outside(target: Path) -> None:
    outside = target.parent / "outside"
    outside.write_text("mine")
    with (target / "SHA256SUMS").open("a") as sums:
        sums.write(f"{hashlib.sha256(b'mine').hexdigest()}  ../outside\n")
    folder.write(FILES, target)
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("to", ["outside", "gone"])
def test_a_link_in_the_folder_is_no_file_of_an_export(target: Path, to: str) -> None:
    (target.parent / "outside").write_bytes(FILES["conftest.toml"])
    (target / "conftest.toml").unlink()
    (target / "conftest.toml").symlink_to(target.parent / to)
    refused(target, "holds `conftest.toml`, which no export wrote or somebody changed since")
    assert (target.parent / "outside").read_bytes() == FILES["conftest.toml"]


def test_a_link_to_a_folder_is_not_written_through(target: Path) -> None:
    link = target.parent / "link"
    link.symlink_to(target)
    refused(link, "is no folder")


@pytest.mark.parametrize("target", ["file", "file/gate"])
def test_a_file_is_not_replaced(tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError):
        folder.write(FILES, tmp_path / target)
    assert (tmp_path / "file").read_text() == "mine"


def refused(target: Path, message: str) -> None:
    before = content(target)
    with pytest.raises(UsageError) as caught:
        folder.write({"new": b""}, target)
    assert (caught.value.message, caught.value.file) == (message, str(target))
    assert content(target) == before
