"""Names that would speak to whoever reads the output, and documents that would drown them."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from gatelib import reporters
from tests.acceptance.command import (
    MEMORY,
    NOW,
    ONLY_PRIVILEGED,
    Done,
    check,
    gatelib,
    no_traceback,
    privileged,
    stream,
    write,
)
from tests.unit.reporters.third_party import sarif_schema

HOSTILE = [
    "\x1b[31mred\x1b[0m", "a\n::error file=x::pwned", "::add-mask::x", "\r::set-output name=a::b",
    "##[error]x", "##vso[task.setvariable variable=a]b", "##teamcity[x]", "| a | b |", "`code`",
    "```\nfence\n```", "<script>alert(1)</script>", "]]><x>", "<!-- -->", "@everyone", "#1",
    "[x](https://evil.example)", "![x](https://evil.example/x.png)", "\u202egnp.yaml",
    "\u2066\u2028\u2029\x85", "%0A::error::x", "=1+1", "-x", "../../etc/passwd", "{0}{{x}}",
    "\x07\x08\x7f", "\ufeff\ufffe", "名前", "a" * 200, "\\n\\x1b", '"\'', "\t", " ",
]  # fmt: skip


def hostile_pod(text: str, number: int) -> dict[str, Any]:
    found = privileged(f"{text}{number}", text)
    found["metadata"] |= {"labels": {text: text, "gatelib.dev/tenant": text}, "annotations": {text: text}}
    found["spec"]["containers"][0] |= {"name": text, "image": text, "ports": [{"name": text, "hostPort": 80}]}
    found["spec"]["volumes"] = [{"name": text, "hostPath": {"path": text}}]
    found["spec"]["securityContext"] = {
        "sysctls": [{"name": text, "value": text}],
        "seLinuxOptions": {"type": text},
    }
    return found


def others(text: str) -> Iterator[dict[str, Any]]:
    metadata = {"name": text, "namespace": text}
    yield {"apiVersion": text, "kind": text, "metadata": metadata}
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": [text]},
    }
    yield {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {**metadata, "annotations": {"gatelib.dev/rotated-at": text}},
        "data": {text: text},
    }
    yield {"apiVersion": "gatelib.dev/v1", "kind": text, "metadata": metadata, text: text}
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**metadata, "labels": {text: 7}, text: 7}}
    yield {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": {"podSelector": {"matchLabels": {text: [text]}}},
    }
    yield {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": metadata,
        "spec": {"strategy": {"canary": {"steps": [{"pause": {"duration": text}}]}}},
    }


def file_name(text: str, number: int) -> str:
    return f"{number}{text.replace('/', '').replace(chr(0), '')}"[:120] + ".yaml"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for number, text in enumerate(HOSTILE):
        documents = [hostile_pod(text, number), *others(text)]
        write(folder / "k8s", {file_name(text, number): stream(*documents)})
        write(
            folder / "k8s" / "broken",
            {file_name(text, number): f"{json.dumps(text)}: 1\n{json.dumps(text)}: 2\n"},
        )
        write(
            folder / "k8s" / file_name(text, number).removesuffix(".yaml"),
            {"x.yaml": stream(privileged(text))},
        )
    for number, name in enumerate((b"\xff.yaml", b"\xc3\x28\n.yaml", b"\x80::error::.yaml")):
        write(folder / "k8s", {os.fsdecode(b"%d" % number + name): stream(privileged(f"bytes-{number}"))})
    (folder / "out").mkdir()
    return folder


@pytest.fixture(scope="module")
def printed(tree: Path) -> Mapping[str, str]:
    """What each format prints."""
    files = [f"--format={name}=out/{name}" for name in reporters.names()]
    done = gatelib("check", "k8s", "--now", NOW, *files, cwd=tree)
    assert (done.code, done.err) == (3, b"")
    return {name: (tree / "out" / name).read_bytes().decode("utf-8") for name in reporters.names()}


def controls(text: str) -> set[str]:
    return {char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")}


@pytest.mark.parametrize("format", ["text", "github", "markdown"])
def test_nothing_for_people_holds_a_control_character(printed: Mapping[str, str], format: str) -> None:
    assert controls(printed[format]) == set()


@pytest.mark.parametrize("format", ["text", "markdown", "junit"])
def test_no_line_is_a_command_of_a_ci_system(printed: Mapping[str, str], format: str) -> None:
    assert [line for line in printed[format].splitlines() if line.lstrip().startswith("::")] == []


def test_no_part_of_a_line_of_text_is_a_command(printed: Mapping[str, str]) -> None:
    assert re.findall(r"##(?:\[|vso\[|teamcity\[)", printed["text"]) == []


def test_every_line_for_github_is_one_command_of_ours(printed: Mapping[str, str]) -> None:
    lines = printed["github"].split("\n")
    assert lines.pop() == ""
    assert [line for line in lines if not re.fullmatch(r"::(error|warning|notice) [^:\n]*::.*", line)] == []


def test_json_is_the_report(printed: Mapping[str, str], tree: Path) -> None:
    report = json.loads(printed["json"])
    assert {entry["file"] for entry in report["inputs"]} == {
        path.relative_to(tree)
        .as_posix()
        .encode("utf-8", "surrogateescape")
        .decode("utf-8", "backslashreplace")
        for path in (tree / "k8s").rglob("*.yaml")
        if path.is_file()
    }
    pods = {finding["resource"]["name"] for finding in report["findings"] if finding["rule"] == "GL-K8S-001"}
    assert {f"{text}{number}" for number, text in enumerate(HOSTILE)} <= pods


def test_sarif_is_sarif(printed: Mapping[str, str]) -> None:
    log = json.loads(printed["sarif"])
    Draft202012Validator(json.loads(sarif_schema().read_text("utf-8"))).validate(log)
    assert len(log["runs"][0]["results"]) == len(json.loads(printed["json"])["findings"])


def test_junit_is_xml_with_nothing_of_the_documents_in_its_structure(printed: Mapping[str, str]) -> None:
    root = ET.fromstring(printed["junit"])
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "error", "skipped", "properties", "property",
        "system-out", "system-err",
    }  # fmt: skip


def test_gitlab_is_a_list_of_issues(printed: Mapping[str, str]) -> None:
    issues = json.loads(printed["gitlab"])
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) > len(HOSTILE)


def test_conftest_is_conftests_json(printed: Mapping[str, str]) -> None:
    results = json.loads(printed["conftest"])
    assert all({"filename", "namespace", "successes"} <= set(result) for result in results)


def test_markdown_has_no_links_images_or_html_of_the_documents(printed: Mapping[str, str]) -> None:
    tokens = MarkdownIt("gfm-like").parse(printed["markdown"])
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds & {"link_open", "image", "html_inline"} == set()
    blocks = "".join(token.content for token in tokens if token.type == "html_block")
    assert set(re.findall(r"<\s*/?\s*([a-z!]+)", blocks)) <= {"details", "summary", "br", "!"}
    assert blocks.count("<!") == 1


def test_a_complaint_is_harmless_too(tree: Path) -> None:
    for text in HOSTILE:
        write(tree, {"gatelib.yaml": json.dumps({text: 1})})
        done = gatelib("check", "k8s", "--now", NOW, cwd=tree)
        assert_harmless(done)
        assert done.code == 2
    (tree / "gatelib.yaml").unlink()


def test_a_complaint_about_an_argument_is_harmless_too(tree: Path) -> None:
    for text in ("\x1b[31m", "a\n::error::b", "\u202ex", "##[error]"):
        for arguments in (
            ["--rule", text],
            [f"--{text}"],
            ["--format", text],
            ["--engine", text],
            ["--now", text],
        ):
            done = gatelib("check", "k8s", *arguments, cwd=tree)
            assert_harmless(done)
            assert done.code == 2
        assert_harmless(gatelib(text, cwd=tree))
        assert_harmless(gatelib("explain", text, cwd=tree))
        assert_harmless(gatelib("check", f"nowhere/{text}", "--format", "text", cwd=tree))


def test_what_normalize_says_is_wrong_is_harmless_too(tree: Path) -> None:
    done = gatelib("normalize", "k8s", "--now", NOW, cwd=tree)
    assert done.code == 3
    json.loads(done.out)
    assert_harmless(Done(done.code, b"", done.err, done.seconds, done.memory))


def assert_harmless(done: Done) -> None:
    for text in (done.text, done.complaint):
        assert controls(text) == set()
        assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []
        assert not re.search(r"##(\[|vso\[|teamcity\[)", text)
    assert no_traceback(done)


def labelled(number: int) -> dict[str, Any]:
    found = privileged()
    found["metadata"]["labels"] = {f"key-{position}": "x" for position in range(number)}
    return found


def with_containers(number: int, **fields: Any) -> dict[str, Any]:
    found = {**privileged(), **fields}
    container = found["spec"]["containers"][0]
    found["spec"]["containers"] = [{**container, "name": f"c-{position}"} for position in range(number)]
    return found


def with_image(image: str) -> dict[str, Any]:
    found = privileged()
    found["spec"]["containers"][0]["image"] = image
    return found


def named(name: str, **metadata: str) -> dict[str, Any]:
    return {**privileged(), "metadata": {"name": name, "namespace": "shop", **metadata}}


MEGABYTE = "n" * 1_000_000

FLOODS: dict[str, tuple[Any, int]] = {
    "100,000 labels": ([labelled(100_000)], 1),
    "a name of a megabyte": ([named(MEGABYTE)], 3),
    "a namespace of a megabyte": ([named("api", namespace=MEGABYTE)], 3),
    "a megabyte of name over 500 containers": ([with_containers(500, metadata={"name": MEGABYTE})], 3),
    "a megabyte of version over 500 containers": ([with_containers(500, apiVersion=MEGABYTE)], 3),
    "an image of a megabyte": ([with_image(MEGABYTE)], 1),
    "a label of a megabyte": ([named("api") | {"metadata": {"labels": {MEGABYTE: MEGABYTE}}}], 1),
    "2,000 containers": ([with_containers(2000)], 1),
    "2,000 pods": ([privileged(f"api-{number}") for number in range(2000)], 1),
    "2,000 lists": ([{"apiVersion": "v1", "kind": "List", "items": [privileged()]}] * 2000, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_within_its_time_and_memory(tmp_path: Path, name: str) -> None:
    documents, code = FLOODS[name]
    write(tmp_path, {"flood.yaml": "\n".join(map(json.dumps, documents))})
    done = check("flood.yaml", *ONLY_PRIVILEGED, cwd=tmp_path)
    assert (done.code, no_traceback(done)) == (code, True)
    assert done.seconds < 5
    assert done.memory < MEMORY
    assert len(done.out) < 64 * 1024 * 1024
