"""``gatelib metrics`` as it is run: on real reports, real exceptions, and what a real OPA logs."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gatelib.policy import shipped
from tests.acceptance.command import NOW, check, gatelib, no_traceback, privileged, write
from tests.budget import budget
from tests.opa_server import Server, bundle_of, opa_server, write_bundle
from tests.openmetrics import only, samples
from tests.paths import ROOT
from tests.release import PACK, Release

LATER = ("--now", "2199-01-01T00:00:00Z")
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop"}}
PROVENANCE = {
    "origin": "ci.example.com/shop",
    "actor": "release-bot",
    "timestamp": "2026-11-22T08:59:30Z",
    "confidence": 0.9,
    "simulated": False,
}
MASK = 'package system.log\n\nmask contains "/input/artefact"\n\nmask contains "/input/request"\n'
MEMORY = 100 * 1024**2


@contextmanager
def receiver(file: Path) -> Iterator[str]:
    """Yield the address of a service that appends what OPA uploads to a file, as it comes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with file.open("ab") as log:
                log.write(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def request(artefact: Any, **context: Any) -> dict[str, Any]:
    return {"action": "deploy", "subject": "release-bot", "context": context, "artefact": artefact}


def review(content: Any) -> dict[str, Any]:
    asked = {
        "uid": "0e1f",
        "operation": "CREATE",
        "kind": {"group": "", "version": "v1", "kind": content["kind"]},
        "object": content,
        "namespace": "shop",
    }
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": asked}


ASKED = (
    ("gatelib/verdict", request(CONFIG_MAP, provenance=PROVENANCE)),
    ("gatelib/verdict", request(CONFIG_MAP)),
    ("gatelib/verdict", request(privileged(), provenance=PROVENANCE)),
    ("gatelib/main", request(privileged(), provenance=PROVENANCE)),
    ("gatelib/admission/review", review(CONFIG_MAP)),
    ("gatelib/admission/review", review(privileged())),
    ("gatelib/verdict/nothing", request(CONFIG_MAP)),
    ("gatelib/bundle", None),
    ("nothing", {"gatelib": 'x"} 1'}),
)


def answered(server: Server) -> Counter[tuple[str, str, str]]:
    """Ask, and return entrypoint, outcome and deciding rule of each answer, as the answers have them."""
    told: Counter[tuple[str, str, str]] = Counter()
    for path, content in ASKED:
        status, answer = server.ask("POST", f"/v1/data/{path}", {"input": content})
        assert status == 200, answer
        result = answer.get("result")
        match path:
            case "gatelib/verdict":
                told["verdict", "allow" if result["allow"] else "deny", result["rule_id"] or "none"] += 1
            case "gatelib/main":
                verdict = result["verdict"]
                told["main", "allow" if verdict["allow"] else "deny", verdict["rule_id"] or "none"] += 1
            case "gatelib/admission/review":
                given = result["response"]
                rule = "none" if given["allowed"] else given["status"]["message"].partition(":")[0]
                told["admission", "allow" if given["allowed"] else "deny", rule] += 1
            case "gatelib/verdict/nothing":
                told["verdict", "undefined", "none"] += 1
    return told


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, Counter[tuple[str, str, str]]]:
    """Return what OPA wrote on its console, what it uploaded, and what it had answered."""
    folder = tmp_path_factory.mktemp("opa")
    bundle = write_bundle(folder / "bundle.tar.gz", bundle_of(shipped()))
    mask = write(folder / "mask", {".manifest": '{"roots": ["system/log"]}', "mask.rego": MASK})
    uploaded = folder / "uploaded"
    with receiver(uploaded) as address:
        config = folder / "config.json"
        logs = {
            "console": True,
            "service": "logs",
            "reporting": {"min_delay_seconds": 1, "max_delay_seconds": 1},
        }
        config.write_text(json.dumps({"services": {"logs": {"url": address}}, "decision_logs": logs}))
        arguments = ("--config-file", config, "--bundle", bundle, mask, "--log-format", "json")
        with opa_server(*arguments) as server:
            told = answered(server)
            _until(lambda: uploaded.exists() and _events(uploaded) >= len(ASKED))
            console = server.log.read_bytes()
    return console, uploaded.read_bytes(), told


def _until(holds: Any) -> None:
    import time

    for _ in range(300):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("nothing was uploaded")


