"""What the rules on exceptions say of some records, without anything to judge beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, Final, Literal, TypeAlias

import orjson

from gatelib import engines, settings
from gatelib.engines.interface import Decision
from gatelib.exceptions.record import VERIFIED, digest, name_of, spec_of
from gatelib.policy import Policy, shipped
from gatelib.resolution import InForce
from gatelib.settings import Settings

State: TypeAlias = Literal["in force", "expiring", "expired", "revoked", "invalid"]

RULES: Final = ("GL-EXC-001", "GL-EXC-002", "GL-EXC-003", "GL-EXC-005", "GL-EXC-007", "GL-EXC-008")
_UNSIGNED: Final = ("GL-EXC-001", "GL-EXC-002", "GL-EXC-003", "GL-EXC-007", "GL-EXC-008")
_TIMEOUT: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A record with what is wrong with it."""

    record: Mapping[str, Any]
    state: State
    problems: tuple[str, ...]
    """Each with the rule that says it."""

    @property
    def signed_by(self) -> tuple[str, ...]:
        """The identities whose signatures were verified, the requester's first."""
        found = self.record.get(VERIFIED) or {}
        signers = [found.get("requester"), *(entry["identity"] for entry in found.get("approvers", ()))]
        return tuple(dict.fromkeys(signer for signer in signers if signer))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        spec = spec_of(self.record)
        about = {key: spec.get(key) for key in ("rules", "target", "requester", "approver", "audience")}
        return {
            "name": name_of(self.record),
            "sha256": digest(self.record),
            "state": self.state,
            **about,
            "created": spec.get("created"),
            "expires": spec.get("expires"),
            "signed_by": list(self.signed_by),
            "problems": list(self.problems),
        }


def judge(records: Sequence[Mapping[str, Any]], policy: Policy, now: datetime) -> list[Judged]:
    """Return each record with its state at a moment.

    Raises:
        EngineError: the engine failed.

    """
    said: list[list[dict[str, Any]]] = [[] for _ in records]
    for finding in _findings(records, policy, now, RULES):
        said[finding["exception"]].append(finding)
    return [_judged(record, found, now) for record, found in zip(records, said, strict=True)]


def faults(record: Mapping[str, Any], policy: Policy, now: datetime) -> list[str]:
    """Return what is wrong with a record that nobody has signed yet, in whatever gate it is for.

    Raises:
        EngineError: the engine failed.

    """
    policy = _trusting(policy, spec_of(record).get("audience"))
    return [f"{found['msg']} ({found['rule']})" for found in _findings([record], policy, now, _UNSIGNED)]


def needs_signatures(policy: Policy) -> bool:
    """Tell whether exceptions count only with signatures."""
    said: Mapping[str, Any] = {
        **policy.data["defaults"]["exceptions"],
        **policy.data["params"].get("exceptions", {}),
    }
    return said["require_signature"] is not False


def in_force(config: str | None, now: datetime) -> InForce:
    """Return a configuration's parameters and trust; only one that is named is trusted.

    Raises:
        UsageError: it cannot be carried out.

    """
    asked = Settings(config=config, now=_text(now), rules=RULES, engine=engines.default())
    return InForce(asked, shipped(), ())


def _findings(
    records: Sequence[Mapping[str, Any]], policy: Policy, now: datetime, rules: Sequence[str]
) -> list[dict[str, Any]]:
    policy = replace(policy, data={**policy.data, "exceptions": list(records)})
    engine = engines.engine(engines.default())
    judging = engine(policy.modules_for(rules), policy.engine_data(rules), timeout=_TIMEOUT)
    envelope = {
        "gatelib": 1,
        "now": _text(now),
        "gate": policy.data["bundle"].get("gate", "pr"),
        "rules": list(rules),
        "documents": [],
        "inventory": [],
        "evidence": {},
        "verifications": [],
    }
    value: Mapping[str, Any] = Decision.parse(judging.decide(orjson.dumps(envelope)).value).value
    found = [*value["deny"], *value["warn"], *value["canary"]]
    return [finding for finding in found if finding["rule"] in rules and "exception" in finding]


def _trusting(policy: Policy, audience: object) -> Policy:
    """Return a policy that takes people and audience as the record names them."""
    own = policy.data["params"]
    said = {"require_signature": False, "audience": [audience] if audience else []}
    params = {**own, "exceptions": {**own.get("exceptions", {}), **said}}
    return replace(policy, data={**policy.data, "params": params})


def _judged(record: Mapping[str, Any], found: Sequence[Mapping[str, Any]], now: datetime) -> Judged:
    denied = [finding for finding in found if finding["action"] == "deny"]
    state: State = "expiring" if found and not denied else "in force"
    if (record.get(VERIFIED) or {}).get("revoked") is not None:
        state = "revoked"
    elif settings.has_ended(spec_of(record).get("expires"), now):
        state = "expired"
    elif denied:
        state = "invalid"
    problems = tuple(f"{finding['msg']} ({finding['rule']})" for finding in denied)
    return Judged(record=record, state=state, problems=problems)


def _text(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
