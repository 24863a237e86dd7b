"""How a gate was called, as far as its report tells: which input was judged, and which was only given.

A report lists what was read and not how it was named. What a file was for is told by what it holds, and
whether manifests came one by one or as folders is tried: that decides which of them share a namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gatelib.evidence import manifest
from gatelib.exceptions import record
from gatelib.loader import load

_SEAL: Final = f"/{manifest.NAME}"
_IMAGE_EVIDENCE: Final = "gatelib.dev/ImageEvidence"
_RELEASE: Final = "gatelib.dev/Release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The paths that a run was given."""

    judged: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    inventory: tuple[str, ...] = ()


@dataclass(slots=True)
class Roles:
    """What each input was for, by name."""

    pack: str | None = None
    """What the run called the Evidence Pack."""
    in_pack: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    """Judged files with the Release."""
    manifests: list[str] = field(default_factory=list)
    """All others that were judged."""
    exceptions: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    """Records of images beside the pack."""
    inventory: list[str] = field(default_factory=list)

    @property
    def beside(self) -> list[str]:
        """All that is not in the pack."""
        return [*self.records, *self.manifests, *self.exceptions, *self.evidence, *self.inventory]


def pack_of(report: Mapping[str, Any]) -> str | None:
    """Return what a run called its Evidence Pack; ``None`` where it had none."""
    seals = [entry["file"] for entry in report["inputs"] if entry["file"].endswith(_SEAL)]
    return seals[0].removesuffix(_SEAL) if seals else None


def roles(
    report: Mapping[str, Any], content: Callable[[str], bytes], is_inventory: Callable[[str], bool]
) -> Roles:
    """Return what each input of a report was for; ``content`` gives the bytes of one by its name."""
    found = Roles(pack=pack_of(report))
    prefix = None if found.pack is None else f"{found.pack}/"
    gave_exceptions = bool(report["exceptions"])
    for name in dict.fromkeys(entry["file"] for entry in report["inputs"]):
        if prefix is not None and name.startswith(prefix) and _is_evidence(name.removeprefix(prefix)):
            found.in_pack.append(name)
            continue
        kinds = _kinds(name, content(name))
        if gave_exceptions and kinds <= {record.TYPE}:
            found.exceptions.append(name)
        elif kinds == {_IMAGE_EVIDENCE}:
            found.evidence.append(name)
        elif report["documents"]["inventory"] and is_inventory(name):
            found.inventory.append(name)
        elif _RELEASE in kinds:
            found.records.append(name)
        else:
            found.manifests.append(name)
    return found


def candidates(roles: Roles) -> Iterator[Call]:
    """Yield the ways in which a run may have been called, the most usual first."""
    given = {
        "exceptions": tuple(roles.exceptions),
        "evidence": tuple(([] if roles.pack is None else [roles.pack]) + roles.evidence),
        "inventory": tuple(roles.inventory),
    }
    known: set[tuple[str, ...]] = set()
    for manifests in (_top(roles.manifests), _folders(roles.manifests), list(roles.manifests)):
        judged = tuple(sorted({*roles.records, *manifests}))
        if judged and judged not in known:
            known.add(judged)
            yield Call(judged=judged, **given)


def _is_evidence(path: str) -> bool:
    return path == manifest.NAME or manifest.covers(path)


def _kinds(name: str, content: bytes) -> set[str]:
    """Return what a file holds; an envelope is as good as the exception that it is for."""
    if name.lower().endswith(record.SUFFIX):
        return {record.TYPE}
    found = set()
    for document in load(content).documents:
        value = document.value if isinstance(document.value, dict) else {}
        version, kind = str(value.get("apiVersion", "")), str(value.get("kind", ""))
        found.add(f"{version.partition('/')[0]}/{kind}" if "/" in version else kind)
    return found or {""}


def _top(names: Sequence[str]) -> list[str]:
    """Return the outermost folders, and files that lie in none."""
    return sorted({_above(name, depth=1) for name in names})


def _folders(names: Sequence[str]) -> list[str]:
    """Return the folder of each file."""
    return sorted({str(Path(name).parent) if "/" in name else name for name in names})


def _above(name: str, *, depth: int) -> str:
    parts = name.split("/")
    up = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
    return "/".join(parts[: up + depth])
