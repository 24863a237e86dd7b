"""Who tries to answer for the OPA server, to learn its token, or to have gatelib ask another one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import Gate, Report, Settings, engines
from gatelib.bundle import build
from gatelib.engines import Connection
from gatelib.errors import ConfigError, EngineUnavailableError, UsageError
from gatelib.policy import shipped
from gatelib.settings import parse_now
from tests.acceptance.command import NOW, Done, check, gatelib, pod, privileged, stream, write
from tests.certificates import Authority, Signed
from tests.opa_server import CREATED, Server, bundle_of, opa_server, write_bundle
from tests.strange_server import http, strange_server

TOKEN = "s3cr3t-t0k3n-0123456789"
BY_SERVER = ("--engine", "opa-server", "--bundle", "full.tar.gz")
AUTHORIZATION = f"""\
package system.authz

default allow := false

allow if input.identity == "{TOKEN}"

allow if input.path == ["health"]
"""
AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@dataclass(frozen=True)
class Place:
    """What the tests have in common: a bundle, servers that run it, and certificates."""

    bundle: Path
    plain: Server
    with_token: Server
    with_tls: Server
    ours: Authority
    theirs: Authority
    client: Signed


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("server")
    bundle = write_bundle(folder / "full.tar.gz", bundle_of(shipped()))
    authorization = write(
        folder / "authz", {".manifest": '{"roots": ["system"]}', "authz.rego": AUTHORIZATION}
    )
    ours, theirs = Authority(folder, "ours"), Authority(folder, "theirs")
    certificate = ours.server("127.0.0.1")
    tls: list[str | Path] = [
        "--tls-cert-file", certificate.certificate, "--tls-private-key-file", certificate.key,
        "--tls-ca-cert-file", ours.ca, "--authentication=tls",
    ]  # fmt: skip
    with (
        opa_server("--bundle", bundle) as plain,
        opa_server(
            "--bundle", bundle, authorization, "--authentication=token", "--authorization=basic"
        ) as with_token,
        opa_server("--bundle", bundle, *tls, scheme="https") as with_tls,
    ):
        yield Place(bundle, plain, with_token, with_tls, ours, theirs, ours.client("gate"))


@pytest.fixture
def tree(tmp_path: Path, place: Place) -> Path:
    """A working folder with one privileged Pod in ``k8s``, and the bundle."""
    base = write(tmp_path / "repository", {"k8s/pod.yaml": stream(privileged())})
    (base / "full.tar.gz").write_bytes(place.bundle.read_bytes())
    return base


def judged(tree: Path, connection: Connection | None, **settings: Any) -> Report:
    """Judge in this process, whose environment counts as a command's would."""
    given = {"engine": "opa-server", "bundle": "full.tar.gz", "base": tree, "now": NOW, "isolated": False}
    return Gate.load(opa=connection, **{**given, **settings}).check(["k8s"])


def by_server(tree: Path, *arguments: str | Path, **options: Any) -> Done:
    return check("k8s", *BY_SERVER, *arguments, cwd=tree, **options)


def config(tree: Path, **server: str) -> Path:
    """Write a configuration where a pipeline would have one, and return it."""
    path = tree.parent / "trusted" / "gatelib.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"engine": "opa-server", "opa_server": server}))
    return path


def outcome(done: Done) -> tuple[int, list[str], str]:
    """The exit code, the rules of the findings, and what was complained of."""
    return done.code, sorted(set(done.rules)) if done.out else [], done.complaint


# The same report


def test_a_server_gives_the_report_of_the_engine_that_runs_here(tree: Path, place: Place) -> None:
    write(tree, {"k8s/more.yaml": stream(pod("b"), privileged("c", "other")), "k8s/broken.yaml": "a: [\n"})
    here = check("k8s", "--bundle", "full.tar.gz", cwd=tree).report
    there = by_server(tree, "--opa", place.plain.url).report
    assert here.pop("engine")["name"] == "embedded"
    assert there.pop("engine") == {"name": "opa-server", "version": engines.engine("opa").version()}
    assert there == here
    assert there["findings"] != []


