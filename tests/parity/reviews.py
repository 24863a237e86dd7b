"""Each document of a case as an API server would ask about it, with the others as what the cluster holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from gatelib import engines
from tests.opa_server import Server
from tests.parity.cases import Case, Group
from tests.parity.columns import TIMEOUT, put_data

BYSTANDER = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "bystander"}}
"""What no rule looks at: a cluster of which nothing is synced is an error by itself."""


class Review(NamedTuple):
    """An object that is created, and what the cluster holds besides it."""

    content: Mapping[str, Any]
    stored: tuple[Mapping[str, Any], ...]


def reviews(case: Case) -> Iterator[Review]:
    """Yield a review for each document of a case; what has no name of its own cannot lie in a cluster."""
    documents = [document["content"] for document in case.envelope["documents"]]
    known = [*documents, *(document["content"] for document in case.envelope["inventory"]), BYSTANDER]
    for content in documents:
        if content.get("apiVersion"):
            others = (
                other for other in known if _is_stored(other) and _identity(other) != _identity(content)
            )
            yield Review(content, tuple({_identity(other): other for other in others}.values()))


def by_envelope(group: Group, now: str) -> dict[str, list[bool]]:
    """Return, by case, whether the embedded engine allows each of its objects at the admission gate."""
    policy = group.at("admission")
    judge = engines.engine("embedded")(policy.modules, policy.engine_data([group.rule]), timeout=TIMEOUT)

    def allows(review: Review) -> bool:
        asked = {
            "gatelib": 1,
            "now": now,
            "gate": "admission",
            "rules": [group.rule],
            "documents": [{"index": 0, "content": review.content}],
            "inventory": [
                {"index": index, "content": content} for index, content in enumerate(review.stored)
            ],
            "evidence": group.policy.data["evidence"],
            "verifications": group.policy.data["verifications"],
        }
        allowed: bool = judge.decide(orjson.dumps(asked)).value["verdict"]["allow"]
        return allowed

    return {case.name: [allows(review) for review in reviews(case)] for case in group.cases}


def by_opa(server: Server, group: Group) -> dict[str, list[bool]]:
    """Return the same of the answers to AdmissionReviews, with the objects where kube-mgmt puts them."""
    put_data(server, group.policy.data)

    def allows(review: Review) -> bool:
        status, answer = server.ask("PUT", "/v1/data/kubernetes", _synced(review))
        assert status == 204, answer
        request = {"uid": "0", "operation": "CREATE", "object": review.content}
        given = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
        status, answer = server.ask("POST", "/", given)
        assert status == 200, answer
        allowed: bool = answer["response"]["allowed"]
        return allowed

    return {case.name: [allows(review) for review in reviews(case)] for case in group.cases}


def _synced(review: Review) -> dict[str, Any]:
    """Return objects by resource, namespace and name; a resource is named by its group here."""
    found: dict[str, Any] = {}
    for content in review.stored:
        group, kind, namespace, name = _identity(content)
        place = found.setdefault(f"{kind}.{group}", {})
        if namespace:
            place = place.setdefault(namespace, {})
        place[name] = content
    return found


def _identity(content: Mapping[str, Any]) -> tuple[str, str, str, str]:
    metadata = content.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    group = content["apiVersion"].rpartition("/")[0]
    return group, content["kind"], str(metadata.get("namespace") or ""), str(metadata.get("name") or "")


def _is_stored(content: Mapping[str, Any]) -> bool:
    version, metadata = content.get("apiVersion"), content.get("metadata")
    return (
        isinstance(version, str)
        and bool(version)
        and isinstance(metadata, dict)
        and isinstance(metadata.get("name"), str)
        and bool(metadata["name"])
    )
