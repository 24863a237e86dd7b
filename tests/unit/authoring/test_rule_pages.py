"""Rules' pages: what is written into them, what is left alone, and what is wrong with markers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gatelib.authoring import workspace
from gatelib.authoring.docs import examples, facts, pages, parameters
from gatelib.authoring.docs.markdown import escaped
from gatelib.authoring.docs.page import SECTIONS, plain
from gatelib.catalog import Entry
from gatelib.controls import frameworks
from gatelib.errors import ConfigError
from gatelib.fixtures import Case
from gatelib.policy import shipped
from tests.paths import ROOT
from tests.unit import teams
from tests.unit.authoring.rule_pages import FINDING, case, made, page_of, team

MARKS = "".join(f"<!-- gatelib:{name} -->\n<!-- /gatelib:{name} -->\n" for name in SECTIONS)
SECTION = re.compile(r"<!-- gatelib:([a-z]+)[^>]* -->\n\n(.*?)\n\n<!-- /gatelib:\1 -->", re.DOTALL)

PAGE = """\
# ACME-001 Settings are good

<!-- gatelib:facts -->

- Severity: **high**
- Action: deny
- Gates: pr
- Judges: `ConfigMap`; each document by itself
- Controls: none
- Since: 1
- Remediation: Do something else.

<!-- /gatelib:facts -->

## What it denies

What breaks this: Settings are good.

## Why

What a test needs.

## How to fix

Do something else.

<!-- gatelib:examples -->

Fails:

```yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  is: 'bad'
```

> `settings` is bad

Passes:

```yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  is: 'good'
```

<!-- /gatelib:examples -->

## Decisions

None that needs a reason.

## Parameters

<!-- gatelib:parameters -->

None.

<!-- /gatelib:parameters -->

## Controls

<!-- gatelib:controls -->

None.