def _events(file: Path) -> int:
    return gzip.decompress(file.read_bytes()).count(b'"decision_id"')


def verdicts(text: bytes) -> Counter[tuple[str, str, str]]:
    """Return the verdicts of an exposition as :func:`answered` returns those of the answers."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    found: Counter[tuple[str, str, str]] = Counter()
    families = text_string_to_metric_families(text.decode())  # type: ignore[no-untyped-call]
    for family in families:
        for sample in family.samples:
            if sample.name == "gatelib_verdicts_total":
                of = sample.labels
                found[of["entrypoint"], of["outcome"], of["rule"]] += int(sample.value)
    return found


@pytest.mark.parametrize("written", [0, 1], ids=["on the console", "over HTTP"])
def test_what_opa_logs_gives_what_it_had_answered(asked: Any, written: int, tmp_path: Path) -> None:
    log = tmp_path / "opa.log"
    log.write_bytes(asked[written])
    done = gatelib("metrics", "--decision-log", log, *LATER, cwd=tmp_path)
    assert (done.code, done.complaint) == (0, "")
    assert verdicts(done.out) == asked[2]
    assert asked[2]["verdict", "deny", "GL-GOV-004"] == 1
    assert only(samples(done.out), "gatelib_decision_log_events_total") == {
        'gatelib_decision_log_events_total{kind="verdict"}': 7,
        'gatelib_decision_log_events_total{kind="foreign"}': 2,
    }
    assert b"settings" not in done.out
    assert b"release-bot" not in done.out


def test_reports_are_written_to_the_screen_and_to_a_file_alike_and_twice_the_same(tmp_path: Path) -> None:
    (tmp_path / "pod.json").write_text(json.dumps(privileged()))
    for name, options in (("a.json", ()), ("b.json", ("--gate", "admission"))):
        (tmp_path / name).write_bytes(check("pod.json", *options, cwd=tmp_path).out)
    shown = gatelib("metrics", "a.json", "b.json", "--now", NOW, cwd=tmp_path)
    assert (shown.code, shown.complaint) == (0, "")
    assert shown.out.endswith(b"# EOF\n")
    assert gatelib("metrics", "b.json", "a.json", "--now", NOW, cwd=tmp_path).out == shown.out
    saved = gatelib("metrics", "a.json", "b.json", "--now", NOW, "-o", "gatelib.prom", cwd=tmp_path)
    assert (saved.code, saved.out, saved.complaint) == (0, b"", "")
    assert (tmp_path / "gatelib.prom").read_bytes() == shown.out
    piped = gatelib(
        "metrics", "-", "b.json", "--now", NOW, cwd=tmp_path, stdin=(tmp_path / "a.json").read_bytes()
    )
    assert piped.out == shown.out
    assert only(samples(shown.out), "gatelib_reports") == {
        'gatelib_reports{gate="pr",outcome="fail"}': 1,
        'gatelib_reports{gate="admission",outcome="fail"}': 1,
    }


def test_the_example_release_with_an_exception_gives_its_coverage_and_the_exceptions_age(
    tmp_path: Path,
) -> None:
    release = Release(tmp_path / "release").seal().give("nina", "omar")
    options = ("--config", "gatelib.yaml", "--now", NOW)
    judged = gatelib(
        *("check", *release.judged(), "--gate", "pre-promote", "--evidence", PACK, *options),
        *("--exceptions", "exceptions", "--format", "json"),
        cwd=release.folder,
    )
    assert judged.code == 0, judged.text
    (tmp_path / "report.json").write_bytes(judged.out)
    listed = gatelib("exception", "list", "exceptions", *options, "--format", "json", cwd=release.folder)
    assert listed.code == 0, listed.complaint
    done = gatelib(
        "metrics", "report.json", "-", "--now", "2026-11-22T00:00:01Z", cwd=tmp_path, stdin=listed.out
    )
    assert (done.code, done.complaint) == (0, "")
    (exception,) = judged.report["exceptions"]
    waiver = f'{{waiver="{exception["sha256"][:16]}"}}'
    found = samples(done.out)
    assert only(
        found,
        "gatelib_waivers",
        "gatelib_waiver_expiry_timestamp_seconds",
        "gatelib_waiver_created_timestamp_seconds",
        "gatelib_verdict_coverage_ratio",
        "gatelib_reports",
        "gatelib_report_timestamp_seconds",
    ) == {
        'gatelib_waivers{state="in_force"}': 1,
        f"gatelib_waiver_expiry_timestamp_seconds{waiver}": _at(2027, 1, 1),
        f"gatelib_waiver_created_timestamp_seconds{waiver}": _at(2026, 11, 1),
        'gatelib_verdict_coverage_ratio{of="points"}': 1,
        'gatelib_reports{gate="pre-promote",outcome="pass"}': 1,
        'gatelib_report_timestamp_seconds{gate="pre-promote"}': _at(2026, 11, 22),
    }
    rules = {key for key in found if key.startswith("gatelib_report_rules{")}
    assert len(rules) == len(judged.report["rules"])


def _at(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, tzinfo=timezone.utc).timestamp()


def test_a_bad_file_is_said_once_and_costs_nothing_but_itself(tmp_path: Path) -> None:
    (tmp_path / "pod.json").write_text(json.dumps(privileged()))
    (tmp_path / "good.json").write_bytes(check("pod.json", cwd=tmp_path).out)
    (tmp_path / "::error::\x1b[2J.json").write_text("{")
    done = gatelib("metrics", "::error::\x1b[2J.json", "good.json", "absent.json", "--now", NOW, cwd=tmp_path)
    assert done.code == 3
    lines = [line for line in done.complaint.splitlines() if line.startswith("gatelib: ")]
    assert lines == [
        "gatelib: ::error::\\x1b[2J.json:1:2: is no JSON",
        "gatelib: absent.json: cannot be read: No such file or directory",
    ]
    assert no_traceback(done)
    assert only(samples(done.out), "gatelib_reports") == {'gatelib_reports{gate="pr",outcome="fail"}': 1}


def test_nothing_to_count_is_a_mistake_and_so_is_standard_input_twice(tmp_path: Path) -> None:
    nothing = gatelib("metrics", cwd=tmp_path)
    assert (nothing.code, nothing.out) == (2, b"")
    assert "there is nothing to count" in nothing.complaint
    twice = gatelib("metrics", "-", "--decision-log", "-", cwd=tmp_path, stdin=b"[]")
    assert (twice.code, twice.out) == (2, b"")
    assert "standard input can be given once" in twice.complaint


def test_without_the_library_the_command_says_what_to_install(tmp_path: Path) -> None:
    program = "import sys; sys.modules['prometheus_client'] = None; from gatelib.cli.main import main; main()"
    (tmp_path / "list.json").write_text("[]")
    done = subprocess.run(
        [sys.executable, "-c", program, "metrics", "list.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'gatelib[metrics]'" in done.stderr


@pytest.mark.parametrize("form", ["lines", "array", "gzip", "noise", "bomb"])
def test_a_log_of_any_size_takes_no_more_memory(form: str, tmp_path: Path) -> None:
    size = budget(4 * 1024**2, 100 * 1024**2)
    line = json.dumps(
        {
            "decision_id": "1",
            "path": "gatelib/verdict",
            "timestamp": NOW,
            "input": {"artefact": ["x" * 500] * 3},
            "result": {"allow": True, "rule_id": None, "findings": []},
        }
    ).encode()
    times = size // len(line)
    log = tmp_path / "log"
    match form:
        case "lines":
            log.write_bytes((line + b"\n") * times)
        case "array":
            log.write_bytes(b"[" + b",".join([line] * times) + b"]")
        case "gzip":
            log.write_bytes(gzip.compress((line + b"\n") * times))
        case "noise":
            log.write_bytes((line[:-1] + b"\n") * times)
        case _:
            log.write_bytes(gzip.compress(b'{"a": "' + b"x" * (size * 2)))
    done = gatelib("metrics", "--decision-log", log, *LATER, cwd=tmp_path)
    is_good = form in ("lines", "array", "gzip")
    counts = only(samples(done.out), "gatelib_decision_log_events_total")
    assert done.code == (0 if is_good else 3)
    assert counts['gatelib_decision_log_events_total{kind="verdict"}'] == (times if is_good else 0)
    assert len(done.complaint.splitlines()) == (0 if is_good else 2)
    if form != "bomb":  # its one value may be as large as a value may be
        assert done.memory < MEMORY
