"""What a fixture consists of, as a reader is shown it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import yaml

from gatelib.fixtures import Case
from gatelib.reporters.show import plural

_WIDTH: Final = 100
_BESIDES: Final = {"attestation": "attestation", "verifications": "verified"}
"""What a described file has besides its facts, and how it is called."""


class Part(NamedTuple):
    """One thing that a case gives to the gate."""

    group: str
    """``manifest``, ``parameters``, ``exceptions``, ``inventory``, ``evidence``, ``verified`` or ``pack``."""
    name: str
    """Of a file of evidence; else empty."""
    label: str
    """How it is introduced; empty for the manifest."""
    text: str
    """YAML; empty where the label says all."""


def parts(case: Case) -> list[Part]:
    """Return what a case consists of, the manifest first."""
    given = case.given
    found = [Part("manifest", "", "", case.path.read_text("utf-8").strip("\n"))]
    if given.get("params"):
        found.append(
            Part("parameters", "", "with these parameters", _dumped({"parameters": given["params"]}))
        )
    if given.get("exceptions"):
        several = f"with {_these(given['exceptions'], 'exception')}"
        found.append(Part("exceptions", "", several, _documents(given["exceptions"])))
    if given.get("inventory"):
        found.append(Part("inventory", "", "with this in the inventory", _documents(given["inventory"])))
    for name, about in given.get("evidence", {}).items():
        found.append(Part("evidence", name, f"with `{name}` among the evidence", _facts(about["facts"])))
    if given.get("verifications"):
        found.append(Part("verified", "", "with this verified of it", _dumped(given["verifications"])))
    found += [_file(name, about) for name, about in given.get("pack", {}).items()]
    return found


def _file(name: str, about: Mapping[str, Any]) -> Part:
    facts, label = about.get("facts"), [f"with `{name}` in the pack", *_remarks(about)]
    besides = {shown: about[key] for key, shown in _BESIDES.items() if about.get(key)}
    if facts and not _are_records(facts):
        label.append("in which gatelib reads this")
    if besides:
        text = _dumped({"facts": facts, **besides} if facts else besides)
    else:
        text = _facts(facts) if facts else ""
    return Part("pack", name, ", ".join(label), text)


def _remarks(about: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is unusual about a file: it is as a rule signed an hour ago for the release."""
    if about.get("size") == 0:
        yield "which is empty"
    if "problem" in about:
        yield f"which cannot be read ({about['problem']['message']})"
    if "rejected" in about:
        yield f"which does not count ({about['rejected']})"
    if "entry" in about:
        entry = about["entry"]
        yield "which nobody signed" if entry is None else f"signed with {_inline(entry)}"
    if about.get("facts") == []:
        yield "which says nothing"


def _inline(entry: Mapping[str, Any]) -> str:
    return " and ".join(f"`{key}` {_value(value)}" for key, value in entry.items())


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value) or "of none"
    return f"`{value}`" if value not in ("", None) else "of none"


def _facts(facts: Sequence[Any]) -> str:
    """Return records as documents; what gatelib reads out of other files as a list."""
    return _documents(facts) if _are_records(facts) else _dumped(facts)


def _are_records(facts: Sequence[Any]) -> bool:
    return all(isinstance(fact, dict) and "apiVersion" in fact for fact in facts)


def _documents(contents: Sequence[Any]) -> str:
    return "---\n".join(
        yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=_WIDTH) for content in contents
    )


def _dumped(value: Any) -> str:
    text: str = yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None
    )
    return text


def _these(values: Sequence[Any], noun: str) -> str:
    return f"this {noun}" if len(values) == 1 else f"these {plural(len(values), noun)}"
