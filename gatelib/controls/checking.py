"""What is wrong with a control catalogue: by itself, with the rules, and with the layout of packs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from gatelib.catalog import Entry
from gatelib.controls.faults import Fault, errors
from gatelib.controls.model import Catalogue, Control
from gatelib.controls.paths import judging_rules
from gatelib.errors import ConfigError
from gatelib.loader import Path

ATTESTING: Final = "GL-REL-027"
"""The rule that judges attestations, and can therefore prove no control of one."""


def check(catalogue: Catalogue, rules: Mapping[str, Entry], layout: Mapping[str, Any]) -> list[ConfigError]:
    """Return all that is wrong with a catalogue, each with its line and what to do, in the order of lines.

    ``rules`` is the catalogue of the rules that run. The rules of the simple form follow from its evidence
    and its asserts; therefore that they are those of the METADATA, or all, is asked of the full form only.
    """
    found = [*_unusable(catalogue, layout), *_unknown_rules(catalogue, rules)]
    if not catalogue.simple:
        found += _disagreeing(catalogue, rules)
        found += _without_control(catalogue, rules)
        found += _unseen(catalogue, rules, layout)
        found += _unnamed_files(catalogue, layout)
    return errors(catalogue.file, found)


def unusable(catalogue: Catalogue, layout: Mapping[str, Any]) -> list[ConfigError]:
    """Return why nothing can be attested by a catalogue, in the order of lines."""
    return errors(catalogue.file, _unusable(catalogue, layout))


def _unusable(catalogue: Catalogue, layout: Mapping[str, Any]) -> Iterator[Fault]:
    known = [path for role in layout["roles"].values() for path in role["paths"]]
    seen: set[str] = set()
    for here, control in _placed(catalogue):
        if control.id in seen:
            yield (*here, "id"), f"there are two controls `{control.id}`", "give each an ID of its own"
        seen.add(control.id)
        if not control.evidence and not control.subjects:
            yield (
                here,
                f"control `{control.id}` has no evidence",
                "name the files of a pack under `evidence`"
                + (
                    ""
                    if catalogue.simple
                    else ", or the kinds of documents that its rules judge under `subjects`"
                ),
            )
        paths: set[str] = set()
        for index, evidence in enumerate(control.evidence):
            place = (*here, "evidence", index)
            if not evidence.roles:
                near = get_close_matches(evidence.path, known, 1)
                hint = f"did you mean {near[0]}?" if near else "docs/controls.md has the paths that there are"
                yield place, f"no file of a pack has the path `{evidence.path}`", hint
            if evidence.path in paths:
                yield place, f"control `{control.id}` names `{evidence.path}` twice", "leave one out"
            paths.add(evidence.path)


def _unknown_rules(catalogue: Catalogue, rules: Mapping[str, Entry]) -> Iterator[Fault]:
    for here, control in _placed(catalogue):
        for place, rule in _rules(catalogue, here, control):
            if rule not in rules:
                near = get_close_matches(rule, rules, 1, cutoff=0.8)
                hint = f"did you mean {near[0]}?" if near else "`gatelib rules list` names them all"
                yield place, f"there is no rule `{rule}`", hint


def _disagreeing(catalogue: Catalogue, rules: Mapping[str, Entry]) -> Iterator[Fault]:
    """Compare with the METADATA, for the controls that it names; a team may have others of its own."""
    named = {control for entry in rules.values() for control in entry["controls"]}
    for here, control in _placed(catalogue):
        if control.id not in named:
            continue
        for place, rule in _rules(catalogue, here, control):
            if rule in rules and control.id not in rules[rule]["controls"]:
                yield (
                    place,
                    f"control `{control.id}` has rule `{rule}`, whose METADATA does not name the control",
                    f"leave the rule out, or add {control.id} to its `custom.controls`",
                )
        for rule, entry in rules.items():
            if control.id in entry["controls"] and rule not in control.rules:
                yield (
                    (*here, "rules"),
                    f"the METADATA of rule `{rule}` names control `{control.id}`, which lacks the rule",
                    f"add {rule} to the control's `rules`",
                )


def _without_control(catalogue: Catalogue, rules: Mapping[str, Entry]) -> Iterator[Fault]:
    known = {control.id for control in catalogue.controls}
    named = {control for entry in rules.values() for control in entry["controls"]}
    with_control = {rule for control in catalogue.controls for rule in control.rules}
    for rule, entry in rules.items():
        if rule not in with_control and rule != ATTESTING:
            yield ("controls",), f"rule `{rule}` proves no control", "add it to the `rules` of one"
        elif known & named:
            for control in sorted({*entry["controls"]} - known):
                yield (
                    ("controls",),
                    f"the METADATA of rule `{rule}` names control `{control}`, which there is not",
                    "add the control, or take it out of the rule's `custom.controls`",
                )


def _unseen(catalogue: Catalogue, rules: Mapping[str, Entry], layout: Mapping[str, Any]) -> Iterator[Fault]:
    """Compare each control's rules with what it says they judge: files of a pack, and kinds of documents."""
    for here, control in _placed(catalogue):
        by_file: set[str] = set()
        for index, evidence in enumerate(control.evidence):
            judging = {rule for role in evidence.roles for rule in judging_rules(role, layout)}
            by_file |= judging
            if evidence.roles and not judging & {*control.rules}:
                yield (
                    (*here, "evidence", index),
                    f"no rule of control `{control.id}` judges `{evidence.path}`",
                    f"add {' or '.join(sorted(judging))} to its `rules`, or leave the path out",
                )
        entries = {rule: rules[rule] for rule in control.rules if rule in rules}
        for index, kind in enumerate(control.subjects):
            if not any(kind in entry["kinds"] for entry in entries.values()):
                yield (
                    (*here, "subjects", index),
                    f"no rule of control `{control.id}` judges `{kind}`",
                    "`gatelib rules show` names what a rule judges",
                )
        for place, rule in _rules(catalogue, here, control):
            if (
                rule in entries
                and rule not in by_file
                and not {*entries[rule]["kinds"]} & {*control.subjects}
            ):
                yield (
                    place,
                    f"nothing that control `{control.id}` names is what rule `{rule}` judges",
                    f"add to `subjects` one of {', '.join(entries[rule]['kinds'])}",
                )


def _unnamed_files(catalogue: Catalogue, layout: Mapping[str, Any]) -> Iterator[Fault]:
    named = {
        role for control in catalogue.controls for evidence in control.evidence for role in evidence.roles
    }
    for role in layout["order"]:
        judging = judging_rules(role, layout)
        for here, control in _placed(catalogue):
            proving = [rule for rule in judging if rule in control.rules]
            if role not in named and proving:
                path = layout["roles"][role]["paths"][0]
                yield (
                    (*here, "evidence"),
                    f"control `{control.id}` has rule `{proving[0]}`, but not the `{path}` that it judges",
                    f"add {path} to its `evidence`",
                )
                break


def _placed(catalogue: Catalogue) -> Iterator[tuple[Path, Control]]:
    for index, control in enumerate(catalogue.controls):
        yield ("controls", index), control


def _rules(catalogue: Catalogue, here: Path, control: Control) -> Iterator[tuple[Path, str]]:
    """Yield each rule of a control and where it stands; in the simple form it follows from the whole."""
    for index, rule in enumerate(control.rules):
        yield here if catalogue.simple else (*here, "rules", index), rule
