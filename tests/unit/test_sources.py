from __future__ import annotations

import io
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gatelib.report import NotJudged, Problem
from gatelib.sources import CODE, Discovery, discover, display

LIMIT = 1000


def find(base: Path, *paths: str, stdin: bytes | None = None) -> Discovery:
    return discover(paths, base=base, stdin=None if stdin is None else io.BytesIO(stdin), limit=LIMIT)


def write(base: Path, *names: str) -> None:
    for name in names:
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a: 1\n")


def names(found: Discovery) -> list[str]:
    return [source.name for source in found.sources]


def roots(found: Discovery) -> dict[str, int]:
    return {source.name: source.root for source in found.sources}


def problem(file: str, message: str, hint: str | None = None) -> Problem:
    return Problem(code=CODE, message=message, file=file, hint=hint)


def left_out(file: str, reason: str) -> NotJudged:
    return NotJudged(file=file, document=None, reason=reason)


OUTSIDE = "is a link that leads out of the folder"
NAME_IT = "name its target as a path of its own, or remove the link"
CIRCLE = "is a link to a folder that it lies in"
TWICE = "a link to a folder that is judged under another name"


# Which files, and in which order


def test_files_come_in_the_order_of_their_names_whatever_the_order_they_were_given_in(tmp_path: Path) -> None:
    write(tmp_path, "b/2.yaml", "b/10.yaml", "a.yaml", "c/x.yaml")
    wanted = ["a.yaml", "b/10.yaml", "b/2.yaml", "c/x.yaml"]
    assert names(find(tmp_path, "a.yaml", "b", "c")) == wanted
    assert names(find(tmp_path, "c", "b", "a.yaml")) == wanted


def test_a_folder_is_searched_for_yaml_and_json_in_any_case(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml", "k/b.yml", "k/c.json", "k/D.YAML", "k/e.JsOn", "k/.hidden.yaml")
    assert names(find(tmp_path, "k")) == [
        "k/.hidden.yaml",
        "k/D.YAML",
        "k/a.yaml",
        "k/b.yml",
        "k/c.json",
        "k/e.JsOn",
    ]


def test_files_of_other_names_in_a_folder_are_counted_where_they_lie(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml", "k/README.md", "k/deep/b.yaml.bak", "k/deep/Makefile")
    found = find(tmp_path, "k")
    assert names(found) == ["k/a.yaml"]
    assert found.left_out == [
        left_out("k", "1 file that is not .yaml, .yml or .json"),
        left_out("k/deep", "2 files that are not .yaml, .yml or .json"),
    ]
    assert found.problems == []


def test_a_named_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    write(tmp_path, "manifest.tmpl", "no-suffix")
    found = find(tmp_path, "manifest.tmpl", "no-suffix")
    assert names(found) == ["manifest.tmpl", "no-suffix"]
    assert found.left_out == []


def test_gits_own_folder_is_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path, "k/.git/config.yaml", "k/a.yaml")
    found = find(tmp_path, "k")
    assert names(found) == ["k/a.yaml"]
    assert found.left_out == [left_out("k/.git", "git's own folder")]


def test_other_hidden_folders_are_searched(tmp_path: Path) -> None:
    write(tmp_path, "k/.github/deploy.yaml")
    assert names(find(tmp_path, "k")) == ["k/.github/deploy.yaml"]


def test_a_folder_named_like_a_manifest_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "k/x.yaml/a.yaml")
    assert names(find(tmp_path, "k")) == ["k/x.yaml/a.yaml"]


def test_an_empty_folder_has_no_files_and_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "k").mkdir()
    assert find(tmp_path, "k") == Discovery()


def test_a_missing_path_is_a_problem_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    found = find(tmp_path, "gone", "a.yaml", "also/gone.yaml")
    assert names(found) == ["a.yaml"]
    assert found.problems == [
        problem("gone", "cannot be read: No such file or directory"),
        problem("also/gone.yaml", "cannot be read: No such file or directory"),
    ]


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


