"""The pages that are generated: of parameters, of each rule, and of what is found in changed releases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gatelib import catalog
from gatelib.authoring import workspace
from gatelib.authoring.docs import pages, parameters

if TYPE_CHECKING:
    from tests.attestation_changes import Case
    from tests.mutations import Mutation

ROOT = Path(__file__).resolve().parent.parent
RULE_PAGES = ROOT / "docs" / "rules"
GATELIB = ROOT / "rego" / "gatelib"

_GENERATED: Final = "<!-- Written by tools/generate.py; change what it reads, not this file. -->"
_ID: Final = re.compile(r"GL-[A-Z0-9]+-[0-9]{3}")

_PARAMETERS: Final = """\
Rules read these values. A team sets its own in [`gatelib.yaml`](configuration.md), under `parameters`:

```yaml
parameters:
  pdb:
    min_replicas: 2
  images:
    allowlist: ["registry.example.com/shop/*"]
```

A parameter that a team sets replaces the shipped value as a whole; lists and objects are not merged. All
others keep their default. A group or a name that is not listed here is an error, and so is a value of another
form. `gatelib check --show-config PATH` prints the values in force and where each comes from.
"""

_ATTESTED: Final = """\
The [example of a release](../examples/release) is attested: its pack, its report, its bundle and its keys
verify with `gatelib attest verify`. Below, each row is a copy of it with one thing changed; the named check
no longer holds, and says so. A test does this for each row. [Control attestations](guides/attestations.md)
says what the checks are.
"""

_RELEASE: Final = """\
The [example of a release](../examples/release) passes the gate `pre-promote`. Below, each row is a copy of it
with one fact changed, every file signed by its producer and the pack sealed again; the named rule, and no
other, denies the copy, or warns of it where the row says so. A test does this on the embedded engine, on OPA,
on an OPA server and on Conftest, and has the [memo](guides/memo.md) say NO-GO for each that is denied.
"""


def release_page(mutations: Iterable[Mutation]) -> str:
    """Return the table of what changes in the example, and of the rule that denies it."""
    entries = catalog.build(rule_sources())
    rows = [
        f"| {_cell(mutation.fact)} | [{mutation.rule}](rules/{mutation.rule}.md) "
        f"| {_cell(entries[mutation.rule]['title'])} | {'warn' if mutation.warns else 'deny'} |"
        for mutation in mutations
    ]
    head = ["| changed fact | rule | which says | action |", "| --- | --- | --- | --- |"]
    return "\n".join([_GENERATED, "", "# What the release gate denies", "", _RELEASE, *head, *rows]) + "\n"


def attestation_page(cases: Iterable[Case]) -> str:
    """Return the table of what changes after a release was attested, and of the check that finds it."""
    head = ["| changed | check | which says |", "| --- | --- | --- |"]
    rows = [f"| {_cell(case.what)} | {case.check} | … {_cell(case.says)} … |" for case in cases]
    return "\n".join([_GENERATED, "", "# What verification finds", "", _ATTESTED, *head, *rows]) + "\n"


def rule_sources() -> list[tuple[str, str]]:
    """Return each policy of the rules as ``(path, text)``."""
    paths = sorted((GATELIB / "rules").rglob("*.rego"))
    return [(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


def rule_pages() -> dict[Path, str]:
    """Return the page of each rule and their index, by file."""
    written = pages(workspace.open_([ROOT / "rego"], [ROOT / "fixtures"], ROOT), RULE_PAGES)
    for fault in written.faults:
        raise fault
    return written.texts


def parameters_page() -> str:
    """Return the page on every parameter: its form, its default, what it means and who reads it."""
    schema = json.loads((GATELIB / "params_schema" / "data.json").read_text("utf-8"))
    defaults = json.loads((GATELIB / "defaults" / "data.json").read_text("utf-8"))
    entries = catalog.build(rule_sources())
    lines = ["# Parameters", "", _GENERATED, "", _PARAMETERS]
    for group, content in sorted(schema["properties"].items()):
        lines += [
            f"## {group}",
            "",
            f"For: {_readers(group, content['description'], entries)}.",
            "",
            "| parameter | default | form | meaning |",
            "| --- | --- | --- | --- |",
        ]
        for name, form in sorted(content["properties"].items()):
            default = json.dumps(defaults[group][name], ensure_ascii=False)
            cells = (
                f"`{group}.{name}`",
                f"`{_cell(default)}`",
                _cell(parameters.form(form)),
                _cell(form["description"]),
            )
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _readers(group: str, description: str, entries: Mapping[str, catalog.Entry]) -> str:
    """Return the rules that name the group in their METADATA; a description that says more goes before."""
    rules = [
        rule
        for rule, entry in entries.items()
        if any(name.split(".")[0] == group for name in entry.get("params", ()))
    ]
    says_more = any(letter.isalpha() for letter in _ID.sub("", description).replace(" and ", ""))
    text = description if says_more or not rules else ", ".join(rules)
    return _ID.sub(lambda match: f"[{match[0]}](rules/{match[0]}.md)", text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
