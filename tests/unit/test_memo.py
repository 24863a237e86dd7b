"""The go/no-go memo: what it takes for GO, what makes it NO-GO, and that no text gets out of its place."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from gatelib.errors import EvidenceError, UsageError
from gatelib.gate import Gate
from gatelib.memo import FORMATS, Memo, compose, record, render
from gatelib.memo.proving import mapping
from gatelib.policy import shipped
from gatelib.settings import parse_now
from tests.acceptance.command import gatelib
from tests.release import NOW, PACK, Release

CLOCK = datetime(2026, 11, 22, tzinfo=timezone.utc)
CATALOG = shipped().catalog
AFTER_THE_MEMO = {"GL-REL-027"}
"""What is judged once a release has been attested, and so after its memo."""


MISSING = (
    ("scans/vulnerability-age.json", "Vulnerabilities", "GL-REL-019"),
    ("build/reproducibility.json", "Signatures and provenance", "GL-REL-013"),
    ("governance/threat-model.json", "Policy pack", "GL-GOV-006"),
    ("rollout/rings.json", "Canary", "GL-REL-018"),
    ("schema/api-compatibility.json", "Schema and data", "GL-REL-026"),
    ("governance/scorecard.json", "Operations", "GL-REL-022"),
    ("finops/storage-projection.json", "Cost and performance", "GL-REL-009"),
    ("chaos-dr/replication.json", "Multi-region", "GL-REL-015"),
    ("runtime/base-image-drift.json", "Runtime", "GL-REL-014"),
    ("keys/inventory.json", "Compliance", "GL-REL-028"),
)


def made(release: Release, clock: datetime = CLOCK, **values: Any) -> Memo:
    first, *rest = release.judged()
    return compose(release.gate(gate="pre-promote", **values), first, rest, clock=clock)


def unproved(memo: Memo) -> list[str]:
    return [gate.title for gate in memo.gates if gate.standing == "not proved"]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return the example, which no test may change."""
    return Release(tmp_path_factory.mktemp("example")).seal()


@pytest.fixture(scope="module")
def example(release: Release) -> Memo:
    return made(release)


def edit_record(release: Release, change: Callable[[dict[str, Any]], object]) -> None:
    record = yaml.safe_load(release.record.read_text("utf-8"))
    change(record["spec"])
    release.record.write_text(yaml.safe_dump(record), "utf-8")


# The mapping


def test_every_rule_that_the_mapping_names_exists() -> None:
    patterns = {pattern for _, _, rules in mapping() for pattern in rules}
    assert {
        pattern for pattern in patterns if not any(fnmatchcase(rule, pattern) for rule in CATALOG)
    } == set()


def test_every_rule_of_the_gate_belongs_to_a_readiness_gate() -> None:
    patterns = [pattern for _, _, rules in mapping() for pattern in rules]
    of_gate = {rule for rule, entry in CATALOG.items() if "pre-promote" in entry["gates"]}
    mapped = {rule for rule in of_gate for pattern in patterns if fnmatchcase(rule, pattern)}
    assert of_gate - mapped - AFTER_THE_MEMO == set()


# GO


def test_the_example_is_go_and_every_gate_is_proved(example: Memo) -> None:
    assert example.objections == ()
    assert {gate.title: gate.standing for gate in example.gates} == dict.fromkeys(
        [title for _, title, _ in mapping()], "proved"
    )
    assert (example.decision, example.exit_code) == ("GO", 0)


def test_each_gate_of_release_evidence_names_the_files_that_prove_it(example: Memo) -> None:
    assert [gate.title for gate in example.gates if not gate.evidence] == []
    canary = next(gate for gate in example.gates if gate.title == "Canary")
    assert [file.file.partition("/")[2] for file in canary.evidence] == [
        "rollout/canary-metrics.json",
        "rollout/error-budget.json",
        "rollout/rings.json",
        "rollout/slo-burn.json",
    ]


# NO-GO