def test_a_folder_without_permission_is_a_problem() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, "k/closed/a.yaml", "k/b.yaml")
        folder.chmod(0o755)
        (folder / "k/closed").chmod(0)
        with as_nobody():
            found = find(folder, "k")
        (folder / "k/closed").chmod(0o700)
    assert names(found) == ["k/b.yaml"]
    assert found.problems == [problem("k/closed", "cannot be read: Permission denied")]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml")
    assert names(
        find(tmp_path, "k/a.yaml", "k/a.yaml", "./k/a.yaml", "k", str(tmp_path / "k"), "k/../k")
    ) == ["k/a.yaml"]


# Roots: what shares a namespace when it names none


def test_each_given_path_is_a_root_numbered_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, "b/x.yaml", "b/deep/y.yaml", "a.yaml", "c/z.yaml")
    wanted = {"a.yaml": 0, "b/deep/y.yaml": 1, "b/x.yaml": 1, "c/z.yaml": 2}
    assert roots(find(tmp_path, "a.yaml", "b", "c")) == wanted
    assert roots(find(tmp_path, "c", "a.yaml", "b")) == wanted


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_folder_with_a_kustomization_is_a_root_with_all_below_it(tmp_path: Path, name: str) -> None:
    write(tmp_path, "k/a.yaml", f"k/over/{name}", "k/over/b.yaml", "k/over/sub/c.yaml", "k/plain/d.yaml")
    found = roots(find(tmp_path, "k"))
    found.pop(f"k/over/{name}", None)
    assert found == {"k/a.yaml": 0, "k/plain/d.yaml": 0, "k/over/b.yaml": 1, "k/over/sub/c.yaml": 1}


def test_kustomizations_below_each_other_are_roots_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, "k/kustomization.yaml", "k/sub/kustomization.yaml", "k/sub/a.yaml")
    assert roots(find(tmp_path, "k")) == {
        "k/kustomization.yaml": 0,
        "k/sub/a.yaml": 1,
        "k/sub/kustomization.yaml": 1,
    }


def test_a_file_reached_by_two_given_paths_has_the_same_root_whatever_their_order(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml", "k/sub/b.yaml")
    one, other = find(tmp_path, "k", "k/sub"), find(tmp_path, "k/sub", "k")
    assert one == other
    assert roots(one) == {"k/a.yaml": 0, "k/sub/b.yaml": 0}


def test_a_file_reached_by_two_spellings_has_the_root_of_the_folder_whatever_their_order(
    tmp_path: Path,
) -> None:
    write(tmp_path, "k/a.yaml", "k/sub/b.yaml")
    one, other = (
        find(tmp_path, "k/../k", "k/sub/../sub/b.yaml"),
        find(tmp_path, "k/sub/../sub/b.yaml", "k/../k"),
    )
    assert roots(one) == roots(other) == {"k/a.yaml": 0, "k/sub/b.yaml": 0}


# Names, as reports show them


def test_names_are_relative_however_a_path_was_given(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml")
    for given in ("k", "./k", "k/", str(tmp_path / "k"), str(tmp_path / "k" / ".." / "k")):
        assert names(find(tmp_path, given)) == ["k/a.yaml"], given


def test_the_working_directory_itself_adds_nothing_to_names(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "k/b.yaml")
    for given in (".", str(tmp_path), "k/.."):
        assert names(find(tmp_path, given)) == ["a.yaml", "k/b.yaml"], given


def test_what_lies_above_the_base_is_never_shown_of_an_absolute_path(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/k/a.yaml")
    base = tmp_path / "base"
    base.mkdir()
    assert names(find(base, str(tmp_path / "elsewhere" / "k"))) == ["k/a.yaml"]
    assert find(base, str(tmp_path / "elsewhere" / "gone")).problems == [
        problem("gone", "cannot be read: No such file or directory")
    ]


def test_a_relative_path_out_of_the_base_is_shown_as_it_was_given(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/a.yaml")
    base = tmp_path / "base"
    base.mkdir()
    assert names(find(base, "../elsewhere")) == ["../elsewhere/a.yaml"]


def test_two_files_that_would_be_shown_alike_are_both_read_with_more_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, "one/k/a.yaml", "two/k/a.yaml", "two/k/b.yaml")
    base = tmp_path / "base"
    base.mkdir()
    found = find(base, str(tmp_path / "one/k"), str(tmp_path / "two/k"))
    assert {source.name: Path(source.path).relative_to(tmp_path).as_posix() for source in found.sources} == {
        "k/a.yaml": "one/k/a.yaml",
        "two/k/a.yaml": "two/k/a.yaml",
        "k/b.yaml": "two/k/b.yaml",
    }


def test_inputs_that_are_shown_alike_are_roots_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, "one/k/a.yaml", "two/k/b.yaml")
    base = tmp_path / "base"
    base.mkdir()
    found = find(base, str(tmp_path / "one/k"), str(tmp_path / "two/k"))
    assert roots(found) == {"k/a.yaml": 0, "k/b.yaml": 1}


def test_a_file_that_is_called_like_standard_input_is_not_taken_for_it(tmp_path: Path) -> None:
    write(tmp_path, "-")
    found = find(tmp_path, "./-", "-", stdin=b"kind: Pod\n")
    assert {source.read(LIMIT) for source in found.sources} == {b"a: 1\n", b"kind: Pod\n"}


def test_a_name_that_is_no_utf_8_is_escaped_and_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "k").mkdir()
    try:
        (tmp_path / "k" / os.fsdecode(b"caf\xe9.yaml")).write_text("a: 1\n")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    found = find(tmp_path, "k")
    assert names(found) == ["k/caf\\xe9.yaml"]
    assert found.sources[0].read(LIMIT) == b"a: 1\n"
    assert names(find(tmp_path, os.fsdecode(b"k/caf\xe9.yaml"))) == ["k/caf\\xe9.yaml"]


def test_display_does_not_resolve_links(tmp_path: Path) -> None:
    write(tmp_path, "real/a.yaml")
    (tmp_path / "link").symlink_to("real")
    assert display(tmp_path / "link" / "a.yaml", tmp_path) == "link/a.yaml"


# Links


def test_a_link_to_a_file_inside_the_folder_is_read_under_both_names(tmp_path: Path) -> None:
    write(tmp_path, "k/real/a.yaml")
    (tmp_path / "k" / "b.yaml").symlink_to("real/a.yaml")
    found = find(tmp_path, "k")
    assert names(found) == ["k/b.yaml", "k/real/a.yaml"]
    assert found.problems == []


def test_a_link_to_a_folder_already_seen_is_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path, "k/a/x.yaml")
    (tmp_path / "k" / "b").symlink_to("a")
    found = find(tmp_path, "k")
    assert names(found) == ["k/a/x.yaml"]
    assert found.left_out == [left_out("k/b", TWICE)]


