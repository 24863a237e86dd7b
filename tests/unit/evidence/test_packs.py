"""A pack read from a folder, a tar or a gzipped tar is the same pack."""

from __future__ import annotations

import hashlib
import io
import random
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib.errors import EvidenceError
from gatelib.evidence import layout, pack, reading
from gatelib.evidence.pack import DEFAULT_LIMITS, File, Limits, Scan, open_pack
from tests.budget import budget
from tests.engines import need
from tests.forging import END, GNU, extended, header, member, tar, zipped
from tests.packs import BOUND, FILES, fingerprint, sealed, trust

LAYOUT = layout.shipped()


def read(place: Path, **settings: Any) -> reading.PackRead:
    return reading.read(place, name="pack", trust=trust(), layout=LAYOUT, **settings)


def scanned(
    place: Path, limits: Limits = DEFAULT_LIMITS, wanted: str = ""
) -> tuple[Scan, list[tuple[str, bytes | None]]]:
    used: list[tuple[str, bytes | None]] = []
    with open_pack(place, limits=limits) as opened:
        scan = opened.scan(lambda path: path == wanted, lambda path, data, _: used.append((path, data)))
    return scan, used


def hashed(files: Mapping[str, bytes]) -> dict[str, File]:
    return {path: File(hashlib.sha256(content).hexdigest(), len(content)) for path, content in files.items()}


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def archive(place: Path, content: bytes) -> Path:
    place.write_bytes(content)
    return place


LARGE = {
    "a/empty": b"",
    "a/one": b"x",
    "a/small": b"x" * (32 * 1024),
    "a/less small": b"x" * (32 * 1024 + 1),
    "b/large": random.Random(1).randbytes(3_000_000),
    "b/block": bytes(1024 * 1024),
    "é/日本\n": b"name",
}


def test_each_file_is_hashed_once_and_wanted_ones_are_handed_out(tmp_path: Path) -> None:
    folder = written(tmp_path / "pack", LARGE)
    tarball = archive(tmp_path / "pack.tar", tar_of(LARGE))
    for place in (folder, tarball, archive(tmp_path / "pack.tgz", zipped(tar_of(LARGE)))):
        scan, used = scanned(place, wanted="b/large")
        assert (scan.files, scan.faults) == (hashed(LARGE), [])
        assert used == [("b/large", LARGE["b/large"])]


def test_a_file_too_large_to_parse_is_hashed_only(tmp_path: Path) -> None:
    folder = written(tmp_path / "pack", LARGE)
    for place in (folder, archive(tmp_path / "pack.tar", tar_of(LARGE))):
        scan, used = scanned(place, Limits(max_parsed=2_999_999), wanted="b/large")
        assert (scan.files, used) == (hashed(LARGE), [("b/large", None)])
        assert scanned(place, Limits(max_parsed=3_000_000), wanted="b/large")[1] == [
            ("b/large", LARGE["b/large"])
        ]


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    folder = written(tmp_path / "pack", LARGE)
    for place in (folder, archive(tmp_path / "pack.tar", tar_of(LARGE))):
        seen = progress_of(place)
        assert seen and seen[-1][0] == seen[-1][1] and seen == sorted(seen)


def progress_of(place: Path) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []
    with open_pack(place) as opened:
        opened.scan(lambda path: False, lambda *_: None, lambda done, total: seen.append((done, total)))
    return seen


def tar_of(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as made:
        for path, content in files.items():
            about = tarfile.TarInfo(path)
            about.size = len(content)
            made.addfile(about, io.BytesIO(content))
    return target.getvalue()


@pytest.mark.parametrize("form", ["gnu", "pax", "ustar"])
@pytest.mark.parametrize("top", [".", "release-1.4.2"], ids=["inside", "with its folder"])
def test_what_gnu_tar_writes_is_the_pack(tmp_path: Path, form: str, top: str) -> None:
    command = need("tar")
    made = sealed(tmp_path / "release-1.4.2", {**FILES, f"build/{'d' * 60}/{'n' * 90}.log": b"deep"})
    base = made if top == "." else tmp_path
    plain, packed = tmp_path / "x.tar", tmp_path / "x.tar.gz"
    subprocess.run([command, "-C", base, f"--format={form}", "-cf", plain, top], check=True)
    subprocess.run([command, "-C", base, f"--format={form}", "-czf", packed, top], check=True)
    expected = read(made)
    assert expected.problems == []
    assert read(plain) == expected
    assert read(packed) == expected


@pytest.mark.parametrize("name", ["release-notes.txt", "release-1.4.2/notes.txt"])
def test_a_file_of_a_pack_may_be_called_like_its_folder(tmp_path: Path, name: str) -> None:
    command = need("tar")
    made = sealed(tmp_path / "release-1.4.2", {name: b"new"})
    content = {name: b"new", "MANIFEST.sha256": (made / "MANIFEST.sha256").read_bytes()}
    subprocess.run([command, "-C", made, "-cf", tmp_path / "x.tar", "."], check=True)
    assert read(tmp_path / "x.tar") == read(made)
    if "/" not in name:
        found, _ = scanned(archive(tmp_path / "y.tar", tar_of(content)))
        assert list(found.files) == [name]


PATHS = st.lists(
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=20
    ).filter(lambda part: part not in (".", "..") and len(part.encode()) < 200),
    min_size=1,
    max_size=3,
).map("/".join)