def test_a_gate_whose_evidence_is_missing_is_not_proved(tmp_path: Path) -> None:
    release = Release(tmp_path / "release")
    for file, _, _ in MISSING:
        release.path(file).unlink()
    memo = made(release.seal())
    assert (memo.decision, memo.exit_code) == ("NO-GO", 1)
    assert sorted(
        (proof.why, gate.title, proof.rule)
        for gate in memo.gates
        for proof in gate.proofs
        if proof.standing == "not proved"
    ) == sorted(
        (f"the Evidence Pack of release `payments-2.14.0` has no `{file}`", gate, rule)
        for file, gate, rule in MISSING
    )
    assert [gate.title for gate in memo.gates if gate.standing == "proved"] == ["Backout", "Hermetic build"]
    for format_ in FORMATS:
        assert render(memo, format_).count("NOT PROVED") == len(MISSING)


def test_a_rule_that_did_not_run_proves_nothing(release: Release) -> None:
    memo = made(release, skip=["GL-REL-011"])
    assert unproved(memo) == ["Backout"]
    assert memo.objections == ("rules were skipped: `GL-REL-011`",)
    assert (memo.decision, memo.exit_code) == ("NO-GO", 1)
    memo = made(release, rules=["GL-REL-011"])
    assert [gate.title for gate in memo.gates if gate.standing == "proved"] == ["Backout"]
    assert memo.decision == "NO-GO"


def test_manifests_that_are_left_out_leave_rules_on_them_unproved(release: Release) -> None:
    memo = compose(release.gate(gate="pre-promote"), release.judged()[0], clock=CLOCK)
    assert (memo.decision, memo.exit_code) == ("NO-GO", 1)
    assert unproved(memo) == ["Signatures and provenance", "Schema and data", "Operations", "Runtime"]


def test_manifests_that_run_another_image_prove_nothing_of_the_releases(
    release: Release, tmp_path: Path
) -> None:
    harmless = tmp_path / "harmless.yaml"
    text = (release.folder / "payments" / "payments.yaml").read_text("utf-8")
    harmless.write_text(re.sub(r"image: \S+", "image: ghcr.io/intelgraph/pause:1", text), "utf-8")
    memo = compose(release.gate(gate="pre-promote"), release.judged()[0], [harmless], clock=CLOCK)
    gate = next(found for found in memo.gates if found.title == "Signatures and provenance")
    assert gate.lacks == (f"no manifest runs the release's image `{memo.record.images[0]}`",)
    assert memo.decision == "NO-GO"


def test_a_release_without_a_way_back_or_without_changes_is_no_go(tmp_path: Path) -> None:
    release = Release(tmp_path / "release")
    edit_record(release, lambda spec: (spec.pop("rollback"), spec.pop("changes")))
    memo = made(release.seal())
    assert unproved(memo) == ["Backout"]
    assert next(found for found in memo.gates if found.title == "Backout").lacks == (
        "the Release names no rollback plan",
        "the Release names no rollback owner",
    )
    assert memo.objections == ("the Release names no `changes`",)
    assert memo.decision == "NO-GO"


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_release_that_was_judged_at_another_time_is_no_go(release: Release, minutes: int) -> None:
    memo = made(release, clock=CLOCK + timedelta(minutes=minutes))
    assert memo.objections == (f"the release was judged as of `{NOW}`, and not now",)
    assert (memo.decision, memo.exit_code) == ("NO-GO", 1)


def test_without_a_trusted_configuration_nothing_is_proved(tmp_path: Path) -> None:
    release = Release(tmp_path / "release").seal()
    (release.folder / "gatelib.yaml").unlink()
    memo = made(release, config=None)
    assert (
        "no trusted configuration says who may produce evidence: name one with `--config`" in memo.objections
    )
    assert "Canary" in unproved(memo)
    assert memo.decision == "NO-GO"


