"""From what an engine says of a document to a finding with its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gatelib.loader import Path, Position, locate
from gatelib.normalize import Document, is_secret
from gatelib.plan import Plan
from gatelib.report import Action, Finding, Location, Problem, Resource, Vulnerability
from gatelib.sources import Source
from gatelib.tasks import Match, Spot

_LONGEST_LINE: Final = 2000
"""Characters of a source line that a report shows; a longer one is left out."""

Raw = dict[str, Any]


@dataclass(slots=True)
class _File:
    source: Source
    data: bytes
    digest: str
    masked: bool = False


@dataclass(slots=True)
class Placer:
    """Knows the bytes of some files, and looks up all places in each of them at once."""

    plan: Plan
    _files: dict[str, _File] = field(default_factory=dict)
    _lost: dict[str, Problem] = field(default_factory=dict)
    _pending: list[tuple[Spot, Problem]] = field(default_factory=list)

    def remember(self, source: Source, data: bytes, digest: str) -> None:
        """Keep a file's bytes."""
        self._files[source.name] = _File(source, data, digest)

    def lose(self, source: Source, code: str, message: str) -> None:
        """Say that a file's bytes cannot be had any more."""
        self._lost[source.name] = Problem(code=code, message=message, file=source.name)

    def knows(self, source: Source) -> bool:
        """Tell whether a file was remembered or lost."""
        return source.name in self._files or source.name in self._lost

    def digest(self, source: Source) -> str:
        """Return the SHA-256 of a remembered file."""
        return self._files[source.name].digest

    def mask(self, source: Source, document: Document) -> None:
        """Show no line of a file that holds a secret: one line may hold several documents."""
        if is_secret(document.content):
            self.mask_all(source)

    def mask_all(self, source: Source) -> None:
        """Show no line of a file."""
        self._files[source.name].masked = True

    def is_masked(self, source: Source) -> bool:
        """Tell whether no line of a file may be shown."""
        return self._files[source.name].masked

    def problem(self, source: Source, ordinal: int, path: Path, code: str, message: str) -> None:
        """Note a problem at a place; :meth:`settle` finds its line."""
        problem = Problem(code=code, message=message, file=source.name)
        self._pending.append(((source.name, ordinal, path), problem))

    def findings(self, raws: Sequence[Raw], places: Sequence[tuple[Source, Document]]) -> list[Finding]:
        """Turn an engine's findings into the report's."""
        spots = [self._spot(raw, places) for raw in raws]
        positions = self._locate(spot for spot in spots if spot is not None)
        return [
            self._finding(raw, self._in_evidence(raw) or self._location(spot, positions))
            for raw, spot in zip(raws, spots, strict=True)
        ]

    def matches(self, raws: Sequence[Raw], places: Sequence[tuple[Source, Document]]) -> list[Match]:
        """Turn findings that exceptions fit into the report's, not waived yet."""
        return [
            Match(finding, exceptions_of(raw), self._subject(raw, places))
            for raw, finding in zip(raws, self.findings(raws, places), strict=True)
        ]

    def problems(self, raws: Sequence[Raw], places: Sequence[tuple[Source, Document]]) -> list[Problem]:
        """Turn an engine's errors into the report's; those with a place wait for :meth:`settle`."""
        found = []
        for raw in raws:
            problem = Problem(code=raw["code"], message=raw["message"])
            if "evidence" in raw:
                found.append(replace(problem, file=self._shown(raw), line=self._line(raw)))
                continue
            spot = self._spot(raw, places)
            if spot is None:
                found.append(problem)
            else:
                self._pending.append((spot, replace(problem, file=spot[0])))
        return found

    def settle(self) -> list[Problem]:
        """Return the problems noted, each with its line, and the files that were lost."""
        positions = self._locate(spot for spot, _ in self._pending)
        settled = [
            replace(problem, line=position.line, column=position.column)
            if (position := positions.get(spot)) is not None
            else problem
            for spot, problem in self._pending
        ]
        self._pending.clear()
        return [*settled, *self._lost.values()]

    def _subject(self, raw: Raw, places: Sequence[tuple[Source, Document]]) -> Spot | str | None:
        """Return what is hidden with a finding, as ``gatelib.lib.waivers.subject`` has it."""
        if "document" in raw:
            source, document = places[raw["document"]]
            return source.name, document.ordinal, document.prefix
        image: str | None = raw["vulnerability"]["image"] if "vulnerability" in raw else None
        return image

    def _spot(self, raw: Raw, places: Sequence[tuple[Source, Document]]) -> Spot | None:
        path = tuple(raw.get("path", ()))
        if "document" in raw:
            source, document = places[raw["document"]]
            return source.name, document.ordinal, document.prefix + path
        if "exception" in raw:
            given = self.plan.exceptions[raw["exception"]]
            if not self.knows(given.source):
                self._remember_exception(given.source)
            return given.source.name, given.ordinal, given.prefix + path
        return None

    def _in_evidence(self, raw: Raw) -> Location | None:
        """Return the file alone: facts are made of what a tool wrote, and have no lines."""
        if "evidence" not in raw:
            return None
        return Location(file=self._shown(raw), document=0, line=1, column=1, end_column=1, text=None)

    def _shown(self, raw: Raw) -> str:
        file: str = raw["evidence"]
        return self.plan.packs.get(file, file)

    def _line(self, raw: Raw) -> int | None:
        problem = self.plan.evidence.get(raw["evidence"], {}).get("problem")
        line = problem.get("line") if isinstance(problem, dict) else None
        return line if isinstance(line, int) else None

    def _remember_exception(self, source: Source) -> None:
        try:
            data = source.read(self.plan.limits.max_bytes)
        except OSError:
            data = b""
        self._files[source.name] = _File(source, data, "")

    def _locate(self, spots: Iterable[Spot]) -> dict[Spot, Position]:
        by_file: dict[str, list[Spot]] = {}
        for spot in dict.fromkeys(spots):
            by_file.setdefault(spot[0], []).append(spot)
        found: dict[Spot, Position] = {}
        for name, wanted in by_file.items():
            if name in self._files:
                positions = locate(self._files[name].data, [(ordinal, path) for _, ordinal, path in wanted])
                found.update(zip(wanted, positions, strict=True))
        return found

    def _location(self, spot: Spot | None, positions: dict[Spot, Position]) -> Location | None:
        if spot is None or (position := positions.get(spot)) is None:
            return None
        shown = not self._files[spot[0]].masked and len(position.text) <= _LONGEST_LINE
        return Location(
            file=spot[0],
            document=spot[1],
            line=position.line,
            column=position.column,
            end_column=position.end_column,
            text=position.text if shown else None,
        )

    def _finding(self, raw: Raw, location: Location | None) -> Finding:
        entry = self.plan.catalog[raw["rule"]]
        sensitive = bool(entry.get("sensitive"))
        resource = raw["resource"]
        action: Action = raw["action"]
        return Finding(
            rule=raw["rule"],
            action=action,
            severity=raw["severity"],
            controls=tuple(raw["controls"]),
            message=raw["msg"],
            remediation=entry["remediation"],
            resource=Resource(
                api_version=resource["apiVersion"],
                kind=resource["kind"],
                namespace=resource["namespace"],
                name=resource["name"],
            ),
            location=replace(location, text=None) if location and sensitive else location,
            path=tuple(raw["path"]),
            fingerprint=raw["fingerprint"],
            vulnerability=_vulnerability(raw),
            sensitive=sensitive,
        )


def exceptions_of(raw: Raw) -> tuple[int, ...]:
    """Return the numbers of the exceptions that fit a finding, the first to hide it first."""
    return tuple(raw.get("matched_by", [raw["waived_by"]] if "waived_by" in raw else ()))


def _vulnerability(raw: Raw) -> Vulnerability | None:
    found = raw.get("vulnerability")
    return found and Vulnerability(id=found["id"], package=found["package"], image=found["image"])