def test_of_two_names_for_a_folder_the_first_is_judged(tmp_path: Path) -> None:
    write(tmp_path, "k/z/x.yaml")
    (tmp_path / "k" / "b").symlink_to("z")
    found = find(tmp_path, "k")
    assert names(found) == ["k/b/x.yaml"]
    assert found.left_out == [left_out("k/z", TWICE)]


def test_a_link_out_of_the_folder_is_a_problem_and_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml", "secret.yaml", "other/b.yaml")
    (tmp_path / "k" / "file.yaml").symlink_to("../secret.yaml")
    (tmp_path / "k" / "folder").symlink_to(tmp_path / "other")
    found = find(tmp_path, "k")
    assert names(found) == ["k/a.yaml"]
    assert found.problems == [problem("k/file.yaml", OUTSIDE, NAME_IT), problem("k/folder", OUTSIDE, NAME_IT)]


def test_a_folder_beside_with_the_same_beginning_is_outside(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml", "k-more/b.yaml")
    (tmp_path / "k" / "link").symlink_to("../k-more")
    assert find(tmp_path, "k").problems == [problem("k/link", OUTSIDE, NAME_IT)]


def test_a_link_through_another_link_that_leads_out_is_outside(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml", "secret.yaml")
    (tmp_path / "k" / "hop").symlink_to("../secret.yaml")
    (tmp_path / "k" / "b.yaml").symlink_to("hop")
    found = find(tmp_path, "k")
    assert names(found) == ["k/a.yaml"]
    assert problem("k/b.yaml", OUTSIDE, NAME_IT) in found.problems


@pytest.mark.parametrize("target", [".", "..", "../..", "../sub"])
def test_a_link_to_a_folder_above_is_a_problem_that_does_not_loop(tmp_path: Path, target: str) -> None:
    write(tmp_path, "k/sub/a.yaml")
    (tmp_path / "k" / "sub" / "loop").symlink_to(target)
    found = find(tmp_path, "k")
    assert names(found) == ["k/sub/a.yaml"]
    if target == "../..":
        assert found.problems == [problem("k/sub/loop", OUTSIDE, NAME_IT)]
    else:
        assert found.problems == [problem("k/sub/loop", CIRCLE, "remove the link")]


def test_two_folders_that_link_to_each_other_are_each_read_once(tmp_path: Path) -> None:
    write(tmp_path, "k/a/x.yaml", "k/b/y.yaml")
    (tmp_path / "k" / "a" / "to-b").symlink_to("../b")
    (tmp_path / "k" / "b" / "to-a").symlink_to("../a")
    found = find(tmp_path, "k")
    assert names(found) == ["k/a/x.yaml", "k/b/y.yaml"]
    assert [*found.problems, *found.left_out] != []


@pytest.mark.parametrize("name", ["gone.yaml", "self.yaml"])
def test_a_link_to_nothing_is_a_problem(tmp_path: Path, name: str) -> None:
    write(tmp_path, "k/a.yaml")
    (tmp_path / "k" / "link.yaml").symlink_to("nowhere.yaml" if name == "gone.yaml" else "link.yaml")
    found = find(tmp_path, "k")
    assert names(found) == ["k/a.yaml"]
    assert found.problems == [problem("k/link.yaml", "is a link to nothing")]


def test_a_dangling_link_out_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml")
    (tmp_path / "k" / "link.yaml").symlink_to("/nowhere/at/all.yaml")
    assert find(tmp_path, "k").problems == [problem("k/link.yaml", OUTSIDE, NAME_IT)]


def test_a_named_link_is_followed_wherever_it_leads(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/a.yaml", "elsewhere/sub/b.yaml")
    (tmp_path / "k").mkdir()
    (tmp_path / "k" / "file").symlink_to("../elsewhere/a.yaml")
    (tmp_path / "k" / "folder").symlink_to("../elsewhere")
    assert names(find(tmp_path, "k/file", "k/folder")) == ["k/file", "k/folder/a.yaml", "k/folder/sub/b.yaml"]


# What is no regular file


def test_a_pipe_in_a_folder_is_a_problem_and_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, "k/a.yaml")
    os.mkfifo(tmp_path / "k" / "pipe.yaml")
    found = find(tmp_path, "k")
    assert names(found) == ["k/a.yaml"]
    assert found.problems == [problem("k/pipe.yaml", "is no regular file")]


def test_a_pipe_without_a_manifests_suffix_is_counted_with_the_rest(tmp_path: Path) -> None:
    (tmp_path / "k").mkdir()
    os.mkfifo(tmp_path / "k" / "pipe")
    found = find(tmp_path, "k")
    assert found.problems == []
    assert found.left_out == [left_out("k", "1 file that is not .yaml, .yml or .json")]


def test_a_pipe_that_was_named_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(b"a: 1\n"))
    writer.start()
    found = find(tmp_path, "pipe")
    assert found.sources[0].read(LIMIT) == b"a: 1\n"
    writer.join()


def test_a_device_that_was_named_is_refused(tmp_path: Path) -> None:
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    assert find(tmp_path, os.devnull).problems == [problem("null", "is no regular file")]


# Reading


def test_standard_input_is_a_file_and_a_root_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    found = find(tmp_path, "a.yaml", "-", stdin=b"kind: Pod\n")
    assert roots(found) == {"-": 0, "a.yaml": 1}
    assert found.sources[0].read(LIMIT) == b"kind: Pod\n"


def test_standard_input_named_twice_is_read_once(tmp_path: Path) -> None:
    assert [source.content for source in find(tmp_path, "-", "-", stdin=b"a: 1").sources] == [b"a: 1"]


def test_standard_input_is_not_touched_unless_it_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    stream = io.BytesIO(b"kind: Pod\n")
    discover(["a.yaml"], base=tmp_path, stdin=stream, limit=LIMIT)
    assert stream.tell() == 0


def test_no_more_than_one_byte_over_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b"#" * 5000)
    found = find(tmp_path, "big.yaml", "-", stdin=b"#" * 5000)
    assert {source.name: len(source.read(LIMIT)) for source in found.sources} == {
        "-": LIMIT + 1,
        "big.yaml": LIMIT + 1,
    }