def test_an_error_is_no_go_and_says_so_with_its_exit_code(release: Release, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("{", "utf-8")
    gate = release.gate(gate="pre-promote")
    memo = compose(gate, release.judged()[0], ["payments", broken], clock=CLOCK)
    assert (memo.decision, memo.exit_code) == ("NO-GO", 3)
    assert [text.partition(":")[0] for text in memo.objections] == ["GL-ERR-103"]


def test_a_bundle_that_nobody_vouches_for_is_no_go(release: Release, tmp_path: Path) -> None:
    from tests.opa_server import bundle_of, write_bundle

    bundle = write_bundle(tmp_path / "bundle.tar.gz", bundle_of(shipped()))
    said = release.config()
    del said["trust"]["bundle"]
    shutil.copytree(release.folder / "keys", tmp_path / "keys")
    (tmp_path / "gatelib.yaml").write_text(yaml.safe_dump(said))
    memo = made(release, bundle=bundle, config=tmp_path / "gatelib.yaml")
    assert memo.objections == (
        "nobody vouches for the bundle whose rules ran: name a key with `--verification-key`",
    )


def test_a_memo_is_about_one_gate_and_one_release(release: Release, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a memo is about the gate `pre-promote`"):
        compose(Gate.load(gate="pr"), "release.yaml", clock=CLOCK)
    for text, message in (
        ("{", "."),
        ("kind: Release\n---\nkind: Release\n", "holds 2 Release records"),
        ("kind: Pod\n", "holds 0 Release records"),
        ("apiVersion: example.com/v1\nkind: Release\n", "holds 0 Release records"),
    ):
        (tmp_path / "other.yaml").write_text(text)
        with pytest.raises(EvidenceError, match=message):
            compose(release.gate(gate="pre-promote"), tmp_path / "other.yaml", clock=CLOCK)
    with pytest.raises(EvidenceError, match="cannot be read"):
        compose(release.gate(gate="pre-promote"), tmp_path / "none.yaml", clock=CLOCK)


# The page


class Page(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


HOSTILE = (
    "</code></td><script>alert(1)</script> [x](javascript:alert(1)) | `a` "
    "<img src=x onerror=y> @user #1 \u202e"
)


def with_record(memo: Memo, folder: Path, **spec: Any) -> Memo:
    """Return a memo of a record that says something else."""
    path = folder / "release.yaml"
    path.write_text(json.dumps({"kind": "Release", "spec": spec}), "utf-8")
    return replace(memo, record=record.read(path, called=path.name))


@pytest.fixture
def hostile(example: Memo, tmp_path: Path) -> Memo:
    return with_record(
        example,
        tmp_path,
        service=HOSTILE,
        version=HOSTILE,
        commit=HOSTILE,
        images=[HOSTILE],
        changes=[{"id": HOSTILE, "summary": HOSTILE, "url": "https://example.com/?a=)](x)&b=\"'`"}],
        risks=[{"risk": HOSTILE, "mitigation": HOSTILE, "owner": HOSTILE}],
        rollback={"plan": HOSTILE, "owner": HOSTILE, "url": "javascript:alert(1)"},
        approvers=[{"name": HOSTILE, "role": HOSTILE}],
        evidencePack={"sha256": HOSTILE, "location": HOSTILE},
    )


def test_text_of_a_record_cannot_leave_its_place_in_html(hostile: Memo) -> None:
    page = Page(render(hostile, "html"))
    names = {tag for tag, _ in page.elements}
    assert names & {"script", "img", "iframe", "object", "link"} == set()
    assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]
    places = [attributes["href"] or "" for tag, attributes in page.elements if tag == "a"]
    assert [place for place in places if not place.startswith("https://example.com/")] == []
    assert HOSTILE.replace("\u202e", "\\u202e") in page.text
    assert page.open == []


def test_text_of_a_record_cannot_leave_its_place_in_markdown(hostile: Memo) -> None:
    tokens = MarkdownIt("gfm-like").parse(render(hostile, "markdown"))
    children = [child for token in tokens for child in (token.children or [])]
    assert not [token for token in [*tokens, *children] if token.type.startswith("html")]
    assert not [child for child in children if child.type == "image"]
    places = [str(child.attrs["href"]) for child in children if child.type == "link_open"]
    assert all(place.startswith("https://example.com/") for place in places)
    heads = [token for token in tokens if token.type == "heading_open"]
    assert len(heads) == len([line for line in render(hostile, "markdown").splitlines() if line[:1] == "#"])


def test_the_page_needs_no_other_file_and_can_be_read_by_everybody(example: Memo) -> None:
    page = Page(render(example, "html"))
    by_tag: dict[str, list[dict[str, str | None]]] = {}
    for tag, attributes in page.elements:
        by_tag.setdefault(tag, []).append(attributes)
    assert by_tag["html"] == [{"lang": "en"}]
    assert {"link", "script", "img"} & by_tag.keys() == set()
    assert len(by_tag["h1"]) == len(by_tag["main"]) == len(by_tag["title"]) == 1
    assert {attributes.get("scope") for attributes in by_tag["th"]} == {"col"}
    text = render(example, "html")
    assert "color-scheme: light dark" in text
    assert "@page" in text
    assert "url(" not in text


@pytest.mark.parametrize("format_", FORMATS)
def test_a_memo_says_what_its_readers_must_know(example: Memo, format_: str) -> None:
    text = render(example, format_, link=lambda file: f"files/{file}")
    plain = Page(text).text if format_ == "html" else text
    for wanted in (
        "GO", "payments", "2.14.0", "4f1c2a9d0b7e6c5f8a3d2e1b0c9f8e7d6a5b4c3d", "PAY-1182",
        "Refunds in several currencies", "Risks and mitigations", "8 Backout", "PROVED", "GL-REL-011",
        "chaos-dr/", "Promote", "payments-primary", "Release manager", "Signature", NOW, "pre-promote",
    ):  # fmt: skip
        assert wanted in plain
    assert f"files/{PACK}/rollout/rings.json" in text
    assert text.endswith("\n")


def test_long_lists_are_cut_and_counted_so_that_it_stays_one_page(example: Memo, tmp_path: Path) -> None:
    many = [{"id": f"PAY-{number}", "summary": "x" * 50} for number in range(300)]
    memo = with_record(example, tmp_path, changes=many)
    for format_ in FORMATS:
        text = render(memo, format_)
        assert "and 290 more" in text
        assert "PAY-9" in text
        assert "PAY-10" not in text


# The command


def test_the_command_writes_the_page_with_links_and_ends_with_its_exit_code(release: Release) -> None:
    given = ["--evidence", PACK, "--config", "gatelib.yaml", "--now", NOW]
    (release.folder / "out").mkdir(exist_ok=True)
    done = gatelib(
        "memo", *release.judged(), *given, "--format", "html", "-o", "out/memo.html", cwd=release.folder
    )
    clock = datetime.now(timezone.utc)
    near = abs((parse_now(NOW) or clock) - clock) < timedelta(minutes=15)
    said = b"out/memo.html: GO\n" if near else b"out/memo.html: NO-GO\n"
    assert (done.code, done.out, done.err) == (0 if near else 1, said, b"")
    page = Page((release.folder / "out" / "memo.html").read_text("utf-8"))
    places = [str(attributes["href"]) for tag, attributes in page.elements if tag == "a"]
    files = [place for place in places if not place.startswith("https:")]
    assert f"../{PACK}/rollout/rings.json" in files
    assert all((release.folder / "out" / place).is_file() for place in files)
    done = gatelib("memo", *release.judged(), *given, "--gate", "pr", cwd=release.folder)
    assert (done.code, done.complaint) == (
        2,
        "gatelib: a memo is about the gate `pre-promote`\n  leave out --gate\n",
    )
    done = gatelib("memo", "gone.yaml", *given, cwd=release.folder)
    assert (done.code, done.err) == (3, b"gatelib: gone.yaml: cannot be read: No such file or directory\n")
    done = gatelib("memo", "payments", *given, cwd=release.folder)
    assert done.code == 3
