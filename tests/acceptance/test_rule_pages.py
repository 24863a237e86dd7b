"""Rules' pages end to end: examples that do what the page says, ``rules docs``, and ``explain``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatelib import Gate
from gatelib.authoring.docs.markdown import escaped
from gatelib.authoring.docs.page import plain
from gatelib.policy import shipped
from tests.acceptance.command import NOW, Done, gatelib, no_traceback
from tests.paths import ROOT
from tests.unit import teams
from tests.unit.authoring.rule_pages import team

EXAMPLES = re.compile(r"<!-- gatelib:examples[^>]* -->(.*?)<!-- /gatelib:examples -->", re.DOTALL)
SHOWN = re.compile(
    r"^(Fails|Warns|Passes|and)\b([^\n]*):\n\n```yaml\n(.*?)^```$|^> (?:- )?([^\n]+)$",
    re.MULTILINE | re.DOTALL,
)
ELSEWHERE = ("in the pack", "among the evidence", "exception", "in the inventory", "verified")


@dataclass
class Example:
    """One of the two examples of a page."""

    verb: str
    context: str
    manifest: str = ""
    config: str = ""
    said: tuple[str, ...] = ()

    @property
    def now(self) -> str:
        found = re.search(r"as of `([^`]+)`", self.context)
        return found[1] if found else NOW

    @property
    def gate(self) -> str | None:
        found = re.search(r"at the gate `([^`]+)`", self.context)
        return found[1] if found else None


def examples(rule: str) -> list[Example]:
    """Return a page's examples; none where they show more than manifests and parameters."""
    page = (ROOT / "docs" / "rules" / f"{rule}.md").read_text("utf-8")
    (section,) = EXAMPLES.findall(page)
    found: list[Example] = []
    for verb, context, text, message in SHOWN.findall(section):
        if any(word in context for word in ELSEWHERE):
            return []
        if message:
            found[-1].said += (message,)
            continue
        if verb != "and":
            found.append(Example(verb, context))
        if "parameters" in context:
            found[-1].config = text
        else:
            found[-1].manifest = text
    return found


JUDGED = {
    rule: shown
    for rule, entry in shipped().catalog.items()
    if "pr" in entry["gates"] and (shown := examples(rule))
}


def test_most_rules_of_manifests_show_nothing_but_manifests() -> None:
    assert [rule for rule in shipped().catalog if "GL-K8S" in rule and rule not in JUDGED] == []
    assert [rule for rule in shipped().catalog if "GL-TEN" in rule and rule not in JUDGED] == []
    assert len(JUDGED) >= 25


@pytest.mark.parametrize("rule", JUDGED)
def test_an_example_fails_or_passes_as_its_page_says(rule: str, tmp_path: Path) -> None:
    judged = [example.verb for example in JUDGED[rule]]
    assert judged in (["Fails", "Passes"], ["Warns", "Passes"])
    now = JUDGED[rule][0].now
    for example in JUDGED[rule]:
        (tmp_path / "example.yaml").write_text(example.manifest)
        (tmp_path / "gatelib.yaml").write_text(example.config or "parameters: {}\n")
        gate = Gate.load(
            base=tmp_path,
            config="gatelib.yaml",
            rules=(rule,),
            now=now if example.verb == "Passes" else example.now,
            **({"gate": example.gate} if example.gate else {}),
        )
        report = gate.check(["example.yaml"])
        action = {"Fails": "deny", "Warns": "warn", "Passes": None}[example.verb]
        said = sorted((finding.rule, finding.action, escaped(finding.message)) for finding in report.findings)
        assert (report.errors, said) == ((), sorted((rule, action, message) for message in example.said))


# The commands


def docs(folder: Path, *options: str) -> Done:
    done = gatelib("rules", "docs", *options, cwd=folder)
    assert no_traceback(done)
    return done


def test_check_names_a_stale_page_a_missing_one_and_one_of_no_rule(tmp_path: Path) -> None:
    team(tmp_path)
    missing = docs(tmp_path, "--check")
    assert (missing.code, missing.text.splitlines()) == (
        1,
        ["missing: docs/rules/ACME-001.md", "missing: docs/rules/README.md"],
    )
    assert not (tmp_path / "docs").exists()
    written = docs(tmp_path)
    assert (written.code, written.text.splitlines()) == (
        0,
        ["written: docs/rules/ACME-001.md", "written: docs/rules/README.md"],
    )
    assert (docs(tmp_path, "--check").code, docs(tmp_path).text) == (0, "")
    page = tmp_path / "docs" / "rules" / "ACME-001.md"
    page.write_text(page.read_text().replace("**high**", "**low**"))
    page.with_name("ACME-002.md").write_text("# ACME-002 Gone\n")
    stale = docs(tmp_path, "--check")
    assert (stale.code, stale.text.splitlines()) == (
        1,
        ["stale: docs/rules/ACME-001.md", "of no rule: docs/rules/ACME-002.md"],
    )
    assert "gatelib rules docs" in stale.complaint