def test_exceptions_of_the_servers_bundles_are_in_the_report(tmp_path: Path, tree: Path) -> None:
    record = {
        "apiVersion": "gatelib.dev/v1",
        "kind": "PolicyException",
        "metadata": {"name": "api-is-privileged"},
        "spec": {
            "rules": ["GL-K8S-001"],
            "target": {"kind": "Pod", "namespace": "shop", "name": "api"},
            "reason": "a test",
            "ticket": "T-1",
            "approver": ["a@example.com", "b@example.com"],
            "requester": "c@example.com",
            "created": "2026-11-20T00:00:00Z",
            "expires": "2026-11-30T00:00:00Z",
        },
    }
    policy, params = shipped(), {"exceptions": {"require_signature": False}}
    files = bundle_of(replace(policy, data={**policy.data, "params": params}))
    moment = parse_now(CREATED)
    assert moment is not None
    beside = build.data_files([record], None, created=moment)
    (tree / "full.tar.gz").write_bytes(write_bundle(tmp_path / "rules.tar.gz", files).read_bytes())
    exceptions = write_bundle(tmp_path / "exceptions.tar.gz", beside)
    with opa_server("--bundle", tmp_path / "rules.tar.gz", "--bundle", exceptions) as server:
        done = by_server(tree, "--opa", server.url, "--rule", "GL-K8S-001", "--rule", "GL-EXC-001")
    report = done.report
    assert (done.code, report["errors"]) == (0, [])
    assert [finding["waived_by"]["name"] for finding in report["findings"]] == ["api-is-privileged"]
    assert [(entry["name"], len(entry["hid"])) for entry in report["exceptions"]] == [
        ("api-is-privileged", 1)
    ]


# Another bundle


def test_a_server_with_another_bundle_gives_no_finding_and_no_pass(tmp_path: Path, tree: Path) -> None:
    newer = write_bundle(tmp_path / "newer.tar.gz", bundle_of(shipped(), created="2026-12-01T00:00:00Z"))
    with opa_server("--bundle", newer) as server:
        done = by_server(tree, "--opa", server.url)
    assert (done.code, done.report["findings"], done.report["outcome"]) == (3, [], "error")
    messages = {error["message"] for error in done.report["errors"]}
    assert len(messages) == 1
    assert "answers from bundle `2026-12-01T00:00:00Z-" in min(messages)
    assert "and `2026-11-22T00:00:00Z-" in min(messages)


def test_exceptions_that_come_and_go_while_the_server_is_asked_are_an_error(tree: Path, place: Place) -> None:
    settings = {"engine": "opa-server", "bundle": "full.tar.gz", "base": tree, "isolated": False}
    with opa_server("--bundle", place.bundle) as server:
        gate = Gate.load(opa=server.connection, rules=["GL-K8S-001"], **settings)
        report = gate.check(
            ["k8s"], progress=lambda *_: server.ask("PUT", "/v1/data/gatelib/exceptions", [{}]) and None
        )
    assert [(problem.code, problem.file, problem.message) for problem in report.errors] == [
        (
            "GL-ERR-203",
            "data.gatelib.exceptions",
            "the OPA server got other exceptions while it was asked",
        )
    ]
    assert (report.exit_code, len(report.findings)) == (3, 1)


def test_a_server_that_goes_away_leaves_what_it_found_and_no_pass(tree: Path, place: Place) -> None:
    settings = {"engine": "opa-server", "bundle": "full.tar.gz", "base": tree, "isolated": False}
    with ExitStack() as stack:
        server = stack.enter_context(opa_server("--bundle", place.bundle))
        gate = Gate.load(opa=server.connection, rules=["GL-K8S-001"], **settings)
        report = gate.check(["k8s"], progress=lambda *_: stack.close())
    assert [(problem.code, problem.file) for problem in report.errors] == [
        ("GL-ERR-201", "data.gatelib.exceptions")
    ]
    assert "cannot be reached: Connection refused" in report.errors[0].message
    assert (report.exit_code, len(report.findings)) == (3, 1)


