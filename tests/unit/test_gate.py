"""The public API, as its documentation shows it."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

import gatelib
from gatelib import Gate, Report, Settings, UsageError, engines, resources
from gatelib.settings import parse_now
from tests.engines import need_engine
from tests.paths import ROOT

NOW = "2026-11-22T00:00:00Z"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec:
  containers:
    - name: agent
      image: ghcr.io/intelgraph/agent:1
      securityContext:
        privileged: true
"""
HARMLESS = POD.replace("privileged: true", "privileged: false")
SCHEMA = Draft202012Validator(orjson.loads(resources.schema("report-v1.json").read_bytes()))


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def check(base: Path, *paths: str, **settings: Any) -> Report:
    settings = {"rules": ["GL-K8S-001"], "now": NOW, "isolated": False, **settings}
    return Gate.load(base=base, **settings).check(paths or ["k8s"])


# What is public


def test_the_public_names_are_these_and_no_others() -> None:
    assert gatelib.__all__ == [
        "BundleError",
        "ConfigError",
        "Connection",
        "Decider",
        "EngineError",
        "EngineTimeoutError",
        "EngineUnavailableError",
        "EvidenceError",
        "Finding",
        "Gate",
        "GatelibError",
        "LoadError",
        "Location",
        "NotJudged",
        "PolicyError",
        "Problem",
        "Report",
        "Resource",
        "RuleResult",
        "Settings",
        "SignatureError",
        "SigningKey",
        "UsageError",
        "VerificationKey",
        "WaivedBy",
        "Waiver",
        "__version__",
        "attributes",
        "evaluate",
        "read_verification_key",
        "signing_key",
        "verification_key",
        "verify_verdict",
    ]


def test_every_public_name_is_there() -> None:
    assert {name for name in gatelib.__all__ if getattr(gatelib, name, None) is None} == set()


def test_what_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'gatelib' has no attribute 'load_bundle'"):
        gatelib.load_bundle  # type: ignore[attr-defined] # noqa: B018 - that it is not there is the point


def test_importing_the_package_imports_none_of_its_parts() -> None:
    code = "import sys, gatelib; print(*sorted(m for m in sys.modules if m.startswith('gatelib.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["gatelib._version", "gatelib.errors"]


def test_the_documented_example_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"k8s/none.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n"})
    monkeypatch.chdir(tmp_path)
    report = Gate.load().check(["k8s/"])
    assert report.outcome == "pass"


CALLER = """\
from typing import Literal
from gatelib import Finding, Gate, Report, Settings

report: Report = Gate.load(Settings(gate="pr"), fail_on="high").check(["k8s/"])
failing: tuple[Finding, ...] = report.failing
code: int = report.exit_code
outcome: Literal["pass", "fail", "error"] = report.outcome
"""


@pytest.mark.parametrize(
    ("more", "ends"), [("", 0), ("Gate.load().check(7)\n", 1), ("from gatelib import Gat\n", 1)]
)
def test_the_api_is_typed_for_its_callers(tmp_path: Path, more: str, ends: int) -> None:
    write(tmp_path, {"caller.py": CALLER + more})
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=.cache", "caller.py"],
        cwd=tmp_path,
        env={"MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ends, done.stdout


# Settings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"gate": "nightly"}, r"no gate `nightly` \(one of pr, pre-promote, admission, publish\)"),
        ({"fail_on": "info"}, r"no severity `info` \(one of critical, high, medium, low\)"),
        ({"engine": "conftest"}, r"no engine `conftest` \(one of embedded, opa, opa-server\)"),
        ({"jobs": 0}, "at least one job"),
        ({"jobs": -1}, "at least one job"),
        ({"timeout": 0}, "a time-out is more than 0"),
        ({"timeout": float("nan")}, "a time-out is more than 0"),
        ({"timeout": float("inf")}, "at most 86400 seconds"),
        ({"now": "today"}, "`today` is no RFC 3339 date-time"),
    ],
)
def test_a_value_that_is_not_acceptable_is_a_usage_error(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Gate.load(**settings)


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match="gates"):
        Gate.load(gates="pr")


def test_keyword_arguments_win_over_the_settings_object() -> None:
    gate = Gate.load(Settings(gate="pr", fail_on="high"), gate="admission")
    assert (gate.settings.gate, gate.settings.fail_on) == ("admission", "high")


