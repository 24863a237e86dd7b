"""What the author of a change could put on disk: links, pipes, names, and files that change under the eye."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gatelib import Gate, Report
from tests.acceptance.command import NOW, ONLY_PRIVILEGED, PRIVILEGED, check, pod, privileged, stream, write
from tests.engines import need


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A working folder with a harmless Pod in ``k8s``, and a privileged one outside of it."""
    write(tmp_path, {"outside/pod.yaml": stream(privileged())})
    return write(tmp_path / "repository", {"k8s/pod.yaml": stream(pod("other"))})


def judged(tree: Path, *paths: str) -> Report:
    gate = Gate.load(rules=[PRIVILEGED], now=NOW, base=tree, isolated=False)
    return gate.check(paths or ["k8s"])


def problems(report: Report) -> list[tuple[str | None, str, str]]:
    return [(error.file, error.code, error.message) for error in report.errors]


def test_a_link_out_of_the_folder_is_an_error(tree: Path) -> None:
    (tree / "k8s/link.yaml").symlink_to(tree.parent / "outside/pod.yaml")
    (tree / "k8s/relative.yaml").symlink_to("../../outside/pod.yaml")
    (tree / "k8s/folder").symlink_to(tree.parent / "outside")
    (tree / "k8s/root").symlink_to("/")
    (tree / "k8s/above").symlink_to("../..")
    assert problems(judged(tree)) == [
        ("k8s/above", "GL-ERR-101", "is a link that leads out of the folder"),
        ("k8s/folder", "GL-ERR-101", "is a link that leads out of the folder"),
        ("k8s/link.yaml", "GL-ERR-101", "is a link that leads out of the folder"),
        ("k8s/relative.yaml", "GL-ERR-101", "is a link that leads out of the folder"),
        ("k8s/root", "GL-ERR-101", "is a link that leads out of the folder"),
    ]


def test_a_loop_of_links_ends(tree: Path) -> None:
    (tree / "k8s/a").symlink_to("b")
    (tree / "k8s/b").symlink_to("a")
    (tree / "k8s/itself.yaml").symlink_to("itself.yaml")
    (tree / "k8s/here").symlink_to(".")
    (tree / "k8s/x/y").mkdir(parents=True)
    (tree / "k8s/x/y/up").symlink_to("..")
    report = judged(tree)
    assert report.exit_code == 3
    assert {"k8s/itself.yaml", "k8s/here", "k8s/x/y/up"} <= {error.file for error in report.errors}
    assert report.judged == 1


def test_a_link_to_nothing_is_an_error(tree: Path) -> None:
    (tree / "k8s/gone.yaml").symlink_to("nowhere.yaml")
    assert problems(judged(tree)) == [("k8s/gone.yaml", "GL-ERR-101", "is a link to nothing")]


def test_a_linked_file_of_the_folder_is_judged_by_either_name(tree: Path) -> None:
    write(tree, {"k8s/hidden.txt": stream(privileged())})
    (tree / "k8s/shown.yaml").symlink_to("hidden.txt")
    report = judged(tree)
    assert [finding.location and finding.location.file for finding in report.failing] == ["k8s/shown.yaml"]


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    bound = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(path.parent)  # such names have 108 bytes at most
    try:
        bound.bind(path.name)
    finally:
        os.chdir(here)
        bound.close()


def folder(path: Path) -> None:
    path.mkdir()
    write(path, {"pod.yaml": stream(privileged())})


@pytest.mark.parametrize("make", [fifo, unix_socket], ids=lambda make: make.__name__)
def test_what_is_no_regular_file_is_an_error_and_is_not_opened(
    tree: Path, make: Callable[[Path], None]
) -> None:
    make(tree / "k8s/special.yaml")
    assert problems(judged(tree)) == [("k8s/special.yaml", "GL-ERR-101", "is no regular file")]


def test_a_folder_called_like_a_file_is_walked(tree: Path) -> None:
    folder(tree / "k8s/folder.yaml")
    assert [finding.rule for finding in judged(tree).failing] == [PRIVILEGED]


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_an_error(tree: Path, device: str) -> None:
    done = check(device, "k8s", *ONLY_PRIVILEGED, cwd=tree)
    assert (done.code, done.codes) == (3, ["GL-ERR-101"])


def test_a_link_to_a_device_is_an_error(tree: Path) -> None:
    (tree / "k8s/zero.yaml").symlink_to("/dev/zero")
    assert problems(judged(tree)) == [
        ("k8s/zero.yaml", "GL-ERR-101", "is a link that leads out of the folder")
    ]


def test_a_named_pipe_is_read_once(tree: Path) -> None:
    os.mkfifo(tree / "pipe")

    def feed() -> None:
        (tree / "pipe").write_text(stream(privileged()), encoding="utf-8")

    writer = threading.Thread(target=feed)
    writer.start()
    done = check("pipe", "k8s", cwd=tree)
    writer.join()
    assert (done.code, PRIVILEGED in done.rules) == (1, True)


def test_a_named_pipe_in_a_large_run_is_read_once(tree: Path) -> None:
    write(tree / "k8s", {f"{number}.yaml": stream(pod(f"api-{number}")) for number in range(300)})
    os.mkfifo(tree / "pipe")

    def feed() -> None:
        (tree / "pipe").write_text(stream(privileged()), encoding="utf-8")

    writer = threading.Thread(target=feed)
    writer.start()
    done = check("pipe", "k8s", "--timeout", "20", cwd=tree)
    writer.join()
    assert (done.code, done.codes) == (1, [])
    assert {"GL-K8S-001", "GL-K8S-004"} <= {
        finding["rule"] for finding in done.report["findings"] if finding["location"]["file"] == "pipe"
    }


