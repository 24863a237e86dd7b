"""Each way to ask for a decision, with its answers in one form."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import orjson

from gatelib import engines
from gatelib.engines import Decision, Engine
from gatelib.errors import EngineError
from gatelib.export import conftest, folder
from gatelib.policy import Policy
from tests.opa_server import Server, bundle_of, opa_server, write_bundle
from tests.parity.cases import Group, core, policy_of

TIMEOUT = 60.0
REVIEW = "/gatelib/admission/review"


class Found(NamedTuple):
    """What is compared of a finding or an error."""

    rule: str
    action: str
    """``waived`` where an exception hides it."""
    resource: tuple[str, ...]
    path: tuple[str | int, ...]
    message: str


class Failed(NamedTuple):
    """Why there is no answer."""

    reason: str


Answer: TypeAlias = "Counter[Found] | Failed"


def of_decision(value: Mapping[str, Any]) -> Answer:
    """Return what a decision holds."""
    return Counter(
        _found(entry, entry["msg"]) for key in ("deny", "warn", "canary", "waived") for entry in value[key]
    )


def _found(entry: Mapping[str, Any], message: str) -> Found:
    resource = entry.get("resource", {})
    return Found(
        rule=entry["rule"],
        action="waived" if "waived_by" in entry else entry["action"],
        resource=tuple(resource.get(key, "") for key in ("apiVersion", "kind", "namespace", "name")),
        path=tuple(entry.get("path", ())),
        message=message,
    )


def engine(name: str, group: Group) -> Engine:
    """Return an engine that runs here, with the group's policy."""
    data = group.policy.engine_data([group.rule])
    return engines.engine(name)(group.policy.modules, data, timeout=TIMEOUT)


def by_engine(judge: Engine, group: Group, **changed: Any) -> dict[str, Answer]:
    """Ask an engine about each case, with some keys of the envelope changed."""
    return {case.name: _decided(judge, case.asked(**changed)) for case in group.cases}


def _decided(judge: Engine, envelope: bytes) -> Answer:
    try:
        decision: Decision = judge.decide(envelope)
    except EngineError as error:
        return Failed(str(error))
    return of_decision(decision.value)


@contextmanager
def server_of(rule: str) -> Iterator[Server]:
    """Run an OPA server with the bundle of one rule, which leaves all other data to whoever asks."""
    with tempfile.TemporaryDirectory(prefix="gatelib-parity-") as place:
        bundle = write_bundle(Path(place, "bundle.tar.gz"), bundle_of(_reviewing(rule)))
        with opa_server("--bundle", bundle, "--set", f"default_decision={REVIEW}") as server:
            yield server


def by_server(server: Server, group: Group) -> dict[str, Answer]:
    """Ask a server with gatelib's engine; the group's data is put beside its bundle."""
    _, answer = server.ask("GET", "/v1/data/gatelib/bundle")
    put_data(server, group.policy.data)
    data = {"gatelib": {**group.policy.data, "bundle": answer["result"]}}
    judge = engines.engine(engines.SERVER)((), data, timeout=TIMEOUT, connection=server.connection)
    return by_engine(judge, group)


def _reviewing(rule: str) -> Policy:
    policy = policy_of(rule, {"params": {}})
    reviews = (module for module in core().modules if module.package.startswith("gatelib.admission"))
    return replace(policy, modules=(*policy.modules, *reviews))


def put_data(server: Server, data: Mapping[str, Any]) -> None:
    """Put what a case brings beside the bundle of a server."""
    for key in ("params", "exceptions", "evidence", "verifications"):
        status, answer = server.ask("PUT", f"/v1/data/gatelib/{key}", data[key])
        assert status == 204, answer


def by_conftest(group: Group, place: Path) -> dict[str, Answer]:
    """Give Conftest the envelopes, all of the group in one process."""
    gate = _exported(group, place)
    names = {f"{number}.json": case for number, case in enumerate(group.cases)}
    for name, case in names.items():
        (gate.parent / name).write_bytes(case.asked())
    answers = _conftest(gate, ["--combine=false", *(f"../{name}" for name in names)])
    if isinstance(answers, Failed):
        return {case.name: answers for case in group.cases}
    return {case.name: answers[f"../{name}"] for name, case in names.items()}


def by_conftest_on_files(group: Group, place: Path) -> dict[str, Answer]:
    """Give Conftest each file as it is, as somebody would who runs it in the exported folder."""
    gate = _exported(group, place)
    found: dict[str, Answer] = {}
    for case in group.cases:
        answers = _conftest(gate, [str(case.path)])
        found[case.name] = answers if isinstance(answers, Failed) else answers["Combined"]
    return found


def _exported(group: Group, place: Path) -> Path:
    gate = place / "gate"
    folder.write(conftest.files(group.at(group.gate)), gate)
    return gate


def _conftest(gate: Path, arguments: Sequence[str]) -> dict[str, Answer] | Failed:
    command = ["conftest", "test", "--output", "json", *arguments]
    # What lives for a tenth of a second need not collect garbage.
    environment = {"PATH": os.environ["PATH"], "HOME": str(gate), "GOGC": "off"}
    done = subprocess.run(command, cwd=gate, env=environment, capture_output=True, check=False)
    try:
        results = orjson.loads(done.stdout)
    except orjson.JSONDecodeError:
        return Failed(done.stderr.decode(errors="replace").strip())
    denied = any(result.get("failures") for result in results)
    assert done.returncode == denied, done
    return {
        result["filename"]: Counter(
            _found(entry["metadata"], entry["metadata"]["message"])
            for key in ("failures", "warnings")
            for entry in result.get(key, ())
        )
        for result in results
    }
