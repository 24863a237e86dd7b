"""Which objects of those that Gatekeeper keeps are handed to rules, by the package that an export has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import regorus

from gatelib.export.gatekeeper import template

SYNCED = Path(template.__file__).parent / "synced.rego"


def thing(name: str, kind: str = "Service", version: str = "v1") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}}


def asked(rule: str, data: Any, content: Any) -> Any:
    engine = regorus.Engine()
    engine.add_policy("synced.rego", SYNCED.read_text("utf-8"))
    engine.add_data_json(orjson.dumps(data).decode())
    engine.set_input_json(orjson.dumps({"review": {"object": content}}).decode())
    found = orjson.loads(engine.eval_query_as_json(f"data.gatelib.input.synced.{rule}"))["result"]
    return found[0]["expressions"][0]["value"]


def objects(inventory: Any, content: Any) -> list[str]:
    """Return the names of the objects that are looked up when this is under review."""
    found = asked("objects", {"inventory": inventory}, content)
    return sorted(each["metadata"]["name"] for each in found)


def kept(**namespaces: Any) -> dict[str, Any]:
    """Return an inventory of one object for each namespace, and one of the cluster."""
    return {
        "namespace": {name: {"v1": {"Service": {"x": content}}} for name, content in namespaces.items()},
        "cluster": {"v1": {"Node": {"y": thing("of-the-cluster", "Node")}}},
    }


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({**thing("api", "Pod"), "metadata": {"namespace": "shop"}}, ["of-shop", "of-the-cluster"]),
        (thing("shop", "Namespace"), ["of-shop", "of-the-cluster"]),
        (thing("shop", "Node"), ["of-the-cluster"]),
        ({**thing("api"), "metadata": {"namespace": "third"}}, ["of-the-cluster"]),
        (None, ["of-the-cluster"]),
    ],
)
def test_only_the_namespace_under_review_and_the_cluster_are_looked_up(
    content: Any, found: list[str]
) -> None:
    assert objects(kept(shop=thing("of-shop"), other=thing("of-other")), content) == found


@pytest.mark.parametrize(
    "odd", [{"kind": 7}, {"apiVersion": None}, {"metadata": {"name": 7}}, {"metadata": "x"}]
)
@pytest.mark.parametrize("place", ["namespace", "cluster"])
def test_what_is_no_object_of_a_cluster_is_none(odd: dict[str, Any], place: str) -> None:
    versions = {"v1": {"Service": {"x": {**thing("odd"), **odd}}}}
    inventory = {place: {"shop": versions} if place == "namespace" else versions}
    assert objects(inventory, thing("shop", "Namespace")) == []


def test_an_object_inside_another_is_none() -> None:
    outer = {**thing("outer"), "spec": thing("inner"), "inner": thing("inner")}
    assert objects({"cluster": {"v1": {"Service": {"x": outer}}}}, None) == ["outer"]
    assert objects(
        {"namespace": {"shop": {"v1": {"Service": {"x": outer}}}}}, thing("shop", "Namespace")
    ) == ["outer"]
    assert objects({}, None) == []


@pytest.mark.parametrize(
    ("data", "there"),
    [
        ({}, False),
        ({"inventory": {}}, False),
        ({"inventory": kept(shop=thing("of-shop"))}, True),
        ({"inventory": {"namespace": {"far": {"v1": {"Service": {"x": thing("of-far")}}}}}}, True),
    ],
)
def test_whether_anything_is_synced(data: Any, there: bool) -> None:
    assert asked("there", data, thing("api", "Pod")) is there