def test_nothing_to_check_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="there is nothing to check"):
        Gate.load().check([])


def test_paths_may_be_path_objects(tmp_path: Path) -> None:
    write(tmp_path, {"k8s/pod.yaml": POD})
    gate = Gate.load(base=tmp_path, rules=["GL-K8S-001"], now=NOW, isolated=False)
    assert gate.check([tmp_path / "k8s"]).to_dict() == gate.check(["k8s"]).to_dict()


@pytest.mark.parametrize("key", ["rules", "skip"])
def test_an_unknown_rule_is_a_usage_error(tmp_path: Path, key: str) -> None:
    with pytest.raises(UsageError, match=r"there is no rule `GL-NO-001`"):
        check(write(tmp_path, {"k8s/pod.yaml": POD}), **{key: ["GL-NO-001"]})


def test_a_run_without_any_rule_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no rule is left to run"):
        check(write(tmp_path, {"k8s/pod.yaml": POD}), skip=["GL-K8S-001"])


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T00:00:00Z", datetime(2026, 11, 22, tzinfo=timezone.utc)),
        ("2026-11-22t00:00:00z", datetime(2026, 11, 22, tzinfo=timezone.utc)),
        ("2026-11-22T01:00:00+01:00", datetime(2026, 11, 22, tzinfo=timezone.utc)),
        ("2026-11-22T00:00:00.5Z", datetime(2026, 11, 22, tzinfo=timezone.utc)),
        ("2024-02-29T23:59:59-12:00", datetime(2024, 3, 1, 11, 59, 59, tzinfo=timezone.utc)),
    ],
)
def test_a_moment_is_read_as_rfc_3339_has_it(text: str, moment: datetime) -> None:
    found = parse_now(text)
    assert found is not None
    assert abs(found - moment) < timedelta(seconds=1)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2026-11-22",
            "2026-11-22T00:00:00",
            "2026-11-22 00:00:00Z",
            "2026-11-22T00:00Z",
            "20261122T000000Z",
        ),
        *("2026-02-30T00:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22T00:00:00+0100", "1969-12-31T23:59:59Z"),
        *(
            "2260-01-01T00:00:00Z",
            "2026-W47-7T00:00:00Z",
            "2026-11-22T00:00:00Z ",
            "\uff12026-11-22T00:00:00Z",
        ),
    ],
)
def test_any_other_text_is_no_moment(text: str) -> None:
    assert parse_now(text) is None


# Reports


@pytest.fixture(params=engines.local())
def engine(request: pytest.FixtureRequest) -> str:
    return need_engine(request.param)


def test_a_finding_says_everything_about_itself(tmp_path: Path, engine: str) -> None:
    (found,) = check(write(tmp_path, {"k8s/pod.yaml": POD}), engine=engine).findings
    assert found.location is not None
    assert found.resource is not None
    assert (found.rule, found.action, found.severity) == ("GL-K8S-001", "deny", "critical")
    assert found.message == "container `agent` is privileged"
    assert str(found.resource) == "Pod shop/agent"
    assert (found.location.file, found.location.document) == ("k8s/pod.yaml", 0)
    assert (found.location.line, found.location.column, found.location.end_column) == (9, 21, 25)
    assert found.location.text == "        privileged: true"
    assert found.path == ("spec", "containers", 0, "securityContext", "privileged")
    assert found.fingerprint == "GL-K8S-001|Pod|shop|agent|spec/containers/agent/securityContext/privileged"


@pytest.mark.parametrize(
    ("files", "outcome", "code"),
    [
        ({"k8s/pod.yaml": HARMLESS}, "pass", 0),
        ({"k8s/pod.yaml": POD}, "fail", 1),
        ({"k8s/pod.yaml": POD, "k8s/broken.yaml": "a: [\n"}, "error", 3),
        ({"k8s/pod.yaml": "# nothing\n"}, "error", 3),
    ],
)
def test_the_outcome_of_a_run(tmp_path: Path, files: dict[str, str], outcome: str, code: int) -> None:
    report = check(write(tmp_path, files))
    assert (report.outcome, report.exit_code) == (outcome, code)