<!-- /gatelib:controls -->
"""


def sections(page: str) -> dict[str, str]:
    """Return what stands between the markers of a page."""
    return dict(SECTION.findall(page))


# What ships


@pytest.mark.parametrize("rule", shipped().catalog)
def test_a_shipped_page_has_every_section_of_its_rule(rule: str) -> None:
    entry = shipped().catalog[rule]
    found = sections((ROOT / "docs" / "rules" / f"{rule}.md").read_text("utf-8"))
    assert sorted(found) == sorted(SECTIONS)
    for text in (f"**{entry['severity']}**", *entry["gates"], *entry["controls"], f"Since: {entry['since']}"):
        assert text in found["facts"]
    assert escaped(" ".join(entry["remediation"].split())) in found["facts"]
    named = re.findall(r"^\| `([a-z_]+\.[a-z_0-9]+)` \|", found["parameters"], re.MULTILINE)
    assert named == entry.get("params", [])
    for control in entry["controls"]:
        clauses = [c.id for f in frameworks() for c in f.clauses if control in c.controls]
        assert [clause for clause in clauses if clause not in found["controls"]] == []
    kinds = re.findall(r"^(Fails|Warns|Passes)\b", found["examples"], re.MULTILINE)
    assert kinds in (["Fails", "Passes"], ["Warns", "Passes"])
    assert re.search(r"^> ", found["examples"], re.MULTILINE)


def test_the_shipped_pages_are_current() -> None:
    found = pages(workspace.open_([ROOT / "rego"], [ROOT / "fixtures"], ROOT), ROOT / "docs" / "rules")
    assert (found.faults, found.strays) == ((), ())
    assert [path.name for path, text in found.texts.items() if path.read_text("utf-8") != text] == []
    assert {path.stem for path in found.texts} == {*shipped().catalog, "README"}


# A rule of a team's own


def test_a_rule_without_a_page_gets_one_of_its_metadata_and_fixtures(tmp_path: Path) -> None:
    team(tmp_path)
    assert page_of(tmp_path) == PAGE


def test_a_page_that_is_current_stays_as_it_is(tmp_path: Path) -> None:
    team(tmp_path)
    assert page_of(tmp_path, PAGE) == PAGE


def test_prose_stays_and_sections_are_written_anew(tmp_path: Path) -> None:
    team(tmp_path)
    older = PAGE.replace("What a test needs.", "Somebody wrote *this*.").replace("**high**", "**low**")
    older = older.replace("  is: 'good'", "  is: 'older'").replace("# ACME-001 Settings are good", "# Old")
    assert page_of(tmp_path, older) == PAGE.replace("What a test needs.", "Somebody wrote *this*.")


def test_what_looks_like_a_marker_in_a_block_of_code_is_code(tmp_path: Path) -> None:
    team(tmp_path)
    shown = "````markdown\n```yaml\n<!-- gatelib:facts -->\n```\n````"
    text = PAGE.replace("What a test needs.", shown)
    assert page_of(tmp_path, text) == text
    assert shown in plain(text)


def test_a_manifest_with_a_fence_and_a_marker_ends_nothing(tmp_path: Path) -> None:
    team(tmp_path)
    hostile = "# ```\n# <script>\n<!-- /gatelib:examples -->: 1\n"
    case(
        tmp_path,
        "deny",
        "bad",
        hostile + teams.config_map("settings", **{"is": "bad"}),
        f'{{"findings": [{FINDING}]}}',
    )
    first = page_of(tmp_path)
    assert "````yaml\n# ```\n# <script>\n" in first
    assert page_of(tmp_path, first) == first


def test_examples_are_chosen_by_name_or_else_the_smallest_and_the_most_similar(tmp_path: Path) -> None:
    team(tmp_path)
    two = teams.config_map("settings", **{"a": "1", "b": "2", "is": "bad"})
    case(tmp_path, "deny", "a-longer-one", two, f'{{"findings": [{FINDING}]}}')
    case(tmp_path, "allow", "another-kind", "apiVersion: v1\nkind: Secret\n", '{"findings": []}')
    assert page_of(tmp_path) == PAGE
    marker = "<!-- gatelib:examples deny=a-longer-one allow=another-kind -->"
    chosen = sections(page_of(tmp_path, PAGE.replace("<!-- gatelib:examples -->", marker)))["examples"]
    assert re.findall("```yaml\n(.*?)```", chosen, re.DOTALL) == [two, "apiVersion: v1\nkind: Secret\n"]


def test_what_a_case_is_given_stands_beside_its_manifest(tmp_path: Path) -> None:
    team(tmp_path)
    given = {"now": "2026-01-01T00:00:00Z", "gate": "admission", "params": {"pdb": {"min_replicas": 4}}}
    expected = json.dumps({"given": given, "findings": [json.loads(FINDING)]})
    case(tmp_path, "deny", "bad", teams.config_map("settings", **{"is": "2026-01-01"}), expected)
    assert sections(page_of(tmp_path))["examples"].splitlines()[:18] == [
        "Fails, at the gate `admission`, as of `2026-01-01T00:00:00Z`:",
        "",
        "```yaml",
        "apiVersion: v1",
        "kind: ConfigMap",
        "metadata:",
        "  name: settings",
        "data:",
        "  is: '2026-01-01'",
        "```",
        "",
        "and with these parameters:",
        "",
        "```yaml",
        "parameters:",
        "  pdb: {min_replicas: 4}",
        "```",
        "",
    ]


def test_a_rule_without_fixtures_says_so(tmp_path: Path) -> None:
    team(tmp_path)
    for file in (tmp_path / "fixtures").rglob("*.*"):
        file.unlink()
    assert sections(page_of(tmp_path))["examples"] == "No fixture shows it."


def test_the_index_has_the_rules_of_one_s_own_by_domain(tmp_path: Path) -> None:
    team(tmp_path)
    teams.rule(tmp_path / "policies" / "beta", "", id="BETA-002", name="empty", team="beta", title="Of a | b")
    index = made(tmp_path).texts[tmp_path / "docs" / "README.md"]
    head = [
        "| ID | denies what breaks | severity | action | scope | gates | controls |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    assert sections(index)["index"].splitlines() == [
        "## Acme",
        "",
        *head,
        "| [ACME-001](ACME-001.md) | Settings are good | high | deny | document | pr |  |",
        "",
        "## Beta",
        "",
        *head,
        r"| [BETA-002](BETA-002.md) | Of a \| b | high |  | document | pr |  |",
    ]


def test_a_page_of_no_rule_is_named(tmp_path: Path) -> None:
    team(tmp_path)
    (tmp_path / "docs").mkdir()
    for name in ("ACME-009.md", "notes.md"):
        (tmp_path / "docs" / name).write_text("# A page\n")
    assert made(tmp_path).strays == (tmp_path / "docs" / "ACME-009.md",)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (f"# T\n{MARKS.replace('<!-- /gatelib:facts -->', '')}", 2, "`facts` begins here, and does not end"),
        ("# T\n<!-- gatelib:facts -->\n", 2, "`facts` begins here, and does not end"),
        (f"# T\n<!-- /gatelib:facts -->\n{MARKS}", 2, "`facts` ends here, and has not begun"),
        (f"# T\n{MARKS}<!-- gatelib:fact -->\n", 10, "there is no section `fact`"),
        (f"# T\n{MARKS}{MARKS}", 10, "`facts` stands here, and in line 2"),
        ("# T\n", 1, "the page has no section `facts`"),
        (f"No title.\n{MARKS}", 1, "a page begins with its title"),
        (f"# T\n{MARKS.replace(':examples -->', ':examples deny=no -->', 1)}", 4, "no fixture `deny/no`"),
        (f"# T\n{MARKS.replace(':examples -->', ':examples fail=no -->', 1)}", 4, "not by `fail`"),
    ],
    ids=["overlap", "open", "closed", "unknown", "twice", "missing", "title", "case", "argument"],
)
def test_a_page_whose_markers_are_not_in_order_is_refused_by_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    team(tmp_path)
    with pytest.raises(ConfigError) as refused:
        page_of(tmp_path, text)
    assert says in refused.value.message
    assert (refused.value.file, refused.value.line, bool(refused.value.hint)) == (
        "docs/ACME-001.md",
        line,
        True,
    )


def test_a_refused_page_hides_no_other(tmp_path: Path) -> None:
    team(tmp_path)
    teams.rule(tmp_path / "policies" / "beta", "", id="BETA-002", name="empty", team="beta")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "ACME-001.md").write_bytes(b"\xff")
    found = made(tmp_path)
    assert [(fault.file, fault.message) for fault in found.faults] == [
        ("docs/ACME-001.md", "cannot be read as UTF-8")
    ]
    assert [path.name for path in found.texts] == ["BETA-002.md", "README.md"]


# Text that is not to be trusted


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a `code <b>` b", "a `code <b>` b"),
        ("<script>", r"\<script\>"),
        ("[x](javascript:1) *b* _c_ ~d~", r"\[x\](javascript:1) \*b\* \_c\_ \~d\~"),
        ("one ` alone <b>", r"one \` alone \<b\>"),
        ("&lt;b&gt; a & b", r"\&lt;b\&gt; a & b"),
        ("a\u202eb\nc", r"a\\u202eb\\nc"),
    ],
)
def test_text_of_metadata_and_findings_means_nothing_to_markdown(text: str, markdown: str) -> None:
    assert escaped(text) == markdown


def test_the_facts_name_what_is_unusual_about_a_rule() -> None:
    entry: Entry = {
        **shipped().catalog["GL-K8S-011"],
        "kinds": ["workloads", "v1/Secret"],
        "scope": "set",
        "controls": [],
        "remediation": "Do\n  this.",
        "deprecated": True,
        "stage": "canary",
        "effective_on": "2027-01-01",
    }
    assert facts.section(entry, ["deny", "warn"]).splitlines() == [
        "- **Deprecated**",
        "- Severity: **critical**",
        "- Action: deny and warn",
        "- Gates: pr, pre-promote",
        "- Judges: workloads, `v1/Secret`; each document together with others",
        "- Controls: none",
        "- Since: 0.1.0",
        "- Stage: canary",
        "- Takes effect: 2027-01-01",
        "- Sensitive: no output shows the value or its line",
        "- Remediation: Do this.",
    ]


def test_parameters_are_told_with_their_default_form_and_meaning() -> None:
    schema = {
        "properties": {
            "g": {
                "properties": {
                    "few": {"type": "integer", "minimum": 1, "maximum": 5, "description": "How few."},
                    "many": {"type": "array", "items": {"enum": ["a", "b"]}, "description": "Which <b>."},
                }
            }
        }
    }
    defaults = {"g": {"few": 2, "many": ["a"] * 30}}
    long = str(["a"] * 30).replace("'", '"')
    names = ["g.few", "g.many", "g.none"]
    head = (
        "| parameter | default | form | meaning |\n| --- | --- | --- | --- |\n"
        "| `g.few` | `2` | whole number from 1 to 5 | How few. |\n"
    )
    assert parameters.section(names, schema, defaults, "") == (
        f"{head}| `g.many` | `{long}` | list; each: `a` or `b` | Which \\<b\\>. |\n"
        "| `g.none` |  |  | not among the parameters of the library |"
    )
    assert "| [see parameters](../parameters.md#g) |" in parameters.section(names, schema, defaults, "../")


def test_evidence_is_shown_where_the_two_cases_differ_and_named_where_they_do_not(tmp_path: Path) -> None:
    record = {"apiVersion": "gatelib.dev/v1", "kind": "Measurement", "spec": {"value": 1}}
    same = {"facts": [record]}
    unusual = {
        "a.json": {"facts": [{"type": "secret", "line": 3}], "entry": None},
        "b.json": {"size": 0, "entry": {"commit": "abc", "images": []}},
        "c.json": {"problem": {"message": "no JSON"}, "facts": []},
        "d.json": {"attestation": {"failed": ["TEN-01"]}},
        "same.json": same,
    }

    def of(denies: bool, pack: dict[str, Any]) -> Case:
        folder = tmp_path / ("deny" if denies else "allow")
        folder.mkdir()
        path = folder / "release.yaml"
        path.write_text("kind: Release\n")
        found = [{"action": "deny", "message": "it is `bad`"}, {"action": "deny", "message": "and <b>"}]
        return Case(
            path=path,
            rule="X-001",
            denies=denies,
            given={"pack": pack},
            findings=found if denies else [],
            errors=[],
        )

    cases = [of(True, unusual), of(False, {"same.json": same, "e.json": {"facts": [record, record]}})]
    assert (
        examples.section(cases, {})
        == """\
Fails, without `e.json`, with `a.json` in the pack, which nobody signed, in which gatelib reads this:

```yaml
- {type: secret, line: 3}
```

and with `b.json` in the pack, which is empty, signed with `commit` `abc` and `images` of none.

and with `c.json` in the pack, which cannot be read (no JSON), which says nothing.

and with `d.json` in the pack:

```yaml
attestation:
  failed: [TEN-01]
```

> - it is `bad`
> - and \\<b\\>

Passes, without `a.json`, `b.json`, `c.json` and `d.json`, with `e.json` in the pack:

```yaml
apiVersion: gatelib.dev/v1
kind: Measurement
spec:
  value: 1
---
apiVersion: gatelib.dev/v1
kind: Measurement
spec:
  value: 1
```

Both have `same.json` as well."""
    )
