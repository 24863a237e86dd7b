"""What every form of an attestation's page says, worked out from the attestation's JSON form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from gatelib.attestation.model import SCHEMA
from gatelib.errors import EvidenceError
from gatelib.reporters.prose import clip

T = TypeVar("T")


class Word(NamedTuple):
    """How a status is shown: never by its colour alone."""

    text: str
    tone: str
    """``good``, ``fair``, ``bad`` or ``none``: a colour and a shape."""


CONTROL: Final[Mapping[str, Word]] = {
    "pass": Word("Pass", "good"),
    "fail": Word("Fail", "bad"),
    "not evaluated": Word("Not evaluated", "fair"),
    "not applicable": Word("Not applicable", "none"),
}
RULE: Final[Mapping[str, Word]] = {
    "pass": Word("Pass", "good"),
    "fail": Word("Fail", "bad"),
    "warn": Word("Warning", "fair"),
    "waived": Word("Waived", "fair"),
    "canary": Word("On trial", "none"),
    "not_applicable": Word("Nothing to judge", "none"),
    "skipped": Word("Skipped", "bad"),
    "missing": Word("Not run", "bad"),
}
_UNKNOWN: Final = "bad"

PASS: Final = Word("PASS", "good")
NO_PASS: Final = Word("NOT A PASS", "bad")

COMMANDS: Final = (
    (
        "With gatelib, which also verifies the pack, the reports and the bundle of rules that ran",
        "gatelib attest verify . --verification-key ../attester.pub --bundle ../pre-promote.tar.gz",
    ),
    (
        "With cosign, which verifies the signature, and that it is about this Evidence Pack",
        "cosign verify-blob-attestation --key ../attester.pub \\\n"
        "  --signature controls/attestation.dsse.json \\\n"
        "  --type https://gatelib.dev/attestation/v1 \\\n"
        "  --insecure-ignore-tlog MANIFEST.sha256",
    ),
)
WHERE: Final = (
    "In the release's folder, with the attester's public key beside it. Take the key from a place that you "
    "trust, never from the release, and put nothing into the folder: what is added to it is a fault."
)
UNREADABLE: Final = (AttributeError, KeyError, TypeError, ValueError)
"""What comes of reading a value that is no attestation."""

NAME: Final = 160
"""Characters of a name."""
SENTENCE: Final = 600
"""Characters of a message, a reason or a statement."""


def word(words: Mapping[str, Word], status: str) -> Word:
    """Return how a status is shown; one that nobody knows is bad."""
    return words.get(status) or Word(status, _UNKNOWN)


def checked(attestation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the attestation.

    Raises:
        EvidenceError: it is of another form.

    """
    if attestation.get("schema") != SCHEMA:
        raise unreadable(f"its schema is not `{SCHEMA}`")
    return attestation


def unreadable(why: object) -> EvidenceError:
    """Return the error for what is no attestation."""
    return EvidenceError(f"this is no attestation: {why}", hint="make one with `gatelib attest render`")


def title(attestation: Mapping[str, Any]) -> str:
    """Return the name of what is attested."""
    release = attestation["release"]
    parts = (release["service"] or release["name"], release["version"])
    return " ".join(part for part in parts if part) or "a release without a name"


def verdict(attestation: Mapping[str, Any]) -> Word:
    """Return the verdict on the whole."""
    return NO_PASS if reasons(attestation) else PASS


def reasons(attestation: Mapping[str, Any]) -> list[str]:
    """Return why the whole is no pass; one that calls itself a pass must also bear it out."""
    standing: dict[str, list[str]] = {}
    for control in attestation["controls"]:
        if not holds(control):
            standing.setdefault(control["status"], []).append(f"`{_plain(control['id'])}`")
    found = [f"{_short_of_a_pass(status)}: {', '.join(ids)}" for status, ids in standing.items()]
    found += attestation["objections"]
    if not attestation["controls"]:
        found.append("no control was judged")
    if attestation["overall"] is not True and not found:
        found.append("the attestation calls itself no pass, and gives no reason")
    return found