@settings(max_examples=budget(25, 1000), deadline=None)
@given(st.dictionaries(PATHS, st.binary(max_size=1000), max_size=6), st.randoms(use_true_random=False))
def test_the_form_of_a_pack_changes_nothing(files: dict[str, bytes], chance: random.Random) -> None:
    files = {f"build/{path}": content for path, content in files.items()}
    files = {path: content for path, content in files.items() if not any(
        other.startswith(f"{path}/") for other in files
    )}  # fmt: skip
    with TemporaryDirectory() as name:
        folder = written(Path(name) / "pack", files)
        made = sealed_over(folder)
        expected = read(made)
        content = {
            path.relative_to(made).as_posix(): path.read_bytes() for path in made.rglob("*") if path.is_file()
        }
        order = sorted(content)
        chance.shuffle(order)
        shuffled = tar_of({path: content[path] for path in order})
        assert read(archive(Path(name) / "x.tar", shuffled)) == expected
        assert read(archive(Path(name) / "x.tgz", zipped(shuffled))) == expected
        assert expected.verifications[0]["problems"] == [
            {"file": fault.file, "problem": fault.problem} for fault in pack.collisions(files)
        ]


def sealed_over(folder: Path) -> Path:
    """Seal a folder that has no Release and no index, as `sha256sum` could."""
    from gatelib.evidence import manifest

    with open_pack(folder) as opened:
        scan = opened.scan(lambda path: False, lambda *_: None)
    (folder / "MANIFEST.sha256").write_bytes(manifest.write(scan.digests()))
    return folder


# What the gate gets


def test_a_pack_is_read_for_the_gate(tmp_path: Path) -> None:
    made = sealed(tmp_path / "release-1.4.2")
    files = hashed(FILES)
    found = read(made)
    manifest = (made / "MANIFEST.sha256").read_bytes()
    assert found.verifications == [
        {"type": "pack", "sha256": hashlib.sha256(manifest).hexdigest(), "problems": []},
        *({"type": "entry", "file": path, **BOUND, "key": fingerprint("ci")} for path in sorted(FILES)),
    ]
    assert list(found.evidence) == sorted(FILES)
    assert {path: (entry["format"], entry["role"]) for path, entry in found.evidence.items()} == {
        "scans/gitleaks.json": ("gitleaks", "secret-scan"),
        "schema/migrate-lint.txt": ("text", "migration-lint-log"),
        "build/log.bin": ("unknown", None),
        "tests/unit.xml": ("junit", "tests"),
    }
    for path, file in files.items():
        assert (found.evidence[path]["sha256"], found.evidence[path]["size"]) == file
    assert found.problems == []
    for name in ("MANIFEST.sha256", "index.jsonl"):
        files |= hashed({name: (made / name).read_bytes()})
    assert found.inputs == sorted((f"pack/{path}", file.sha256) for path, file in files.items())


def test_what_no_seal_covers_is_no_evidence(tmp_path: Path) -> None:
    made = sealed(tmp_path / "release-1.4.2")
    expected = read(made)
    written(made, {"controls/attestation.json": b"{}", "release.yaml": b"x"})
    assert read(made) == expected


def test_a_pack_without_a_seal_is_none_that_is_sealed(tmp_path: Path) -> None:
    made = sealed(tmp_path / "release-1.4.2")
    (made / "MANIFEST.sha256").unlink()
    assert {entry["type"] for entry in read(made).verifications} == {"entry"}


def test_a_file_that_breaks_its_format_is_a_problem_of_its_entry(tmp_path: Path) -> None:
    made = sealed(tmp_path / "release-1.4.2", {"scans/gitleaks.json": b"[\n{]\n"})
    entry = read(made).evidence["scans/gitleaks.json"]
    assert (entry["format"], entry["facts"], entry["problem"]["line"]) == ("unknown", [], 2)


