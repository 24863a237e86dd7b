"""The command, as a process of its own."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from gatelib import __version__, engines
from gatelib.cli.main import _COMMANDS
from gatelib.policy import shipped
from tests.engines import need, need_engine
from tests.paths import ROOT
from tests.unit.teams import DENY_BAD, FOREVER, config_map, rule

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec:
  containers:
    - name: agent
      securityContext: {privileged: true}
"""
HARMLESS = POD.replace("true", "false")
NOW = ("--now", "2026-11-22T00:00:00Z")
ONE = ("--rule", "GL-K8S-001", *NOW)
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
COMMAND = [sys.executable, "-m", "gatelib"]

Done = subprocess.CompletedProcess[bytes]


def gatelib(*arguments: str, cwd: Path, stdin: bytes = b"", **environment: str) -> Done:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env={**ENVIRONMENT, **environment},
        timeout=120,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "k8s").mkdir()
    (tmp_path / "k8s" / "pod.yaml").write_text(POD)
    (tmp_path / "harmless.yaml").write_text(HARMLESS)
    return tmp_path


# Exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("check", "harmless.yaml", *ONE), 0),
        (("check", "k8s", *ONE), 1),
        (("check", "k8s", "--rule", "GL-K8S-006", "--fail-on", "critical", *NOW), 0),
        (("check", "gone", *ONE), 3),
        (("check", "k8s", "gone", *ONE), 3),
        (("check", "k8s", "--gate", "nightly"), 2),
        (("check", "k8s", "--engine", "conftest"), 2),
        (("check", "k8s", "--fail-on", "info"), 2),
        (("check", "k8s", "--rule", "GL-NO-001"), 2),
        (("check", "k8s", "--skip", "GL-NO-001"), 2),
        (("check", "k8s", "--now", "today"), 2),
        (("check", "k8s", "--jobs", "0"), 2),
        (("check", "k8s", "--jobs", "many"), 2),
        (("check", "k8s", "--timeout", "-1"), 2),
        (("check", "k8s", "--timeout", "nan"), 2),
        (("check", "k8s", "--config", "gone.yaml"), 2),
        (("check", "k8s", "--exceptions", "k8s"), 2),
        (("check", "k8s", "--evidence", "k8s/pod.yaml"), 2),
        (("check", "k8s", "--format", "yaml"), 2),
        (("check", "k8s", "--format", "json="), 2),
        (("check", "k8s", "--format", "json=no/such/folder/report.json"), 2),
        (("check", "k8s", "--format", "json", "--format", "text"), 2),
        (("check",), 2),
        (("check", "--no-such-option", "k8s"), 2),
        (("chekc", "k8s"), 2),
        (("rules", "shw"), 2),
        (("rules", "show", "GL-NO-001"), 2),
        (("rules", "test", "no-such-folder"), 2),
        (("rules", "test", "k8s"), 2),
        (("explain", "GL-NO-001"), 2),
        (("explain",), 2),
        (("normalize", "k8s"), 0),
        (("normalize", "gone"), 3),
        (("engines",), 0),
        (("rules", "list"), 0),
        (("explain", "gl-k8s-001"), 0),
        (("--version",), 0),
        (("--help",), 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_the_exit_code(tree: Path, arguments: tuple[str, ...], code: int) -> None:
    done = gatelib(*arguments, cwd=tree)
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert (done.stderr != b"") == (code == 2 or (code == 3 and arguments[0] == "normalize"))


def test_a_usage_error_says_what_to_do_and_prints_no_report(tree: Path) -> None:
    done = gatelib("check", "k8s", "--rule", "GL-NO-001", cwd=tree)
    assert done.stdout == b""
    assert done.stderr.decode().splitlines() == [
        "gatelib: there is no rule `GL-NO-001`",
        "  `gatelib rules list` names them all",
    ]


def test_a_configuration_that_is_wrong_is_shown_with_its_place(tree: Path) -> None:
    (tree / "gatelib.yaml").write_text("gate: pr\nskips: []\n")
    done = gatelib("check", "k8s", cwd=tree)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[0] == (
        "gatelib: gatelib.yaml:2:8: there is no `skips`; did you mean `skip`?"
    )


def test_policies_that_may_not_run_are_usage_errors(tree: Path) -> None:
    rule(tree / "policies", 'deny contains 1 if http.send({"url": "http://x"})\n')
    (tree / "gatelib.yaml").write_text("policies: [policies]\n")
    done = gatelib("check", "k8s", cwd=tree)
    assert done.returncode == 2
    assert b"`http.send` is not among the built-ins that a policy may use" in done.stderr


@pytest.mark.parametrize("engine", engines.local())
def test_an_engine_that_does_not_answer_in_time_is_exit_code_3(tree: Path, engine: str) -> None:
    rule(tree / "policies", FOREVER)
    (tree / "gatelib.yaml").write_text("policies: [policies]\n")
    (tree / "k8s" / "a.yaml").write_text(config_map("a"))
    done = gatelib(
        "check",
        "k8s/a.yaml",
        "--rule",
        "ACME-001",
        "--timeout",
        "1",
        "--engine",
        need_engine(engine),
        cwd=tree,
    )
    assert done.returncode == 3
    assert b"GL-ERR-202" in done.stdout


def test_an_engine_that_is_not_there_is_exit_code_3(tree: Path, tmp_path: Path) -> None:
    done = gatelib("check", "k8s", "--engine", "opa", *ONE, cwd=tree, PATH=str(tmp_path))
    assert done.returncode == 3
    assert b"there is no `opa` on PATH" in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


# Output


def test_a_finding_on_the_screen_has_its_place_and_its_rule(tree: Path) -> None:
    text = gatelib("check", "k8s", *ONE, cwd=tree).stdout.decode()
    assert "k8s/pod.yaml" in text
    assert "GL-K8S-001" in text
    assert "container `agent` is privileged" in text
    assert "\x1b" not in text


def test_several_formats_come_from_one_run(tree: Path) -> None:
    formats = (
        "--format",
        "text",
        "--format",
        "json=r.json",
        "--format",
        "sarif=r.sarif",
        "--format",
        "junit=r.xml",
    )
    done = gatelib("check", "k8s", *ONE, *formats, cwd=tree)
    assert done.returncode == 1
    assert b"GL-K8S-001" in done.stdout
    report = json.loads((tree / "r.json").read_bytes())
    assert [finding["rule"] for finding in report["findings"]] == ["GL-K8S-001"]
    results = json.loads((tree / "r.sarif").read_bytes())["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["GL-K8S-001"]
    assert ElementTree.parse(tree / "r.xml").getroot().tag == "testsuites"


def test_with_files_only_the_screen_stays_empty(tree: Path) -> None:
    done = gatelib("check", "k8s", *ONE, "--format", "json=r.json", cwd=tree)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


def test_a_report_that_cannot_be_written_is_exit_code_3(tree: Path) -> None:
    (tree / "folder").mkdir()
    done = gatelib("check", "harmless.yaml", *ONE, "--format", "json=folder", cwd=tree)
    assert done.returncode == 3
    assert done.stderr.decode() == "gatelib: folder: cannot be written: Is a directory\n"


def test_nothing_is_judged_before_a_bad_output_is_refused(tree: Path) -> None:
    done = gatelib("check", "k8s", *ONE, "--format", "json=gone/r.json", cwd=tree)
    assert "there is no folder `gone` for `gone/r.json`" in " ".join(done.stderr.decode().split())
    assert done.stdout == b""


def test_standard_input_is_judged(tree: Path) -> None:
    done = gatelib("check", "-", *ONE, "--format", "json", cwd=tree, stdin=POD.encode())
    assert done.returncode == 1
    assert [finding["location"]["file"] for finding in json.loads(done.stdout)["findings"]] == ["-"]


def test_hooks_may_have_nothing_to_judge(tree: Path) -> None:
    (tree / "values.yaml").write_text("replicas: 1\n")
    assert gatelib("check", "values.yaml", cwd=tree).returncode == 3
    assert gatelib("check", "values.yaml", "--allow-empty", cwd=tree).returncode == 0


def test_the_output_is_utf_8_whatever_the_locale_says(tree: Path) -> None:
    (tree / "k8s" / "pod.yaml").write_text(POD.replace("name: agent", "name: café"))
    done = gatelib("check", "k8s", *ONE, cwd=tree, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "café" in done.stdout.decode()


def test_colour_is_for_terminals_that_want_it(tree: Path) -> None:
    assert b"\x1b[" in on_terminal("check", "k8s", *ONE, cwd=tree)
    assert b"\x1b[" not in on_terminal("check", "k8s", *ONE, cwd=tree, NO_COLOR="1")


def on_terminal(*arguments: str, cwd: Path, **environment: str) -> bytes:
    """Run with a terminal as standard output, and return what it got."""
    kept = {key: value for key, value in ENVIRONMENT.items() if key != "NO_COLOR"}
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        env={**kept, "TERM": "xterm", **environment},
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=subprocess.DEVNULL,
    )
    os.close(child)
    got = b""
    while True:
        try:
            chunk = os.read(parent, 65536)
        except OSError:
            break
        if not chunk:
            break
        got += chunk
    process.wait(timeout=60)
    os.close(parent)
    return got


# Ends that nobody planned


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_ends_the_command_in_silence(tree: Path, unbuffered: str) -> None:
    for number in range(2000):
        (tree / "k8s" / f"{number}.yaml").write_text(POD.replace("agent", f"agent-{number}"))
    process = subprocess.Popen(
        [*COMMAND, "check", "k8s", *ONE, "--format", "text", "--format", "json=r.json"],
        cwd=tree,
        env={**ENVIRONMENT, "PYTHONUNBUFFERED": unbuffered},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 3
    assert complaint == b""
    assert len(json.loads((tree / "r.json").read_bytes())["findings"]) == 2001


@pytest.mark.parametrize("engine", engines.local())
def test_ctrl_c_ends_the_command_and_all_that_it_started(tree: Path, engine: str) -> None:
    rule(tree / "policies", FOREVER)
    (tree / "gatelib.yaml").write_text("policies: [policies]\n")
    (tree / "k8s" / "a.yaml").write_text(config_map("a"))
    process = subprocess.Popen(
        [*COMMAND, "check", "k8s/a.yaml", "--rule", "ACME-001", "--engine", need_engine(engine)],
        cwd=tree,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    below = descendants(process.pid, at_least=2 if engine == "opa" else 1)
    process.send_signal(signal.SIGINT)
    out, complaint = process.communicate(timeout=30)
    assert process.returncode == 3
    assert (out, complaint) == (b"", b"\ngatelib: interrupted\n")
    deadline = time.monotonic() + 5
    while (left := [pid for pid in below if runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def descendants(pid: int, *, at_least: int) -> set[int]:
    """Wait until a process has started so many others, directly or not, and return them."""
    deadline = time.monotonic() + 20
    while True:
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue
        found = {pid}
        while more := {child for child, parent in parents.items() if parent in found} - found:
            found |= more
        if len(found) > at_least:
            time.sleep(0.3)
            return found - {pid}
        assert time.monotonic() < deadline, "the command did not start what it should"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# The other commands


def test_what_is_in_force_is_shown_with_where_it_comes_from(tree: Path) -> None:
    (tree / "gatelib.yaml").write_text("gate: admission\nparameters: {secrets: {max_age_days: 30}}\n")
    done = gatelib("check", "k8s", "--fail-on", "high", "--show-config", cwd=tree)
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    for line in (
        "gate = 'admission'  (gatelib.yaml)",
        "fail_on = 'high'  (command line)",
        "timeout = 60.0  (default)",
        "parameters.secrets.max_age_days = 30  (gatelib.yaml)",
        "parameters.limits.cpu = True  (default)",
    ):
        assert line in lines


def test_normalize_prints_the_envelope_without_secrets(tree: Path) -> None:
    (tree / "k8s" / "s.yaml").write_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: aGlkZGVu}\n"
    )
    done = gatelib("normalize", "k8s", *ONE, cwd=tree)
    assert done.returncode == 0
    envelope = json.loads(done.stdout)
    assert [(entry["file"], entry["content"]["kind"]) for entry in envelope["documents"]] == [
        ("k8s/pod.yaml", "Pod"),
        ("k8s/s.yaml", "Secret"),
    ]
    assert b"aGlkZGVu" not in done.stdout


def test_normalize_says_what_could_not_be_read_and_prints_the_rest(tree: Path) -> None:
    (tree / "k8s" / "broken.yaml").write_text("a: [\n")
    done = gatelib("normalize", "k8s", *ONE, cwd=tree)
    assert done.returncode == 3
    assert [entry["file"] for entry in json.loads(done.stdout)["documents"]] == ["k8s/pod.yaml"]
    assert done.stderr.startswith(b"gatelib: k8s/broken.yaml:")


def test_opa_takes_what_normalize_prints(tree: Path, tmp_path: Path) -> None:
    policy, data = shipped(), tmp_path / "bundle"
    for module in policy.modules:
        path = data / module.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module.text)
    (data / "data.json").write_text(json.dumps(policy.engine_data(policy.catalog)))
    envelope = gatelib("normalize", "k8s", *ONE, cwd=tree).stdout
    done = subprocess.run(
        [need("opa"), "eval", "-I", "-d", str(data), "data.gatelib.main.deny", "--format", "raw"],
        input=envelope,
        capture_output=True,
        check=True,
    )
    assert [finding["rule"] for finding in json.loads(done.stdout)] == ["GL-K8S-001"]


def test_rules_are_listed_by_id_with_severity_and_title(tree: Path) -> None:
    lines = gatelib("rules", "list", cwd=tree).stdout.decode().splitlines()
    assert lines == [
        f"{rule}  {entry['severity']:<8}  {entry['title']}" for rule, entry in shipped().catalog.items()
    ]


def test_rules_are_listed_for_one_gate_and_as_json(tree: Path) -> None:
    found = json.loads(gatelib("rules", "list", "--gate", "admission", "--format", "json", cwd=tree).stdout)
    assert found == {
        rule: entry for rule, entry in shipped().catalog.items() if "admission" in entry["gates"]
    }


def test_a_rule_is_shown_as_text_and_as_json(tree: Path) -> None:
    entry = shipped().catalog["GL-K8S-001"]
    text = gatelib("rules", "show", "gl-k8s-001", cwd=tree).stdout.decode()
    assert text.startswith(f"GL-K8S-001: {entry['title']}\n\n{entry['description']}\n")
    assert text.endswith(f"\n{entry['remediation']}\n")
    assert json.loads(gatelib("rules", "show", "GL-K8S-001", "--format", "json", cwd=tree).stdout) == entry


def test_explain_prints_the_page_without_its_markers(tree: Path) -> None:
    page = (ROOT / "docs" / "rules" / "GL-K8S-001.md").read_text("utf-8")
    kept = [line for line in page.splitlines() if line and not line.startswith("<!-- ")]
    for name in ("GL-K8S-001", "gl-k8s-001"):
        told = gatelib("explain", name, cwd=tree).stdout.decode()
        assert [line for line in told.splitlines() if line] == kept


def test_explain_renders_the_page_on_a_terminal(tree: Path) -> None:
    shown = on_terminal("explain", "GL-K8S-001", cwd=tree)
    assert b"How to fix" in shown
    assert b"## How to fix" not in shown


def test_engines_are_listed_with_their_versions_and_what_is_missing(tree: Path, tmp_path: Path) -> None:
    lines = gatelib("engines", cwd=tree, PATH=str(tmp_path)).stdout.decode().splitlines()
    assert lines == [
        f"embedded   {engines.engine('embedded').version()}  (default)",
        "opa        not there: there is no `opa` on PATH "
        "(install Open Policy Agent, or use --engine embedded)",
        "opa-server runs elsewhere: name it with --opa URL; its version is in each report",
    ]


def test_the_version_is_told(tree: Path) -> None:
    assert gatelib("--version", cwd=tree).stdout.decode() == f"gatelib {__version__}\n"


# rules test


def fixture(folder: Path, verdict: str, name: str, manifest: str, expected: dict[str, Any]) -> None:
    place = folder / "acme" / "own" / verdict
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.yaml").write_text(manifest)
    (place / f"{name}.expected.json").write_text(json.dumps(expected))


IS_BAD = {"findings": [{"action": "deny", "document": 0, "path": ["data", "is"], "message": "`a` is bad"}]}


@pytest.mark.parametrize("engine", engines.local())
def test_fixtures_of_a_teams_own_rules_are_run(tree: Path, engine: str) -> None:
    rule(tree / "policies", DENY_BAD)
    fixture(tree / "fixtures", "deny", "bad", config_map("a", **{"is": "bad"}), IS_BAD)
    fixture(tree / "fixtures", "allow", "good", config_map("a", **{"is": "good"}), {"findings": []})
    done = gatelib(
        "rules", "test", "fixtures", "--policies", "policies", "--engine", need_engine(engine), cwd=tree
    )
    assert (done.returncode, done.stdout) == (0, b"2 passed, 0 failed, 0 could not be judged\n")


def test_a_fixture_that_fails_is_shown_with_the_difference(tree: Path) -> None:
    rule(tree / "policies", DENY_BAD)
    fixture(tree / "fixtures", "allow", "bad", config_map("a", **{"is": "bad"}), {"findings": []})
    done = gatelib("rules", "test", "fixtures", "--policies", "policies", cwd=tree)
    assert done.returncode == 1
    text = done.stdout.decode()
    assert text.startswith("FAIL  acme/own/allow/bad (ACME-001 on embedded)\n")
    assert '"message": "`a` is bad"' in text
    assert text.endswith("0 passed, 1 failed, 0 could not be judged\n")


def test_a_fixture_that_an_engine_fails_on_is_exit_code_3(tree: Path) -> None:
    rule(tree / "policies", 'deny contains {"id": to_number("x")}\n')
    fixture(tree / "fixtures", "allow", "any", config_map("a"), {"findings": []})
    done = gatelib("rules", "test", "fixtures", "--policies", "policies", cwd=tree)
    assert done.returncode == 3
    assert done.stdout.decode().startswith("ERROR acme/own/allow/any: ")
    assert done.stdout.decode().endswith("0 passed, 0 failed, 1 could not be judged\n")


@pytest.mark.parametrize(
    ("break_", "message"),
    [
        (
            lambda place: (place / "bad.expected.json").unlink(),
            "there is no bad.expected.json beside this manifest",
        ),
        (lambda place: (place / "bad.yaml").unlink(), "there is no manifest for this expectation"),
        (lambda place: (place / "bad.expected.json").write_text("{"), "is no JSON"),
        (
            lambda place: (place / "bad.expected.json").write_text("[]"),
            "bad.expected.json:1:1: the document must be an object",
        ),
        (
            lambda place: (place / "bad.expected.json").write_text('{"errors": [],\n"given": []}'),
            "bad.expected.json:2:10: `given` must be an object",
        ),
        (
            lambda place: (place / "bad.expected.json").write_text('{"errors": [],\n"finding": []}'),
            "bad.expected.json:2:12: there is no `finding`; did you mean `findings`?",
        ),
        (
            lambda place: (place / "bad.expected.json").write_text('{"findings": [], "findings": []}'),
            "bad.expected.json:1:18: The key `findings` is written twice in one object.",
        ),
        (
            lambda place: (place / "bad.expected.json").write_text("{}"),
            "bad.expected.json:1:1: the document must have at least one of `findings`, `errors`",
        ),
        (
            lambda place: (place / "bad.expected.json").write_text(
                '{"findings": [{"action": "deny", "path": [], "message": "?"}]}'
            ),
            "`findings.0` must have exactly one of `document`, `evidence`, `exception`",
        ),
        (
            lambda place: (place / "bad.expected.json").write_text('{"findings": [], "given": {"time": 1}}'),
            "there is no `given.time`",
        ),
        (lambda place: (place / "bad.yaml").write_text("a: ["), "bad.yaml"),
        (
            lambda place: place.parent.parent.rename(place.parent.parent.with_name("other")),
            "there is no rule",
        ),
    ],
)
def test_a_fixture_of_the_wrong_form_is_a_usage_error(tree: Path, break_: Any, message: str) -> None:
    rule(tree / "policies", DENY_BAD)
    fixture(tree / "fixtures", "deny", "bad", config_map("a", **{"is": "bad"}), IS_BAD)
    break_(tree / "fixtures" / "acme" / "own" / "deny")
    done = gatelib("rules", "test", "fixtures", "--policies", "policies", cwd=tree)
    assert done.returncode == 2, done.stdout.decode() + done.stderr.decode()
    assert message in done.stderr.decode()


# Help


@pytest.mark.parametrize(
    "command",
    ["", *_COMMANDS, "rules list", "rules show", "rules test"],
)
def test_the_help_of_a_command_fits_a_screen_and_has_an_example(tree: Path, command: str) -> None:
    lines = gatelib(*command.split(), "--help", cwd=tree).stdout.decode().splitlines()
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.strip().startswith("Example: gatelib ")] != []


def test_the_examples_of_helps_name_commands_and_options_that_exist(tree: Path) -> None:
    for command in ("check", "normalize", "rules list", "rules show", "rules test", "explain"):
        lines = gatelib(*command.split(), "--help", cwd=tree).stdout.decode()
        example = lines.partition("Example: gatelib ")[2].partition("\n")[0]
        assert example.startswith(command)
        for word in example.partition("|")[0].split():
            assert not word.startswith("--") or f"  {word} " in lines, f"{command}: {word}"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this platform has no /dev/full")
def test_a_report_that_finds_no_room_is_an_error_and_no_pass(tree: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "check", "harmless.yaml", *ONE],
            cwd=tree,
            stdout=full,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            timeout=120,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        3,
        b"gatelib: the report cannot be written: No space left on device\n",
    )
