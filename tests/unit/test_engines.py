from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import Gate, engines
from gatelib.engines import Decision, Engine
from gatelib.errors import EngineError, EngineTimeoutError, UsageError
from gatelib.policy import Module, shipped
from tests.engines import need_engine
from tests.unit.teams import FOREVER, config_map, rule

POLICY = shipped()
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": {"containers": []}}


@pytest.fixture(params=engines.local())
def name(request: pytest.FixtureRequest) -> str:
    return need_engine(request.param)


def envelope(*documents: object, rules: Sequence[str] = ("GL-K8S-001",)) -> bytes:
    return orjson.dumps(
        {
            "gatelib": 1,
            "now": "2026-11-22T00:00:00Z",
            "gate": "pr",
            "rules": list(rules),
            "documents": [{"index": index, "content": one} for index, one in enumerate(documents)],
        }
    )


def shipped_engine(name: str, rules: Sequence[str] = ("GL-K8S-001",)) -> Engine:
    return engines.engine(name)(POLICY.modules_for(rules), POLICY.engine_data(rules), timeout=60)


def engine(name: str, text: str, *, timeout: float = 60) -> Engine:
    return engines.engine(name)([Module("gatelib/main.rego", text)], {}, timeout=timeout)


WHOLE = """\
package gatelib.main
deny := []
warn := []
canary := []
waived := []
rules := []
waivers_used := []
errors := []
revision := "r"
verdict := {"allow": true}
"""


LISTS = ("deny", "warn", "canary", "waived", "rules", "waivers_used", "errors")

# A decision is whole or an error


def test_a_whole_answer_is_a_decision(name: str) -> None:
    assert engine(name, WHOLE).decide(b"{}") == Decision(
        {
            **{key: [] for key in LISTS},
            "revision": "r",
            "verdict": {"allow": True},
        }
    )


@pytest.mark.parametrize(
    "key", ["deny", "warn", "canary", "waived", "rules", "waivers_used", "errors", "revision", "verdict"]
)
def test_an_answer_that_lacks_a_part_is_no_decision(name: str, key: str) -> None:
    text = "\n".join(line for line in WHOLE.splitlines() if not line.startswith(f"{key} "))
    with pytest.raises(EngineError, match=f"the engine's answer is no decision: it lacks {key}$"):
        engine(name, text).decide(b"{}")


def test_an_undefined_part_is_a_missing_part(name: str) -> None:
    with pytest.raises(EngineError, match="it lacks rules"):
        engine(name, WHOLE.replace("rules := []", "rules := [] if input.never")).decide(b"{}")


@pytest.mark.parametrize("value", ["7", '"text"', "{}", "null"])
def test_a_part_of_another_type_is_no_decision(name: str, value: str) -> None:
    with pytest.raises(EngineError, match="it lacks a list"):
        engine(name, WHOLE.replace("rules := []", f"rules := {value}")).decide(b"{}")


def test_a_policy_without_the_decision_is_an_error(name: str) -> None:
    with pytest.raises(EngineError):
        engine(name, WHOLE.replace("package gatelib.main", "package gatelib.mian")).decide(b"{}")
    with pytest.raises(EngineError):
        engines.engine(name)([], {}, timeout=60).decide(b"{}")


@pytest.mark.parametrize("value", [None, [], "text", 7, True, {}])
def test_what_is_no_object_with_all_parts_is_never_taken_for_a_decision(value: object) -> None:
    with pytest.raises(EngineError):
        Decision.parse(value)


def test_the_order_of_an_answers_lists_is_nobodys_choice() -> None:
    value: dict[str, Any] = {
        **{key: [] for key in LISTS},
        "revision": "r",
        "verdict": {},
    }
    one = Decision.parse({**value, "deny": [{"b": 1}, {"a": 2}], "waivers_used": [2, 1]})
    other = Decision.parse({"waivers_used": [1, 2], **value, "deny": [{"a": 2}, {"b": 1}]})
    other = Decision.parse({**other.value, "waivers_used": [1, 2]})
    assert one.to_bytes() == other.to_bytes()


# What engines must refuse


def test_a_built_ins_error_is_an_error_and_not_a_finding_less(name: str) -> None:
    text = WHOLE.replace("deny := []", 'deny := [1 | to_number("zz") == 1]')
    with pytest.raises(EngineError):
        engine(name, text).decide(b"{}")


def test_a_policy_that_does_not_parse_is_an_error(name: str) -> None:
    with pytest.raises(EngineError):
        engine(name, WHOLE + "\nthis is no rego {").decide(b"{}")


def test_a_conflict_of_values_is_an_error(name: str) -> None:
    with pytest.raises(EngineError):
        engine(name, WHOLE + "\nrevision := input.a\n").decide(b'{"a": "other"}')