def test_a_file_too_large_to_parse_is_a_problem_of_its_entry(tmp_path: Path) -> None:
    made = sealed(tmp_path / "release-1.4.2", {"scans/gitleaks.json": b"[]" + b" " * 3000})
    found = read(made, limits=Limits(max_parsed=3000)).evidence["scans/gitleaks.json"]
    assert found["problem"] == {"message": "is larger than 3,000 bytes", "line": None}
    assert found["size"] == 3002


def test_what_is_no_pack_is_a_problem(tmp_path: Path) -> None:
    for place, content in {"x.tar": b"x" * 512, "y.tgz": b"\x1f\x8bx", "z.tar": b""}.items():
        found = read(archive(tmp_path / place, content))
        assert (found.evidence, found.verifications, found.inputs) == ({}, [], [])
        assert [(problem.code, problem.file) for problem in found.problems] == [("GL-ERR-111", "pack")]
    assert [problem.message for problem in read(tmp_path / "gone").problems] == ["there is no Evidence Pack"]


def test_a_pack_is_told_from_other_evidence(tmp_path: Path) -> None:
    folders = {"manifest": "MANIFEST.sha256", "index": "index.jsonl", "records": "image.yaml"}
    for folder, name in folders.items():
        written(tmp_path / folder, {name: b""})
    assert [name for name in folders if pack.is_pack(tmp_path / name)] == ["manifest", "index"]
    names = ["x.tar", "x.tar.gz", "x.tgz", "x.yaml", "x.json", "oci://registry.example.com/x:1"]
    assert [name for name in names if pack.is_pack(name)] == [*names[:3], names[-1]]


# Archives


