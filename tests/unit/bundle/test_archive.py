"""A bundle's archive: what is written, and what of others' is read."""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from gatelib.bundle import archive
from gatelib.errors import BundleError
from tests.forging import END, GNU, extended, header, member, tar, zipped

FILES = {
    ".manifest": b"{}",
    "a/b.rego": b"package a.b\n",
    "a/empty.json": b"",
    "é/ü.json": b"x" * 513,
    "l" * 100: b"as long as one field",
    f"{'p' * 155}/{'n' * 100}": b"as long as both",
    f"{'d/' * 60}x.rego": b"deep",
}


def test_what_is_written_is_read() -> None:
    assert archive.read(archive.write(FILES)) == FILES
    assert archive.read(archive.write({})) == {}


def test_other_readers_read_it_too() -> None:
    with tarfile.open(fileobj=io.BytesIO(archive.write(FILES)), mode="r:gz") as other:
        members = other.getmembers()
        found = {entry.name: other.extractfile(entry).read() for entry in members}  # type: ignore[union-attr] # files
    assert found == FILES
    assert [entry.name for entry in members] == sorted(FILES)
    assert {
        (entry.mode, entry.uid, entry.gid, entry.mtime, entry.uname, entry.gname) for entry in members
    } == {(0o644, 0, 0, 0, "", "")}


@pytest.mark.parametrize(
    "name", ["n" * 101, f"{'p' * 156}/{'n' * 100}", f"{'p' * 100}/{'n' * 101}", "é" * 51]
)
def test_a_name_without_room_in_the_format_is_an_error(name: str) -> None:
    with pytest.raises(BundleError, match="too long a name for a bundle"):
        archive.write({name: b""})


PLAIN = {"a/b.rego": b"package a.b\n", "a/data.json": b"{}", f"a/{'n' * 150}.rego": b"package a.c\n"}


@pytest.mark.parametrize("form", ["gnu", "pax", "ustar"])
def test_what_gnu_tar_writes_is_read(tmp_path: Path, form: str) -> None:
    command = shutil.which("tar")
    if (
        command is None
        or b"GNU tar" not in subprocess.run([command, "--version"], capture_output=True).stdout
    ):
        pytest.skip("there is no GNU tar")
    plain = {name: content for name, content in PLAIN.items() if form != "ustar" or len(name) < 100}
    for name, content in plain.items():
        (tmp_path / "x" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "x" / name).write_bytes(content)
    subprocess.run([command, f"--format={form}", "-czf", "../x.tar.gz", "a"], cwd=tmp_path / "x", check=True)
    assert archive.read((tmp_path / "x.tar.gz").read_bytes()) == plain


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_python_writes_is_read(form: int) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", format=form) as other:
        for name, content in PLAIN.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), 1.5
            other.addfile(entry, io.BytesIO(content))
    assert archive.read(target.getvalue()) == PLAIN


def test_folders_and_what_is_said_of_no_concern_are_passed_over() -> None:
    comment = extended({b"comment": b"0123456789abcdef"}, b"g")
    times = extended({b"mtime": b"1795305600.5", b"atime": b"-1"})
    data = zipped(comment + member(b"a/", kind=b"5") + times + tar({"/a/b": b"x"}) + END)
    assert archive.read(data) == {"a/b": b"x"}


@pytest.mark.parametrize("longer", [member(b"x", b"a/b\0", b"L"), extended({b"path": b"a/b"})])
def test_a_name_in_a_header_of_its_own_is_the_files(longer: bytes) -> None:
    assert archive.read(zipped(longer + member(b"short", b"x") + END)) == {"a/b": b"x"}


BROKEN = {
    "a folder with a content": (member(b"a/", b"x", b"5"), "no plain file"),
    "a folder by its name alone": (member(b"a/", b"", b"0"), "no plain name"),
    "a file that is a folder": (member(b"a") + member(b"a/b"), "both a file and a folder"),
    "a folder deep down": (member(b"a/b/c/d") + member(b"a/b"), "both a file and a folder"),
    "two names of its own": (
        member(b"x", b"a\0", b"L") + extended({b"path": b"b"}) + member(b"c"),
        "too much",
    ),
    "two names in one header": (extended({b"path": b"a", b"PATH": b"b"}) + member(b"c"), "sets `PATH`"),
    "a long name without a file": (member(b"x", b"a\0", b"L"), "cut off"),
    "a name of many kilobytes": (member(b"x", b"a" * 9000, b"L") + member(b"b"), "too much"),
    "a long name": (member(b"x", b"a" * 1025, b"L") + member(b"b"), "too long a name"),
    "a long part of a name": (member(b"x", b"a" * 256, b"L") + member(b"b"), "too long a name"),
    "a path twice": (member(b"x", b"9 path=a\n9 path=b\n", b"x") + member(b"c"), "sets `path`"),
    "an empty path": (extended({b"path": b""}) + member(b"c"), "sets `path`"),
    "a path with NUL": (extended({b"path": b"a\0b"}) + member(b"c"), "sets `path`"),
    "a time that is none": (extended({b"mtime": b"soon"}) + member(b"c"), "sets `mtime`"),
    "an encoding of names": (extended({b"hdrcharset": b"BINARY"}) + member(b"c"), "sets `hdrcharset`"),
    "a record without its length": (member(b"x", b"path=a\n", b"x") + member(b"c"), "damaged"),
    "a record that is too long": (member(b"x", b"99 path=a\n", b"x") + member(b"c"), "damaged"),
    "a record without an end": (member(b"x", b"8 path=a", b"x") + member(b"c"), "damaged"),
    "a record of no length": (member(b"x", b"0 path=a\n", b"x") + member(b"c"), "damaged"),
    "times in GNU's header": (member(b"c", magic=GNU, prefix=b"00000000000"), "neither of POSIX nor of GNU"),
    "a header of star": (member(b"c", trailer=b"tar\0"), "neither of POSIX nor of GNU"),
    "a header of the first tar": (member(b"c", magic=bytes(8)), "neither of POSIX nor of GNU"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_readers_read_differently_is_refused(name: str) -> None:
    members, message = BROKEN[name]
    with pytest.raises(BundleError, match=message):
        archive.read(zipped(members + END))


@pytest.mark.parametrize("place", [100, 108, 116, 124, 136, 148, 329, 337])
@pytest.mark.parametrize("value", [b"9", b"-1", b"0x1", b"\x80\0\0\0\0\0\0\x01", b"1 2", b"1\x002"])
def test_a_number_that_is_none_is_refused(place: int, value: bytes) -> None:
    block = bytearray(header(b"a"))
    block[place : place + len(value)] = value
    if place != 148:
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
    with pytest.raises(BundleError, match="no tar archive"):
        archive.read(zipped(bytes(block) + END))


@pytest.mark.parametrize("cut", [1, 511, 512, 1023, 1024, 1025, 1535])
def test_an_archive_that_ends_too_soon_is_refused(cut: int) -> None:
    whole = tar({"a": b"x"}) + END
    if cut == 512:
        assert archive.read(zipped(whole[:-cut])) == {"a": b"x"}
        return
    with pytest.raises(BundleError, match="cut off"):
        archive.read(zipped(whole[:-cut]))


def test_every_byte_that_is_written_is_known() -> None:
    files = {"a": b"x", "b/c.rego": b"package b.c\n"}
    written = archive.write(dict(reversed(files.items())))
    assert written[:10] == b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    assert gzip.decompress(written) == tar(files) + END
