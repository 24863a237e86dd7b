"""``MANIFEST.sha256``: written as GNU ``sha256sum`` does, and read strictly."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib.errors import EvidenceError
from gatelib.evidence import manifest
from tests.budget import budget
from tests.engines import need

A, B = "a" * 64, "b" * 64
NAMES = [
    "plain",
    "with space",
    "b\\ack",
    "new\nline",
    "return\r",
    "\\n",
    "-",
    "é",
    "日本",
    "*star",
    " lead",
    "\t",
]


def test_names_are_written_and_checked_as_sha256sum_does(tmp_path: Path) -> None:
    command = need("sha256sum")
    files = {f"scans/{name}": name.encode() for name in NAMES}
    (tmp_path / "scans").mkdir()
    for path, content in files.items():
        (tmp_path / path).write_bytes(content)
    ours = manifest.write({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})
    theirs = subprocess.run([command, *sorted(files)], cwd=tmp_path, capture_output=True, check=True).stdout
    assert ours == theirs
    (tmp_path / "M").write_bytes(ours)
    subprocess.run([command, "-c", "--strict", "--quiet", "M"], cwd=tmp_path, check=True)


def test_a_manifest_is_read() -> None:
    assert manifest.parse(f"{A}  a/x\n\\{B}  b\\\\c\\nd\\r\n".encode()) == {"a/x": A, "b\\c\nd\r": B}
    assert manifest.parse(b"") == {}


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "above the pack": (f"{A}  ../x\n", "names `../x`, which no manifest covers"),
    "inside and above": (f"{A}  a/../../x\n", "names `a/../../x`, which no manifest covers"),
    "absolute": (f"{A}  /etc/passwd\n", "names `/etc/passwd`, which no manifest covers"),
    "another spelling": (f"{A}  ./x\n", "names `./x`, which no manifest covers"),
    "doubled slash": (f"{A}  a//x\n", "names `a//x`, which no manifest covers"),
    "folder": (f"{A}  a/\n", "names `a/`, which no manifest covers"),
    "itself": (f"{A}  MANIFEST.sha256\n", "names `MANIFEST.sha256`, which no manifest covers"),
    "the Release": (f"{A}  release.yaml\n", "names `release.yaml`, which no manifest covers"),
    "controls": (f"{A}  controls/x\n", "names `controls/x`, which no manifest covers"),
    "NUL": (f"{A}  x\0\n", "names `x\0`, which no manifest covers"),
    "unsorted": (f"{A}  b\n{A}  a\n", "names `a` out of order"),
    "twice": (f"{A}  a\n{B}  a\n", "names `a` a second time"),
    "CR LF": (f"{A}  a\r\n", "is no line of `sha256sum`"),
    "CR": (f"{A}  a\rb\n", "is no line of `sha256sum`"),
    "cut off": (f"{A}  a", "is no line of `sha256sum`"),
    "empty line": (f"{A}  a\n\n", "is no line of `sha256sum`"),
    "comment": (f"# x\n{A}  a\n", "is no line of `sha256sum`"),
    "capitals": (f"{'A' * 64}  a\n", "is no line of `sha256sum`"),
    "short": (f"{'a' * 63}  a\n", "is no line of `sha256sum`"),
    "binary mark": (f"{A} *a\n", "is no line of `sha256sum`"),
    "BSD": (f"SHA256 (a) = {A}\n", "is no line of `sha256sum`"),
    "no name": (f"{A}  \n", "is no line of `sha256sum`"),
    "needless escape": (f"\\{A}  a\n", "is no line of `sha256sum`"),
    "missing mark": (f"{A}  a\\\\b\n", "is no line of `sha256sum`"),
    "missing mark of a lone backslash": (f"{A}  a\\b\n", "is no line of `sha256sum`"),
    "unknown escape": (f"\\{A}  a\\tb\n", "names `a\0b`, which no manifest covers"),
    "open escape": (f"\\{A}  a\\\n", "names `a\0`, which no manifest covers"),
    "surrogate": (b"a" * 64 + b"  \xed\xa0\x80\n", "is not UTF-8"),
    "byte": (b"a" * 64 + b"  x\n" + b"b" * 64 + b"  \xff\n", "is not UTF-8"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_manifest_of_another_form_is_refused(case: str) -> None:
    content, message = REFUSED[case]
    with pytest.raises(EvidenceError) as caught:
        manifest.parse(content.encode() if isinstance(content, str) else content)
    assert caught.value.message == message
    assert caught.value.file == "MANIFEST.sha256"


def test_the_line_of_a_fault_is_named() -> None:
    with pytest.raises(EvidenceError) as caught:
        manifest.parse(f"{A}  a\n{A}  b\n{A}  ../c\n".encode())
    assert caught.value.line == 3


PATHS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1).filter(
        lambda part: part not in (".", "..")
    ),
    min_size=1,
    max_size=3,
).map("/".join)
DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)


@settings(max_examples=budget(100, 5000), deadline=None)
@given(st.dictionaries(PATHS.filter(manifest.covers), DIGESTS, max_size=5))
def test_what_is_written_is_read_and_has_one_form(digests: dict[str, str]) -> None:
    written = manifest.write(digests)
    assert manifest.parse(written) == digests
    assert manifest.write(manifest.parse(written)) == written


@settings(max_examples=budget(200, 10_000), deadline=None)
@given(st.dictionaries(PATHS.filter(manifest.covers), DIGESTS, min_size=1, max_size=3), st.data())
def test_no_other_bytes_say_the_same(digests: dict[str, str], data: st.DataObject) -> None:
    written = bytearray(manifest.write(digests))
    place = data.draw(st.integers(0, len(written) - 1))
    written[place] ^= data.draw(st.integers(1, 255))
    try:
        found = manifest.parse(bytes(written))
    except EvidenceError:
        return
    assert found != digests
    assert manifest.write(found) == bytes(written)


def test_what_differs_is_named() -> None:
    sealed = {"a": A, "b": A, "c": A, "d": A}
    found = {"a": A, "b": B, "d": A, "e": A}
    unread = [manifest.Fault("d", "unreadable"), manifest.Fault("c", "a link")]
    assert list(manifest.broken(unread, manifest.write(sealed), found)) == [
        *unread,
        manifest.Fault("b", "changed"),
        manifest.Fault("e", "added"),
    ]
    assert list(manifest.broken([], manifest.write(sealed), {})) == [
        manifest.Fault(name, "missing") for name in "abcd"
    ]
    assert list(manifest.broken([], b"x", found)) == [manifest.Fault("MANIFEST.sha256", "malformed")]
