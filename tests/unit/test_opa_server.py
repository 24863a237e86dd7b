"""A running OPA server as an engine: the same answer, or an error that says what is wrong there."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import engines
from gatelib.engines import SERVER, Connection, Engine, opa_api
from gatelib.errors import EngineError, EngineTimeoutError, EngineUnavailableError
from gatelib.policy import shipped
from tests.opa_server import Server, bundle_of, free_port, opa_server, write_bundle
from tests.strange_server import http, strange_server
from tests.unit.test_engines import WHOLE, envelope

POLICY = shipped()
FILES = bundle_of(POLICY)
REVISION: str = orjson.loads(FILES["gatelib/bundle/data.json"])["revision"]
TOKEN = "s3cr3t-t0k3n"
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "api"},
    "spec": {"containers": [{"name": "api", "securityContext": {"privileged": True}}]},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    bundle = write_bundle(tmp_path_factory.mktemp("bundle") / "full.tar.gz", FILES)
    with opa_server("--bundle", bundle) as running:
        yield running


def asked(
    url: str,
    *,
    revision: str = REVISION,
    exceptions: Sequence[Mapping[str, Any]] = (),
    timeout: float = 20,
    token: str | None = None,
) -> Engine:
    data = {"gatelib": {"bundle": {"revision": revision}, "exceptions": exceptions}}
    connection = Connection(url=url, token=token)
    return engines.engine(SERVER)((), data, timeout=timeout, connection=connection)


def small(text: str, **manifest: Any) -> dict[str, bytes]:
    """Return a bundle of one module."""
    manifest = {"revision": "r", "roots": ["gatelib"], "rego_version": 1, **manifest}
    return {".manifest": orjson.dumps(manifest), "gatelib/main.rego": text.encode()}


def decided_by(tmp_path: Path, text: str, *, timeout: float = 20, **manifest: Any) -> Any:
    bundle = write_bundle(tmp_path / "small.tar.gz", small(text, **manifest))
    with opa_server("--bundle", bundle) as running:
        return asked(running.url, revision="r", timeout=timeout).decide(b"{}").value


# The same answer


@pytest.mark.parametrize("documents", [[], [POD], [POD, {"kind": 7}], [None]])
def test_a_server_decides_as_the_embedded_engine_does(server: Server, documents: list[object]) -> None:
    rules = sorted(POLICY.catalog)
    data = POLICY.engine_data(rules)
    data["gatelib"]["bundle"] = {"revision": REVISION}
    embedded = engines.engine("embedded")(POLICY.modules_for(rules), data, timeout=20)
    given = envelope(*documents, rules=rules)
    assert asked(server.url).decide(given).to_bytes() == embedded.decide(given).to_bytes()


def test_one_answer_leaves_nothing_for_the_next(server: Server) -> None:
    engine = asked(server.url)
    first = engine.decide(envelope()).to_bytes()
    assert engine.decide(envelope(POD)).value["deny"] != []
    assert engine.decide(envelope()).to_bytes() == first


def test_a_server_tells_its_version(server: Server) -> None:
    found = engines.engine(SERVER).version(server.connection)
    assert found == engines.engine("opa").version()


def test_a_server_behind_a_path_is_asked_there() -> None:
    answer = orjson.dumps({"result": {"revision": "r"}, "provenance": {"bundles": {"b": {"revision": "r"}}}})
    with (
        strange_server(lambda connection, _: connection.sendall(http(answer))) as strange,
        pytest.raises(EngineError, match="it lacks deny"),
    ):
        asked(f"{strange.url}/shared/opa/", revision="r").decide(b"{}")
    line = strange.requests[0].partition(b"\r\n")[0]
    assert line.startswith(b"POST /shared/opa/v1/data/gatelib/main?")
    assert b"strict-builtin-errors=true" in line


# The expected bundle, or an error


def test_a_server_with_another_bundle_is_told_from_the_expected_one(server: Server) -> None:
    expected = "2026-11-23T00:00:00Z-0123456789ab"
    with pytest.raises(EngineUnavailableError) as caught:
        asked(server.url, revision=expected).decide(envelope(POD))
    assert caught.value.message == (
        f"the OPA server answers from bundle `{REVISION}`, and `{expected}` was expected"
    )


def test_the_right_revision_from_no_bundle_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "main.rego").write_text(WHOLE)
    with (
        opa_server(tmp_path) as running,
        pytest.raises(EngineUnavailableError, match="has the policy of `r`, but from no bundle"),
    ):
        asked(running.url, revision="r").decide(b"{}")


def test_a_manifest_of_another_revision_than_the_policy_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="but from no bundle"):
        decided_by(tmp_path, WHOLE, revision="other")


def test_a_server_without_the_decision_is_an_error_that_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailableError, match=r"gave no decision \(.*/health\?bundles"):
        decided_by(tmp_path, "package gatelib.mian\n\nx := 1\n")
    with opa_server() as running, pytest.raises(EngineUnavailableError, match="gave no decision"):
        engines.engine(SERVER).version(running.connection)


def test_an_exception_that_the_run_does_not_know_is_an_error(tmp_path: Path) -> None:
    text = WHOLE.replace("waived := []", 'waived := [{"rule": "A", "waived_by": 1}]')
    bundle = write_bundle(tmp_path / "small.tar.gz", small(text))
    with opa_server("--bundle", bundle) as running:
        assert asked(running.url, revision="r", exceptions=[{}, {}]).decide(b"{}").value["waived"] != []
        with pytest.raises(EngineUnavailableError, match="got other exceptions while it was asked"):
            asked(running.url, revision="r", exceptions=[{}]).decide(b"{}")


# What the server fails on


def test_a_built_ins_error_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        decided_by(tmp_path, WHOLE.replace("deny := []", 'deny := [1 | to_number("zz") == 1]'))
    assert not isinstance(caught.value, EngineUnavailableError)
    assert "to_number" in caught.value.message
    assert "gatelib/main.rego:2)" in caught.value.message
    assert "\n" not in caught.value.message


def test_a_decision_that_lacks_a_part_is_none(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"it lacks rules$"):
        decided_by(tmp_path, WHOLE.replace("rules := []", "rules := [] if input.never"))


@pytest.mark.parametrize("given", [b"", b"{", b"nonsense", b"\xff"])
def test_an_envelope_that_is_no_json_is_refused_by_the_server(server: Server, given: bytes) -> None:
    with pytest.raises(EngineUnavailableError, match=r"refuses the question: .*malformed"):
        asked(server.url).decide(given)


def test_an_envelope_that_is_larger_than_the_server_takes_is_refused(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "full.tar.gz", FILES)
    with (
        opa_server("--bundle", bundle, "--set", "server.decoding.max_length=1000") as running,
        pytest.raises(EngineUnavailableError, match=r"too large.*\(.*max_length"),
    ):
        asked(running.url).decide(envelope({"data": "x" * 1000}))


def test_a_rule_that_takes_forever_ends_in_a_time_out(tmp_path: Path) -> None:
    forever = "deny := [1 | some a in numbers.range(1, 50000); some b in numbers.range(1, 50000); a * b == 0]"
    started = time.monotonic()
    with pytest.raises(EngineTimeoutError, match=r"the OPA server did not answer in 1 s$"):
        decided_by(tmp_path, WHOLE.replace("deny := []", forever), timeout=1)
    assert time.monotonic() - started < 10


# What stands between


def test_a_server_that_is_not_there_is_an_error_after_three_attempts() -> None:
    started = time.monotonic()
    with pytest.raises(
        EngineUnavailableError, match=r"127\.0\.0\.1:\d+ cannot be reached: Connection refused"
    ):
        asked(f"http://127.0.0.1:{free_port()}").decide(b"{}")
    assert 0.6 <= time.monotonic() - started < 5


def test_a_connection_that_breaks_before_an_answer_is_tried_again() -> None:
    def hang_up(connection: socket.socket, number: int) -> None:
        if number < 3:
            return
        connection.sendall(http(b'{"result": {"revision": "other"}}'))

    with (
        strange_server(hang_up) as strange,
        pytest.raises(EngineUnavailableError, match="answers from bundle `other`"),
    ):
        asked(strange.url).decide(b"{}")
    assert len(strange.requests) == 3
    assert len(set(strange.requests)) == 1


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable"])
def test_a_gateway_without_its_server_is_tried_again_and_named(status: str) -> None:
    with (
        strange_server(lambda connection, _: connection.sendall(http(b"", status))) as strange,
        pytest.raises(EngineUnavailableError, match=f"the OPA server is not there: {status}"),
    ):
        asked(strange.url).decide(b"{}")
    assert len(strange.requests) == 3


@pytest.mark.parametrize(
    "status", ["500 Internal Server Error", "504 Gateway Timeout", "429 Too Many Requests"]
)
def test_what_may_have_been_evaluated_is_not_tried_again(status: str) -> None:
    with (
        strange_server(lambda connection, _: connection.sendall(http(b"<html>", status))) as strange,
        pytest.raises(EngineError, match=f"the OPA server failed: {status}"),
    ):
        asked(strange.url).decide(b"{}")
    assert len(strange.requests) == 1


def test_a_server_that_says_nothing_is_asked_once() -> None:
    with strange_server(lambda connection, _: time.sleep(3)) as strange:
        started = time.monotonic()
        with pytest.raises(EngineTimeoutError):
            asked(strange.url, timeout=0.5).decide(b"{}")
        assert time.monotonic() - started < 2
        assert len(strange.requests) == 1


def test_a_server_that_answers_byte_by_byte_is_not_waited_for() -> None:
    def drip(connection: socket.socket, number: int) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        for _ in range(30):
            connection.sendall(b" ")
            time.sleep(0.1)

    with strange_server(drip) as strange:
        started = time.monotonic()
        with pytest.raises(EngineTimeoutError):
            asked(strange.url, timeout=0.5).decide(b"{}")
        assert time.monotonic() - started < 2


def test_an_engine_goes_on_after_a_time_out() -> None:
    def late_at_first(connection: socket.socket, number: int) -> None:
        if number == 1:
            time.sleep(1)
        connection.sendall(http(b'{"result": {"revision": "%d"}}' % number))

    with strange_server(late_at_first) as strange:
        engine = asked(strange.url, timeout=0.5)
        with pytest.raises(EngineTimeoutError):
            engine.decide(b"{}")
        with pytest.raises(EngineUnavailableError, match="answers from bundle `2`"):
            engine.decide(b"{}")


def test_an_answer_that_breaks_off_is_an_error() -> None:
    answer = http(b'{"result": {}}').replace(b"Content-Length: 14", b"Content-Length: 99")
    with (
        strange_server(lambda connection, _: connection.sendall(answer)) as strange,
        pytest.raises(EngineUnavailableError, match="cannot be reached: its answer broke off"),
    ):
        asked(strange.url).decide(b"{}")
    assert len(strange.requests) == 1


def test_an_answer_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opa_api, "_MOST_BYTES", 1 << 20)

    def pour(connection: socket.socket, number: int) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)

    with (
        strange_server(pour) as strange,
        pytest.raises(EngineUnavailableError, match="it is larger than 1 MiB"),
    ):
        asked(strange.url).decide(b"{}")


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"]
)
def test_nobody_is_followed_elsewhere(status: str) -> None:
    with strange_server(lambda connection, _: connection.sendall(http(b"{}"))) as elsewhere:
        answer = http(b"", status, f"Location: {elsewhere.url}/v1/data/gatelib/main")
        with (
            strange_server(lambda connection, _: connection.sendall(answer)) as strange,
            pytest.raises(EngineUnavailableError, match="where gatelib does not go"),
        ):
            asked(strange.url, token=TOKEN).decide(b"{}")
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>a portal</html>", "is no JSON"),
        (b"[]", "gave no decision"),
        (b"{}", "gave no decision"),
        (b'{"result": null}', "answers from bundle `None`"),
        (b'{"result": {"revision": "r"}}', "but from no bundle"),
        (b'{"result": {"revision": "r"}, "provenance": []}', "but from no bundle"),
        (b'{"result": {"revision": "r"}, "provenance": {"bundles": [1]}}', "but from no bundle"),
        (b'{"result": {"revision": "r"}, "provenance": {"bundles": {"b": 1}}}', "but from no bundle"),
        (b"[" * 100_000, "is no JSON"),
    ],
)
def test_what_is_no_answer_of_opa_is_an_error(body: bytes, message: str) -> None:
    with (
        strange_server(lambda connection, _: connection.sendall(http(body))) as strange,
        pytest.raises(EngineUnavailableError, match=message),
    ):
        asked(strange.url, revision="r").decide(b"{}")


def test_a_message_that_repeats_the_token_is_shown_without_it() -> None:
    answer = http(b'{"message": "no Bearer %s here"}' % TOKEN.encode(), "401 Unauthorized")
    with (
        strange_server(lambda connection, _: connection.sendall(answer)) as strange,
        pytest.raises(EngineUnavailableError, match=r"refuses us: no Bearer \*\*\* here"),
    ):
        asked(strange.url, token=TOKEN).decide(b"{}")
    assert f"Authorization: Bearer {TOKEN}".encode() in strange.requests[0]


def test_a_long_message_is_cut() -> None:
    answer = http(b'{"message": "%s"}' % (b"x" * 10_000), "500 Internal Server Error")
    with (
        strange_server(lambda connection, _: connection.sendall(answer)) as strange,
        pytest.raises(EngineError) as caught,
    ):
        asked(strange.url).decide(b"{}")
    assert len(caught.value.message) < 500


def test_without_its_client_the_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opa_client.opa", None)
    with pytest.raises(
        EngineUnavailableError, match=r"not installed \(install gatelib with its extra `server`"
    ):
        asked("http://127.0.0.1:9")


def test_without_a_server_the_engine_says_how_to_name_one() -> None:
    with pytest.raises(EngineUnavailableError, match=r"no OPA server is named \(name one with --opa URL\)"):
        engines.engine(SERVER).version()
