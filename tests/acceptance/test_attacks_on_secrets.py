"""A secret's value is in nothing that gatelib prints or writes, whatever stands beside it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gatelib import Gate, engines, reporters
from gatelib.reporters.interface import Style
from tests.acceptance.command import NOW, Done, gatelib, no_traceback, privileged, stream, write
from tests.engines import need_engine

VALUE = "hunter2-correct-horse"
ENCODED = base64.b64encode(VALUE.encode()).decode()
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def secret(**fields: Any) -> dict[str, Any]:
    metadata = {"name": "keys", "namespace": "shop", "annotations": {"gatelib.dev/rotated-at": "yesterday"}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, **fields}


PLAIN = secret(data={"password": ENCODED}, stringData={"token": VALUE})
APPLIED_BEFORE = secret()
APPLIED_BEFORE["metadata"] = {
    "name": "keys",
    "annotations": {APPLIED: json.dumps(secret(stringData={"token": VALUE}))},
}

SECRETS: dict[str, Any] = {
    "in data and stringData": PLAIN,
    "in the annotation of kubectl apply": APPLIED_BEFORE,
    "in a list instead of a mapping": secret(data=[{"key": "password", "value": ENCODED}]),
    "in a text instead of a mapping": secret(stringData=VALUE),
    "deep inside": secret(data={"a": {"b": [{"c": VALUE}]}}),
    "under a field that is misspelt": secret(stringdata={"token": VALUE}, Data={"a": ENCODED}, token=VALUE),
    "without an apiVersion": {"kind": "Secret", "stringData": {"token": VALUE}},
    "with an apiVersion of its own": {**PLAIN, "apiVersion": "acme.io/v1"},
    "with an apiVersion that is no text": {**PLAIN, "apiVersion": [1]},
    "with a kind in small letters": {**PLAIN, "kind": "secret"},
    "with metadata that is a text": {**PLAIN, "metadata": "x"},
    "with labels of the wrong type": {**PLAIN, "metadata": {"name": ["x"], "labels": {"a": 1}}},
    "without a name": {**PLAIN, "metadata": None},
}


def one_line(*documents: Any) -> str:
    return "".join(json.dumps(document) for document in documents)


def in_list(*documents: Any) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(documents)})


def files() -> Iterator[tuple[str, str, str]]:
    """What a file is, its name, and its text: always with something in it that is found or wrong."""
    for name, document in SECRETS.items():
        yield f"{name}, alone", "a.yaml", stream(document)
        yield f"{name}, behind a Pod", "a.yaml", stream(privileged(), document)
        yield f"{name}, in front of a Pod", "a.yaml", stream(document, privileged())
        yield f"{name}, on a Pod's line", "a.json", one_line(privileged(), document)
        yield f"{name}, on a Pod's line, first", "a.json", one_line(document, privileged())
        yield f"{name}, in a list with a Pod", "a.json", in_list(privileged(), document)
        yield f"{name}, in a list in YAML", "a.yaml", in_list(document, privileged()) + "\n# the end\n"
        yield f"{name}, in a list with garbage", "a.json", in_list(document, privileged(), 7, None)
    plain, pod = json.dumps(PLAIN), json.dumps(privileged())
    yield (
        "in a SecretList",
        "a.json",
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "SecretList",
                "items": [{"data": {"a": ENCODED}}, {"stringData": {"a": VALUE}}],
            }
        ),
    )
    yield (
        "in a review",
        "a.json",
        one_line(
            privileged(),
            {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"object": PLAIN}},
        ),
    )
    yield (
        "of no kind",
        "a.json",
        one_line(privileged(), {key: value for key, value in PLAIN.items() if key != "kind"}),
    )
    yield "of a kind that is a list", "a.json", one_line(privileged(), {**PLAIN, "kind": ["Secret"]})
    yield (
        "in a list of items by name",
        "a.json",
        one_line(
            privileged(), {"apiVersion": "v1", "kind": "SecretList", "items": {"a": {"data": {"a": ENCODED}}}}
        ),
    )
    yield (
        "with a key twice",
        "a.json",
        pod + plain.replace('"data": {', f'"data": {{"password": "{ENCODED}", '),
    )
    yield (
        "with a key twice in YAML",
        "a.yaml",
        f"{pod}\n---\nkind: Secret\nstringData: {{a: {VALUE}, a: {VALUE}}}\n",
    )
    yield "cut off", "a.json", pod + plain[:-3]
    yield "cut off in YAML", "a.yaml", f"--- {pod}\n--- {plain[:-3]}"
    yield "not closed", "a.yaml", f'--- {pod}\n---\nkind: Secret\nstringData:\n  a: "{VALUE}\n'
    yield "with a tab", "a.yaml", f"kind: Secret\nstringData:\n\ta: {VALUE}\n"
    yield (
        "with a value that YAML refuses",
        "a.yaml",
        f"kind: Secret\nstringData:\n  a: @{VALUE}\n  b: {VALUE}: x\n",
    )
    yield "as an anchor", "a.yaml", f"kind: Secret\nstringData: {{a: &x {VALUE}, b: *y, c: *x}}\n"
    yield "as a tag's value", "a.yaml", f'kind: Secret\ndata: {{a: !!binary "{VALUE}!", b: !!int {VALUE}}}\n'
    yield (
        "as a number that is none",
        "a.json",
        pod + '{"kind": "Secret", "data": {"a": "' + VALUE + '", "b": 1e999}}',
    )
    yield (
        "in a template",
        "a.yaml",
        f"kind: Secret\nstringData:\n  a: {VALUE}{{{{ .Values.x }}}}\n  b: {{{{ x }}}}\n",
    )
    yield (
        "in half a surrogate pair",
        "a.json",
        pod + f'{{"kind": "Secret", "stringData": {{"a": "{VALUE}\\ud800"}}}}',
    )
    yield "behind bytes that are no text", "a.yaml", f"kind: Secret\nstringData:\n  a: {VALUE}\x01\n"
    yield (
        "too deep",
        "a.json",
        pod + '{"kind": "Secret", "data": ' + "[" * 200 + f'"{VALUE}"' + "]" * 200 + "}",
    )


FILES = {what: (name, text) for what, name, text in files()}


def shown(done: Done, folder: Path) -> bytes:
    """Everything that a command printed, and everything that it wrote."""
    written = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"".join([done.out, done.err, *written])


def reveals(text: bytes) -> list[str]:
    needles = [VALUE, ENCODED, ENCODED.rstrip("="), base64.b64encode(ENCODED.encode()).decode()]
    return [needle for needle in needles if needle.encode() in text]


@pytest.fixture(scope="module", params=engines.local())
def engine(request: pytest.FixtureRequest) -> str:
    return need_engine(request.param)


@pytest.fixture(scope="module")
def judged(engine: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, bytes]:
    """All files at once, by one command, in every format."""
    folder = tmp_path_factory.mktemp("secrets")
    for number, (name, text) in enumerate(FILES.values()):
        write(folder, {f"k8s/{number}-{name}": text})
    (folder / "out").mkdir()
    formats = [f"--format={name}=out/{name}" for name in reporters.names()]
    done = gatelib("check", "k8s", "--now", NOW, "--engine", engine, *formats, "--format", "text", cwd=folder)
    return done, shown(done, folder / "out")


def test_no_format_shows_a_value(judged: tuple[Done, bytes]) -> None:
    done, everything = judged
    assert reveals(everything) == []
    assert done.code == 3
    assert no_traceback(done)


def test_the_files_are_found_wrong(judged: tuple[Done, bytes]) -> None:
    everything = judged[1]
    for number, (name, _) in enumerate(FILES.values()):
        assert f"k8s/{number}-{name}".encode() in everything


@pytest.mark.parametrize("what", FILES)
def test_a_file_alone_shows_no_value(tmp_path: Path, what: str) -> None:
    name, text = FILES[what]
    write(tmp_path / "k8s", {name: text})
    report = Gate.load(now=NOW, base=tmp_path, isolated=False).check(["k8s"])
    for format in reporters.names():
        assert reveals(reporters.reporter(format).render(report, Style()).encode()) == [], format


def test_the_envelope_shows_no_value(tmp_path: Path) -> None:
    write(tmp_path / "k8s", {f"{number}-{name}": text for number, (name, text) in enumerate(FILES.values())})
    done = gatelib("normalize", "k8s", "--now", NOW, cwd=tmp_path)
    assert done.code == 3
    assert reveals(done.out + done.err) == []
    assert json.loads(done.out)["documents"]


def test_secrets_of_the_trusted_side_are_shown_no_more(tmp_path: Path) -> None:
    write(tmp_path, {"k8s/pod.yaml": stream(privileged()), "given/secret.yaml": stream(*SECRETS.values())})
    for option in ("--inventory", "--exceptions", "--evidence"):
        for command in (["check", "--format", "json"], ["check"], ["normalize"]):
            done = gatelib(*command, "k8s", "--now", NOW, option, "given", cwd=tmp_path)
            assert reveals(done.out + done.err) == [], (option, command)


def test_standard_input_shows_no_value(tmp_path: Path) -> None:
    for text in (one_line(privileged(), PLAIN), one_line(privileged(), PLAIN)[:-2]):
        done = gatelib("check", "-", "--now", NOW, cwd=tmp_path, stdin=text.encode())
        assert done.code in (1, 3)
        assert reveals(done.out + done.err) == []


def test_a_run_in_parts_shows_no_value(tmp_path: Path, engine: str) -> None:
    write(
        tmp_path / "k8s",
        {f"{number}.json": in_list(privileged(f"p-{number}"), PLAIN) for number in range(300)},
    )
    done = gatelib("check", "k8s", "--now", NOW, "--engine", engine, cwd=tmp_path)
    assert done.code == 1
    assert reveals(done.out + done.err) == []


def test_an_engine_that_fails_shows_no_value(tmp_path: Path, engine: str) -> None:
    broken = """\