def test_findings_below_the_least_severity_do_not_fail(tmp_path: Path) -> None:
    write(tmp_path, {"k8s/pod.yaml": POD})
    assert check(tmp_path, rules=["GL-K8S-006"], fail_on="critical").exit_code == 0
    assert check(tmp_path, rules=["GL-K8S-006"], fail_on="high").exit_code == 1
    assert check(tmp_path, rules=["GL-K8S-006"], fail_on="critical").findings != ()


def test_what_cannot_be_read_hides_no_finding(tmp_path: Path) -> None:
    report = check(write(tmp_path, {"k8s/a.yaml": "a: [\n", "k8s/pod.yaml": POD}))
    assert [found.rule for found in report.findings] == ["GL-K8S-001"]
    assert [(problem.file, problem.line is not None) for problem in report.errors] == [("k8s/a.yaml", True)]


def test_nothing_to_judge_is_an_error_unless_the_caller_allows_it(tmp_path: Path) -> None:
    gate = Gate.load(base=write(tmp_path, {"k8s/a.yaml": "a: 1\n"}), now=NOW, isolated=False)
    assert [problem.code for problem in gate.check(["k8s"]).errors] == ["GL-ERR-001"]
    assert gate.check(["k8s"], allow_empty=True).outcome == "pass"


def test_standard_input_is_judged(tmp_path: Path) -> None:
    gate = Gate.load(base=tmp_path, rules=["GL-K8S-001"], now=NOW, isolated=False)
    report = gate.check(["-"], stdin=io.BytesIO(POD.encode()))
    assert [found.location.file for found in report.findings if found.location] == ["-"]


def test_progress_counts_up_to_all_bytes(tmp_path: Path) -> None:
    write(tmp_path, {f"k8s/{number}.yaml": POD + "#" * 400_000 for number in range(5)})
    seen: list[tuple[int, int]] = []
    gate = Gate.load(base=tmp_path, rules=["GL-K8S-001"], now=NOW)
    gate.check(["k8s"], progress=lambda done, total: seen.append((done, total)))
    total = sum(path.stat().st_size for path in (tmp_path / "k8s").iterdir())
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_the_envelope_is_what_an_engine_gets(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "k8s/pod.yaml": f"---\n{POD}---\n",
            "inventory/ns.yaml": "kind: Namespace\nmetadata: {name: shop}\n",
        },
    )
    gate = Gate.load(base=tmp_path, rules=["GL-K8S-001"], now=NOW, inventory=["inventory"])
    envelope, problems = gate.envelope(["k8s"])
    assert problems == ()
    found = orjson.loads(orjson.dumps(envelope))
    assert found.keys() == {
        *("gatelib", "now", "gate", "rules", "documents", "inventory", "evidence", "verifications")
    }
    assert [(entry["index"], entry["file"], entry["root"]) for entry in found["documents"]] == [
        (0, "k8s/pod.yaml", 0)
    ]
    assert [entry["content"]["kind"] for entry in found["inventory"]] == ["Namespace"]


MANY = {
    "passing": {"k8s/pod.yaml": HARMLESS},
    "failing": {"k8s/pod.yaml": POD},
    "broken": {"k8s/a.yaml": "a: [\n", "k8s/b.yaml": POD, "k8s/c.txt": "", "k8s/d.json": "{"},
    "empty": {"k8s/a.yaml": ""},
    "malformed": {"k8s/a.yaml": "kind: List\nitems: [null, 7, {kind: Pod, metadata: x}]\n"},
    "secret": {"k8s/a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: hidden}\n"},
    "hostile": {"k8s/\x1b[31m.yaml": POD.replace("agent", '"::error::\\u202e<b>|"')},
}


@pytest.mark.parametrize("gate", ["pr", "pre-promote", "admission"])
@pytest.mark.parametrize("name", MANY)
def test_reports_keep_to_their_schema(tmp_path: Path, name: str, gate: str) -> None:
    report = check(write(tmp_path, MANY[name]), rules=(), gate=gate, skip=["GL-K8S-007"])
    value = orjson.loads(orjson.dumps(report.to_dict()))
    assert [error.message for error in SCHEMA.iter_errors(value)] == []
    assert b"hidden" not in orjson.dumps(value)
    assert str(tmp_path).encode() not in orjson.dumps(value)


