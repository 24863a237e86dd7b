"""Where values are written."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib.loader import Path, Position, load, locate
from gatelib.loader.yaml_outline import cut
from tests.budget import budget
from tests.paths import CORPUS, needs_corpus
from tests.unit.loader.mutation import mutate

POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: x, labels: {a: b,
  c: d}}
spec:
  containers:
  - name: a
    args: ["x", 'y']
    command: |
      sleep
    empty:
  -
    - q
    - 1: yes
      true: z
  -
---
base: &b
  p: true
  q: {r: s}
use:
  <<: *b
  t: *b
  q: 1
"""


def marked(data: bytes, ordinal: int, *path: str | int) -> tuple[int, int, str]:
    """Return the line, the column and what the caret is under."""
    [place] = locate(data, [(ordinal, path)])
    return place.line, place.column, place.text[place.column - 1 : place.end_column - 1]


def test_a_position_has_its_line_for_a_caret() -> None:
    assert locate(POD, [(0, ("kind",))]) == [Position(2, 7, 10, "kind: Pod")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), (1, 1, "apiVersion")),
        (("metadata",), (3, 11, "{name: x, labels: {a: b,")),
        (("metadata", "labels", "c"), (4, 6, "d")),
        (("spec",), (5, 1, "spec")),
        (("spec", "containers"), (6, 3, "containers")),
        (("spec", "containers", 0), (7, 5, "name")),
        (("spec", "containers", 0, "args"), (8, 11, "[\"x\", 'y']")),
        (("spec", "containers", 0, "args", 1), (8, 17, "'y'")),
        (("spec", "containers", 0, "command"), (9, 14, "|")),
        (("spec", "containers", 0, "empty"), (11, 5, "empty")),
        (("spec", "containers", 1), (13, 5, "-")),
        (("spec", "containers", 1, 1, "1"), (14, 10, "yes")),
        (("spec", "containers", 1, 1, "true"), (15, 13, "z")),
        (("spec", "containers", 2), (16, 3, "-")),
    ],
)
def test_values_are_at_their_start_and_block_collections_at_their_key(path: Path, expected: object) -> None:
    assert marked(POD, 0, *path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("use", "p"), (19, 6, "true")),
        (("use", "q"), (24, 6, "1")),
        (("use", "t"), (23, 6, "*b")),
        (("use", "t", "q", "r"), (20, 10, "s")),
    ],
)
def test_the_last_step_decides_between_an_alias_and_its_anchor(path: Path, expected: object) -> None:
    assert marked(POD, 1, *path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("spec", "replicas"), (5, 1, "spec")),
        (("spec", "containers", 9, "x"), (6, 3, "containers")),
        (("kind", "x"), (2, 7, "Pod")),
        (("nothing",), (1, 1, "apiVersion")),
    ],
)
def test_what_does_not_exist_is_at_the_deepest_ancestor_that_does(path: Path, expected: object) -> None:
    assert marked(POD, 0, *path) == expected


def test_a_document_that_does_not_exist_is_at_the_start_of_the_file() -> None:
    assert locate(POD, [(7, ("a",))]) == [Position(1, 1, 2, "apiVersion: v1")]


def test_json_documents_are_found_back_to_back() -> None:
    data = b' {"a": [1, {"b": "x"}],\r\n "c": {"d":\n null}}\n[3]{"z": 1}'
    assert marked(data, 0) == (1, 2, '{"a": [1, {"b": "x"}],')
    assert marked(data, 0, "a", 1, "b") == (1, 18, '"x"')
    assert marked(data, 0, "c", "d") == (3, 2, "null")
    assert marked(data, 1, 0) == (4, 2, "3")
    assert marked(data, 2, "z") == (4, 10, "1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_change_nothing(encoding: str, end: str) -> None:
    data = "a: 1\n---\nä: '\u2028'\nö:\n- ü: x # 😀\n".replace("\n", end).encode(encoding)
    assert locate(data, [(1, ("ö", 0, "ü"))]) == [Position(5, 6, 7, "- ü: x # 😀")]


def paths(value: Any, path: Path = ()) -> list[Path]:
    found = [path]
    if isinstance(value, dict):
        for key in value:
            found += paths(value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += paths(item, (*path, index))
    return found


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def is_scalar(value: Any) -> bool:
    return not isinstance(value, dict | list)


WORDS = st.text(alphabet="ab:- #'\"1.é\u2028😀\n\\{[&*!|>%@", max_size=6)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-99, 99), WORDS)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=12,
)


@settings(max_examples=budget(300, 10_000), deadline=None)
@given(
    st.lists(st.dictionaries(WORDS, TREES, min_size=1, max_size=3), min_size=1, max_size=3),
    st.sampled_from([None, True, False, "json"]),
    st.randoms(use_true_random=False),
)
def test_what_is_written_at_a_position_is_the_value(
    documents: list[Any], style: Any, chance: random.Random
) -> None:
    if style == "json":
        text = "\n".join(
            json.dumps(document, indent=chance.choice([None, 1]), ensure_ascii=False)
            for document in documents
        )
    else:
        text = yaml.dump_all(
            documents, default_flow_style=style, allow_unicode=True, width=1000, explicit_start=True
        )
    data = text.encode()
    loaded = load(data)
    if loaded.error:  # a key of several lines, which YAML dumps and nobody takes
        return
    wanted = [(found.ordinal, path) for found in loaded.documents for path in paths(found.value)]
    places = locate(data, wanted)
    for (ordinal, path), place in zip(wanted, places, strict=True):
        value = at(loaded.documents[ordinal].value, path)
        shown = place.text[place.column - 1 : place.end_column - 1]
        if is_scalar(value) and not (isinstance(value, str) and ("\n" in value or "\u2028" in value)):
            assert [d.value for d in load(f"- {shown}".encode()).documents] == [[value]], (path, place)
    chance.shuffle(wanted)
    assert dict(zip(wanted, locate(data, wanted), strict=True)) == {
        one: locate(data, [one])[0] for one in wanted
    }


@needs_corpus
def test_mutated_manifests_are_cut_where_the_parser_cuts_them() -> None:
    files = [path for path in sorted((CORPUS / "nasty").iterdir()) if path.stat().st_size < 10_000]
    for seed in range(budget(300, 20_000)):
        source = random.Random(seed).choice(files).read_bytes().decode("utf-8", "ignore")
        data = mutate(source, seed)
        loaded = load(data)
        if loaded.error or data.lstrip()[:1] in (b"{", b"["):
            continue
        pieces = [load(data.decode()[start:end].encode()) for start, end in cut(data.decode())]
        assert [d.value for p in pieces for d in p.documents] == [d.value for d in loaded.documents], seed
        wanted = [(d.ordinal, path) for d in loaded.documents for path in paths(d.value)]
        together = locate(data, wanted)
        for document, path, place in zip(
            [d for d in loaded.documents for _ in paths(d.value)],
            [w[1] for w in wanted],
            together,
            strict=True,
        ):
            if path == ():
                assert place.line == document.line, seed
        pick = random.Random(seed).sample(range(len(wanted)), min(5, len(wanted)))
        assert [locate(data, [wanted[i]])[0] for i in pick] == [together[i] for i in pick], seed
