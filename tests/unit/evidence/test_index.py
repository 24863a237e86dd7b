"""``index.jsonl``: what an entry is worth."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from gatelib import dsse
from gatelib.errors import SignatureError
from gatelib.evidence import index
from gatelib.trust import Party
from tests.packs import ABOUT, BOUND, CREATED, DIGEST, fingerprint, key, payload, producer

A, B = "a" * 64, "b" * 64
BINDING = index.Binding(
    producer="ci",
    service=ABOUT["service"],
    version=ABOUT["version"],
    commit=ABOUT["commit"],
    images=(DIGEST,),
    created=CREATED,
)
LINE = index.signed({"scans/a": A, "tests/b": B}, BINDING, key())
FOUND = {"scans/a": A, "tests/b": B}


def verified(line: bytes, *producers: Party, digests: dict[str, str] | None = None) -> list[dict[str, Any]]:
    return list(index.verified(line, FOUND if digests is None else digests, producers or [producer()]))


def rejected(file: str, reason: str) -> dict[str, str]:
    return {"type": "rejected", "file": file, "reason": reason}


def entries(name: str = "ci") -> list[dict[str, Any]]:
    """Return what the line is worth that a key has signed."""
    return [{"type": "entry", "file": path, **BOUND, "key": fingerprint(name)} for path in FOUND]


ENTRIES = entries()


def test_a_line_is_a_statement_in_an_envelope() -> None:
    envelope = json.loads(LINE)
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert LINE.endswith(b"\n") and LINE.count(b"\n") == 1
    assert json.loads(payload(LINE)) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": "scans/a", "digest": {"sha256": A}},
            {"name": "tests/b", "digest": {"sha256": B}},
        ],
        "predicateType": "https://gatelib.dev/evidence/v1",
        "predicate": {**BOUND},
    }


def test_what_a_trusted_producer_signed_counts() -> None:
    assert verified(LINE) == ENTRIES
    assert verified(LINE, producer("other"), producer("ci", "scans/*", "tests/*")) == ENTRIES


def test_the_same_line_twice_is_one() -> None:
    assert verified(LINE + b"\n" + LINE) == ENTRIES


def test_a_producer_counts_only_for_its_files() -> None:
    assert verified(LINE, producer("ci", "scans/*")) == [
        ENTRIES[0],
        rejected("tests/b", "`ci` is not trusted with it"),
    ]


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [("*", True), ("scans/*", True), ("s*a", True), ("scans/a", True), ("*/a", True), ("scans/?", False),
     ("scans", False), ("cans/a", False), ("s.*", False),
     ("scans/[a]", False), ("SCANS/*", False), ("scans.a", False), ("", False)],
)  # fmt: skip
def test_in_a_pattern_a_star_stands_for_anything(pattern: str, fits: bool) -> None:
    line = index.signed({"scans/a": A}, BINDING, key())
    assert verified(line, producer("ci", pattern)) == [
        ENTRIES[0] if fits else rejected("scans/a", "`ci` is not trusted with it")
    ]
    spanning = index.signed({"scans/x\ny/a": A}, BINDING, key())
    assert [
        entry["type"] for entry in verified(spanning, producer("ci", "s*a"), digests={"scans/x\ny/a": A})
    ] == ["entry"]


def test_another_content_and_a_missing_file_are_rejected() -> None:
    assert verified(LINE, digests={"scans/a": B}) == [
        rejected("scans/a", "`ci` has signed another content"),
        rejected("tests/b", "it is not in the pack"),
    ]


def signed_anew(change: Callable[[dict[str, Any]], None], payload_type: str = dsse.IN_TOTO) -> bytes:
    """Return a line that the producer's own key has signed, with another payload."""
    statement = json.loads(payload(LINE))
    change(statement)
    return dsse.sign(json.dumps(statement).encode(), payload_type, [key()]).to_json() + b"\n"


def in_envelope(**changes: Any) -> bytes:
    """Return a line whose envelope was changed afterwards."""
    return json.dumps({**json.loads(LINE), **changes}).encode() + b"\n"


def other_payload() -> bytes:
    other = payload(LINE).replace(A.encode(), B.encode())
    return in_envelope(payload=base64.b64encode(other).decode())