def test_a_server_without_a_bundle_is_an_error_before_anything_is_read(tree: Path) -> None:
    with opa_server() as server:
        done = by_server(tree, "--opa", server.url)
    assert (done.code, done.out) == (3, b"")
    assert "gave no decision" in done.complaint


# Who answers


def tls(place: Place, *, ca: Path | None = None, client: Signed | None = None, **values: str) -> Connection:
    return Connection(
        url=values.get("url", place.with_tls.url),
        ca=str(ca) if ca else None,
        certificate=str(client.certificate) if client else None,
        key=str(client.key) if client else None,
    )


def test_a_server_and_a_client_that_know_each_other_talk(tree: Path, place: Place) -> None:
    given = ("--opa", place.with_tls.url, "--opa-ca", place.ours.ca)
    shown = ("--opa-certificate", place.client.certificate, "--opa-key", place.client.key)
    assert by_server(tree, *given, *shown).code == 1


def test_a_certificate_may_hold_its_key(tree: Path, place: Place) -> None:
    both = tree.parent / "both.pem"
    both.write_bytes(place.client.key.read_bytes() + place.client.certificate.read_bytes())
    connection = Connection(url=place.with_tls.url, ca=str(place.ours.ca), certificate=str(both))
    assert judged(tree, connection).exit_code == 1