def test_a_file_that_cannot_be_read_is_an_error(tree: Path) -> None:
    write(tree, {"k8s/closed.yaml": stream(privileged()), "k8s/closed/pod.yaml": stream(privileged())})
    (tree / "k8s/closed.yaml").chmod(0)
    (tree / "k8s/closed").chmod(0)
    try:
        done = check("k8s", *ONLY_PRIVILEGED, cwd=tree, prefix=without_roots_privilege())
    finally:
        (tree / "k8s/closed").chmod(0o755)
    assert [(error["file"], error["code"]) for error in done.report["errors"]] == [
        ("k8s/closed", "GL-ERR-101"),
        ("k8s/closed.yaml", "GL-ERR-101"),
    ]
    assert done.code == 3


def without_roots_privilege() -> list[str]:
    """What starts a command for which a file can be closed at all."""
    if os.getuid() != 0:
        return []
    return [need("setpriv"), "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]


def test_a_file_that_changes_while_it_is_judged_is_an_error(tree: Path) -> None:
    write(tree / "k8s", {f"{number}.yaml": stream(pod(f"api-{number}")) for number in range(300)})

    def change(done: int, total: int) -> None:
        write(tree, {"k8s/0.yaml": stream(pod("another"))})

    gate = Gate.load(rules=["GL-K8S-004"], now=NOW, base=tree, isolated=False)
    report = gate.check(["k8s"], progress=change)
    assert problems(report) == [("k8s/0.yaml", "GL-ERR-203", "changed while it was judged")]
    assert "k8s/0.yaml" in [file for file, _ in report.inputs]


def test_a_file_that_goes_while_it_is_judged_is_an_error(tree: Path) -> None:
    write(tree / "k8s", {f"{number}.yaml": stream(pod(f"api-{number}")) for number in range(300)})

    def remove(done: int, total: int) -> None:
        (tree / "k8s/0.yaml").unlink(missing_ok=True)

    report = Gate.load(rules=["GL-K8S-004"], now=NOW, base=tree, isolated=False).check(
        ["k8s"], progress=remove
    )
    assert problems(report) == [("k8s/0.yaml", "GL-ERR-203", "changed while it was judged")]


TWINS = {
    "two absolute paths": ("../one/x.yaml", "../two/x.yaml", True),
    "two relative paths": ("../one/x.yaml", "../two/x.yaml", False),
    "two folders": ("../one", "../two", True),
    "a folder and a file": ("../one", "../two/x.yaml", True),
}


@pytest.mark.parametrize("name", TWINS)
def test_files_of_the_same_name_are_all_judged(tree: Path, name: str) -> None:
    write(tree.parent, {"one/x.yaml": stream(pod("one")), "two/x.yaml": stream(privileged("two"))})
    first, second, absolute = TWINS[name]
    paths = [str((tree / path).resolve()) if absolute else path for path in (first, second)]
    for order in (paths, paths[::-1]):
        report = judged(tree, *order)
        assert [finding.resource and finding.resource.name for finding in report.failing] == ["two"]
        assert (report.files, report.objects, len(report.inputs)) == (2, 2, 2)


def test_files_whose_names_are_shown_alike_are_all_judged(tree: Path) -> None:
    names = [os.fsdecode(b"a\xff.yaml"), "a\\xff.yaml"]
    write(tree / "k8s", {name: stream(privileged(f"pod-{number}")) for number, name in enumerate(names)})
    report = judged(tree)
    found = sorted(finding.resource.name for finding in report.failing if finding.resource)
    assert found == ["pod-0", "pod-1"]
    assert len({finding.location and finding.location.file for finding in report.failing}) == 2


def test_the_same_file_under_several_names_is_judged_under_each_or_once(tree: Path) -> None:
    write(tree, {"k8s/pod.yaml": stream(privileged())})
    (tree / "again").symlink_to("k8s")
    report = judged(tree, "k8s", "./k8s", "k8s/pod.yaml", str(tree / "k8s"), "again")
    assert [finding.location and finding.location.file for finding in report.failing] == [
        "again/pod.yaml",
        "k8s/pod.yaml",
    ]


@pytest.mark.parametrize(
    "name", ["POD.YAML", "pod.YmL", "pod.json", ".pod.yaml", ".hidden/pod.yaml", "a b/ .yaml"]
)
def test_a_manifest_has_no_name_that_hides_it(tree: Path, name: str) -> None:
    write(tree, {f"k8s/{name}": stream(privileged())})
    assert [finding.rule for finding in judged(tree).failing] == [PRIVILEGED]


@pytest.mark.parametrize("name", ["pod.yaml.bak", "pod.txt", "pod", "pod.yaml~"])
def test_what_a_folder_leaves_out_is_named(tree: Path, name: str) -> None:
    write(tree, {f"k8s/{name}": stream(privileged())})
    report = judged(tree)
    assert [(entry.file, entry.reason) for entry in report.not_judged] == [
        ("k8s", "1 file that is not .yaml, .yml or .json")
    ]
    assert [finding.rule for finding in judged(tree, f"k8s/{name}").failing] == [PRIVILEGED]
