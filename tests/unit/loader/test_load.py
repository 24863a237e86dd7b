"""What `load` makes of a file."""

from __future__ import annotations

import codecs
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gatelib.loader
from gatelib.loader import Limits, Loaded, RawDocument, load, locate
from tests.budget import budget
from tests.unit.loader.mutation import mutate


def values(text: str | bytes) -> list[Any]:
    loaded = load(text.encode() if isinstance(text, str) else text)
    assert loaded.error is None, loaded.error
    return [document.value for document in loaded.documents]


def test_the_package_exports_its_interface_and_nothing_else() -> None:
    names = ["JSON", "Limits", "Loaded", "Path", "Position", "RawDocument", "load", "locate"]
    assert sorted(gatelib.loader.__all__) == names


def test_empty_documents_count_and_are_not_returned() -> None:
    assert load(b"---\n---\n# two\na: 1\n---\n\n---\n\nb: 2\n") == Loaded(
        (RawDocument(1, {"a": 1}, 4), RawDocument(3, {"b": 2}, 9)), None
    )


def test_json_documents_stand_back_to_back() -> None:
    assert load(b'\n{"a": 1}\n{"b": [2]} null\n[3]') == Loaded(
        (RawDocument(0, {"a": 1}, 2), RawDocument(1, {"b": [2]}, 3), RawDocument(3, [3], 4)), None
    )


def test_documents_in_front_of_an_error_are_returned() -> None:
    loaded = load(b"a: 1\n---\nb: [\n")
    assert loaded.documents == (RawDocument(0, {"a": 1}, 1),)
    assert loaded.error and loaded.error.code == "GL-ERR-103"


def test_an_empty_file_has_no_documents() -> None:
    assert load(b"") == load(b"\n# nothing\n") == Loaded((), None)


@pytest.mark.parametrize("encode", [codecs.BOM_UTF8.__add__, lambda b: b.decode().encode("utf-16")])
def test_a_byte_order_mark_changes_nothing(encode: Any) -> None:
    data = "a: é\n---\n- yes\n".encode()
    assert load(encode(data)) == load(data)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_change_nothing(end: str) -> None:
    text = "a: 1\n---\n\nb: |\n  x\n  y\n"
    assert load(text.replace("\n", end).encode()) == load(text.encode())


def test_line_ends_that_only_yaml_knows_are_not_counted() -> None:
    assert load("a: 'x\u2028  y'\n---\nb: 1\n".encode()).documents[1].line == 3


def test_numbers_are_written_as_kubectl_writes_them() -> None:
    text = "[1e3, 1.0, 1.5, -0.0, 0777, 0x1F, 08, 1_000, 18446744073709551615, 1e999, 0b-11]"
    found = values(text)[0]
    assert found == [1000, 1, 1.5, 0, 511, 31, 8, 1000, 18446744073709551615, "1e999", -3]
    assert [type(number) for number in found[:4]] == [int, int, float, int]


def test_json_numbers_are_written_as_kubectl_writes_them() -> None:
    assert values('{"a": [1.0, 1e2, 18446744073709551616, -0]}') == [
        {"a": [1, 100, 18446744073709551616.0, 0]}
    ]


def test_keys_are_strings_as_kubectl_writes_them() -> None:
    text = "{1: a, yes: b, 1.5: c, 1e6: d, 0x10: e, .NaN: f, 2020-01-01: g, !!int '7': h, 123456.5: i}"
    keys = ["1", "true", "1.5", "1e+06", "16", ".nan", "2020-01-01", "7", "123456.5"]
    assert list(values(text)[0]) == keys


def test_what_only_starts_like_json_is_yaml() -> None:
    assert values('{"a": [1e999 x, NaN], b: c}') == [{"a": ["1e999 x", "NaN"], "b": "c"}]
    assert values('{"a": 1}\n---\n{"b": 2} # two') == [{"a": 1}, {"b": 2}]


def test_integers_of_any_length_are_read_and_located() -> None:
    digits = "1" + "0" * 300
    assert values(f'{{"a": {digits}}}') == values(f"a: {digits}") == [{"a": 1e300}]
    assert locate(f'{{"a": {"0" * 1}, "b": {digits}, "c": [{"1" * 9000}, 2]}}'.encode(), [(0, ("c", 1))])[
        0
    ].text


def test_a_merge_wins_over_keys_in_front_and_loses_to_keys_behind() -> None:
    text = "x: &x {a: 1, b: 2}\nw: {b: 3, <<: *x, a: 4}\n"
    assert values(text)[0]["w"] == {"b": 2, "a": 4}


def test_the_first_of_merged_mappings_wins() -> None:
    text = "x: &x {a: 1}\ny: &y {a: 2, b: 2}\nw: {<<: [*x, *y]}\n"
    assert values(text)[0]["w"] == {"a": 1, "b": 2}


def test_tags_of_applications_mean_text_and_collections_as_they_stand() -> None:
    assert values("a: !foo 1\nb: !bar {x: 1}\nc: !!python/object:os.system [x]\nd: ! 12\n") == [
        {"a": "1", "b": {"x": 1}, "c": ["x"], "d": 12}
    ]


def test_binary_that_is_no_text_becomes_replacement_characters() -> None:
    assert values("a: !!binary 4oKsCv/+\n") == [{"a": "€\n\ufffd\ufffd"}]


def test_the_limits_can_be_set() -> None:
    assert load(b"a: 1", limits=Limits(max_bytes=4)).error is None
    error = load(b"a: 12", limits=Limits(max_bytes=4)).error
    assert error and error.code == "GL-ERR-102"
    assert load(b"[[1]]", limits=Limits(max_depth=2)).error is None
    for deep in (b"[[[1]]]", b"- - - 1", b"x: &x [1]\ny: [*x]", b'{"a": [[1]]}'):
        found = load(deep, limits=Limits(max_depth=1)).error
        assert found and found.code == "GL-ERR-106"


def test_aliases_are_paid_for_over_the_whole_file() -> None:
    document = b"a: &a [x, y]\nb: [*a, *a]\n---\n"
    assert load(document * 2, limits=Limits(max_alias_cost=200)).error is None
    error = load(document * 3, limits=Limits(max_alias_cost=200)).error
    assert error and error.code == "GL-ERR-107"


@settings(max_examples=budget(500, 100_000), deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    loaded = load(data)
    assert isinstance(loaded, Loaded)


@settings(max_examples=budget(500, 100_000), deadline=None)
@given(
    st.integers(0, 2**32), st.text(alphabet="ab01:- \n\"'{}[]&*!|>%#?,.<\\\t\r\ufeff\u2028~", max_size=120)
)
def test_no_text_makes_it_raise_and_the_place_of_an_error_is_in_it(seed: int, text: str) -> None:
    data = mutate(text, seed)
    error = load(data).error
    if error is not None and error.line is not None:
        assert 1 <= error.line <= len(data.splitlines()) + 1
