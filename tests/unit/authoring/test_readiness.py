"""When a rule on trial is ready, by what decisions, reports and audits say of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from tests.acceptance.command import Done, gatelib, write
from tests.paths import ROOT

NOW: Final = "2026-11-22T00:00:00Z"
RESOURCE: Final = {"apiVersion": "v1", "kind": "Pod", "namespace": "shop", "name": "a"}


def ready(cwd: Path, *arguments: str) -> Done:
    given = () if "--format" in arguments else ("--format", "json")
    return gatelib("rules", "impact", "--ready", *arguments, *given, "--now", NOW, cwd=cwd)


def decision(day: int, *, judged: int = 10, canary: bool = False, **more: Any) -> dict[str, Any]:
    finding = {"rule": "ACME-001", "msg": "bad", "resource": RESOURCE, "fingerprint": "f", "document": 0}
    content = {"metadata": {"name": "a", "labels": {"team": "blue"}}}
    result = {
        "canary": [finding] if canary else [],
        "rules": [
            {"id": "ACME-001", "status": "canary" if canary else "pass", "judged": judged, "findings": 0},
            {"id": "GL-K8S-001", "status": "pass", "judged": judged, "findings": 0},
        ],
    }
    return {
        "decision_id": f"d-{day}",
        "timestamp": f"2026-11-{day:02}T00:00:00Z",
        "path": "gatelib/main",
        "input": {"documents": [{"index": 0, "content": content}]},
        "result": result,
        **more,
    }


def log(folder: Path, *events: Any) -> None:
    write(folder, {"opa.log": "".join(json.dumps(event) + "\n" for event in events)})


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (
            [decision(1, canary=True), decision(9, judged=60), decision(20, judged=40)],
            (True, "no would-be denial in 14 days, and 100 judged"),
        ),
        (
            [decision(1), decision(9, judged=60), decision(20, judged=39)],
            (False, "it judged 99 in the last 14 days, and 100 are asked for"),
        ),
        (
            [decision(1), decision(10, judged=100, canary=True)],
            (False, "it would have denied 1 subject in the last 14 days, last at 2026-11-10T00:00:00Z"),
        ),
        ([decision(9, judged=100)], (False, "it is watched for 13 days, and 14 are asked for")),
        ([decision(1, judged=100)], (False, "it judged 0 in the last 14 days, and 100 are asked for")),
        ([], (False, "nothing that was given has looked at it")),
    ],
    ids=["ready", "too-few", "denied", "too-short", "too-old", "nothing"],
)
def test_it_is_ready_after_quiet_days_in_which_it_judged_enough(
    tmp_path: Path, events: list[dict[str, Any]], expected: tuple[bool, str]
) -> None:
    log(tmp_path, *(events or [decision(1, path="other/allow")]))
    done = ready(tmp_path, "--decision-log", "opa.log", "--rule", "ACME-001")
    (found,) = json.loads(done.out)["rules"]
    assert ((found["ready"], found["reason"]), done.code) == (expected, 0 if expected[0] else 1)


def test_it_says_whom_a_rule_would_deny_how_often_and_when_last(tmp_path: Path) -> None:
    log(tmp_path, decision(12, canary=True), decision(10, canary=True), decision(9))
    done = ready(tmp_path, "--decision-log", "opa.log")
    found = json.loads(done.out)
    (rule,) = found["rules"]  # the other rule is not on trial
    assert rule["denials"] == [
        {
            "resource": RESOURCE,
            "owner": {"name": "blue", "by": "label"},
            "message": "bad",
            "times": 2,
            "last": "2026-11-12T00:00:00Z",
        }
    ]
    assert (rule["since"], rule["last_denial"], rule["judged"], rule["looks"]) == (
        "2026-11-09T00:00:00Z",
        "2026-11-12T00:00:00Z",
        30,
        3,
    )
    schema = json.loads((ROOT / "gatelib/schemas/readiness-v1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(found)) == []


@pytest.mark.parametrize(
    "bad", [decision(20, result=None), decision(20, timestamp="then"), {"decision_id": "x"}, "no JSON"]
)
def test_no_rule_is_ready_by_a_log_of_which_a_part_is_lost(tmp_path: Path, bad: Any) -> None:
    log(tmp_path, decision(1), decision(20, judged=100), bad)
    done = ready(tmp_path, "--decision-log", "opa.log", "--rule", "ACME-001")
    is_other = bad == {"decision_id": "x"}  # not a decision of gatelib's policies
    (found,) = json.loads(done.out)["rules"]
    assert (done.code, found["ready"]) == ((0, True) if is_other else (3, False))


def answer(day: int, name: str, canary: str | None, kind: str = "Pod") -> dict[str, Any]:
    content = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}}
    response: dict[str, Any] = {"uid": "u", "allowed": True}
    if canary is not None:
        response["auditAnnotations"] = {"canary": canary}
    return {
        "decision_id": f"d-{day}",
        "timestamp": f"2026-11-{day:02}T00:00:00Z",
        "path": "gatelib/admission/review",
        "input": {"kind": "AdmissionReview", "request": {"operation": "CREATE", "object": content}},
        "result": {"kind": "AdmissionReview", "response": response},
    }


def test_answers_to_reviews_tell_their_trials_in_annotations(tmp_path: Path) -> None:
    said = "GL-K8S-001: container `x` is privileged"
    log(
        tmp_path,
        answer(1, "a", None),
        answer(2, "b", said),
        answer(20, "c", None),
        answer(21, "d", None, "Secret"),
    )
    done = ready(tmp_path, "--decision-log", "opa.log", "--rule", "GL-K8S-001", "--min-judged", "1")
    (found,) = json.loads(done.out)["rules"]
    assert (done.code, found["looks"], found["judged"], found["ready"]) == (0, 3, 1, True)
    assert [(one["resource"]["name"], one["owner"]) for one in found["denials"]] == [
        ("b", {"name": "shop", "by": "namespace"})
    ]
    log(tmp_path, answer(1, "a", None), answer(20, "b", "… and 7 more"))
    assert ready(tmp_path, "--decision-log", "opa.log", "--rule", "GL-K8S-001", "--min-judged", "1").code == 3


def constraint(day: int, *names: str, total: int | None = None, **spec: Any) -> dict[str, Any]:
    violations = [
        {
            "enforcementAction": "dryrun",
            "group": "",
            "version": "v1",
            "kind": "Pod",
            "namespace": "shop",
            "name": name,
            "message": "ACME-001: bad.",
        }
        for name in names
    ]
    return {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": "GatelibPolicy",
        "metadata": {"name": "gatelib-canary"},
        "spec": {
            "enforcementAction": "dryrun",
            "parameters": {"action": "canary", "rules": ["ACME-001", "ACME-002"]},
            **spec,
        },
        "status": {
            "auditTimestamp": f"2026-11-{day:02}T00:00:00Z",
            "totalViolations": len(names) if total is None else total,
            "violations": violations,
        },
    }


def audits(folder: Path, *constraints: Any) -> list[str]:
    names = []
    for number, one in enumerate(constraints):
        write(folder, {f"audit-{number}.json": json.dumps({"kind": "List", "items": [one]}, indent=1)})
        names += ["--audit", f"audit-{number}.json"]
    return names


def test_an_audit_of_a_dry_run_says_what_each_rule_of_it_would_deny(tmp_path: Path) -> None:
    given = audits(tmp_path, constraint(1, "a"), constraint(12, "a", "b"), constraint(21, "b"))
    done = ready(tmp_path, *given, "--min-judged", "0")
    first, second = json.loads(done.out)["rules"]
    assert [(one["resource"]["name"], one["times"], one["last"]) for one in first["denials"]] == [
        ("b", 2, "2026-11-21T00:00:00Z"),
        ("a", 2, "2026-11-12T00:00:00Z"),
    ]
    assert (first["id"], first["ready"], first["looks_without_count"]) == ("ACME-001", False, 2)
    assert (second["id"], second["ready"], second["denials"], done.code) == ("ACME-002", True, [], 1)


def test_violations_that_an_audit_does_not_list_may_be_of_any_rule(tmp_path: Path) -> None:
    done = ready(tmp_path, *audits(tmp_path, constraint(1, "a", total=57)), "--min-judged", "0")
    found = json.loads(done.out)
    assert (done.code, [one["ready"] for one in found["rules"]]) == (3, [False, False])
    assert "lists 1 of 57 violations" in found["errors"][0]["message"]
    assert "--constraint-violations-limit" in found["errors"][0]["hint"]


def test_a_constraint_that_denies_is_no_trial_and_one_without_an_audit_tells_nothing(tmp_path: Path) -> None:
    done = ready(tmp_path, *audits(tmp_path, constraint(1, enforcementAction="deny")))
    assert (json.loads(done.out)["rules"], done.code) == ([], 0)
    assert json.loads(done.out)["notes"] == ["GatelibPolicy/gatelib-canary is no dry run"]
    never = {**constraint(1), "status": {}}
    assert ready(tmp_path, *audits(tmp_path, never)).code == 3
    write(tmp_path, {"empty.json": '{"kind": "List", "items": []}'})
    assert ready(tmp_path, "--audit", "empty.json").code == 3


def test_reports_of_a_gate_count_as_looks(tmp_path: Path) -> None:
    rule = (ROOT / "rego/gatelib/rules/kubernetes/privileged/privileged.rego").read_text("utf-8")
    own = rule.replace("GL-K8S-001", "ACME-001").replace("kubernetes.privileged", "acme.privileged")
    own = own.replace("# custom:\n", "# custom:\n#   stage: canary\n")
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a", "namespace": "shop"},
        "spec": {"containers": [{"name": "x", "securityContext": {"privileged": True}}]},
    }
    write(
        tmp_path,
        {
            "policies/acme/privileged.rego": own,
            "gatelib.yaml": "policies: [policies]\n",
            "pod.json": json.dumps(manifest),
        },
    )
    for day in (1, 20):
        moment = f"2026-11-{day:02}T00:00:00Z"
        done = gatelib(
            "check",
            "pod.json",
            "--rule",
            "ACME-001",
            "--now",
            moment,
            "--format",
            f"json=r{day}.json",
            cwd=tmp_path,
        )
        assert done.code == 0, done.complaint
    done = ready(tmp_path, "r1.json", "r20.json", "--to", "policies")
    (found,) = json.loads(done.out)["rules"]
    assert (found["id"], found["looks"], found["ready"], done.code) == ("ACME-001", 2, False, 1)
    assert found["denials"][0]["owner"] == {"name": "shop", "by": "namespace"}
    text = ready(tmp_path, "r1.json", "r20.json", "--format", "text").text
    assert text.startswith("ACME-001 is not ready: it would have denied 1 subject in the last 14 days")
    assert (
        "| `ACME-001` | no | 1 | 1 |" in ready(tmp_path, "r1.json", "r20.json", "--format", "markdown").text
    )


def test_ready_is_not_mixed_with_a_comparison(tmp_path: Path) -> None:
    assert ready(tmp_path).code == 2
    assert ready(tmp_path, "x.json", "--from", "main").code == 2
    assert ready(tmp_path, "x.json", "--fail-on-new", "1").code == 2