@pytest.mark.parametrize(
    ("authority", "variables"),
    [
        ("none", ()),
        ("theirs", ()),
        ("none", AUTHORITIES),
        ("theirs", AUTHORITIES),
    ],
)
def test_a_server_that_no_named_authority_vouches_for_is_not_asked(
    tree: Path, place: Place, authority: str, variables: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in variables:
        monkeypatch.setenv(name, str(place.ours.ca))
    ca = {"none": None, "theirs": place.theirs.ca}[authority]
    with pytest.raises(EngineUnavailableError, match="certificate verify failed"):
        judged(tree, tls(place, ca=ca, client=place.client))


def test_no_variable_takes_the_named_authoritys_place(
    tree: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in AUTHORITIES:
        monkeypatch.setenv(name, str(place.theirs.ca))
    assert judged(tree, tls(place, ca=place.ours.ca, client=place.client)).exit_code == 1


def test_a_certificate_of_another_host_is_not_taken(tree: Path, place: Place) -> None:
    url = place.with_tls.url.replace("127.0.0.1", "localhost")
    with pytest.raises(EngineUnavailableError, match=r"Hostname mismatch|doesn't match"):
        judged(tree, tls(place, ca=place.ours.ca, client=place.client, url=url))


def test_a_server_that_wants_a_certificate_does_not_answer_without(tree: Path, place: Place) -> None:
    for client in (None, place.theirs.client("stranger")):
        with pytest.raises(EngineUnavailableError, match="cannot be reached"):
            judged(tree, tls(place, ca=place.ours.ca, client=client))


@pytest.mark.parametrize("name", ["ca", "certificate"])
@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_that_holds_no_certificate_is_an_error(
    tree: Path, place: Place, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tree / "x.pem").write_bytes(content)
    with pytest.raises(EngineUnavailableError, match="cannot be reached"):
        judged(tree, replace(tls(place, ca=place.ours.ca), **{name: "x.pem"}))


# Who else listens


def test_no_proxy_of_the_environment_sees_a_document(
    tree: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with strange_server(lambda connection, _: connection.sendall(http(b"{}"))) as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        assert judged(tree, place.plain.connection).exit_code == 1
        assert judged(tree, tls(place, ca=place.ours.ca, client=place.client)).exit_code == 1
    assert proxy.requests == []


def test_a_redirect_leads_nowhere(tree: Path, place: Place) -> None:
    answer = http(b"", "307 Temporary Redirect", f"Location: {place.plain.url}/v1/data/gatelib/main")
    with (
        strange_server(lambda connection, _: connection.sendall(answer)) as strange,
        pytest.raises(EngineUnavailableError, match="where gatelib does not go"),
    ):
        judged(tree, Connection(url=strange.url))


# The token


def test_a_token_opens_the_server_and_is_shown_nowhere(tree: Path, place: Place) -> None:
    path = config(tree, url=place.with_token.url, token_env="OPA_TOKEN")
    env = {"OPA_TOKEN": TOKEN}
    done = by_server(tree, "--config", path, env=env)
    shown = by_server(tree, "--config", path, "--show-config", env=env)
    assert (done.code, shown.code) == (1, 0)
    assert TOKEN.encode() not in done.out + done.err + shown.out + shown.err
    assert "opa_server.token_env = 'OPA_TOKEN'" in shown.text


def test_a_token_can_be_named_on_the_command_line(tree: Path, place: Place) -> None:
    given = ("--opa", place.with_token.url, "--opa-token-env", "OPA_TOKEN")
    assert by_server(tree, *given, env={"OPA_TOKEN": f"{TOKEN}\n"}).code == 1
    without = by_server(tree, *given)
    assert (without.code, without.complaint) == (2, "gatelib: the environment has no variable `OPA_TOKEN`\n")


@pytest.mark.parametrize("token", [None, "wrong-token"])
def test_a_server_that_refuses_the_token_is_an_error(tree: Path, place: Place, token: str | None) -> None:
    refused = "the OPA server refuses us: request rejected by administrative policy"
    with pytest.raises(EngineUnavailableError, match=refused) as caught:
        judged(tree, Connection(url=place.with_token.url, token=token))
    assert "wrong-token" not in str(caught.value)


def test_a_netrc_does_not_take_the_tokens_place(
    tree: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tree.parent / ".netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert judged(tree, Connection(url=place.with_token.url, token=TOKEN)).exit_code == 1


def test_no_representation_shows_a_token() -> None:
    settings = Settings(opa=Connection(url="https://opa.example.com", token=TOKEN), variable={"A": TOKEN}.get)
    assert TOKEN not in repr(settings)
    assert TOKEN not in repr(Gate.load(settings))


@pytest.mark.parametrize("token", ["", "two words", "tab\there", "line\nX-Injected: yes"])
def test_a_token_that_is_none_is_refused_without_being_shown(tree: Path, place: Place, token: str) -> None:
    path = config(tree, url=place.with_token.url, token_env="OPA_TOKEN")
    gate = Gate.load(bundle="full.tar.gz", base=tree, config=path, variable={"OPA_TOKEN": token}.get)
    with pytest.raises(UsageError, match="the token for the OPA server is empty, or has") as caught:
        gate.check(["k8s"])
    assert not token or token not in str(caught.value)


# Who chooses the server


@pytest.mark.parametrize(
    "section",
    [
        {"url": "https://opa.example.com"},
        {"token_env": "AWS_SECRET_ACCESS_KEY"},
        {"ca": "k8s/ca.pem"},
        {"certificate": "k8s/c.pem", "key": "k8s/c.key"},
        {},
    ],
)
def test_a_configuration_of_the_judged_tree_names_no_server(
    tree: Path, place: Place, section: dict[str, str]
) -> None:
    (tree / "gatelib.yaml").write_text(f"gate: pr\nopa_server: {json.dumps(section)}\n")
    message = r"^gatelib\.yaml:2:13: only a trusted configuration may set `opa_server`"
    with pytest.raises(ConfigError, match=message):
        judged(tree, place.plain.connection)
    with pytest.raises(ConfigError, match=message):
        Gate.load(base=tree, config="gatelib.yaml").check(["."])


def test_files_of_a_trusted_configuration_are_relative_to_it(tree: Path, place: Place) -> None:
    folder = tree.parent / "trusted"
    path = config(
        tree,
        url=place.with_tls.url,
        ca=os.path.relpath(place.ours.ca, folder),
        certificate=os.path.relpath(place.client.certificate, folder),
        key=os.path.relpath(place.client.key, folder),
    )
    assert by_server(tree, "--config", path).code == 1
    settings = Settings(bundle="full.tar.gz", base=tree, config=path)
    found = Gate.load(settings).resolve(["k8s"])
    assert {key: value for key, value in found.items() if key.startswith("opa_server")} == {
        "opa_server.url": (place.with_tls.url, "gatelib.yaml"),
        "opa_server.ca": ("ours.pem", "gatelib.yaml"),
        "opa_server.certificate": ("gate.crt", "gatelib.yaml"),
        "opa_server.key": ("gate.key", "gatelib.yaml"),
    }


def test_the_command_line_names_another_server_than_the_configuration(tree: Path, place: Place) -> None:
    path = config(tree, url="https://opa.example.com", token_env="OPA_TOKEN")
    connection = Connection(url=place.with_token.url)
    assert judged(tree, connection, config=path, variable={"OPA_TOKEN": TOKEN}.get).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--engine", "opa-server"), "needs the bundle that the server runs"),
        (BY_SERVER, "needs a server"),
        ((*BY_SERVER, "--opa", "http://opa.example.com"), "asked by http"),
        ((*BY_SERVER, "--opa-ca", "ca.pem"), "no OPA server is named for what is given of it"),
        (("--opa", "http://localhost:1"), "the engine `embedded` asks none"),
    ],
)
def test_what_cannot_be_carried_out_is_a_usage_error(
    tree: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = check("k8s", *arguments, cwd=tree)
    assert (done.code, done.out) == (2, b"")
    assert message in done.complaint


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"parameters": {"canary": {"min_hold": "1m"}}}, "parameters are given"),
        ({"policies": ["policies"]}, "policies are given"),
        ({"exceptions": ["."]}, "exceptions are given"),
    ],
)
def test_no_policy_is_brought_to_the_server(
    tree: Path, place: Place, values: dict[str, Any], message: str
) -> None:
    path = tree.parent / "trusted" / "gatelib.yaml"
    (path.parent / "policies").mkdir(parents=True)
    path.write_text(json.dumps(values))
    with pytest.raises(UsageError, match=message):
        judged(tree, place.plain.connection, config=path)
    if "parameters" not in values:
        given = {name: [str(path.parent / "policies")] for name in values}
        with pytest.raises(UsageError, match=message):
            judged(tree, place.plain.connection, **given)


