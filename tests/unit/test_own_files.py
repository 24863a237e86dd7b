"""What lies below folders of policies and fixtures is read whole, or refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gatelib import fixtures, sources, trusted
from gatelib.errors import ConfigError, PolicyError
from gatelib.policy import shipped
from tests.unit.teams import rule


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's rights, to whom no folder is closed."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def policies(base: Path) -> object:
    return trusted.policies(["policies"], base=base, core=shipped().catalogs["core"])


def test_a_folder_of_policies_that_cannot_be_listed_is_no_empty_one() -> None:
    core = shipped()  # read before the rights to do so are gone
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        closed = rule(folder / "policies" / "own", "").parent
        closed.chmod(0)
        with as_nobody(), pytest.raises(PolicyError) as error:
            trusted.policies(["policies"], base=folder, core=core.catalogs["core"])
        closed.chmod(0o755)
    assert str(error.value) == "policies/own: cannot be read: Permission denied"


def test_a_link_to_a_folder_of_policies_is_not_passed_over(tmp_path: Path) -> None:
    rule(tmp_path / "elsewhere", "")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "own").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PolicyError) as error:
        policies(tmp_path)
    assert (error.value.file, error.value.message) == (
        "policies/own",
        "is a link to a folder, and none is followed",
    )


def test_a_policy_that_leads_nowhere_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "own.rego").symlink_to(tmp_path / "nowhere")
    with pytest.raises(PolicyError) as error:
        policies(tmp_path)
    assert str(error.value) == "policies/own.rego: cannot be read: No such file or directory"


def test_a_pipe_is_no_policy(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    os.mkfifo(tmp_path / "policies" / "own.rego")
    with pytest.raises(PolicyError) as error:
        policies(tmp_path)
    assert str(error.value) == "policies/own.rego: is no regular file"


def test_a_manifest_that_leads_nowhere_cannot_be_read(tmp_path: Path) -> None:
    case = tmp_path / "fixtures" / "kubernetes" / "privileged" / "allow" / "case.yaml"
    case.parent.mkdir(parents=True)
    case.symlink_to(tmp_path / "nowhere")
    case.with_name("case.expected.json").write_text('{"findings": []}')
    with pytest.raises(ConfigError) as error:
        next(fixtures.documents(case, shipped()))
    assert error.value.message == "cannot be read: No such file or directory"


def test_files_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b/x", "a.rego", "a/y", "a/b/z"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in sources.below(tmp_path, tmp_path)]
    assert found == ["a/b/z", "a/y", "a.rego", "b/x"]
