from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from gatelib.errors import EvidenceError
from tests.unit.evidence.stored import API, changed, facts, reduced, stored

SHA = "5d41402abc4b2a76b9719d911017c592ae2f1b3c"
REPOSITORY = "https://github.com/intelgraph/api"
SUBJECTS = [{"name": "127.0.0.1:34349/intelgraph/api", "digest": API}]
V1 = "https://slsa.dev/provenance/v1"

BUILT = {
    "type": "provenance",
    "slsa": "v1",
    "subjects": SUBJECTS,
    "builder": f"{REPOSITORY}/.github/workflows/release.yml@refs/tags/v1.4.0",
    "build_type": "https://actions.github.io/buildtypes/workflow/v1",
    "source": {"uri": REPOSITORY, "ref": "refs/tags/v1.4.0", "commit": SHA},
    "materials": [
        {"uri": f"git+{REPOSITORY}@refs/tags/v1.4.0", "digest": f"gitCommit:{SHA}"},
        {
            "uri": "pkg:docker/ghcr.io/intelgraph/base@1.2?platform=linux%2Famd64",
            "digest": "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        },
    ],
    "reproducible": None,
    "hermetic": None,
    "started": "2026-11-21T10:00:00Z",
    "finished": "2026-11-21T10:04:30Z",
    "signed": True,
}
BUILT_02 = {
    "type": "provenance",
    "slsa": "v0.2",
    "subjects": SUBJECTS,
    "builder": (
        "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"
        "generator_container_slsa3.yml@refs/tags/v2.1.0"
    ),
    "build_type": "https://github.com/slsa-framework/slsa-github-generator/container@v1",
    "source": {"uri": REPOSITORY, "ref": "refs/tags/v1.4.0", "commit": SHA},
    "materials": [{"uri": f"git+{REPOSITORY}@refs/tags/v1.4.0", "digest": f"sha1:{SHA}"}],
    "reproducible": False,
    "hermetic": None,
    "started": "2026-11-21T10:00:00Z",
    "finished": "2026-11-21T10:04:30Z",
    "signed": True,
}


def stated(kind: str) -> dict[str, Any]:
    return {"type": "statement", "predicate_type": kind, "subjects": SUBJECTS, "signed": True}


def envelopes() -> list[Any]:
    return [json.loads(line) for line in stored("in-toto/cosign-2.jsonl").splitlines()]


def statement(number: int = 0) -> Any:
    return json.loads(base64.b64decode(envelopes()[number]["payload"]))


def source(predicate: Any) -> Any:
    """Return the source that is read of provenance v1."""
    bare = {**statement(), "predicate": predicate}
    return facts(bare, "slsa-provenance")[1]["source"]


def definition(parameters: Any, dependencies: Any = ()) -> Any:
    return {
        "buildDefinition": {
            "buildType": "https://example.com/build",
            "externalParameters": parameters,
            "resolvedDependencies": [*dependencies],
        },
        "runDetails": {"builder": {"id": "https://example.com/builder"}},
    }


def git(uri: str, commit: str = SHA) -> dict[str, Any]:
    return {"uri": uri, "digest": {"gitCommit": commit}}


def test_what_cosign_downloads_one_a_line() -> None:
    assert facts(stored("in-toto/cosign-2.jsonl"), "slsa-provenance") == [
        stated(V1),
        BUILT,
        stated("https://cyclonedx.org/bom"),
        stated("https://spdx.dev/Document"),
        stated("https://slsa.dev/provenance/v0.2"),
        BUILT_02,
    ]


def test_one_envelope_is_read_like_a_line() -> None:
    assert facts(envelopes()[0], "slsa-provenance") == [stated(V1), BUILT]


def test_a_bare_statement_is_not_signed() -> None:
    assert facts(statement(), "slsa-provenance") == [
        {**stated(V1), "signed": False},
        {**BUILT, "signed": False},
    ]


def test_statements_without_provenance_are_of_another_format() -> None:
    assert facts(envelopes()[1], "in-toto") == [stated("https://cyclonedx.org/bom")]
    assert reduced(envelopes()[1], "slsa-provenance").format == "in-toto"
    assert reduced(envelopes()[0]).format == "slsa-provenance"


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (["_type"], "https://in-toto.io/Statement/v2"),
        (["predicateType"], "https://slsa.dev/provenance/v0.1"),
        (["predicateType"], "https://slsa.dev/provenance/v2"),
        (["predicateType"], "https://slsa.dev/provenance/v1.x"),
        (["predicateType"], "https://slsa.dev/verification_summary/v1"),
        (["predicateType"], "https://example.com/mine"),
    ],
    ids=str,
)
def test_what_is_of_another_version_or_type_is_a_statement_alone(path: list[str], new: str) -> None:
    found = reduced(changed(statement(), path, new))
    kind = new if path == ["predicateType"] else V1
    assert list(found.facts) == [{**stated(kind), "signed": False}]