def holds(control: Mapping[str, Any]) -> bool:
    """Return whether nothing of a control is in the way of a pass."""
    if control["pass"] is not True:
        return False
    if control["status"] == "not applicable":
        return bool(control["not_applicable"] and control["not_applicable"]["signed_by"])
    return bool(control["status"] == "pass")


def tally(attestation: Mapping[str, Any]) -> list[tuple[Word, int]]:
    """Return each status of controls, and how many have it."""
    statuses = [control["status"] for control in attestation["controls"]]
    known = dict.fromkeys([*CONTROL, *statuses])
    return [(word(CONTROL, status), statuses.count(status)) for status in known if status in statuses]


def detail(entry: Mapping[str, str]) -> str:
    """Return what is in the way of a control's pass, as a sentence with code spans."""
    if "missing" in entry:
        return f"`{_plain(entry['missing'])}` is missing"
    if "rule" in entry and "message" in entry:
        return f"`{_plain(entry['rule'])}`: {entry['message']}"
    return ", ".join(value if name == "reason" else f"{name}: {value}" for name, value in entry.items())


class Row(NamedTuple):
    """A clause of a framework, and the controls that serve it."""

    clause: str
    controls: tuple[tuple[int, Mapping[str, Any]], ...]
    """Each with its place among the attestation's, from 1."""


def matrix(attestation: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], list[Row]]]:
    """Return each framework that a control serves, with its clauses in order."""
    found: dict[str, dict[str, list[tuple[int, Mapping[str, Any]]]]] = {}
    for index, control in enumerate(attestation["controls"], 1):
        for clause in control["clauses"]:
            rows = found.setdefault(clause["framework"], {}).setdefault(clause["clause"], [])
            rows.append((index, control))
    named = {framework["id"]: framework for framework in attestation["frameworks"]}
    order = dict.fromkeys([*named, *found])
    return [
        (
            named.get(id_) or {"id": id_, "name": id_, "edition": ""},
            [Row(clause, tuple(found[id_][clause])) for clause in sorted(found[id_], key=natural)],
        )
        for id_ in order
        if id_ in found
    ]


def clauses(control: Mapping[str, Any], attestation: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the clauses that a control serves, by the name of their framework."""
    return [
        (framework["name"], [row.clause for row in rows])
        for framework, rows in matrix({**attestation, "controls": [control]})
    ]


def natural(text: str) -> list[tuple[int, int, str]]:
    """Return what sorts ``A.5.9`` before ``A.5.10``."""
    parts = re.findall(r"[0-9]{1,9}|[^0-9]+", text)
    return [(0, int(part), part) if part[0] in "0123456789" else (1, 0, part) for part in parts]


def context(attestation: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield what an audit needs to come to the verdict again, by name."""
    release = attestation["release"]
    yield "Release record", [_digest(release["sha256"])]
    yield "Evidence Pack", [_digest(attestation["pack"]["sha256"])]
    bundle = attestation["bundle"]
    yield "Bundle of rules", [bundle["revision"], _digest(bundle["sha256"]), _signed(bundle["signed_by"])]
    config = attestation["config"]
    trusted = "trusted" if config["trusted"] is True else "not trusted"
    yield "Configuration", [_digest(config["sha256"]), trusted]
    yield "Control catalogue", [_digest(attestation["catalog"]["sha256"])]
    for name in ("engine", "tool"):
        yield name.capitalize(), [f"{attestation[name]['name']} {attestation[name]['version']}"]


def shown(entries: Sequence[T], most: int) -> tuple[Sequence[T], str]:
    """Return the first entries, and what to say of the rest; empty where there is none."""
    more = len(entries) - most
    return entries[:most], f"and {more} more, which attestation.json has" if more > 0 else ""


def _short_of_a_pass(status: str) -> str:
    text = clip(word(CONTROL, status).text, NAME)
    return f"{text}, which is not borne out" if status in ("pass", "not applicable") else text


def _plain(text: str) -> str:
    return clip(text.replace("`", "'"), NAME)


def _digest(value: str | None) -> str:
    return f"sha256:{value}" if value else "none"


def _signed(by: str | None) -> str:
    return f"signed by {by}" if by else "signed by nobody"
