"""The form of an entry, its bytes and its hash."""

from __future__ import annotations

import hashlib
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from gatelib import resources
from gatelib.errors import UsageError
from gatelib.ledger import Entry, New
from gatelib.ledger.entry import MOST_BYTES, canonical, digest, genesis, line, parse

SHA = f"sha256:{'a' * 64}"
AT = "2026-11-22T12:00:00Z"
LINE = (
    b'{"evidence":{"MANIFEST.sha256":"' + SHA.encode() + b'"},"previous_hash":"' + b"b" * 64 + b'",'
    b'"timestamp":"2026-11-22T12:00:00Z","type":"release"}'
)
SCHEMA = Draft7Validator(orjson.loads(resources.schema("ledger-entry.json").read_bytes()))


def test_an_entry_has_one_spelling_and_its_hash_is_that_of_its_bytes() -> None:
    assert line(New("release", {"MANIFEST.sha256": SHA}), AT, "b" * 64) == LINE
    assert digest(LINE) == hashlib.sha256(LINE).hexdigest()
    assert parse(LINE) == Entry(AT, "release", "b" * 64, {"MANIFEST.sha256": SHA})
    SCHEMA.validate(json.loads(LINE))


def test_the_first_entry_follows_the_name_of_its_ledger() -> None:
    assert genesis("payments") == hashlib.sha256(b"gatelib.dev/ledger/v1\npayments").hexdigest()


@pytest.mark.parametrize("name", ["", "a b", "a\n", "../audit", "-a", "x" * 65])
def test_a_ledger_has_a_plain_name(name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a ledger"):
        genesis(name)


@pytest.mark.parametrize("type_", ["release", "ci-attestation", "a1-2b", "x" * 64])
def test_a_type_is_words_joined_by_hyphens(type_: str) -> None:
    assert New(type_, {"a": SHA}).type == type_


@pytest.mark.parametrize(
    "type_", ["", "Release", "ci_attestation", "-a", "a-", "a--b", "1a", "a\n", "x" * 65]
)
def test_anything_else_is_no_type(type_: str) -> None:
    with pytest.raises(UsageError, match="the entry's type is no word in lower case"):
        New(type_, {"a": SHA})


@pytest.mark.parametrize(
    "evidence",
    [
        {},
        {"": SHA},
        {"a\nb": SHA},
        {"a\x85": SHA},
        {"\ud800": SHA},
        {"\U0001f600": SHA},
        {"x" * 513: SHA},
        {"a": "a" * 64},
        {"a": SHA.upper()},
        {"a": SHA + "\n"},
        {"a": "sha512:" + "a" * 128},
        {"a": 1},
        {1: SHA},
    ],
    ids=range(13),
)
def test_evidence_is_named_by_its_digest(evidence: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="the entry's evidence "):
        New("release", evidence)


def test_an_entry_that_copies_its_evidence_is_too_large() -> None:
    many = {f"{number:05}": SHA for number in range(MOST_BYTES // 80)}
    with pytest.raises(UsageError, match="and 65,536 are the most"):
        line(New("release", many), AT, "b" * 64)


@pytest.mark.parametrize(
    ("was", "spelled", "why"),
    [
        (b"", b"", "is longer than any entry"),
        (b"12:00:00", b"12:00:60", "has a `timestamp` of the wrong form"),
        (b"12:00:00Z", b"12:00:00z", "has a `timestamp` of the wrong form"),
        (b"12:00:00Z", b"12:00:00.5Z", "has a `timestamp` of the wrong form"),
        (b"2026-11-22", b"2026-02-29", "has a `timestamp` of no day"),
        (b"b" * 64, b"B" * 64, "has a `previous_hash` of the wrong form"),
        (b'"release"', b"1", "its type is no word in lower case, or several joined by hyphens"),
        (b'"type"', b'"kind"', "has not exactly the keys evidence, previous_hash, timestamp, type"),
        (b',"type":"release"', b"", "has not exactly the keys evidence, previous_hash, timestamp, type"),
        (b'{"MANIFEST', b'{"MANIFEST.sha256":"","MANIFEST', "is spelled in another way than gatelib writes"),
        (b'"type"', b' "type"', "is spelled in another way than gatelib writes"),
        (b"MANIFEST", b"\\u004dANIFEST", "is spelled in another way than gatelib writes"),
        (b"}", b"", "is no JSON"),
    ],
)
def test_a_line_that_is_no_entry_says_why(was: bytes, spelled: bytes, why: str) -> None:
    content = LINE.replace(was, spelled) if was else LINE + b" " * MOST_BYTES
    with pytest.raises(ValueError, match=why):
        parse(content)


names = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
digests = st.binary(min_size=32, max_size=32).map(lambda data: f"sha256:{data.hex()}")


@given(st.dictionaries(names, digests, min_size=1, max_size=5))
def test_what_is_written_is_read_back_and_sorted_as_rfc_8785_does(evidence: dict[str, str]) -> None:
    content = line(New("release", evidence), AT, "b" * 64)
    assert parse(content) == Entry(AT, "release", "b" * 64, evidence)
    in_order = {name: evidence[name] for name in sorted(evidence, key=lambda name: name.encode("utf-16-be"))}
    assert list(json.loads(content)["evidence"]) == list(in_order)
    assert canonical(parse(content)) == content