@pytest.mark.parametrize("name", MANY)
def test_the_same_inputs_give_the_same_bytes_wherever_and_however_they_are_judged(
    tmp_path: Path, name: str
) -> None:
    one = check(write(tmp_path / "one", MANY[name]), rules=())
    other = check(write(tmp_path / "other", MANY[name]), rules=(), isolated=True, jobs=2)
    assert orjson.dumps(one.to_dict()) == orjson.dumps(other.to_dict())


def test_a_report_names_every_rule_with_what_became_of_it(tmp_path: Path) -> None:
    write(tmp_path, {"k8s/pod.yaml": POD})
    report = check(
        tmp_path, rules=["GL-K8S-001", "GL-K8S-002", "GL-K8S-003", "GL-K8S-006"], skip=["GL-K8S-006"]
    )
    assert [(rule.id, rule.status, rule.judged, rule.findings) for rule in report.rules] == [
        ("GL-K8S-001", "fail", 1, 1),
        ("GL-K8S-002", "pass", 1, 0),
        ("GL-K8S-003", "not_applicable", 0, 0),
        ("GL-K8S-006", "skipped", 0, 0),
    ]
    assert (report.selected, report.skipped) == (("GL-K8S-001", "GL-K8S-002", "GL-K8S-003"), ("GL-K8S-006",))


def test_a_report_names_what_was_read_and_what_was_not_judged(tmp_path: Path) -> None:
    files = {
        "k8s/pod.yaml": HARMLESS,
        "k8s/notes.md": "",
        "k8s/values.yaml": "replicas: 3\n",
        "k8s/empty.yaml": "",
    }
    report = check(write(tmp_path, files))
    assert [name for name, _ in report.inputs] == ["k8s/empty.yaml", "k8s/pod.yaml", "k8s/values.yaml"]
    assert [(entry.file, entry.reason) for entry in report.not_judged] == [
        ("k8s", "1 file that is not .yaml, .yml or .json"),
        ("k8s/empty.yaml", "the file is empty"),
        ("k8s/values.yaml", "no Kubernetes object or record: it has no `kind`"),
    ]
    assert (report.files, report.objects, report.judged) == (3, 1, 1)


# Waivers, end to end

EXCEPTION = """\
apiVersion: gatelib.dev/v1
kind: PolicyException
metadata: {name: agent}
spec:
  rules: [GL-K8S-001]
  target: {kind: Pod, namespace: shop, name: agent}
  reason: It reads the kernel's log.
  ticket: PLAT-1
  requester: nina@shop.example
  approver: [omar@shop.example, lea@shop.example]
  created: "2026-11-01"
  expires: "2026-12-15"
"""
TRUSTED = "parameters:\n  exceptions:\n    require_signature: false\n"


def waived(
    base: Path, engine: str, *, exception: str = EXCEPTION, config: str = TRUSTED, **settings: Any
) -> Report:
    write(
        base,
        {
            "repository/k8s/pod.yaml": POD,
            "protected/gatelib.yaml": config,
            "protected/waivers/agent.yaml": exception,
        },
    )
    given = {"config": "../protected/gatelib.yaml", "exceptions": ["../protected/waivers"], **settings}
    return check(base / "repository", engine=engine, **given)


def test_when_all_findings_are_waived_the_run_passes(tmp_path: Path, engine: str) -> None:
    report = waived(tmp_path, engine)
    assert (report.outcome, report.exit_code, report.errors) == ("pass", 0, ())
    (found,) = report.findings
    assert found.waived_by is not None
    assert (
        found.waived_by.name,
        found.waived_by.approver,
        found.waived_by.expires,
        found.waived_by.reason,
    ) == (
        "agent",
        "omar@shop.example, lea@shop.example",
        "2026-12-15",
        "It reads the kernel's log.",
    )
    assert [(rule.id, rule.status, rule.findings) for rule in report.rules] == [("GL-K8S-001", "waived", 1)]
    assert [(waiver.name, waiver.hid) for waiver in report.exceptions] == [("agent", (found.fingerprint,))]
    assert SCHEMA.is_valid(orjson.loads(orjson.dumps(report.to_dict())))