def test_provenance_of_a_later_minor_version_is_read() -> None:
    kind = "https://slsa.dev/provenance/v1.1"
    assert facts(changed(statement(), ["predicateType"], kind), "slsa-provenance") == [
        {**stated(kind), "signed": False},
        {**BUILT, "signed": False},
    ]


def test_each_digest_of_a_subject_stands_by_itself() -> None:
    subject = [
        {"name": "a", "digest": {"sha512": "00", "sha256": "11"}},
        {"digest": {"gitCommit": SHA}},
        {"name": None, "digest": {}},
    ]
    (fact,) = facts({**statement(1), "subject": subject}, "in-toto")
    assert fact["subjects"] == [
        {"name": "a", "digest": "sha256:11"},
        {"name": "a", "digest": "sha512:00"},
        {"name": "", "digest": f"gitCommit:{SHA}"},
    ]


@pytest.mark.parametrize(
    ("parameters", "dependencies", "want"),
    [
        (
            {"workflow": {"repository": REPOSITORY, "ref": "refs/heads/main"}},
            [git(f"git+{REPOSITORY}@refs/heads/main")],
            (REPOSITORY, "refs/heads/main", SHA),
        ),
        (
            {"configSource": {"uri": f"{REPOSITORY}.git#refs/heads/main", "digest": {"sha1": SHA}}},
            [],
            (f"{REPOSITORY}.git", "refs/heads/main", SHA),
        ),
        ({"sourceToBuild": {"repository": REPOSITORY}}, [git(f"git+{REPOSITORY}")], (REPOSITORY, "", SHA)),
        ({"source": f"git+{REPOSITORY}@v1"}, [git(f"git+{REPOSITORY}@v1")], (REPOSITORY, "v1", SHA)),
        (
            {"source": {"uri": "git+ssh://git@example.com/api@v1", "digest": {"gitCommit": SHA}}},
            [],
            ("ssh://git@example.com/api", "v1", SHA),
        ),
        ({}, [git(f"git+{REPOSITORY}@v1")], (REPOSITORY, "v1", SHA)),
        ({}, [git(f"git+{REPOSITORY}@v1"), git(f"git+{REPOSITORY}@v1")], (REPOSITORY, "v1", SHA)),
        (
            {},
            [{"uri": "git+https://example.com/a", "digest": {"sha1": SHA}}],
            ("https://example.com/a", "", SHA),
        ),
        ({}, [{"uri": "https://example.com/a.tar", "digest": {"sha1": SHA}}], ("", "", "")),
        ({}, [git(f"git+{REPOSITORY}@v1"), git("git+https://example.com/other")], ("", "", "")),
        (
            {"workflow": {"repository": REPOSITORY}},
            [git("git+https://example.com/other")],
            (REPOSITORY, "", ""),
        ),
        (
            {"workflow": {"repository": REPOSITORY}},
            [git(f"git+{REPOSITORY}"), git(f"git+{REPOSITORY}", "0" * 40)],
            (REPOSITORY, "", ""),
        ),
        (None, [], ("", "", "")),
        ({"workflow": 7, "source": {"uri": []}}, [], ("", "", "")),
        ({"source": {"uri": "x", "digest": {"gitCommit": 7}}}, [], ("x", "", "")),
    ],
    ids=str,
)
def test_the_source_of_a_build(parameters: Any, dependencies: Any, want: tuple[str, str, str]) -> None:
    assert source(definition(parameters, dependencies)) == dict(
        zip(("uri", "ref", "commit"), want, strict=True)
    )


