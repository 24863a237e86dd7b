"""Reading lines: however long they are, in the same memory."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from gatelib.ledger.layout import Line, count, lines, open_regular

MIB = 1024 * 1024


def read(path: Path, *, at: int = 0, number: int = 0) -> list[Line]:
    descriptor = open_regular(str(path))
    try:
        return list(lines(descriptor, at=at, number=number))
    finally:
        os.close(descriptor)


def test_lines_have_their_numbers_and_ends_and_long_ones_no_content(tmp_path: Path) -> None:
    path = tmp_path / "entries.jsonl"
    path.write_bytes(b"one\n" + b"x" * 3 * MIB + b"\n\nfour\n" + b"y" * 2 * MIB)
    expected = [
        Line(b"one", 1, 4, True),
        Line(None, 2, 3 * MIB + 5, True),
        Line(b"", 3, 3 * MIB + 6, True),
        Line(b"four", 4, 3 * MIB + 11, True),
        Line(None, 5, 5 * MIB + 11, False),
    ]
    assert read(path) == expected
    assert read(path, at=3 * MIB + 5, number=2) == expected[2:]


@pytest.mark.parametrize("length", [MIB - 1, MIB, MIB + 1, MIB - 65_537, MIB - 65_536, 2 * MIB])
def test_where_the_file_is_cut_for_reading_changes_no_line(tmp_path: Path, length: int) -> None:
    path = tmp_path / "entries.jsonl"
    short = [b"%060000d" % number for number in range(length // 60_001)]
    last = b"z" * (length - 60_001 * len(short))
    path.write_bytes(b"".join(line + b"\n" for line in short) + last)
    found = read(path)
    assert [line.data for line in found] == [*short, *([last] if last else [])]
    assert found[-1].end == length
    descriptor = open_regular(str(path))
    assert count(descriptor, at=60_001) == len(short) - 1
    os.close(descriptor)


def test_a_line_as_long_as_a_disk_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "entries.jsonl"
    with path.open("wb") as file:
        file.truncate(256 * MIB)
    tracemalloc.start()
    try:
        assert read(path) == [Line(None, 1, 256 * MIB, False)]
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link", ".", "/dev/null"):
        with pytest.raises(OSError):
            open_regular(str(tmp_path / name))