# METADATA
# title: Broken
# description: It raises on a value of a document.
# custom:
#   id: ACME-001
#   severity: low
#   controls: [PL-01]
#   gates: [pr]
#   kinds: [Secret]
#   scope: document
#   remediation: Mend it.
#   since: "1"
package gatelib.rules.acme.broken

import data.gatelib.lib.documents

subjects contains document.index if some document in documents.judged

deny contains to_number(value) if {
	some document in documents.judged
	some _, value in document.content.data
}

unjudged contains {"msg": sprintf("%v", [document.content]), "document": document.index} if {
	some document in documents.judged
	not startswith(document.name, "keys")
}
"""
    write(
        tmp_path,
        {
            "gatelib.yaml": "policies: [policies]\n",
            "policies/broken.rego": broken,
            "k8s/secret.json": in_list(PLAIN, *SECRETS.values()),
        },
    )
    done = gatelib("check", "k8s", "--now", NOW, "--engine", engine, cwd=tmp_path)
    assert done.code == 3
    assert "could not be judged" in done.text
    assert reveals(done.out + done.err) == []


def test_an_engine_that_takes_too_long_shows_no_value(tmp_path: Path, engine: str) -> None:
    write(tmp_path, {"k8s/secret.yaml": stream(PLAIN, privileged())})
    done = gatelib("check", "k8s", "--now", NOW, "--engine", engine, "--timeout", "0.001", cwd=tmp_path)
    assert reveals(done.out + done.err) == []
    assert done.code in (1, 3)


@pytest.mark.parametrize(
    "text", [f"token: {VALUE}\n", f"skip: {VALUE}\n", f"gate: [{VALUE}\n", f"fail_on: {VALUE}\n"]
)
def test_a_configuration_shows_no_value_of_its_own(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"gatelib.yaml": text, "k8s/pod.yaml": stream(privileged())})
    done = gatelib("check", "k8s", "--now", NOW, cwd=tmp_path)
    assert done.code == 2
    assert reveals(done.out + done.err) == []
