"""How long a pack takes to verify, beside ``sha256sum -c`` on the same files in the same minute."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Cost, run
from gatelib.evidence import building, index, layout, manifest
from gatelib.evidence.pack import open_pack
from tests.packs import ABOUT, COMMIT, CREATED, DIGEST, key
from tests.signing import pair

COUNT = 10_000
SIZES = (200, 10_000, 100_000)
_NOW = "2026-11-22T00:00:00Z"


def table(place: Path, times: int) -> Iterator[str]:
    """Yield the rows: each size, with one line for all files in the index and with one for each."""
    yield f"| {COUNT:,} files of | lines of the index | `sha256sum -c` s | seal alone | with signatures |"
    yield "|---|---|---|---|---|"
    for size in SIZES:
        for lines in (1, COUNT):
            pack = make(place / "pack", size, lines)
            summed, sealed, verified = measure(pack, times)
            yield (
                f"| {size:,} bytes | {lines:,} | {summed.wall:.2f} | {sealed.wall / summed.wall:.2f} x |"
                f" {verified.wall / summed.wall:.2f} x |"
            )
            shutil.rmtree(pack)


def measure(pack: Path, times: int) -> tuple[Cost, Cost, Cost]:
    """Return what the tool, the seal alone and everything cost, each as a whole process."""
    public = pack.parent / "ci.pub"
    public.write_text(pair("ci", "EdDSA").public)
    verify: list[str | Path] = [sys.executable, "-m", "gatelib", "evidence", "verify", pack]
    commands: tuple[list[str | Path], ...] = (
        ["sha256sum", "-c", "--quiet", manifest.NAME],
        [*verify, "--manifest-only"],
        [*verify, "--producer", f"ci={public}", "--now", _NOW],
    )
    run(commands[0], cwd=pack, times=1)  # so that all find the files in memory
    summed, sealed, verified = (run(command, cwd=pack, times=times) for command in commands)
    if any(cost.code for cost in (summed, sealed, verified)):
        raise RuntimeError("a pack that was made to hold does not")
    return summed, sealed, verified


def make(pack: Path, size: int, lines: int) -> Path:
    """Write a sealed pack of :data:`COUNT` files, signed for in that many lines."""
    chance = random.Random(size)
    building.init(pack, **ABOUT, layout=layout.shipped())
    for number in range(COUNT):
        place = pack / f"tests/{number // 100}/{number % 100}.xml"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(chance.randbytes(size))
    with open_pack(pack) as opened:
        digests = opened.scan(lambda path: False, lambda *_: None).digests()
    binding = index.Binding(
        producer="ci",
        service=ABOUT["service"],
        version=ABOUT["version"],
        commit=COMMIT,
        images=(DIGEST,),
        created=CREATED,
    )
    signer, paths = key(), sorted(digests)
    step = COUNT // lines
    with (pack / "index.jsonl").open("wb") as file:
        for start in range(0, COUNT, step):
            file.write(
                index.signed({path: digests[path] for path in paths[start : start + step]}, binding, signer)
            )
    building.seal(pack)
    return pack