def test_the_messages_of_errors_are_one_line_without_a_backtrace(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUST_BACKTRACE", "1")
    with pytest.raises(EngineError) as caught:
        engine(name, WHOLE.replace("deny := []", 'deny := [to_number("zz")]')).decide(b"{}")
    assert "\n" not in caught.value.message
    assert "backtrace" not in caught.value.message.lower()
    assert len(caught.value.message) < 500


@pytest.mark.parametrize("given", [b"", b"{", b"nonsense", b"\xff"])
def test_an_envelope_that_is_no_json_is_an_error(name: str, given: bytes) -> None:
    found = shipped_engine(name)
    try:
        decision = found.decide(given)
    except EngineError:
        return
    assert decision.value["errors"] != []


def test_an_unknown_rule_is_an_error_of_the_decision(name: str) -> None:
    decision = shipped_engine(name).decide(envelope(POD, rules=["GL-K8S-001", "GL-NO-999"]))
    assert [error["code"] for error in decision.value["errors"]] == ["GL-ERR-004"]
    assert not decision.value["verdict"]["allow"]


def test_nothing_to_judge_is_an_error_of_the_decision(name: str) -> None:
    decision = shipped_engine(name).decide(envelope())
    assert [error["code"] for error in decision.value["errors"]] == ["GL-ERR-001"]


def test_a_policy_cannot_read_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATELIB_TEST_TOKEN", "hidden")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    text = WHOLE.replace('revision := "r"', "revision := json.marshal(opa.runtime())")
    try:
        decision = engine(name, text).decide(b"{}")
    except EngineError as error:
        assert "hidden" not in str(error)
        return
    assert b"hidden" not in decision.to_bytes()


def test_opa_runs_with_nothing_of_the_environment_but_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "environment"
    fake = tmp_path / "bin" / "opa"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\n/usr/bin/env > {note}\necho '{{}}'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GATELIB_TEST_TOKEN", "hidden")
    with pytest.raises(EngineError):
        engine("opa", WHOLE).decide(b"{}")
    shell = {"PWD", "SHLVL", "_", "OLDPWD"}
    assert {line.partition("=")[0] for line in note.read_text().splitlines()} - shell <= {
        "PATH",
        "TMPDIR",
        "TEMP",
    }


@pytest.mark.parametrize(
    "built_in", ['http.send({"url": "http://127.0.0.1:9", "method": "get"})', 'rand.intn("a", 5)']
)
def test_opa_has_no_built_in_outside_the_capabilities(built_in: str) -> None:
    with pytest.raises(EngineError, match="undefined function"):
        engine(need_engine("opa"), WHOLE.replace("deny := []", f"deny := [{built_in}]")).decide(b"{}")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 3", "opa failed: it gave no reason"),
        ("echo nonsense", "the engine gave no decision"),
        ("echo '{\"result\": []}'", "the engine gave no decision"),
        ("echo trouble >&2; exit 1", "opa failed: trouble"),
        ("kill -9 $$", "opa failed: it gave no reason"),
    ],
)
def test_an_opa_that_fails_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    fake = tmp_path / "opa"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(EngineError) as caught:
        engine("opa", WHOLE).decide(b"{}")
    assert caught.value.message == message


def test_an_opa_that_is_not_there_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"there is no `opa` on PATH \(install Open Policy Agent"):
        engine("opa", WHOLE)
    with pytest.raises(EngineError, match="there is no `opa` on PATH"):
        engines.engine("opa").version()


# The same answer


def test_one_answer_leaves_nothing_for_the_next(name: str) -> None:
    privileged = {**POD, "spec": {"containers": [{"name": "a", "securityContext": {"privileged": True}}]}}
    found = shipped_engine(name)
    first = found.decide(envelope(POD)).to_bytes()
    assert found.decide(envelope(privileged)).value["deny"] != []
    assert found.decide(envelope(POD)).to_bytes() == first


def test_engines_are_known_by_their_names() -> None:
    assert engines.names() == ("embedded", "opa", "opa-server")
    assert engines.local() == ("embedded", "opa")
    assert [engines.engine(name).name for name in engines.names()] == list(engines.names())
    assert engines.default() == "embedded"


def test_an_unknown_engine_is_a_usage_error_that_names_the_known_ones() -> None:
    with pytest.raises(
        UsageError, match=r"there is no engine `conftest` \(one of embedded, opa, opa-server\)"
    ):
        engines.engine("conftest")


def test_every_engine_tells_its_version(name: str) -> None:
    assert engines.engine(name).version()[:1].isdigit()


# Time


def test_opa_is_ended_when_it_does_not_answer(tmp_path: Path) -> None:
    forever = (
        "deny := [1 | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a * b == 0]"
    )
    started = time.monotonic()
    with pytest.raises(EngineTimeoutError, match=r"opa did not answer in 1 s and was ended"):
        engine(need_engine("opa"), WHOLE.replace("deny := []", forever), timeout=1).decide(b"{}")
    assert time.monotonic() - started < 10


def test_a_rule_that_takes_forever_is_ended_and_the_run_is_an_error(tmp_path: Path, name: str) -> None:
    rule(tmp_path / "policies", FOREVER)
    (tmp_path / "a.yaml").write_text(config_map("a"))
    before = children()
    gate = Gate.load(base=tmp_path, engine=name, policies=["policies"], rules=["ACME-001"], timeout=1, jobs=1)
    report = gate.check(["a.yaml"])
    assert report.exit_code == 3
    assert {problem.code for problem in report.errors} == {"GL-ERR-202"}
    assert [problem.file for problem in report.errors] == ["a.yaml"]
    assert children() == before


def children() -> set[int]:
    """The processes that this one started and that still run, theirs included."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}
