"""Fixtures as Gatekeeper meets them: one object at a time, with the others as what a cluster holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatelib import fixtures
from gatelib.export.gatekeeper.kinds import ANY, GroupKind
from gatelib.fixtures import Case
from gatelib.policy import Policy

_OF_EVERY_CLUSTER = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "gatelib-suite"}}
"""Where nothing at all is synced, a rule that looks at other objects cannot judge."""


@dataclass(frozen=True, slots=True)
class Review:
    """One object of a case under review."""

    document: int
    """Its number in the case."""
    content: Mapping[str, Any]
    inventory: Sequence[Mapping[str, Any]]


class NotCarriedOverError(Exception):
    """A case that no review can stand for; says why."""


def reviews(case: Case, policy: Policy) -> list[Review]:
    """Return the reviews that together ask what a case asks: of each object of a kind that its rule is about.

    Where a case has none, its objects are reviewed all the same, since nothing must be said of them.

    Raises:
        NotCarriedOverError: it has no object, or something that no API server takes for one.

    """
    envelope = fixtures.envelope(case, policy)
    contents = [document["content"] for document in envelope["documents"]]
    if not contents or not all(_is_object(content) for content in contents):
        raise NotCarriedOverError("it has something else than objects as an API server takes them")
    if policy.catalog[case.rule]["scope"] != "set":
        return [Review(number, content, ()) for number, content in enumerate(contents)]
    kept = [entry["content"] for entry in envelope["inventory"]]
    if len({_identity(content) for content in (*contents, *kept)}) < len(contents) + len(kept):
        raise NotCarriedOverError("it has an object twice, of which a cluster keeps one")
    return [
        Review(
            number,
            content,
            [_OF_EVERY_CLUSTER, *filter(_is_named, [*contents[:number], *contents[number + 1 :], *kept])],
        )
        for number, content in enumerate(contents)
    ]


def is_about(review: Review, kinds: Collection[GroupKind]) -> bool:
    """Whether a Constraint on these kinds sees the object under review."""
    return ANY in kinds or _group_kind(review.content) in kinds


def _is_object(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and all(isinstance(content.get(key), str) and content[key] for key in ("apiVersion", "kind"))
        and isinstance(content.get("metadata", {}), dict)
    )


def _is_named(content: Mapping[str, Any]) -> bool:
    name = content.get("metadata", {}).get("name")
    return isinstance(name, str) and name != ""


def _group_kind(content: Mapping[str, Any]) -> GroupKind:
    return GroupKind(content["apiVersion"].rpartition("/")[0], content["kind"])


def _identity(content: Mapping[str, Any]) -> tuple[GroupKind, str, str]:
    metadata = content.get("metadata", {})
    return _group_kind(content), str(metadata.get("namespace", "")), str(metadata.get("name", ""))
