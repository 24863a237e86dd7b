"""Random damage to a signed bundle: what is accepted nevertheless says exactly what was signed."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from gatelib import keys
from gatelib.bundle import archive, loading
from gatelib.errors import BundleError
from gatelib.settings import parse_now
from tests import verdicts
from tests.acceptance.command import NOW
from tests.budget import budget
from tests.engines import need
from tests.forging import zipped
from tests.signing import pair
from tests.tampering.base import SIGNATURES, good

FLIPS = budget(100, 1000)
"""Of each kind: in the file as it is, and in its tar."""

AT_OPA = budget(40, 300)

STRUCTURED = ("data.json", ".manifest")
PACKED = archive.write(good())
PLAIN = gzip.decompress(PACKED)

Damage = Callable[[random.Random, bytearray, int], None]


def a_bit(chance: random.Random, data: bytearray, place: int) -> None:
    data[place] ^= 1 << chance.randrange(8)


def a_byte(chance: random.Random, data: bytearray, place: int) -> None:
    data[place] ^= chance.randrange(1, 256)


def a_letter(chance: random.Random, data: bytearray, place: int) -> None:
    data[place] = chance.choice(b" \n\t\"'0123456789abcdefABCDEF{}[],:-_=/.\\\0\xff")


def a_loss(chance: random.Random, data: bytearray, place: int) -> None:
    del data[place]


def an_insertion(chance: random.Random, data: bytearray, place: int) -> None:
    data.insert(place, chance.randrange(256))


def an_exchange(chance: random.Random, data: bytearray, place: int) -> None:
    other, length = chance.randrange(len(data)), chance.choice((1, 8, 512))
    one, two = data[place : place + length], data[other : other + length]
    data[place : place + len(two)], data[other : other + len(one)] = two, one


KINDS: tuple[Damage, ...] = (a_bit, a_byte, a_letter, a_loss, an_insertion, an_exchange)


def places(plain: bytes) -> Iterator[range]:
    """The headers of the tar, the contents of its files, and what is left between them."""
    place = 0
    while plain[place]:
        size = int(plain[place + 124 : place + 135], 8)
        end = place + 512 + -(-size // 512) * 512
        yield range(place, place + 512)
        yield range(place + 512, place + 512 + size)
        yield range(place + 512 + size, end)
        place = end
    yield range(place, len(plain))


AREAS = list(places(PLAIN))
HEADERS = AREAS[:-1:3]


def damaged(number: int) -> tuple[bytes, bytes]:
    """The bundle with a byte changed in its file, and one with a byte changed in its tar.

    A changed header of the tar gets the right checksum, mostly, since whoever means it would see to that.
    """
    chance = random.Random(number)
    packed, plain = bytearray(PACKED), bytearray(PLAIN)
    chance.choice(KINDS)(chance, packed, chance.randrange(len(packed)))
    area = chance.choice([area for area in AREAS if area])
    chance.choice(KINDS)(chance, plain, chance.choice(area))
    if len(plain) == len(PLAIN) and area in HEADERS and chance.random() < 0.7:
        header = plain[area.start : area.stop]
        header[148:156] = b" " * 8
        plain[area.start + 148 : area.start + 156] = b"%06o\0 " % sum(header)
    return bytes(packed), zipped(bytes(plain))


def verified(data: bytes) -> Mapping[str, bytes] | None:
    """The files of a bundle that gatelib takes."""
    key = keys.verification_key(pair("release").public.encode(), keyid="release")
    trust = loading.Trust(keys=(key,), scope="prod")
    moment = parse_now(NOW)
    assert moment is not None
    try:
        return loading.open_bundle(data, trust, now=moment).files
    except BundleError:
        return None


def said(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What files say, numbers as they spell them; the signature itself aside."""
    return {
        name: json.loads(content, parse_int=str, parse_float=str)
        if name.rpartition("/")[2] in STRUCTURED
        else content
        for name, content in files.items()
        if name != SIGNATURES
    }


def test_no_damaged_bundle_is_taken_for_something_else() -> None:
    counts: Counter[str] = Counter()
    expected = said(good())
    for number in range(FLIPS):
        for where, data in zip(("file", "tar"), damaged(number), strict=True):
            if data in (PACKED, zipped(PLAIN)):
                continue
            found = verified(data)
            counts[f"{where}: {'refused' if found is None else 'accepted, the same content'}"] += 1
            assert found is None or said(found) == expected, f"damage {number} to the {where}"
    print(dict(sorted(counts.items())))
    assert counts["file: refused"] > FLIPS * 0.9
    assert counts["tar: refused"] > FLIPS * 0.5


@pytest.fixture(scope="module")
def opas(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[bytes, bool]]:
    """Damaged bundles, and whether OPA takes each."""
    need("opa")
    bundles = [data for number in range(AT_OPA) for data in damaged(number)]
    keys = {"release": {"algorithm": "RS256", "key": pair("release").public}}
    found = verdicts.of_opa(bundles, tmp_path_factory.mktemp("opa"), keys)
    return [(data, not complaint) for data, complaint in zip(bundles, found, strict=True)]


def test_gatelib_takes_no_damaged_bundle_that_opa_refuses(opas: list[tuple[bytes, bool]]) -> None:
    counts = Counter((verified(data) is not None, taken) for data, taken in opas)
    print({f"gatelib {ours}, OPA {theirs}": number for (ours, theirs), number in sorted(counts.items())})
    assert counts[True, False] == 0
    assert counts[False, False] > 0
