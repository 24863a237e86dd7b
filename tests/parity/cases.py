"""What the engines are compared on: every fixture, and every labelled manifest of the corpus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson

from gatelib import Gate, fixtures
from gatelib.catalog import Entry
from gatelib.policy import Policy, shipped
from tests.paths import CORPUS, ROOT

NOW = fixtures.NOW
RULES_OF_THE_CORPUS = {
    "privileged": "GL-K8S-001",
    "hostpath": "GL-K8S-002",
    "lb_source_ranges": "GL-K8S-003",
    "networkpolicy": "GL-K8S-004",
    "pdb": "GL-K8S-005",
    "limits": "GL-K8S-006",
    "canary_steps": "GL-K8S-008",
    "image_digest": "GL-IMG-001",
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file with the rule that it is about, and the envelope that gatelib makes of it."""

    name: str
    path: Path
    rule: str
    envelope: Mapping[str, Any]
    data: Mapping[str, Any]
    """The parameters, exceptions and evidence with its verifications, as they lie under ``data.gatelib``."""
    unread: str = ""
    """What gatelib says where it cannot read, or refuses, a part of the file."""

    @property
    def gate(self) -> str:
        gate: str = self.envelope["gate"]
        return gate

    def asked(self, **changed: Any) -> bytes:
        """Return the envelope in JSON, with some of its keys changed."""
        return orjson.dumps({**self.envelope, **changed})


@dataclass(frozen=True, kw_only=True)
class Group:
    """Cases that are judged under the same policy and data."""

    rule: str
    gate: str
    policy: Policy
    """With the one rule, and the data of the cases."""
    cases: Sequence[Case]

    def at(self, gate: str) -> Policy:
        """Return the policy as a bundle for a gate holds it: what was named counts as one of the gate."""
        catalogs = {
            owner: {rule: cast(Entry, {**entry, "gates": [gate]}) for rule, entry in entries.items()}
            for owner, entries in self.policy.catalogs.items()
        }
        bundle = {**self.policy.data["bundle"], "gate": gate}
        return replace(self.policy, catalogs=catalogs, data={**self.policy.data, "bundle": bundle})


def groups(part: str) -> list[Group]:
    """Return the cases of one of :data:`PARTS`."""
    found: dict[tuple[str, str, bytes], list[Case]] = {}
    for case in PARTS[part]():
        data = orjson.dumps(case.data, option=orjson.OPT_SORT_KEYS)
        found.setdefault((case.rule, case.gate, data), []).append(case)
    return [
        Group(rule=rule, gate=gate, policy=policy_of(rule, cases[0].data), cases=cases)
        for (rule, gate, _), cases in found.items()
    ]


@cache
def core() -> Policy:
    """Return the policy that ships with gatelib."""
    return shipped()


def policy_of(rule: str, data: Mapping[str, Any]) -> Policy:
    """Return the shipped policy with one rule only, and with data in the place of what is shipped."""
    return replace(
        core(),
        modules=core().modules_for([rule]),
        catalogs={"core": {rule: core().catalog[rule]}},
        data={**core().data, **data},
    )


def _fixtures() -> Iterator[Case]:
    for case in fixtures.find(ROOT / "fixtures", core()):
        given, envelope = case.given, fixtures.envelope(case, core())
        yield Case(
            name=case.name,
            path=case.path,
            rule=case.rule,
            envelope=envelope,
            data=_data(
                given.get("params", {}),
                given.get("exceptions", []),
                envelope["evidence"],
                envelope["verifications"],
            ),
        )


def _corpus() -> Iterator[Case]:
    for line in (CORPUS / "cases.jsonl").read_bytes().splitlines():
        given = orjson.loads(line)
        rule = RULES_OF_THE_CORPUS[given["rule"]]
        envelope, problems = Gate.load(rules=[rule], base=CORPUS, now=NOW).envelope([given["file"]])
        yield Case(
            name=given["id"],
            path=CORPUS / given["file"],
            rule=rule,
            envelope=envelope,
            data=_data({}, [], {}, []),
            unread="; ".join(f"{problem.code} {problem.message}" for problem in problems),
        )


PARTS = {"fixtures": _fixtures, "corpus": _corpus}
"""Where cases come from; the corpus lies beside the checkout, or nowhere."""


def _data(params: Any, exceptions: Any, evidence: Any, verifications: Any) -> dict[str, Any]:
    return {
        "params": params,
        "exceptions": exceptions,
        "evidence": evidence,
        "verifications": verifications,
    }
