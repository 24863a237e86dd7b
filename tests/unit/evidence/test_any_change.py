"""Whatever stands in a file: it is reduced to facts of the schema, or said to be unreadable."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib.errors import EvidenceError
from gatelib.evidence import signatures
from gatelib.evidence.formats import content
from tests.budget import budget
from tests.unit.evidence.stored import changed, reduced, stored
from tests.unit.evidence.test_signatures import TRUST

SAMPLES: Final = {
    "analysis-run": "analysis-run/one.yaml",
    "k6": "k6/summary-export.json",
    "k6 data": "k6/handle-summary.json",
    "infracost": "infracost/diff.json",
    "conftest": "conftest/fail.json",
    "cosign": "cosign/cosign-2-signature.jsonl",
    "cosign bundle": "cosign/cosign-2-blob-bundle.json",
    "cosign attestation": "cosign/cosign-2-attest-bundle.json",
    "cosign verify": "cosign/cosign-3-verify.json",
    "falco": "falco/quiet.jsonl",
}
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
) | st.sampled_from(
    ["", "x", "sha256:ab", "2026-11-21T10:00:00Z", "Failed", "-1", "https://slsa.dev/provenance/v1"]
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key in value:
            yield from paths(value[key], (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from paths(inner, (*path, place))


def sample(name: str) -> Any:
    data = stored(SAMPLES[name])
    if name == "analysis-run":
        return yaml.safe_load(data)
    return json.loads(data.splitlines()[0] if SAMPLES[name].endswith("jsonl") else data)


def tried(value: Any, expected: str) -> None:
    data = json.dumps(value).encode()
    with contextlib.suppress(EvidenceError):
        reduced(data, expected)
    with contextlib.suppress(EvidenceError):
        signatures.verify("file", data, content.json(data)[0], TRUST)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=budget(60, 500), deadline=None)
@given(st.data())
def test_any_value_in_any_place(name: str, data: st.DataObject) -> None:
    whole = sample(name)
    path = data.draw(st.sampled_from(sorted(paths(whole), key=str)))
    tried(changed(whole, path, data.draw(VALUES)), name.split()[0])


@pytest.mark.parametrize("number", [0, 1, 3])
@settings(max_examples=budget(60, 500), deadline=None)
@given(st.data())
def test_any_value_in_any_place_of_a_statement(number: int, data: st.DataObject) -> None:
    envelope = json.loads(stored("in-toto/cosign-2.jsonl").splitlines()[number])
    statement = json.loads(base64.b64decode(envelope["payload"]))
    path = data.draw(st.sampled_from(sorted(paths(statement), key=str)))
    statement = changed(statement, path, data.draw(VALUES))
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    tried(statement, "in-toto")
    tried({**envelope, "payload": payload}, "in-toto")


@settings(max_examples=budget(100, 500), deadline=None)
@given(VALUES | st.binary(max_size=40))
def test_anything_at_all(value: Any) -> None:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    for name in {name.split()[0] for name in SAMPLES} | {"in-toto", "slsa-provenance", "gatelib-report"}:
        with contextlib.suppress(EvidenceError):
            reduced(data, name)
