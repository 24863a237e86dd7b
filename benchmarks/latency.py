"""How long one decision takes, beside the same question to a policy that decides nothing."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from gatelib import engines
from gatelib.bundle import definition
from gatelib.engines import SERVER, Engine
from gatelib.policy import Policy, shipped
from tests.opa_server import Server, bundle_of, opa_server, write_bundle

_BUNDLES = Path(__file__).resolve().parent.parent / "bundles"
_TURNS = 10
EMPTY = "an empty policy"
_TIMEOUT = 60.0

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
    "spec": {
        "containers": [
            {
                "name": "web",
                "image": "nginx:1.25",
                "ports": [{"containerPort": 8080}],
                "resources": {"limits": {"memory": "64Mi"}},
                "securityContext": {"allowPrivilegeEscalation": False},
            }
        ]
    },
}
REVIEW: dict[str, Any] = {
    "apiVersion": "admission.k8s.io/v1",
    "kind": "AdmissionReview",
    "request": {"uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "operation": "CREATE", "object": POD},
}
ENVELOPE: dict[str, Any] = {
    "gatelib": 1,
    "now": "2026-11-22T00:00:00Z",
    "gate": "pr",
    "documents": [{"index": 0, "file": "web.yaml", "position": 0, "root": 0, "content": POD}],
    "inventory": [],
    "evidence": {},
    "verifications": [],
}
_NOTHING = {".manifest": b"{}", "empty.rego": b"package empty\n\ndecision := {}\n"}


@dataclass(frozen=True, slots=True)
class Latency:
    """What one question took, in milliseconds."""

    p50: float
    p99: float


def measure(place: Path, times: int) -> dict[str, Latency]:
    """Ask in each way by turns, so that whatever else the machine does falls on all of them."""
    place.mkdir()
    with ExitStack() as stack:
        ways = dict(_ways(place, stack))
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(-1, _TURNS):  # the first one warms up
            for name, ask in ways.items():
                for _ in range(times // _TURNS):
                    started = time.perf_counter()
                    ask()
                    if turn >= 0:
                        taken[name].append((time.perf_counter() - started) * 1000)
    return {name: _summary(values) for name, values in taken.items()}


def _summary(values: list[float]) -> Latency:
    cuts = statistics.quantiles(values, n=100)
    return Latency(cuts[49], cuts[98])


def _ways(place: Path, stack: ExitStack) -> Iterator[tuple[str, Callable[[], object]]]:
    admission, judging = (
        definition.read(_BUNDLES / f"{name}.yaml", shipped()) for name in ("admission", "pr")
    )
    nothing = _server(place, stack, _NOTHING, "empty/decision")
    deciding = _server(place, stack, bundle_of(admission), "gatelib/admission/review")
    yield f"{EMPTY}: POST of an AdmissionReview", _post(stack, nothing, "/", REVIEW)
    yield "the admission bundle: POST of an AdmissionReview", _post(stack, deciding, "/", REVIEW)
    files = bundle_of(judging)
    server = _server(place, stack, files, "gatelib/main")
    asked = {"input": ENVELOPE}
    yield f"{EMPTY}: POST of an envelope", _post(stack, nothing, "/v1/data/empty/decision", asked)
    yield "the PR bundle: POST of an envelope", _post(stack, server, "/v1/data/gatelib/main", asked)
    envelope = orjson.dumps(ENVELOPE)
    for name in (SERVER, "embedded"):
        engine = _engine(name, judging, files, server)
        engine.decide(envelope)
        yield f"the PR bundle: engine `{name}`", lambda engine=engine: engine.decide(envelope)


def _server(place: Path, stack: ExitStack, files: Mapping[str, bytes], decision: str) -> Server:
    bundle = write_bundle(place / decision / "bundle.tar.gz", files)
    return stack.enter_context(
        opa_server("--bundle", bundle, "--set", f"default_decision={decision}", "--log-level", "error")
    )


def _engine(name: str, policy: Policy, files: Mapping[str, bytes], server: Server) -> Engine:
    rules = policy.catalog
    data = policy.engine_data(rules)
    data["gatelib"]["bundle"] = orjson.loads(files["gatelib/bundle/data.json"])
    modules = policy.modules_for(rules)
    return engines.engine(name)(modules, data, timeout=_TIMEOUT, connection=server.connection)


def _post(stack: ExitStack, server: Server, path: str, body: Mapping[str, Any]) -> Callable[[], object]:
    """Return what asks with nothing of ours between: one connection that stays open."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    stack.callback(connection.close)
    content = orjson.dumps(body)

    def ask() -> bytes:
        connection.request("POST", path, content, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(answer)
        return answer

    return ask