NO_STATEMENT = "is no statement about evidence"
UNSIGNED = "has no signature of `ci` that holds"
LINES: dict[str, tuple[bytes, str]] = {
    "payload changed": (other_payload(), UNSIGNED),
    "payload type changed": (in_envelope(payloadType="application/json"), "is no in-toto Statement"),
    "another payload type, signed": (
        signed_anew(lambda _: None, "application/vnd.in-toto+json; x"),
        "is no in-toto Statement",
    ),
    "no signature": (in_envelope(signatures=[]), UNSIGNED),
    "another's signature": (index.signed(FOUND, BINDING, key("mallory")), UNSIGNED),
    "no envelope": (b"{}\n", "is no DSSE envelope"),
    "no JSON": (b"x\n", "is no DSSE envelope: "),
    "cut off": (LINE[:200] + b"\n", ""),
    "no payload": (in_envelope(payload=base64.b64encode(b"x").decode()), "has a payload that is no JSON"),
    "another predicate type": (
        signed_anew(lambda entry: entry.update(predicateType="https://slsa.dev/provenance/v1")),
        NO_STATEMENT,
    ),
    "another statement type": (
        signed_anew(lambda entry: entry.update(_type="https://in-toto.io/Statement/v0.1")),
        NO_STATEMENT,
    ),
    "more keys": (signed_anew(lambda entry: entry.update(more=1)), NO_STATEMENT),
    "no subject": (signed_anew(lambda entry: entry.update(subject=[])), NO_STATEMENT),
    "no producer": (signed_anew(lambda entry: entry["predicate"].pop("producer")), NO_STATEMENT),
    "more predicate": (signed_anew(lambda entry: entry["predicate"].update(x=1)), NO_STATEMENT),
    "images no list": (signed_anew(lambda entry: entry["predicate"].update(images="x")), NO_STATEMENT),
    "image no text": (signed_anew(lambda entry: entry["predicate"].update(images=[1])), NO_STATEMENT),
    "commit no text": (signed_anew(lambda entry: entry["predicate"].update(commit=None)), NO_STATEMENT),
    "another hash": (
        signed_anew(lambda entry: entry["subject"][0].update(digest={"sha1": "a" * 40})),
        "has a subject that is no file with its SHA-256",
    ),
    "hash in capitals": (
        signed_anew(lambda entry: entry["subject"][0].update(digest={"sha256": "A" * 64})),
        "has a subject that is no file with its SHA-256",
    ),
    "another producer": (
        signed_anew(lambda entry: entry["predicate"].update(producer="mallory")),
        "is of the producer `mallory`, who is not trusted",
    ),
}


@pytest.mark.parametrize("case", LINES)
def test_a_line_that_proves_nothing_is_rejected_as_a_whole(case: str) -> None:
    line, reason = LINES[case]
    found = verified(LINE + line)
    assert found[:2] == ENTRIES
    assert [(entry["type"], entry["file"]) for entry in found[2:]] == [("rejected", "index.jsonl")]
    assert found[2]["reason"].startswith(f"line 2 {reason}")


def test_a_producer_cannot_sign_in_the_name_of_another() -> None:
    line = index.signed(FOUND, index.Binding(**{**_fields(), "producer": "trivy"}), key("ci"))
    assert verified(line, producer("ci"), producer("trivy")) == [
        rejected("index.jsonl", "line 1 has no signature of `trivy` that holds")
    ]


def _fields() -> dict[str, Any]:
    return {name: getattr(BINDING, name) for name in index.KEYS}


def test_a_second_key_of_a_producer_counts_during_a_rotation() -> None:
    old, new = producer("ci", key="old"), producer("ci", key="new")
    both = Party(name="ci", keys=(*old.keys, *new.keys), files=("*",))
    for name in ("old", "new"):
        assert verified(index.signed(FOUND, BINDING, key(name)), both) == entries(name)


def test_claims_are_read_without_keys() -> None:
    assert list(index.claimed(LINE)) == [("scans/a", A, "ci"), ("tests/b", B, "ci")]
    with pytest.raises(SignatureError, match="is no DSSE envelope"):
        list(index.claimed(LINE + b"{}\n"))


@pytest.mark.parametrize("place", range(0, len(LINE) - 1, 7))
def test_a_flipped_byte_never_counts_for_more(place: int) -> None:
    changed = LINE[:place] + bytes([LINE[place] ^ 1]) + LINE[place + 1 :]
    found = verified(changed)
    assert all(entry["type"] == "rejected" for entry in found) or found == ENTRIES


def test_many_lines_are_worth_what_each_is_alone() -> None:
    digests = {f"scans/{number}": f"{number:064x}" for number in range(1100)}
    lines = [
        index.signed({path: digest}, BINDING, key("ci" if number % 100 else "mallory"))
        for number, (path, digest) in enumerate(digests.items())
    ]
    alone = [found for line in lines for found in verified(line, digests=digests)]
    together = verified(b"".join(lines), digests=digests)
    assert [found for found in together if found["type"] == "entry"] == [
        found for found in alone if found["type"] == "entry"
    ]
    assert [found["reason"] for found in together if found["type"] == "rejected"] == [
        f"line {number} {UNSIGNED}" for number in range(1, 1101, 100)
    ]
