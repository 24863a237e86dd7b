"""What Gatekeeper says of each object of a case, by `gator test`.

A start of gator takes a tenth of a second, and an object of a run some milliseconds. So whatever can share a
template and Constraints goes into one run: all objects of a group where the rule looks at nothing else, or
those of a case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from gatelib import engines
from gatelib.export.gatekeeper import template
from gatelib.export.gatekeeper.constraints import ACTIONS, by_action, constraint
from gatelib.policy import Policy
from tests.gator import run
from tests.parity.cases import Case, Group
from tests.parity.columns import TIMEOUT
from tests.parity.reviews import Review, reviews

Content: TypeAlias = Mapping[str, Any]
Said: TypeAlias = dict[str, Counter[str]]
"""The messages about one object, by action; an error is a denial."""

EVERYTHING = [{"apiGroups": ["*"], "kinds": ["*"]}]


def by_gator(group: Group) -> dict[str, list[Said]]:
    """Return what Gatekeeper says of each review of each case; its clock is the machine's."""
    policy, asked = group.at("admission"), {case.name: list(reviews(case)) for case in group.cases}
    if policy.catalog[group.rule]["scope"] == "set":
        return {name: _in_one_cluster(policy, group, of_case) for name, of_case in asked.items()}
    contents = [review.content for of_case in asked.values() for review in of_case]
    answers = iter(said(manifests(policy, group.rule, group.cases[0].data), contents))
    return {name: [next(answers) for _ in of_case] for name, of_case in asked.items()}


def by_engine(name: str, group: Group) -> dict[str, list[Said]]:
    """Return what an engine says of the same reviews, with the other objects where Gatekeeper keeps them."""
    policy = group.at("admission")
    answers = {}
    for case in group.cases:
        asked = list(reviews(case))
        answers[case.name] = [_decided(name, policy, group.rule, review) for review in asked]
    return answers


def manifests(policy: Policy, rule: str, given: Mapping[str, Any]) -> dict[str, bytes]:
    """Return a template with one rule, and its Constraints on every kind with what a case gives."""
    files = {"template.json": template.manifest(policy, [rule])}
    for action in by_action(policy, [rule]):
        content = constraint(policy, action, [rule])
        content["spec"]["match"]["kinds"] = EVERYTHING
        content["spec"]["parameters"] |= {key: value for key, value in given.items() if value}
        files[f"{action}.json"] = orjson.dumps(content)
    return files


def said(
    files: Mapping[str, bytes], contents: Sequence[Content], beside: Iterable[Content] = ()
) -> list[Said]:
    """Return what the Constraints among the files say of each object, all of them being in the cluster."""
    objects = list({_key(content): content for content in (*contents, *beside)}.values())
    answers: dict[bytes, Said] = {
        _key(content): {action: Counter() for action in ACTIONS} for content in objects
    }
    for result in run({**files, **{f"object-{n}.json": orjson.dumps(one) for n, one in enumerate(objects)}}):
        violating = result["violatingObject"]
        if ".gatekeeper.sh/" in violating["apiVersion"]:  # the files of the run are reviewed as well
            continue
        about = next(content for content in objects if content == violating)
        action = result["constraint"]["spec"]["parameters"]["action"]
        rule = result["metadata"]["details"]["rule"]
        # Each Constraint says what is wrong with itself; that the one that denies does is enough here.
        if action == "deny" or not rule.startswith("GL-ERR-"):
            answers[_key(about)][action][result["msg"]] += 1
    return [answers[_key(content)] for content in contents]


def kept(contents: Iterable[Content]) -> dict[str, Any]:
    """Return objects as Gatekeeper has them under `data.inventory`."""
    inventory: dict[str, Any] = {}
    for content in contents:
        version, kind, namespace, name = _place(content)
        place = inventory.setdefault("namespace" if namespace else "cluster", {})
        for step in (*([namespace] if namespace else []), version, kind):
            place = place.setdefault(step, {})
        place[name] = content
    return inventory


def _decided(name: str, policy: Policy, rule: str, review: Review) -> Said:
    data = {**policy.engine_data([rule]), "inventory": kept(review.stored)}
    judge = engines.engine(name)(policy.modules, data, timeout=TIMEOUT)
    given = {"review": {"object": review.content}, "parameters": {"rules": [rule]}}
    decision = judge.decide(orjson.dumps(given)).value
    return {
        action: Counter(template.as_message(policy, finding) for finding in decision[action])
        for action in ACTIONS
    }


def _in_one_cluster(policy: Policy, group: Group, of_case: Sequence[Review]) -> list[Said]:
    """Return the answers about reviews of one cluster, in as many runs as it takes."""
    files = manifests(policy, group.rule, group.cases[0].data)
    contents = [review.content for review in of_case]
    beside = {_key(content): content for review in of_case for content in review.stored}
    places = {_key(content): orjson.dumps(_place(content)) for content in (*contents, *beside.values())}
    if len(set(places.values())) == len(places):
        return said(files, contents, beside.values())
    # A cluster keeps one object of a name: where a case has two, each review has a cluster of its own.
    return [said(files, [review.content], review.stored)[0] for review in of_case]


def _place(content: Content) -> list[Any]:
    metadata = content.get("metadata") or {}
    return [content["apiVersion"], content.get("kind"), metadata.get("namespace"), metadata.get("name")]


def _key(content: Content) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def allows(case: Case, answers: Mapping[str, Sequence[Said]]) -> list[bool]:
    """Return whether each object of a case may be stored."""
    return [not answer["deny"] for answer in answers[case.name]]