def test_a_page_with_a_marker_too_few_is_refused_with_its_line_and_left_alone(tmp_path: Path) -> None:
    team(tmp_path)
    docs(tmp_path)
    page = tmp_path / "docs" / "rules" / "ACME-001.md"
    broken = page.read_text().replace("<!-- /gatelib:facts -->", "")
    page.write_text(broken)
    done = docs(tmp_path)
    assert (done.code, done.complaint.splitlines()) == (
        2,
        [
            "docs/rules/ACME-001.md:3: `facts` begins here, and does not end",
            "  see docs/guides/rule-pages.md",
        ],
    )
    assert page.read_text() == broken


def test_explain_shows_the_text_of_a_team_s_page_with_or_without_the_file(tmp_path: Path) -> None:
    team(tmp_path)
    without = gatelib("explain", "acme-001", cwd=tmp_path)
    docs(tmp_path)
    page = tmp_path / "docs" / "rules" / "ACME-001.md"
    assert (without.code, without.text) == (0, plain(page.read_text()))
    page.write_text(
        page.read_text().replace("What a test needs.", "Since somebody said so.").replace("high", "low")
    )
    told = gatelib("explain", "ACME-001", cwd=tmp_path / "docs").text
    assert told == without.text.replace("What a test needs.", "Since somebody said so.")
    assert "gatelib:" not in told


def test_explain_finds_a_rule_of_given_policies_and_says_what_there_is_not(tmp_path: Path) -> None:
    team(tmp_path)
    folders = ("--policies", "policies", "--fixtures", "fixtures")
    (tmp_path / "gatelib.yaml").unlink()
    assert "> `settings` is bad" in gatelib("explain", "ACME-001", *folders, cwd=tmp_path).text
    for options in ((), folders):
        done = gatelib("explain", "ACME-007", *options, cwd=tmp_path)
        assert (done.code, done.complaint.splitlines()[0]) == (2, "gatelib: there is no rule `ACME-007`")


def test_hostile_text_of_a_page_commands_no_terminal(tmp_path: Path) -> None:
    team(tmp_path)
    docs(tmp_path)
    page = tmp_path / "docs" / "rules" / "ACME-001.md"
    page.write_text(page.read_text().replace("What a test needs.", "red \x1b[31m\u202e"))
    assert r"red \x1b[31m\u202e" in gatelib("explain", "ACME-001", cwd=tmp_path).text


def test_a_site_holds_the_rules_of_a_team_and_of_the_library_and_no_foreign_markup(tmp_path: Path) -> None:
    team(tmp_path, title='<script>alert(1)</script> "onload=x [y](javascript:alert(1))')
    prose = tmp_path / "docs" / "rules"
    docs(tmp_path)
    page = prose / "ACME-001.md"
    hostile = (
        "<img src=x onerror=alert(1)> [a](javascript:alert(1)) ![b](https://evil.example/x.png) [c](../../x)"
    )
    page.write_text(page.read_text().replace("What a test needs.", hostile))
    done = docs(tmp_path, "--site", "site")
    assert (done.code, done.text.splitlines()) == (0, [f"site: {len(shipped().catalog) + 1} rules"])
    names = {path.stem for path in (tmp_path / "site").glob("*.html")}
    assert names == {*shipped().catalog, "ACME-001", "index"}
    found = (tmp_path / "site" / "ACME-001.html").read_text()
    assert re.findall(r"<(?:script|img)|javascript:[^)]*\"|onerror=[^&]*>", found) == []
    links = re.findall(r"href=\"([^\"]+)\"", found.partition("<main")[2].partition("</main")[0])
    assert links == []
    index = (tmp_path / "site" / "index.html").read_text()
    assert index.count("<script") == 1


def test_a_site_replaces_itself_and_nothing_else(tmp_path: Path) -> None:
    team(tmp_path)
    assert docs(tmp_path, "--site", "site").code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "site").iterdir()}
    assert docs(tmp_path, "--site", "site").code == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "site").iterdir()} == before
    refused = docs(tmp_path, "--site", "policies")
    assert (refused.code, refused.complaint.splitlines()[0]) == (
        2,
        "gatelib: policies: holds something else than a site",
    )


def test_a_folder_of_two_teams_has_both_in_its_index(tmp_path: Path) -> None:
    team(tmp_path)
    teams.rule(tmp_path / "policies" / "beta", "", id="BETA-002", name="empty", team="beta")
    assert docs(tmp_path).code == 0
    assert sorted(path.name for path in (tmp_path / "docs" / "rules").iterdir()) == [
        "ACME-001.md",
        "BETA-002.md",
        "README.md",
    ]