def test_a_trusted_configuration_may_name_the_exceptions(tmp_path: Path, engine: str) -> None:
    report = waived(tmp_path, engine, config=f"{TRUSTED}exceptions: [waivers]\n", exceptions=[])
    assert (report.outcome, [waiver.name for waiver in report.exceptions]) == ("pass", ["agent"])


def test_an_unsigned_exception_is_denied_by_default_and_waives_nothing(tmp_path: Path, engine: str) -> None:
    report = waived(tmp_path, engine, config="gate: pr\n", rules=["GL-K8S-001", "GL-EXC-007"])
    file = "../protected/waivers/agent.yaml"
    assert [
        (found.rule, found.message, found.location and found.location.file, found.waived_by)
        for found in report.findings
    ] == [
        (
            "GL-EXC-007",
            "exception `agent` is not signed, and `exceptions.require_signature` is on",
            file,
            None,
        ),
        (
            "GL-EXC-007",
            "exception `agent` names no `audience`, so that it would hold wherever it is brought",
            file,
            None,
        ),
        ("GL-K8S-001", "container `agent` is privileged", "k8s/pod.yaml", None),
    ]
    assert [waiver.hid for waiver in report.exceptions] == [()]
    assert (report.errors, report.exit_code) == ((), 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('expires: "2026-12-15"', 'expires: "2026-11-21"'),
        ('expires: "2026-12-15"', 'expires: "2027-11-22"'),
        ('created: "2026-11-01"', 'created: "2026-11-23"'),
        ("approver: [omar@shop.example, lea@shop.example]", "approver: omar@shop.example"),
        (
            "approver: [omar@shop.example, lea@shop.example]",
            "approver: [nina@shop.example, lea@shop.example]",
        ),
        ("rules: [GL-K8S-001]", "rules: [GL-K8S-002]"),
        ("kind: Pod,", "kind: Deployment,"),
        ("namespace: shop,", ""),
        ("name: agent}\n  reason", "name: other}\n  reason"),
        ("name: agent}\n  reason", "name: agent, container: other}\n  reason"),
        ("name: agent}\n  reason", "name: agent, path: spec/volumes}\n  reason"),
    ],
    ids=[
        *("expired", "too long", "not yet", "one approver", "own approver", "other rule", "other kind"),
        *("no namespace", "other name", "other container", "other path"),
    ],
)
def test_an_exception_that_does_not_fit_waives_nothing(
    tmp_path: Path, engine: str, old: str, new: str
) -> None:
    assert old in EXCEPTION
    report = waived(tmp_path, engine, exception=EXCEPTION.replace(old, new))
    assert [found.waived_by for found in report.findings] == [None]
    assert [waiver.hid for waiver in report.exceptions] == [()]
    assert report.exit_code == 1


@pytest.mark.parametrize("target", ["container: agent", "path: spec/containers/agent", "path: spec"])
def test_an_exception_may_be_narrowed_to_a_place(tmp_path: Path, engine: str, target: str) -> None:
    exception = EXCEPTION.replace("name: agent}\n  reason", f"name: agent, {target}}}\n  reason")
    assert waived(tmp_path, engine, exception=exception).exit_code == 0


def test_an_expired_exception_is_a_finding_of_its_own_that_nothing_waives(
    tmp_path: Path, engine: str
) -> None:
    exception = EXCEPTION.replace("2026-12-15", "2026-11-21").replace("GL-K8S-001", "GL-K8S-001, GL-EXC-002")
    report = waived(tmp_path, engine, exception=exception, rules=["GL-K8S-001", "GL-EXC-001", "GL-EXC-002"])
    found = [
        (one.rule, one.location.file if one.location else None, one.waived_by) for one in report.findings
    ]
    rules = {rule for rule, file, _ in found if file == "../protected/waivers/agent.yaml"}
    assert rules & {"GL-EXC-001", "GL-EXC-002"}
    assert {by for *_, by in found} == {None}
    assert report.exit_code == 1


def test_an_exception_among_the_judged_documents_waives_nothing(tmp_path: Path, engine: str) -> None:
    write(tmp_path, {"repository/k8s/waiver.yaml": EXCEPTION})
    report = waived(tmp_path, engine, exceptions=[])
    assert [found.waived_by for found in report.findings if found.rule == "GL-K8S-001"] == [None]
    assert report.exceptions == ()
