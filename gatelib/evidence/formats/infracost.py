"""``infracost diff --format json``: what a change costs a month.

See https://www.infracost.io/docs/features/cli_commands/. Costs are decimals in text; null is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, cast

from gatelib.errors import EvidenceError
from gatelib.evidence.formats import moments, shape
from gatelib.evidence.formats.interface import Fact, Format, Given
from gatelib.evidence.formats.shape import COUNT, TEXT, items, optional, record

_COST: Final = optional({"type": "string", "pattern": r"^-?[0-9]{1,18}(\.[0-9]+)?$"})
_PROJECT: Final = record(
    "name",
    name=TEXT,
    metadata=optional(record(errors=optional(items({})), currentErrors=optional(items({})))),
)
_TOTALS: Final = ("pastTotalMonthlyCost", "totalMonthlyCost")
_DIFF: Final = "diffTotalMonthlyCost"
_OUTPUT: Final = record(
    "currency",
    "projects",
    _DIFF,
    *_TOTALS,
    currency=TEXT,
    projects=items(_PROJECT),
    metadata=optional(record(infracostCommand=TEXT)),
    summary=optional(
        record(totalUnsupportedResources=optional(COUNT), totalNoPriceResources=optional(COUNT))
    ),
    **dict.fromkeys([_DIFF, *_TOTALS], _COST),
)
_RUN_DIFF: Final = "run `infracost diff --format json --compare-to BASE.json`"


class _Infracost(Format):
    name = "infracost"

    def recognises(self, given: Given) -> bool:
        return isinstance(given.json, Mapping) and {
            "version",
            "currency",
            "projects",
            "totalMonthlyCost",
        } <= (given.json.keys())

    def facts(self, given: Given) -> list[Fact]:
        output = given.json
        shape.check(output, _OUTPUT, what="`infracost diff`")
        if (output.get("metadata") or {}).get("infracostCommand") == "breakdown" or output[_DIFF] is None:
            raise EvidenceError("tells what things cost, and not what the change costs", hint=_RUN_DIFF)
        summary = output.get("summary") or {}
        return [
            {
                "type": "cost",
                "currency": output["currency"],
                "past_monthly": _number(_past(output)),
                "monthly": _number(output["totalMonthlyCost"]),
                "diff_monthly": _number(output[_DIFF]),
                "projects": len(output["projects"]),
                "projects_failed": sum(map(_failed, output["projects"])),
                "unpriced": (summary.get("totalUnsupportedResources") or 0)
                + (summary.get("totalNoPriceResources") or 0),
                "created": moments.utc(output.get("timeGenerated")),
            }
        ]


FORMAT: Final = _Infracost()


def _past(output: Mapping[str, Any]) -> str | None:
    """Return the cost before the change; where it is left out, what the other two make it."""
    past, monthly = (output[name] for name in _TOTALS)
    if past is not None or monthly is None:
        return cast("str | None", past)
    return str(Decimal(monthly) - Decimal(output[_DIFF]))


def _failed(project: Mapping[str, Any]) -> bool:
    """Tell whether infracost could not read a project, whose cost is then in no total."""
    metadata = project.get("metadata") or {}
    return bool(metadata.get("errors") or metadata.get("currentErrors"))


def _number(cost: str | None) -> float | None:
    if cost is None:
        return None
    number = float(cost)
    return int(number) if math.isfinite(number) and number.is_integer() else number
