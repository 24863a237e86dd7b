"""The answer to an AdmissionReview: whole, closed, and the same on both engines, whatever is asked."""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
import regorus

from gatelib import fixtures, resources
from gatelib.bundle import build, definition
from gatelib.policy import Policy, shipped
from tests.budget import budget
from tests.engines import need
from tests.paths import ROOT

ANSWER = "data.gatelib.admission.review"
CREATED = datetime(2026, 11, 22, tzinfo=timezone.utc)
REASONS = {400: "BadRequest", 403: "Forbidden", 500: "InternalError"}
GARBAGE: list[Any] = [
    None, True, 7, -0.5, "", "x", "DELETE", "UPDATE", "\u202e\n", [], [[]], ["x"], {}, {"a": [{}]},
    {"kind": "Pod"}, {"gatelib": 1, "documents": []},
]  # fmt: skip

PRIVILEGED = {"image": "ghcr.io/acme/api:1", "securityContext": {"privileged": True}}
SPEC = {"containers": [{"name": "api", **PRIVILEGED}]}
META = {"name": "api", "namespace": "shop", "labels": {"app": "api"}, "finalizers": ["example.com/held"]}
GOING = {**META, "deletionTimestamp": "2026-11-22T00:00:00Z"}
DEBUG = {**SPEC, "ephemeralContainers": [{"name": "x", **PRIVILEGED}]}


def pod(metadata: Mapping[str, Any] = META, spec: Mapping[str, Any] = SPEC, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, **more}


def review(**request: Any) -> dict[str, Any]:
    given = {"uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "dryRun": False, **request}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": given}


def update(old: Any, new: Any, **request: Any) -> dict[str, Any]:
    return review(operation="UPDATE", oldObject=old, object=new, **request)


PASSES = {
    "a deletion": review(operation="DELETE", object=None, oldObject=pod()),
    "a deletion in a dry run": review(operation="DELETE", object=None, oldObject=pod(), dryRun=True),
    "a finalizer that goes": update(pod(GOING), pod({**GOING, "finalizers": []})),
    "a status": update(pod(), pod(status={"phase": "Running"}), subResource="status"),
    "a status of what goes": update(pod(GOING), pod(GOING, status={"phase": "Failed"}), subResource="status"),
}

DENIED = {
    "a new object": review(operation="CREATE", object=pod()),
    "a new object in a dry run": review(operation="CREATE", object=pod(), dryRun=True),
    "a new object that says it goes": review(operation="CREATE", object=pod(GOING)),
    "an update that says it goes": update(pod(), pod(GOING)),
    "an update of what goes": update(pod(GOING), pod(GOING, DEBUG)),
    "a debugger in what goes": update(pod(GOING), pod(GOING, DEBUG), subResource="ephemeralcontainers"),
    "a debugger in what goes, without the old object": review(
        operation="UPDATE", object=pod(GOING, DEBUG), subResource="ephemeralcontainers"
    ),
    "a debugger by way of the status": update(pod(), pod(spec=DEBUG), subResource="status"),
    "another label on what goes": update(pod(GOING), pod({**GOING, "labels": {"app": "other"}})),
    "an operation that does not exist": review(operation="delete", object=pod()),
    "no operation": review(object=pod()),
}


@cache
def policy() -> Policy:
    return definition.read(ROOT / "bundles" / "admission.yaml", shipped())


@cache
def files() -> dict[str, bytes]:
    """What the shipped definition puts into a bundle."""
    return build.files(policy(), created=CREATED)


@cache
def _compiled() -> Any:
    engine = regorus.Engine()
    for name, content in files().items():
        if name.endswith(".rego"):
            engine.add_policy(name, content.decode())
        elif name.endswith("/data.json"):
            data = orjson.loads(content)
            for step in reversed(name.split("/")[:-1]):
                data = {step: data}
            engine.add_data_json(json.dumps(data))
    return engine


def embedded(given: Any) -> Any:
    engine = _compiled().clone()
    engine.set_input_json(json.dumps(given))
    return orjson.loads(engine.eval_query_as_json(ANSWER))["result"][0]["expressions"][0]["value"]


def opa(given: Sequence[Any], folder: Path) -> list[Any]:
    """Every answer, by one process that is as strict as a policy's check."""
    for name, content in files().items():
        path = folder / "bundle" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    query = f"[answer | some given in input; answer := {ANSWER} with input as given]"
    command = [
        need("opa"), "eval", "--format", "json", "--strict-builtin-errors",
        "--capabilities", str(resources.capabilities()),
        "--bundle", str(folder / "bundle"), "--stdin-input", query,
    ]  # fmt: skip
    done = subprocess.run(command, input=json.dumps(given).encode(), capture_output=True, check=False)
    answer = json.loads(done.stdout)
    assert "errors" not in answer, answer["errors"]
    answers: list[Any] = answer["result"][0]["expressions"][0]["value"]
    return answers


