"""What is acknowledged stays: through failing writes, full disks, killed processes, and many writers."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatelib import ledger
from gatelib.errors import EvidenceError
from gatelib.ledger.disk import Disk
from tests.acceptance.command import gatelib
from tests.budget import budget
from tests.ledgers import DAY, NOON, hashes, new, signer, verify
from tests.paths import ROOT
from tests.signing import pair

FAILURES = budget(250, 10_000)
KILLS = budget(8, 300)
EACH = budget(12, 250)
WRITERS = 8


class Died(BaseException):
    """The machine has stopped: nothing that comes after happens."""


class Failing(Disk):
    """A disk that fails at one call, once or for good; a write may have been done in part."""

    def __init__(self, at: int, *, part: float, error: BaseException) -> None:
        self._left = at
        self._part = part
        self._error = error
        self.failed = False

    def _count(self) -> bool:
        self._left -= 1
        if self._left == 0 or (self.failed and isinstance(self._error, Died)):
            self.failed = True
            return True
        return False

    def open(self, path: str, flags: int) -> int:
        if self._count():
            raise self._error
        return super().open(path, flags)

    def write(self, descriptor: int, data: memoryview, at: int) -> int:
        if self._count():
            super().write(descriptor, data[: int(len(data) * self._part)], at)
            raise self._error
        return super().write(descriptor, data[: max(1, int(len(data) * self._part))], at)

    def truncate(self, descriptor: int, size: int) -> None:
        if self._count():
            raise self._error
        super().truncate(descriptor, size)

    def sync(self, descriptor: int) -> None:
        if self._count():
            raise self._error
        super().sync(descriptor)

    def make_folder(self, path: str) -> None:
        if self._count():
            raise self._error
        super().make_folder(path)

    def rename(self, path: str, to: str) -> None:
        if self._count():
            raise self._error
        super().rename(path, to)


@pytest.fixture(scope="module")
def nearly_due(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a ledger that is soon to be signed for the first time."""
    root = tmp_path_factory.mktemp("nearly") / "audit"
    ledger.append(root, [new(number) for number in range(990)], now=NOON, key=signer())
    return root


def test_a_write_that_fails_at_any_call_takes_nothing_acknowledged_and_leaves_nothing_half(
    tmp_path: Path, nearly_due: Path
) -> None:
    chance = random.Random(20261122)
    injected = rounds = 0
    while injected < FAILURES:
        rounds += 1
        root = tmp_path / f"audit-{rounds}"
        if rounds % 2:
            shutil.copytree(nearly_due, root)
        kept = hashes(root)
        at = NOON
        for _ in range(40):
            at += chance.choice([timedelta(0), timedelta(minutes=1), timedelta(hours=9)])
            died = chance.random() < 0.5
            code = chance.choice([errno.ENOSPC, errno.EIO, errno.EDQUOT])
            error = Died() if died else OSError(code, os.strerror(code))
            disk = Failing(chance.randint(1, 24), part=chance.random(), error=error)
            batch = [new(chance.getrandbits(60)) for _ in range(chance.choice([1, 1, 2, 7]))]
            key = signer() if chance.random() < 0.8 else None
            try:
                done = ledger.append(root, batch, now=at, key=key, disk=disk)
                kept += done.hashes
                acknowledged = True
            except (EvidenceError, Died):
                acknowledged = False
            injected += disk.failed
            there = hashes_of_whole_lines(root)
            extra = len(there) - len(kept)
            assert there[: len(kept)] == kept
            assert extra == 0 or (died and not acknowledged and extra <= len(batch))
            if chance.random() < 0.1:
                verified = verify(root) if root.is_dir() else None
                assert verified is None or (verified.faults, verified.entries) == ((), len(there))
            kept = there
        ledger.append(root, [new(0)], now=at, key=signer())
        verified = verify(root)
        assert (verified.faults, verified.entries, verified.torn) == ((), len(kept) + 1, None)
        assert verified.signed == (len(kept) + 1) // 1000 * 1000
        shutil.rmtree(root)


def hashes_of_whole_lines(root: Path) -> list[str]:
    """Return the hashes of the entries, a last one without its end left out."""
    files = sorted(root.glob("*/*/*/entries.jsonl"))
    ends = [path for path in files if path.stat().st_size]
    if not ends or ends[-1].read_bytes().endswith(b"\n"):
        return hashes(root)
    return hashes(root)[:-1]


CHILD = """
import os, resource, sys
from datetime import datetime
from pathlib import Path
from gatelib import keys, ledger
from gatelib.ledger import New

root, key, at, first, many, size = sys.argv[1:]
signer = keys.signing_key(Path(key).read_bytes())
if int(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
for number in range(int(first), int(first) + int(many)):
    entry = New("release", {"MANIFEST.sha256": f"sha256:{number:064x}"})
    try:
        done = ledger.append(root, [entry], now=datetime.fromisoformat(at), key=signer)
    except Exception as error:
        os.write(2, str(error).encode())
        sys.exit(3)
    assert done.problem is None, done.problem
    os.write(1, done.hashes[0].encode() + b"\\n")
"""


def child(root: Path, *, at: str = NOON.isoformat(), first: int = 0, many: int, size: int = 0) -> Any:
    """Start a process that appends one entry after the other, and prints each hash once it may."""
    key = root.parent / "writer.pem"
    key.write_text(pair("ledger audit", "EdDSA").private)
    given = [str(root), str(key), at, str(first), str(many), str(size)]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *given],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # or a line that is read takes others with it
    )


