"""What a bundle's signature says of a file: its digest, as Open Policy Agent takes it.

Files that OPA reads as data count by what they say, not by how they are spelt: keys sorted, no spaces,
strings in one spelling, numbers as the file spells them. All others count byte by byte.
See https://www.openpolicyagent.org/docs/management-bundles#signing.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from posixpath import basename
from typing import Any, Final

from gatelib.errors import BundleError

DEFAULT: Final = "SHA-256"

ALGORITHMS: Final = {
    "SHA-224": "sha224",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA-512-256": "sha512_256",
    "SHA-512-224": "sha512_224",
}
"""OPA's names to hashlib's. OPA takes MD5 and SHA-1 too, which prove nothing any more."""

MOST_LEVELS: Final = 100
"""Of objects and lists inside each other; the loader's limit for what is judged."""

_JSON: Final = frozenset({"data.json", ".manifest"})
_YAML: Final = frozenset({"data.yaml", "data.yml"})


class _Number(str):
    """A number as its file spells it."""

    __slots__ = ()


def digest(name: str, content: bytes, algorithm: str = DEFAULT) -> str:
    """Return the digest of a file of a bundle, in hexadecimal digits.

    Raises:
        BundleError: the algorithm is not acceptable, or a data file cannot be read.

    """
    if algorithm not in ALGORITHMS:
        raise BundleError(f"the signature uses the digest `{algorithm}` for `{name}`, which proves nothing")
    base = basename(name)
    if base in _JSON:
        content = _canonical(_numbers_as_spelt(name, content)).encode()
    elif base in _YAML:
        raise BundleError(
            f"`{name}` is nothing that a bundle of rules holds: readers make different data of YAML",
            hint="ship the data as JSON, as `opa build` does",
        )
    return hashlib.new(ALGORITHMS[algorithm], content, usedforsecurity=True).hexdigest()


def read_json(name: str, content: bytes, **hooks: Any) -> Any:
    """Return what a JSON file of a bundle says.

    ``hooks`` are those of :func:`json.loads`; without one, a number must be one that every engine can hold.

    Raises:
        BundleError: it is no JSON, has a key twice, a number that JSON does not know, or too many levels.

    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            raise ValueError("an object has a key twice")
        return found

    def no_constant(text: str) -> Any:
        raise ValueError(f"{text} is no number of JSON")

    try:
        text = content.decode("utf-8")
        value = json.loads(
            text,
            **{"parse_int": _integer, "parse_float": _fraction, **hooks},
            object_pairs_hook=pairs,
            parse_constant=no_constant,
        )
        _check_levels(value)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair has no UTF-8
    except (ValueError, RecursionError) as error:
        raise BundleError(f"`{name}` in the bundle is no JSON: {error}") from None
    return value


def refuse_look_alikes(name: str, value: Mapping[str, Any], fields: Iterable[str]) -> None:
    """Refuse keys that differ from a field of OPA's in capitals only: OPA takes them for the field.

    Raises:
        BundleError: there is one.

    """
    exact = {field.casefold(): field for field in fields}
    for key in value:
        if exact.get(key.casefold(), key) != key:
            raise BundleError(
                f"`{name}` in the bundle says `{key}`, which OPA reads as `{exact[key.casefold()]}`"
            )


def _integer(text: str) -> int:
    value = int(text)
    if not -(2**63) <= value < 2**64:
        raise ValueError(f"{text[:20]}… has more than 64 bits")
    return value


def _fraction(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


def _check_levels(value: Any) -> None:
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    if any(isinstance(inner, (dict, list)) for inner in level):
        raise ValueError(f"it has more than {MOST_LEVELS} levels")


def _numbers_as_spelt(name: str, content: bytes) -> Any:
    return read_json(name, content, parse_int=_Number, parse_float=_Number)


def _canonical(value: Any) -> str:
    match value:
        case dict():
            entries = (f"{_text(key)}:{_canonical(value[key])}" for key in sorted(value))
            return "{" + ",".join(entries) + "}"
        case list():
            return "[" + ",".join(_canonical(entry) for entry in value) + "]"
        case _Number():
            return str(value)
        case str():
            return _text(value)
        case _:
            return json.dumps(value)


def _text(value: str) -> str:
    """As Go's encoder writes it: U+2028 and U+2029 escaped, nothing else beyond what JSON demands."""
    escaped = json.dumps(value, ensure_ascii=False)
    return escaped.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
