"""What Gatekeeper's audit found by Constraints that are dry runs.

The results are the status of the Constraints: https://open-policy-agent.github.io/gatekeeper/website/docs/audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gatelib.authoring.impact import traces
from gatelib.authoring.impact.model import Found, Owner, Place
from gatelib.authoring.impact.readiness import Ledger, Seen
from gatelib.metrics.decisions import CODE
from gatelib.metrics.streaming import Bad, values
from gatelib.report import Problem, Resource

_OWN: Final = "GatelibPolicy"
_CONSTRAINTS: Final = "constraints.gatekeeper.sh/"


def of_audits(paths: Sequence[Path], ledger: Ledger, owner_of: traces.Owners) -> None:
    """Read what ``kubectl get constraints -o json`` prints; only dry runs are traces."""
    for path in paths:
        name = path.as_posix()
        known = len(ledger.problems)
        seen = False
        try:
            with path.open("rb") as file:
                for value in values(file):
                    if isinstance(value, Bad):
                        ledger.miss(traces.lost(name, value.message, value.line))
                        continue
                    for constraint in _constraints(value):
                        seen = True
                        _constraint(constraint, name, ledger, owner_of)
        except OSError as error:
            ledger.miss(traces.lost(name, f"cannot be read: {error.strerror}"))
        if not seen and len(ledger.problems) == known:
            ledger.miss(traces.lost(name, "has no Constraint in it"))


def _constraints(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("items"), list):
            for item in value["items"]:
                yield from _constraints(item)
        elif str(value.get("apiVersion")).startswith(_CONSTRAINTS):
            yield value


def _constraint(constraint: Mapping[str, Any], name: str, ledger: Ledger, owner_of: traces.Owners) -> None:
    spec, status = traces.mapping(constraint.get("spec")), traces.mapping(constraint.get("status"))
    told = f"{constraint.get('kind')}/{traces.mapping(constraint.get('metadata')).get('name')}"
    if spec.get("enforcementAction", "deny") != "dryrun":
        ledger.leave(f"{told} is no dry run")
        return
    moment = traces.moment_of(status.get("auditTimestamp"))
    if moment is None:
        ledger.miss(traces.lost(name, f"{told} was never audited"))
        return
    listed = traces.objects(status.get("violations"))
    total = status.get("totalViolations", len(listed))
    if not isinstance(total, int) or total > len(listed):
        ledger.miss(
            Problem(
                code=CODE,
                message=f"{told} lists {len(listed)} of {total} violations; the rest may be of any rule",
                file=name,
                hint="start Gatekeeper's audit with a higher --constraint-violations-limit",
            )
        )
    named = traces.mapping(spec.get("parameters")).get("rules")
    own = constraint.get("kind") == _OWN and isinstance(named, list)
    denied: dict[str, list[tuple[Found, Owner]]] = {
        rule: [] for rule in (named if own and isinstance(named, list) else [told]) if isinstance(rule, str)
    }
    for violation in listed:
        message = str(violation.get("message", ""))
        match = traces.LINE.fullmatch(message) if own else None
        rule, said = (match[1], match[2]) if match else (told, message)
        group, version = violation.get("group"), violation.get("version", "")
        resource = Resource(
            api_version=f"{group}/{version}" if group else str(version),
            kind=str(violation.get("kind", "")),
            namespace=str(violation.get("namespace") or ""),
            name=str(violation.get("name", "")),
        )
        one = traces.finding(rule, said, resource, Place(), {}, f"{rule}|{resource}")
        denied.setdefault(rule, []).append((one, owner_of(one)))
    ledger.on_trial |= denied.keys()
    for rule, findings in denied.items():
        ledger.add(rule, Seen(moment=moment, judged=None, denied=tuple(findings)))
