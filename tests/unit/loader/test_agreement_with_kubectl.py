"""Mutated manifests mean the same to the loader and to kubectl's own decoder."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from gatelib.loader import Loaded, load
from tests.budget import budget
from tests.paths import CORPUS, needs_corpus
from tests.unit.loader import kubectl
from tests.unit.loader.mutation import mutate
from tests.unit.loader.same import same

pytestmark = needs_corpus

BATCH = 1_000


@pytest.fixture(scope="session")
def program() -> Path:
    return kubectl.build()


def manifests() -> list[Path]:
    folders = [CORPUS / name for name in ("cases", "throughput", "nasty", "yaml/files")]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    # what is nested deep is deeper than Python can read kubectl's answer
    return [
        path
        for path in files
        if path.stat().st_size < 20_000 and not path.name.startswith(("deep_", "cost_"))
    ]


def mutants(first: int, last: int) -> list[bytes]:
    files = manifests()
    found = []
    for seed in range(first, last):
        source = random.Random(seed).choice(files).read_bytes().decode("utf-8", "ignore")
        found.append(mutate(source, seed))
    return found


def in_files(folder: Path, inputs: list[bytes]) -> list[Path]:
    files = [folder / f"{number}.yaml" for number in range(len(inputs))]
    for path, data in zip(files, inputs, strict=True):
        path.write_bytes(data)
    return files


@pytest.mark.parametrize("first", range(0, budget(300, 10_000), BATCH))
def test_mutated_manifests_mean_what_they_mean_to_kubectl(first: int, program: Path, tmp_path: Path) -> None:
    inputs = mutants(first, min(first + BATCH, budget(300, 10_000)))
    answers = kubectl.ask(program, in_files(tmp_path, inputs))
    differ = {}
    for seed, (data, answer) in enumerate(zip(inputs, answers, strict=True), first):
        if difference := compare(data, load(data), answer, program, tmp_path):
            differ[seed] = difference
    assert differ == {}


def compare(data: bytes, ours: Loaded, theirs: kubectl.Answer, program: Path, folder: Path) -> str | None:
    """Return how the two differ, if no exception explains it."""
    values = [document.value for document in ours.documents]
    if ours.error is None and theirs.error is None:
        if same(values, theirs.values) or is_json_stream(data, values, theirs):
            return None
        if reads_more_documents(data, values, theirs):
            return None
        return f"{values} is not {theirs.values}"
    if ours.error and theirs.error:
        return None
    if ours.error is None:
        if is_json_stream(data, values, theirs) or is_refused_by_kubectl_alone(data, theirs.error or ""):
            return None
        return f"kubectl refuses: {theirs.error}"
    if is_refused_by_us_alone(data, ours, theirs) or is_not_read_by_kubectl(
        data, ours, theirs, program, folder
    ):
        return None
    return f"we refuse: {ours.error}"


def is_json_stream(data: bytes, values: list[Any], theirs: kubectl.Answer) -> bool:
    """What starts as JSON kubectl reads with its other decoder, whose values the oracle only counts."""
    return data.lstrip().startswith((b"{", b"\xef\xbb\xbf{")) and theirs.streamed == len(values)


def reads_more_documents(data: bytes, values: list[Any], theirs: kubectl.Answer) -> bool:
    """kubectl reads one document between two lines with ``---``, and drops what follows it.

    So it is behind a ``...``, and when another line end than LF stands in front of the ``---``.
    """
    rest = iter(values)
    return SECOND_DOCUMENT.search(data.decode()) is not None and all(
        any(same(value, expected) for value in rest) for expected in theirs.values
    )


SECOND_DOCUMENT = re.compile("^\\.\\.\\.|[\r\x85\u2028\u2029](---|\\.\\.\\.)", re.M)


def is_refused_by_kubectl_alone(data: bytes, error: str) -> bool:
    """Where kubectl is stricter, and nothing is misread."""
    return (
        # it wants nothing but a comment behind ``---``
        "invalid Yaml document separator" in error
        # it cuts files at ``---``, and so cuts directives from their documents
        or re.search(rb"^%", data, re.M) is not None
        # it limits the share of aliases in a file, we limit what they cost
        or "excessive aliasing" in error
        # it does not know this escape of YAML 1.2, which JSON has
        or (error.endswith("found unknown escape character") and rb"\/" in data)
        # an end without a document
        or ("did not find expected node content" in error and re.search(rb"^\.\.\.", data, re.M) is not None)
    )


def is_refused_by_us_alone(data: bytes, ours: Loaded, theirs: kubectl.Answer) -> bool:
    """Where we are stricter."""
    assert ours.error
    message = ours.error.message
    return (
        # kubectl's strict mode refuses it too
        theirs.strict is not None
        # keys that differ in YAML and are the same in JSON, such as 1 and "1": kubectl takes one of them
        or (ours.error.code == "GL-ERR-104" and is_same_only_in_json(data))
        # a byte order mark inside a document becomes a part of a key
        or "byte order mark" in message
        # `{}: x` is `{}` to kubectl and `[]: x` is `[]`, while `{a: b}: x` is an error
        # (and ours is the code of a template if there are markers beside it)
        or (ours.error.code in ("GL-ERR-105", "GL-ERR-108") and any(v in ({}, []) for v in theirs.values))
        # in JSON it keeps 1e999 as a text until somebody wants the number, and takes NaN for YAML
        or message.startswith("JSON has no infinity and no NaN, and numbers end")
        # go-yaml has an escape for the apostrophe, which no YAML has
        or (message.endswith("found unknown escape character.") and rb"\'" in data)
        or message.endswith(
            (
                # a second root: kubectl reads the first and drops the rest
                "did not find expected <document start>.",
                # libyaml 0.2.5 wants a space behind a tag
                "while scanning a tag, did not find expected whitespace or line break.",
            )
        )
    )


def is_same_only_in_json(data: bytes) -> bool:
    """Tell whether some key is no string in YAML."""
    return (
        re.search(rb"^\W*(\d[\w.+-]*|0[xob]\w+|true|yes|on|no|off|false|y|n)[\"']?\s*:", data, re.M | re.I)
        is not None
    )


def is_not_read_by_kubectl(
    data: bytes, ours: Loaded, theirs: kubectl.Answer, program: Path, folder: Path
) -> bool:
    """kubectl drops what stands behind a document and in front of ``---``, be it ever so wrong.

    Then it makes the same documents of what stands in front of the line of our error.
    """
    assert ours.error and ours.error.line
    lines = re.split(rb"(?<=\n)", data)
    [path] = in_files(folder, [b"".join(lines[: ours.error.line - 1])])
    [before] = kubectl.ask(program, [path])
    return (
        before.error is None
        and same(before.values, theirs.values[: len(before.values)])
        and before.values != []
    )
