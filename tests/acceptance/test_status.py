"""``gatelib bundle status`` against real servers to which real things were done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from gatelib.bundle import archive, build, loading, running, status
from gatelib.bundle.status import Difference
from gatelib.engines import Connection
from gatelib.engines.opa_api import Api
from gatelib.errors import EngineUnavailableError
from gatelib.policy import shipped
from gatelib.settings import parse_now
from tests.acceptance.command import Done, gatelib, write
from tests.opa_server import CREATED, Server, bundle_of, opa_server, write_bundle
from tests.polling import Files, bundle_status, configuration, wait_for
from tests.signing import pair, signed
from tests.strange_server import http, strange_server

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
FILES = bundle_of(shipped())
OLDER = bundle_of(shipped(), created="2026-11-01T00:00:00Z")
REVISION: str = orjson.loads(FILES[".manifest"])["revision"]
ROOTS: list[str] = orjson.loads(FILES[".manifest"])["roots"]
MAIN = "gatelib/main.rego"
EXCEPTION = {
    "apiVersion": "gatelib.dev/v1",
    "kind": "PolicyException",
    "metadata": {"name": "all"},
    "spec": {},
}
TEAM = {
    ".manifest": orjson.dumps({"revision": "7", "roots": ["gatelib/rules/acme", "gatelib/catalog/acme"]}),
    "gatelib/rules/acme/own/own.rego": b"package gatelib.rules.acme.own\n\ndeny := []\n",
    "gatelib/catalog/acme/data.json": b"{}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "full.tar.gz", FILES)
    return tmp_path


@contextmanager
def serving(folder: Path, *more: Path | str) -> Iterator[Server]:
    with opa_server("--bundle", folder / "full.tar.gz", *more) as server:
        yield server


def told(server: Server, *files: Mapping[str, bytes], allowed: tuple[str, ...] = ()) -> list[Difference]:
    """What differs from the full bundle and others."""
    bundles = [
        loading.open_bundle(archive.write(content), loading.Trust(), now=NOW) for content in (FILES, *files)
    ]
    api = Api(server.connection, timeout=20)
    return list(status.compare(bundles, running.look(api), allowed=allowed).differences)


def put(server: Server, path: str, body: Any, *, method: str = "PUT") -> None:
    code, answer = server.ask(method, path, body)
    assert code in (200, 204), answer


def manifest(server: Server) -> str:
    """Where the server has the manifest of its one bundle, for its own data API to change."""
    name = next(iter(server.ask("GET", "/v1/data/system/bundles")[1]["result"]))
    return f"/v1/data/system/bundles/{name.replace('/', '%2F')}/manifest"


def command(server_url: str, folder: Path, *arguments: str | Path) -> Done:
    return gatelib("bundle", "status", "--opa", server_url, *arguments, cwd=folder)


# The command


def test_a_server_that_runs_the_bundle_passes(folder: Path) -> None:
    with serving(folder) as server:
        done = command(server.url, folder, "full.tar.gz")
        found = command(server.url, folder, "full.tar.gz", "--format", "json")
    assert (done.code, done.complaint) == (0, "")
    assert done.text == f"not told /v1/status: status plugin not enabled\nruns {REVISION}, as it should\n"
    assert (found.code, json.loads(found.out)) == (
        0,
        {
            "expected": [REVISION],
            "running": [REVISION],
            "differences": [],
            "untold": ["/v1/status: status plugin not enabled"],
        },
    )


def test_a_server_that_runs_an_older_bundle_is_said_to(folder: Path) -> None:
    older = write_bundle(folder / "older.tar.gz", OLDER)
    with opa_server("--bundle", older) as server:
        done = command(server.url, folder, "full.tar.gz", "--format", "json")
        shown = command(server.url, folder, "full.tar.gz")
    assert (done.code, shown.code) == (1, 1)
    found = json.loads(done.out)
    assert found["running"] == [orjson.loads(OLDER[".manifest"])["revision"]]
    assert [(entry["change"], entry["what"], entry["name"]) for entry in found["differences"]] == [
        ("changed", "revision", str(older)),
        ("changed", "data", "gatelib/bundle/revision"),
    ]
    assert "older than" in found["differences"][0]["detail"]
    assert shown.text.startswith(f"changed  revision   {older}: `2026-11-01T00:00:00Z-")


def test_names_from_the_server_command_no_terminal(folder: Path) -> None:
    with serving(folder) as server:
        put(server, "/v1/policies/%1b%5b31mevil%0a::error::", b"package gatelib.rules.acme.x\n")
        done = command(server.url, folder, "full.tar.gz")
    assert done.code == 1
    assert b"\x1b" not in done.out
    assert done.text.splitlines()[0] == (
        "added    policy     \\x1b[31mevil\\n::error::: package gatelib.rules.acme.x"
    )


def test_a_bundle_that_does_not_prove_what_it_must_is_not_compared(folder: Path) -> None:
    (folder / "signed.tar.gz").write_bytes(signed(FILES, scope="prod"))
    (folder / "release.pub").write_text(pair("release").public)
    (folder / "other.pub").write_text(pair("other").public)
    with serving(folder) as server:
        good = ("--verification-key", "release=release.pub", "--scope", "prod")
        assert command(server.url, folder, "signed.tar.gz", *good).code == 0
        for arguments in (
            ("signed.tar.gz",),
            ("signed.tar.gz", "--verification-key", "release=other.pub", "--scope", "prod"),
            ("signed.tar.gz", "--verification-key", "release=release.pub"),
            ("signed.tar.gz", *good, "--min-revision", "2026-11-23T00:00:00Z"),
            ("full.tar.gz", *good),
        ):
            done = command(server.url, folder, *arguments)
            assert (done.code, done.out) == (3, b""), arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("full.tar.gz",), "no OPA server is named"),
        (("full.tar.gz", "--opa", "http://opa.example.com"), "asked by http"),
        ((), "Missing argument"),
    ],
)
def test_what_cannot_be_carried_out_is_a_usage_error(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = gatelib("bundle", "status", *arguments, cwd=folder)
    assert (done.code, done.out) == (2, b"")
    assert message in done.complaint


def test_a_server_that_is_not_there_or_does_not_tell_is_no_pass(folder: Path) -> None:
    with strange_server(lambda connection, _: connection.sendall(http(b'{"result": []}'))) as strange:
        done = command(strange.url, folder, "full.tar.gz")
    assert (done.code, done.out) == (3, b"")
    with pytest.raises(EngineUnavailableError, match="cannot be reached"):
        running.look(Api(Connection(url=strange.url), timeout=5))


def test_a_server_that_keeps_its_policies_to_itself_is_no_pass(folder: Path) -> None:
    rules = {
        ".manifest": '{"roots": ["system"]}',
        "authz.rego": "package system.authz\n\ndefault allow := false\n\n"
        'allow if input.path[1] == "data"\n\nallow if input.path == ["health"]\n',
    }
    with (
        serving(folder, write(folder / "authz", rules), "--authorization=basic") as server,
        pytest.raises(EngineUnavailableError, match="the OPA server refuses us"),
    ):
        told(server)


# What can be done to a server


def test_exceptions_that_somebody_put_there_are_added(folder: Path) -> None:
    with serving(folder) as server:
        put(server, "/v1/data/gatelib/exceptions", [EXCEPTION])
        assert told(server) == [Difference("added", "data", "gatelib/exceptions")]
        put(server, "/v1/data/gatelib/exceptions", None, method="DELETE")
        put(server, "/v1/policies/waive", b"package gatelib.exceptions\n\nall := true\n")
        assert told(server) == [Difference("added", "policy", "waive", "package gatelib.exceptions")]


def test_data_that_somebody_changed_is_found_although_the_manifest_is_as_before(folder: Path) -> None:
    with serving(folder) as server:
        place = manifest(server)
        before = server.ask("GET", place)[1]["result"]
        patch = [{"op": "replace", "path": "/images/allowlist", "value": ["*"]}]
        assert server.ask("PATCH", "/v1/data/gatelib/defaults", patch)[0] == 400
        put(server, f"{place}/roots", ["elsewhere"])
        put(server, "/v1/data/gatelib/defaults", patch, method="PATCH")
        changed = Difference("changed", "data", "gatelib/defaults/images/allowlist")
        assert [difference[:2] for difference in told(server)] == [("removed", "bundle"), changed[:2]]
        put(server, place, before)
        assert told(server) == [changed]


def test_a_policy_that_somebody_replaced_is_found_although_the_manifest_is_as_before(folder: Path) -> None:
    with serving(folder) as server:
        place = manifest(server)
        before = server.ask("GET", place)[1]["result"]
        policy = f"/v1/policies/{quote(f'{folder}/full.tar.gz/{MAIN}', safe='')}"
        text = b"package gatelib.main\n\ndeny := []\n\nrevision := data.gatelib.bundle.revision\n"
        assert server.ask("PUT", policy, text)[0] == 400
        put(server, "/v1/data/system/bundles", None, method="DELETE")
        put(server, policy, text)
        put(server, place, before)
        decision = server.ask("POST", "/v1/data/gatelib/main?provenance", {"input": {}})[1]
        assert decision["result"]["revision"] == REVISION
        assert told(server) == [Difference("changed", "policy", MAIN, "package gatelib.main")]
        put(server, "/v1/data/system/bundles", None, method="DELETE")
        put(server, policy, None, method="DELETE")
        put(server, place, before)
        assert told(server) == [Difference("removed", "policy", MAIN)]


def test_a_teams_bundle_is_added_unless_its_roots_are_allowed(folder: Path) -> None:
    team = write_bundle(folder / "team.tar.gz", TEAM)
    rules, entries = "gatelib/rules/acme", "gatelib/catalog/acme"
    with serving(folder, team) as server:
        assert [difference[:3] for difference in told(server)] == [
            ("added", "bundle", str(team)),
            ("added", "policy", f"{team}/gatelib/rules/acme/own/own.rego"),
            ("added", "data", "gatelib/catalog/acme"),
        ]
        assert [difference[:3] for difference in told(server, allowed=(rules,))] == [
            ("added", "bundle", str(team)),
            ("added", "data", "gatelib/catalog/acme"),
        ]
        assert told(server, allowed=(rules, entries)) == []
        assert told(server, TEAM) == []
        changed = {**TEAM, "gatelib/catalog/acme/data.json": b'{"ACME-001": {}}'}
        assert told(server, changed) == [Difference("removed", "data", "gatelib/catalog/acme/ACME-001")]


def test_a_bundle_of_exceptions_is_expected_beside_the_rules(folder: Path) -> None:
    moment = parse_now(CREATED)
    assert moment is not None
    expected = build.data_files([EXCEPTION], None, created=moment)
    other = build.data_files([{**EXCEPTION, "spec": {"rules": []}}], None, created=moment)
    with serving(folder, write_bundle(folder / "exceptions.tar.gz", expected)) as server:
        assert told(server, expected) == []
        assert [difference[:2] for difference in told(server, other)] == [
            ("changed", "revision"),
            ("changed", "data"),
        ]
        assert [difference[:2] for difference in told(server)] == [("added", "bundle"), ("added", "data")]


# Servers that poll


@contextmanager
def polling(folder: Path, files: Files, *, wait: str = "/health?bundles") -> Iterator[Server]:
    (folder / "config.json").write_text(json.dumps(configuration(files.url, pair("release").public)))
    with opa_server("--config-file", folder / "config.json", wait=wait) as server:
        yield server


def test_a_bundle_that_the_server_refuses_is_failing_beside_the_one_that_runs(folder: Path) -> None:
    with Files() as files:
        files.put("gatelib.tar.gz", signed(FILES))
        with polling(folder, files) as server:
            assert told(server) == []
            files.put("gatelib.tar.gz", archive.write(OLDER))
            wait_for(lambda: bundle_status(server).get("message"), "a refusal")
            found = told(server)
            assert [difference[:3] for difference in found] == [("failing", "activation", "gatelib")]
            assert "bundle missing .signatures.json file" in found[0].detail
            files.put("gatelib.tar.gz", signed(OLDER))
            wait_for(lambda: not bundle_status(server).get("message"), "an activation")
            assert [difference[:3] for difference in told(server)] == [
                ("changed", "revision", "gatelib"),
                ("changed", "data", "gatelib/bundle/revision"),
            ]


def test_a_server_that_never_got_a_bundle_is_failing_and_runs_nothing(folder: Path) -> None:
    with Files() as files:
        files.put("gatelib.tar.gz", archive.write(FILES))
        with polling(folder, files, wait="/health") as server:
            wait_for(lambda: bundle_status(server).get("message"), "a refusal")
            found = told(server)
    kinds = {difference[:2] for difference in found}
    assert kinds == {
        ("removed", "bundle"),
        ("removed", "policy"),
        ("removed", "data"),
        ("failing", "activation"),
    }
    assert {difference.name for difference in found if difference.change == "failing"} == {
        "gatelib", "/health?bundles",
    }  # fmt: skip


def test_opa_does_not_mend_what_was_done_to_it_and_the_comparison_tells(folder: Path) -> None:
    policy = "/v1/policies/gatelib/gatelib/main.rego"
    with Files() as files:
        files.put("gatelib.tar.gz", signed(FILES))
        with polling(folder, files) as server:
            place = manifest(server)
            before = server.ask("GET", place)[1]["result"]
            put(server, "/v1/data/system/bundles", None, method="DELETE")
            put(server, policy, b"package gatelib.main\n\ndeny := []\n")
            put(server, place, before)
            polled = files.asked("gatelib.tar.gz")
            wait_for(lambda: files.asked("gatelib.tar.gz") > polled + 3, "some polls")
            assert told(server) == [Difference("changed", "policy", MAIN, "package gatelib.main")]
            assert bundle_status(server)["active_revision"] == REVISION