def is_whole(given: Any, answer: Any) -> bool:
    """Tell whether this is an AdmissionReview that an API server takes, for the request that was given."""
    request = given.get("request") if isinstance(given, dict) else None
    uid = request.get("uid") if isinstance(request, dict) else None
    response = answer["response"]
    beside = {"warnings", "auditAnnotations"}
    return (
        answer == {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
        and response["uid"] == (uid if isinstance(uid, str) else "")
        and response["allowed"] in (True, False)
        and response.keys() - beside == {"uid", "allowed"} | (set() if response["allowed"] else {"status"})
        and (response["allowed"] or is_status(response["status"]))
        and all(0 < len(warning) <= 256 for warning in response.get("warnings", ["-"]))
        and sum(map(len, response.get("warnings", []))) <= 4096
        and all(isinstance(value, str) and value for value in response.get("auditAnnotations", {}).values())
    )


def is_status(status: Any) -> bool:
    return (
        status.keys() == {"code", "reason", "message"}
        and REASONS.get(status["code"]) == status["reason"]
        and re.match("GL-[A-Z0-9]+-[0-9]{3}: ", status["message"]) is not None
    )


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries: Any = enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, dict):
        entries = value.items()
    for step, inner in entries:
        yield (*path, step)
        yield from nodes(inner, (*path, step))


@cache
def real_reviews() -> list[dict[str, Any]]:
    """Every document of every fixture, as it is created, updated, connected to and deleted."""
    return [
        review(operation=operation, object=document["content"], oldObject=document["content"])
        for case in fixtures.find(ROOT / "fixtures", shipped())
        for document in fixtures.envelope(case, shipped())["documents"]
        for operation in ("CREATE", "UPDATE", "CONNECT", "DELETE")
    ]


def mutants(seed: int, number: int) -> Iterator[Any]:
    """Reviews with something in them, or all of them, replaced by garbage, or gone."""
    chance = random.Random(seed)
    seeds = [*PASSES.values(), *DENIED.values(), *real_reviews()[:: budget(41, 3)]]
    for _ in range(number):
        mutant = deepcopy(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 2, 4))):
            # Half of the changes near the top, where the request lies.
            paths = [path for path in nodes(mutant) if len(path) <= chance.choice((2, 4, 99))]
            if not paths:
                break
            *way, last = chance.choice(paths)
            parent = mutant
            for step in way:
                parent = parent[step]
            if chance.random() < 0.2:
                del parent[last]
            else:
                parent[last] = deepcopy(chance.choice(GARBAGE))
        yield mutant


@pytest.mark.parametrize("case", PASSES)
def test_what_brings_nothing_new_passes(case: str) -> None:
    given = PASSES[case]
    assert embedded(given) == {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "response": {"uid": given["request"]["uid"], "allowed": True},
    }


@pytest.mark.parametrize("case", DENIED)
def test_what_a_rule_denies_is_denied_however_it_is_asked(case: str) -> None:
    response = embedded(DENIED[case])["response"]
    assert not response["allowed"]
    assert (
        "GL-K8S-001: container `api` is privileged (Remove `securityContext.privileged`"
        in (response["status"]["message"])
    )


@pytest.mark.parametrize("garbage", [*GARBAGE, review(), {**review(object=pod()), "kind": "Pod"}], ids=repr)
def test_what_is_no_review_is_denied(garbage: Any) -> None:
    answer = embedded(garbage)
    assert is_whole(garbage, answer)
    assert answer["response"]["status"]["code"] == 400


def test_a_dry_run_is_answered_alike() -> None:
    for given in real_reviews()[:: budget(97, 1)]:
        dry = deepcopy(given)
        dry["request"]["dryRun"] = True
        assert embedded(dry) == embedded(given)


def test_an_answer_names_the_revision_that_gave_it() -> None:
    revision = orjson.loads(files()[".manifest"])["revision"]
    assert embedded(review(operation="CREATE", object=pod()))["response"]["auditAnnotations"] == {
        "revision": revision
    }


def test_a_message_begins_with_the_most_severe_and_is_never_the_documents_own() -> None:
    severities = ["critical", "high", "medium", "low"]
    catalog = policy().catalog
    for given in real_reviews()[:: budget(41, 1)]:
        response = embedded(given)["response"]
        if not response["allowed"]:
            rules = [line.split(": ")[0] for line in response["status"]["message"].split("\n")]
            ranks = [severities.index(catalog[rule]["severity"]) for rule in rules if rule in catalog]
            assert ranks == sorted(ranks)
            assert all(rule in catalog or rule.startswith("GL-ERR-") for rule in rules)


def test_engines_give_the_same_whole_answer_to_real_reviews(tmp_path: Path) -> None:
    given = [*PASSES.values(), *DENIED.values(), *real_reviews()[:: budget(29, 1)]]
    answers = opa(given, tmp_path)
    assert len(answers) == len(given)
    for asked, answer in zip(given, answers, strict=True):
        assert is_whole(asked, answer)
        assert embedded(asked) == answer
    allowed = sum(answer["response"]["allowed"] for answer in answers)
    assert len(PASSES) < allowed < len(given) - len(DENIED)


def test_engines_give_the_same_whole_answer_to_garbage(tmp_path: Path) -> None:
    given = [*GARBAGE, *mutants(7, budget(200, 20_000))]
    answers = opa(given, tmp_path)
    assert len(answers) == len(given)
    for asked, answer in zip(given, answers, strict=True):
        assert is_whole(asked, answer), (asked, answer)
        assert embedded(asked) == answer, asked