def test_an_inventory_goes_along_with_the_question(tree: Path, place: Place) -> None:
    workload = {**pod(), "kind": "Deployment", "apiVersion": "apps/v1"}
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "x", "namespace": "shop"},
    }
    write(tree.parent, {"cluster/b.yaml": stream(budget)})
    write(tree, {"k8s/d.yaml": stream(workload)})
    here = judged(tree, None, engine="embedded", inventory=["../cluster"])
    there = judged(tree, place.plain.connection, inventory=["../cluster"])
    assert (there.inventory, there.findings) == (1, here.findings)


def test_nothing_of_the_client_is_imported_where_no_server_is_asked(tree: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTED], cwd=tree, capture_output=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == b"[]"


def test_the_envelope_is_printed_without_asking_the_server(tree: Path) -> None:
    path = config(tree, url="http://127.0.0.1:1")
    done = gatelib("normalize", "k8s", "--bundle", "full.tar.gz", "--config", path, "--now", NOW, cwd=tree)
    assert (done.code, orjson.loads(done.out)["gatelib"]) == (0, 1)


_IMPORTED = """
import sys
from gatelib.cli.main import main
sys.argv = ["gatelib", "check", "k8s"]
try:
    main()
except SystemExit:
    print(sorted({"requests", "opa_client", "urllib3"} & {*sys.modules}))
"""