def test_a_process_that_is_killed_at_any_moment_loses_nothing_that_it_acknowledged(
    tmp_path: Path, nearly_due: Path
) -> None:
    root = tmp_path / "audit"
    shutil.copytree(nearly_due, root)
    chance = random.Random(7)
    kept = hashes(root)
    for number in range(KILLS):
        process = child(root, at=(NOON + number * DAY / 3).isoformat(), first=number * 100_000, many=100_000)
        try:
            begun = process.stdout.readline() if chance.random() < 0.9 else b""
            time.sleep(chance.random() * 0.08)
        finally:
            process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
        acknowledged = (begun + out).decode().split()
        assert err == b""
        verified = verify(root)
        there = hashes_of_whole_lines(root)
        assert (verified.faults, verified.entries) == ((), len(there))
        assert there[: len(kept) + len(acknowledged)] == kept + acknowledged
        assert len(there) - len(kept) - len(acknowledged) in (0, 1)
        kept = there
    ledger.append(root, [new(1)], now=NOON + KILLS * DAY, key=signer())
    verified = verify(root)
    assert (verified.faults, verified.entries, verified.torn) == ((), len(kept) + 1, None)
    assert verified.signed == (len(kept) + 1) // 1000 * 1000


def test_writers_at_once_lose_nothing(tmp_path: Path, nearly_due: Path) -> None:
    root = tmp_path / "audit"
    shutil.copytree(nearly_due, root)
    before = hashes(root)
    writers = [child(root, first=writer * 1_000_000, many=EACH) for writer in range(WRITERS)]
    while writers[0].poll() is None:
        assert verify(root).faults == ()
    answers = [writer.communicate() for writer in writers]
    assert [(writer.returncode, err) for writer, (_, err) in zip(writers, answers, strict=True)] == [
        (0, b"")
    ] * WRITERS
    acknowledged = [line for out, _ in answers for line in out.decode().split()]
    assert len(acknowledged) == WRITERS * EACH
    there = hashes(root)
    assert there[:990] == before
    assert sorted(there[990:]) == sorted(acknowledged)
    for out, _ in answers:
        own = set(out.decode().split())
        assert [line for line in there if line in own] == out.decode().split()
    verified = verify(root)
    assert (verified.faults, verified.entries, verified.signed) == (
        (),
        len(there),
        len(there) // 1000 * 1000,
    )


def test_a_file_that_may_grow_no_further_is_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "audit"
    kept = list(ledger.append(root, [new(number) for number in range(5)], now=NOON).hashes)
    file = root / "2026/11/21/entries.jsonl"
    for room in (0, 1, 100, 215):
        size = file.stat().st_size
        process = child(root, many=3, size=size + room)
        out, err = process.communicate()
        assert (process.returncode, err) == (3, f"{root}: cannot be written: File too large".encode())
        kept += out.decode().split()
        assert hashes(root) == kept
        assert file.read_bytes().endswith(b"\n")
    verified = verify(root)
    assert (verified.faults, verified.entries, verified.torn) == ((), len(kept), None)


def test_a_full_disk_takes_what_fits_and_nothing_half(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    key = tmp_path / "writer.pem"
    key.write_text(pair("ledger audit", "EdDSA").private)
    inside = f"""
set -e
mount -t tmpfs -o size=64k tmpfs {disk} || exit 77
{sys.executable} -c "$CHILD" {disk}/audit {key} {NOON.isoformat()} 0 5000 0 >out 2>err || true
cp -a {disk}/audit {tmp_path}/audit
"""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("`unshare` is not on PATH")
    done = subprocess.run(
        [unshare, "--mount", "--map-root-user", "sh", "-c", inside],
        cwd=tmp_path,
        env={**os.environ, "CHILD": CHILD, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    if done.returncode == 77 or b"Operation not permitted" in done.stderr:
        pytest.skip("no file system can be mounted here")
    assert (done.returncode, done.stderr) == (0, b"")
    acknowledged = (tmp_path / "out").read_text().split()
    assert (tmp_path / "err").read_text() == f"{disk}/audit: cannot be written: No space left on device"
    assert len(acknowledged) > 100
    assert hashes(tmp_path / "audit") == acknowledged
    verified = verify(tmp_path / "audit")
    assert (verified.faults, verified.entries, verified.torn) == ((), len(acknowledged), None)


def test_a_million_entries_are_verified_in_a_minute_and_200_megabytes(tmp_path: Path) -> None:
    many = budget(20_000, 1_000_000)
    root = tmp_path / "audit"
    for first in range(0, many, 20_000):
        batch = [new(number) for number in range(first, first + 20_000)]
        done = ledger.append(root, batch, now=NOON + first // 100_000 * DAY, key=signer())
        assert done.problem is None
    public = tmp_path / "audit.pub"
    public.write_text(pair("ledger audit", "EdDSA").public)
    answer = gatelib("ledger", "verify", root, "--verification-key", public, cwd=tmp_path)
    assert (answer.code, answer.complaint) == (0, "")
    assert answer.text.startswith(f"{many:,} entries hold, from ")
    assert answer.seconds < 60
    assert answer.memory < 200 * 1024 * 1024
