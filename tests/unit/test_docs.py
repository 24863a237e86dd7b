"""What the documentation says and the source can contradict: codes, rules, parameters, links, pages."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gatelib import Gate
from gatelib.policy import shipped
from tests.paths import ROOT
from tools import generate

CATALOG = shipped().catalog
HEADINGS = ["What it denies", "Why", "How to fix", "Decisions", "Parameters", "Controls"]
CODE = re.compile(r"GL-ERR-[0-9]{3}")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def markdown() -> list[Path]:
    """Return every page that belongs to the repository, whether it is committed yet or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.md"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        return sorted(ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def prose(page: Path) -> str:
    """Return a page without its code."""
    return CODE_SPAN.sub("", FENCE.sub("", page.read_text("utf-8")))


def anchors(page: Path) -> set[str]:
    """Return what a link to a heading of the page can name, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    """Return the relative links of a page that lead nowhere."""
    found = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


def names_in(schema: dict[str, Any]) -> set[str]:
    """Return the parameters of the schema as ``group.name``."""
    return {
        f"{group}.{name}" for group, content in schema["properties"].items() for name in content["properties"]
    }


def codes_of_the_source() -> set[str]:
    """Return every error code in the package and in the policies, tests left out."""
    files = [*(ROOT / "gatelib").rglob("*.py"), *(ROOT / "rego").rglob("*.rego")]
    texts = [path.read_text("utf-8") for path in files if not path.name.endswith("_test.rego")]
    return {code for text in texts for code in CODE.findall(text)}


def test_the_documented_error_codes_are_those_of_the_source() -> None:
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    documented = re.findall(r"^\| (GL-ERR-[0-9]{3}) \|", page, re.MULTILINE)
    assert documented == sorted(codes_of_the_source())


@pytest.mark.parametrize("rule", CATALOG)
def test_a_rule_has_a_page_with_its_title_and_the_agreed_headings(rule: str) -> None:
    page = FENCE.sub("", (ROOT / "docs" / "rules" / f"{rule}.md").read_text("utf-8"))
    first, *headings = re.findall(r"^##? (.+)$", page, re.MULTILINE)
    assert (first, headings) == (f"{rule} {CATALOG[rule]['title']}", HEADINGS)


def test_every_page_of_a_rule_belongs_to_a_rule() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "rules").glob("GL-*.md")}
    assert pages == set(CATALOG)


@pytest.mark.parametrize("rule", [rule for rule, entry in CATALOG.items() if entry.get("params")])
def test_a_rules_page_names_the_parameters_of_its_metadata(rule: str) -> None:
    page = (ROOT / "docs" / "rules" / f"{rule}.md").read_text("utf-8")
    section = page.partition("\n## Parameters\n")[2]
    assert [name for name in CATALOG[rule]["params"] if f"`{name}`" not in section] == []


def test_the_parameters_of_the_metadata_are_in_the_schema() -> None:
    named = {name for entry in CATALOG.values() for name in entry.get("params", ())}
    assert named - names_in(shipped().data["params_schema"]) == set()


def test_every_parameter_has_a_default_and_every_default_a_schema() -> None:
    defaults = {f"{group}.{name}" for group, values in shipped().data["defaults"].items() for name in values}
    assert defaults == names_in(shipped().data["params_schema"])


@pytest.mark.parametrize("page", markdown(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_relative_links_of_a_page_resolve(page: Path) -> None:
    assert broken_links(page) == []


def test_the_index_lists_every_decision() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    linked = re.findall(r"\]\(adr/([^)]+)\)", index)
    assert linked == sorted(path.name for path in (ROOT / "docs" / "adr").glob("*.md"))


def test_the_decisions_are_numbered_without_a_gap_and_have_the_agreed_headings() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    found = [re.findall(r"^##? (.+)$", page.read_text("utf-8"), re.MULTILINE) for page in pages]
    numbers = [
        (page.name[:4], titles[0].partition(".")[0]) for page, titles in zip(pages, found, strict=True)
    ]
    assert numbers == [(f"{number:04}", str(number)) for number in range(1, len(pages) + 1)]
    assert [titles[1:] for titles in found] == [["Context", "Decision", "Consequences"] for _ in pages]


def test_the_keys_of_the_configuration_are_documented_in_its_order() -> None:
    schema = json.loads((ROOT / "gatelib" / "schemas" / "config.json").read_text("utf-8"))
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    keys = page.partition("\n## Keys\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", keys, re.MULTILINE) == list(schema["properties"])


def test_the_keys_of_a_bundles_definition_are_documented_in_its_order() -> None:
    schema = json.loads((ROOT / "gatelib" / "schemas" / "bundle.json").read_text("utf-8"))
    page = (ROOT / "docs" / "guides" / "bundles.md").read_text("utf-8")
    keys = page.partition("\n## Definitions\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", keys, re.MULTILINE) == list(schema["properties"])


def test_what_a_configuration_says_of_bundles_is_documented_in_its_order() -> None:
    schema = json.loads((ROOT / "gatelib" / "schemas" / "config.json").read_text("utf-8"))["properties"]
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    keys = page.partition("\n## Bundles\n")[2].partition("\n## ")[0]
    nested = [f"bundle.{name}" for name in schema["bundle"]["properties"]]
    assert re.findall(r"^\| `([a-z_.]+)` \|", keys, re.MULTILINE) == nested


def test_what_a_configuration_says_of_trust_is_documented_in_its_order() -> None:
    schema = json.loads((ROOT / "gatelib" / "schemas" / "config.json").read_text("utf-8"))["properties"]
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    keys = page.partition("\n## Who is trusted with what\n")[2].partition("\n## ")[0]
    nested = [f"trust.{name}" for name in schema["trust"]["properties"]]
    assert re.findall(r"^\| `([a-z_.]+)` \|", keys, re.MULTILINE) == nested


def test_every_generated_file_is_what_its_generator_writes() -> None:
    stale = [path for path, text in generate.generated().items() if path.read_text("utf-8") != text]
    assert stale == []


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("docs/guides/exceptions.md", "examples/exceptions/log-shipper.yaml"),
        ("docs/guides/writing-rules.md", "examples/policies/replicas.rego"),
        ("docs/guides/testing-rules.md", "examples/fixtures/shop/replicas/deny/one.expected.json"),
    ],
)
def test_a_file_of_the_example_is_shown_as_it_is(page: str, file: str) -> None:
    assert f"\n{(ROOT / file).read_text('utf-8')}```" in (ROOT / page).read_text("utf-8")


def test_the_example_has_findings_and_no_errors() -> None:
    report = Gate.load(base=ROOT, now="2026-11-22T00:00:00Z").check(["examples/shop"])
    found = sorted((finding.resource.name, finding.rule) for finding in report.failing if finding.resource)
    assert (report.errors, found) == (
        (),
        [
            ("cart", "GL-IMG-001"),
            ("cart", "GL-IMG-002"),
            ("cart", "GL-K8S-004"),
            ("cart", "GL-K8S-005"),
            ("cart", "GL-K8S-006"),
            ("cart-password", "GL-K8S-011"),
            ("cart-password", "GL-K8S-012"),
            ("checkout", "GL-K8S-003"),
            ("checkout", "GL-K8S-008"),
            ("log-shipper", "GL-K8S-001"),
            ("log-shipper", "GL-K8S-002"),
            ("payment-provider", "GL-K8S-012"),
        ],
    )


def test_the_examples_configuration_waives_and_its_evidence_counts() -> None:
    gate = Gate.load(
        base=ROOT,
        now="2026-11-22T00:00:00Z",
        config="examples/gatelib.yaml",
        evidence=["examples/evidence"],
    )
    report = gate.check(["examples/shop"])
    waived = [(finding.rule, finding.waived_by.name) for finding in report.findings if finding.waived_by]
    unattested = {
        finding.resource.name
        for finding in report.failing
        if finding.rule == "GL-IMG-001" and finding.resource
    }
    assert (report.errors, waived, unattested) == (
        (),
        [("GL-K8S-001", "log-shipper-privileged")],
        {"cart", "checkout"},
    )
