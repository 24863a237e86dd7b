"""From the bytes of a file to its documents."""

from __future__ import annotations

from gatelib.errors import LoadError
from gatelib.loader.encoding import to_utf8
from gatelib.loader.json_reader import looks_like_json, read_json
from gatelib.loader.model import Limits, Loaded, RawDocument
from gatelib.loader.problems import Fault
from gatelib.loader.yaml_reader import read_yaml

_DEFAULT = Limits()


def load(data: bytes, *, limits: Limits = _DEFAULT) -> Loaded:
    """Read a YAML or JSON stream as kubectl does, and more strictly where kubectl would lose something.

    What is stricter: duplicate keys, in JSON too; every document of a stream counts, however it is
    separated; NaN, infinities and halves of surrogate pairs in JSON. Bad input is an error in the
    result, never an exception.

    Raises:
        UsageError: PyYAML is installed without libyaml.
    """
    documents: list[RawDocument] = []
    try:
        utf8 = to_utf8(data, limits.max_bytes)
    except LoadError as error:
        return Loaded((), error)
    try:
        if not (looks_like_json(utf8) and _read_json(utf8, limits, documents)):
            read_yaml(utf8, limits, documents)
    except Fault as fault:
        return Loaded(tuple(documents), fault.located(utf8.decode("utf-8", "replace")))
    return Loaded(tuple(documents), None)


def _read_json(utf8: bytes, limits: Limits, documents: list[RawDocument]) -> bool:
    try:
        text = utf8.decode()
    except UnicodeDecodeError:
        return False  # the YAML reader says where
    return read_json(text, limits, documents)