DAMAGED = "the pack is cut off, or damaged between two of its files"
NO_TAR = "the pack is no tar archive, or is damaged between two of its files"
IN = "in the pack's archive"
NEITHER = f"{IN} is neither a file nor a folder"
REFUSED = {
    "above": (member(b"../x"), "`../x` in the pack's archive is no plain name"),
    "above inside": (member(b"a/../../x"), "`a/../../x` in the pack's archive is no plain name"),
    "absolute": (member(b"/etc/x"), "`/etc/x` in the pack's archive is no plain name"),
    "folder above": (member(b"../", kind=b"5"), "`../` in the pack's archive is no plain name"),
    "link above": (member(b"../x", kind=b"2"), "`../x` in the pack's archive is no plain name"),
    "doubled slash": (member(b"a//x"), "`a//x` in the pack's archive is no plain name"),
    "no UTF-8": (member(b"a/\xff"), "the name `a/\\xff` in the pack's archive is not UTF-8"),
    "no name": (member(b""), "`` in the pack's archive is no plain name"),
    "twice": (member(b"a") + member(b"a"), "the pack's archive holds `a` twice"),
    "twice, spelt otherwise": (member(b"a") + member(b"./a"), "the pack's archive holds `a` twice"),
    "file and folder": (member(b"a") + member(b"a/", kind=b"5"), "the pack's archive holds `a` twice"),
    "file and link": (member(b"a") + member(b"a", kind=b"2"), "the pack's archive holds `a` twice"),
    "below a file": (member(b"a") + member(b"a/b"), f"`a/b` {IN} lies below a file"),
    "below a link": (member(b"a", kind=b"2") + member(b"a/b"), f"`a/b` {IN} lies below a file"),
    "beside the top": (member(b"release-1/a") + member(b"b"), f"`b` {IN} lies beside the folder `release-1`"),
    "sparse": (member(b"a", kind=b"S"), f"`a` {NEITHER}"),
    "contiguous": (member(b"a", kind=b"7"), f"`a` {NEITHER}"),
    "folder with content": (member(b"a", b"x", kind=b"5"), f"`a` {NEITHER}"),
    "size in pax": (extended({b"size": b"1"}) + member(b"a", b"x"), f"an extended header {IN} sets `size`"),
    "global name": (extended({b"path": b"b"}, b"g") + member(b"a"), f"an extended header {IN} sets `path`"),
    "name for nothing": (extended({b"path": b"b"}), DAMAGED),
    "long about next": (header(b"x", 9000, b"x"), "the pack's archive says too much of one file"),
    "damaged": (header(b"a", damaged=True), NO_TAR),
    "two damaged": (member(b"a") + header(b"b", damaged=True), NO_TAR),
    "behind the end": (member(b"a") + END + member(b"b"), DAMAGED),
    "large": (header(b"a", 8**11 - 1), "the pack is cut off"),
    "no format": (header(b"a", magic=bytes(8)), "the pack's archive is neither of POSIX nor of GNU"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_an_archive_that_readers_could_differ_on_is_refused(tmp_path: Path, case: str) -> None:
    content, message = REFUSED[case]
    for place in (
        archive(tmp_path / "x.tar", content + END),
        archive(tmp_path / "x.tgz", zipped(content + END)),
    ):
        with pytest.raises(EvidenceError) as caught:
            scanned(place)
        assert (caught.value.message, caught.value.file) == (message, str(place))


def test_links_and_devices_are_what_they_are_in_a_folder(tmp_path: Path) -> None:
    content = b"".join(
        member(name, kind=kind, link=b"/etc/passwd")
        for name, kind in (
            (b"hard", b"1"),
            (b"soft", b"2"),
            (b"char", b"3"),
            (b"block", b"4"),
            (b"pipe", b"6"),
        )
    )
    scan, _ = scanned(archive(tmp_path / "x.tar", content + member(b"a", b"x") + END))
    assert scan.files == hashed({"a": b"x"})
    assert [*scan.faults] == [
        ("block", "no regular file"),
        ("char", "no regular file"),
        ("hard", "a link"),
        ("pipe", "no regular file"),
        ("soft", "a link"),
    ]


@pytest.mark.parametrize("length", [1, 511, 512, 600, 1023, 1024, 1535])
def test_an_archive_that_is_cut_off_is_refused(tmp_path: Path, length: int) -> None:
    whole = member(b"a", b"x" * 600) + END
    for content in (whole[:length], zipped(whole[:length])):
        with pytest.raises(EvidenceError):
            scanned(archive(tmp_path / "x.tar", content))


def test_a_compressed_stream_that_is_cut_off_or_goes_on_is_refused(tmp_path: Path) -> None:
    whole = zipped(member(b"a", b"x" * 600) + END)
    cases = {"the pack is cut off": whole[:-1], "something follows the end of the pack": whole + b"\0"}
    for message, content in {
        **cases,
        "the pack is no gzipped tar, or is damaged": whole[:-8] + bytes(8),
    }.items():
        with pytest.raises(EvidenceError) as caught:
            scanned(archive(tmp_path / "x.tgz", content))
        assert caught.value.message == message


def test_a_bomb_is_refused_early(tmp_path: Path) -> None:
    bomb = archive(tmp_path / "x.tgz", zipped(member(b"a", bytes(200 * 2**20)) + END))
    assert bomb.stat().st_size < 2**20
    with pytest.raises(EvidenceError, match="unpacks to more than 200 times its size"):
        scanned(bomb)


def test_a_pack_over_a_limit_is_refused(tmp_path: Path) -> None:
    files = {f"a/{number}": b"x" * 600 for number in range(10)}
    for place in (
        written(tmp_path / "pack", files),
        archive(tmp_path / "x.tar", tar(files) + END),
        archive(tmp_path / "x.tgz", zipped(tar(files) + END)),
    ):
        assert scanned(place, Limits(max_files=10))[0].files == hashed(files)
        with pytest.raises(EvidenceError, match="has more than 9 files"):
            scanned(place, Limits(max_files=9))
        with pytest.raises(EvidenceError, match="has more than 5,999 bytes"):
            scanned(place, Limits(max_bytes=5999))


def test_an_old_gnu_header_is_read(tmp_path: Path) -> None:
    content = member(b"././@LongLink", b"b/" + b"n" * 150 + b"\0", b"L", magic=GNU) + member(
        b"b/n", b"x", magic=GNU
    )
    assert scanned(archive(tmp_path / "x.tar", content + END))[0].files == hashed({f"b/{'n' * 150}": b"x"})


def test_names_that_differ_in_capitals_only_are_a_fault_everywhere(tmp_path: Path) -> None:
    files = {"a/x": b"1", "a/X": b"2", "b/é": b"3", "b/e\N{COMBINING ACUTE ACCENT}": b"4"}
    places = (
        written(tmp_path / "pack", files),
        archive(tmp_path / "x.tar", tar(files) + END),
    )
    assert len(list((tmp_path / "pack" / "a").iterdir())) == 2
    for place in places:
        faults = scanned(place)[0].faults
        assert [fault.problem for fault in faults] == ["different in capitals only"] * 2
        assert [fault.file for fault in faults] == ["a/x", "b/é"]


def test_a_scan_leaves_no_file_behind(tmp_path: Path) -> None:
    made = sealed(tmp_path / "release-1.4.2")
    before = sorted(path.as_posix() for path in made.rglob("*"))
    read(made)
    assert sorted(path.as_posix() for path in made.rglob("*")) == before
    shutil.rmtree(made)