def test_what_buildkit_says_of_a_build() -> None:
    built = definition({}, [{"uri": "pkg:docker/alpine@3", "digest": {}}])
    built["runDetails"]["metadata"] = {"buildkit_hermetic": True, "buildkit_reproducible": False}
    fact = facts({**statement(), "predicate": built}, "slsa-provenance")[1]
    assert (fact["hermetic"], fact["reproducible"]) == (True, False)
    assert fact["materials"] == [{"uri": "pkg:docker/alpine@3", "digest": ""}]
    older = statement(3)
    older["predicate"]["metadata"] = {
        "https://mobyproject.org/buildkit@v1#hermetic": True,
        "reproducible": "yes",
    }
    fact = facts(older, "slsa-provenance")[1]
    assert (fact["hermetic"], fact["reproducible"]) == (True, None)


@pytest.mark.parametrize(
    ("number", "path", "new", "message"),
    [
        (0, ["subject"], {}, "is no in-toto Statement: `subject` must be a list"),
        (0, ["subject", 0, "digest"], ..., "is no in-toto Statement: `subject.0` lacks `digest`"),
        (0, ["subject", 0, "digest", "sha256"], 7, "`subject.0.digest.sha256` must be a string"),
        (0, ["predicateType"], ..., "is no in-toto Statement: the document lacks `predicateType`"),
        (0, ["predicate"], ..., "is no SLSA provenance v1: the document must be an object"),
        (0, ["predicate", "runDetails", "builder", "id"], ..., "is no SLSA provenance v1"),
        (0, ["predicate", "buildDefinition", "resolvedDependencies"], {}, "is no SLSA provenance v1"),
        (3, ["predicate", "builder"], "me", r"is no SLSA provenance v0\.2"),
        (3, ["predicate", "materials", 0], "x", r"is no SLSA provenance v0\.2"),
    ],
    ids=str,
)
def test_what_breaks_the_form_of_a_statement(number: int, path: list[Any], new: Any, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        reduced(changed(statement(number), path, new), "in-toto")


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "its Statement cannot be read"),
        (b"[", "its Statement cannot be read"),
        (b'{"_type": "a", "_type": "b"}', "its Statement cannot be read"),
        (b"[]", "is no in-toto Statement"),
    ],
    ids=str,
)
def test_an_envelope_that_carries_no_statement(payload: bytes, message: str) -> None:
    envelope = {**envelopes()[0], "payload": base64.b64encode(payload).decode()}
    with pytest.raises(EvidenceError, match=message):
        reduced(envelope, "in-toto")


@pytest.mark.parametrize(
    "envelope",
    [
        {"payload": "???", "payloadType": "application/vnd.in-toto+json", "signatures": []},
        {"payload": "", "payloadType": "application/vnd.in-toto+json", "signatures": [{}]},
        {"payload": "e30=", "payloadType": "application/json", "signatures": []},
        {"hello": "world"},
    ],
    ids=str,
)
def test_a_line_that_is_no_envelope_is_an_error_with_its_line(envelope: Any) -> None:
    with pytest.raises(EvidenceError) as caught:
        reduced(stored("in-toto/cosign-2.jsonl") + json.dumps(envelope).encode() + b"\n", "in-toto")
    assert caught.value.line == 5


def test_an_envelope_of_something_else_is_none_of_this_format() -> None:
    assert reduced({**envelopes()[0], "payloadType": "application/json"}, "in-toto").format == "unknown"
