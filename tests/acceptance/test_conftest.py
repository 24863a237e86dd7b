"""The exported folder in the real Conftest: the same decision, and a denial where there is none."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gatelib import Gate
from gatelib.bundle import definition
from gatelib.export import conftest, folder
from gatelib.policy import Policy, shipped
from tests.acceptance.command import gatelib, pod, privileged, stream, write
from tests.engines import need
from tests.opa_server import bundle_of, write_bundle
from tests.parity.cases import policy_of
from tests.paths import ROOT

RULE = "GL-K8S-001"
FINDING = f"{RULE} Pod shop/api: container `api` is privileged"
NOTHING = "GL-ERR-001 there is nothing to judge"
NO_DECISION = "GL-ERR-004 the policy gave no decision"
NOT_COMBINED = "GL-ERR-002 conftest must be run with `--combine`, or be given what `gatelib normalize` prints"
UNSEALED = "GL-ERR-004 the data is not what was exported beside the policies"
NOT_LOADED = f"GL-ERR-004 rule `{RULE}` is in the catalogue and its policy is not loaded"
OVERLAID = "GL-ERR-004 data lies over the policy `gatelib.rules.kubernetes.privileged`"


@dataclass(frozen=True)
class Ran:
    """What Conftest said."""

    code: int
    results: Sequence[Mapping[str, Any]]
    complaint: str

    def entries(self, key: str) -> list[dict[str, Any]]:
        return [entry for result in self.results for entry in result.get(key, ())]

    @property
    def denied(self) -> list[str]:
        return sorted(entry["msg"] for entry in self.entries("failures"))

    @property
    def warned(self) -> list[str]:
        return sorted(entry["msg"] for entry in self.entries("warnings"))


def run(cwd: Path, *arguments: str | Path, stdin: bytes = b"", output: str = "json") -> Ran:
    command = [need("conftest"), "test", "--output", output, *map(str, arguments)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd)}
    done = subprocess.run(command, cwd=cwd, input=stdin, env=environment, capture_output=True, check=False)
    results = json.loads(done.stdout) if done.stdout.startswith(b"[") else []
    return Ran(done.returncode, results, done.stderr.decode())


def one_rule(**data: Any) -> Policy:
    """Return the policy of GL-K8S-001 alone, for pull requests."""
    policy = policy_of(RULE, data)
    return replace(policy, data={**policy.data, "bundle": {"gate": "pr", **data.get("bundle", {})}})


@cache
def of_pull_requests() -> Policy:
    return definition.read(ROOT / "bundles" / "pr.yaml", shipped())


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A folder with one rule, and manifests beside it."""
    folder.write(conftest.files(one_rule()), tmp_path / "gate")
    write(tmp_path, {"bad.yaml": stream(privileged()), "good.yaml": stream(pod())})
    return tmp_path / "gate"


def test_a_bundle_is_exported_and_gives_the_findings_of_gatelib(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "pr.tar.gz", bundle_of(of_pull_requests()))
    done = gatelib("export", "conftest", bundle, tmp_path / "gate", cwd=tmp_path)
    assert (done.code, done.complaint) == (0, "")
    shop = ROOT / "examples" / "shop"
    ran = run(tmp_path / "gate", shop)
    report = Gate.load(base=ROOT, now=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")).check([shop])
    found = [*ran.entries("failures"), *ran.entries("warnings")]
    assert sorted(
        (entry["metadata"]["fingerprint"], entry["metadata"]["message"]) for entry in found
    ) == sorted((finding.fingerprint, finding.message) for finding in report.findings)
    assert {Path(entry["loc"]["file"]).name for entry in found} == {
        Path(finding.location.file).name for finding in report.findings if finding.location
    }
    assert ran.code == 1


def test_an_export_takes_no_folder_with_anything_else_in_it(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle.tar.gz", bundle_of(one_rule()))
    for place, message in (
        (".", "an export replaces its folder, and you are in it"),
        ("..", "you are in it"),
    ):
        done = gatelib("export", "conftest", bundle, place, cwd=tmp_path)
        assert (done.code, message in done.complaint) == (2, True)
    write(tmp_path, {"mine/notes.txt": "mine"})
    done = gatelib("export", "conftest", bundle, "mine", cwd=tmp_path)
    assert (done.code, "holds `notes.txt`, which no export wrote" in done.complaint) == (2, True)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_finding_says_all_that_gatelib_knows_of_it(gate: Path) -> None:
    assert run(gate, "../bad.yaml").entries("failures") == [
        {
            "msg": FINDING,
            "loc": {"file": "../bad.yaml", "line": 1},
            "metadata": {
                "query": "data.main.deny",
                "rule": RULE,
                "action": "deny",
                "severity": "critical",
                "controls": shipped().catalog[RULE]["controls"],
                "message": "container `api` is privileged",
                "remediation": shipped().catalog[RULE]["remediation"],
                "path": ["spec", "containers", 0, "securityContext", "privileged"],
                "resource": {"apiVersion": "v1", "kind": "Pod", "namespace": "shop", "name": "api"},
                "fingerprint": f"{RULE}|Pod|shop|api|spec/containers/api/securityContext/privileged",
                "document": 0,
            },
        }
    ]


def test_what_is_fine_passes(gate: Path) -> None:
    ran = run(gate, "../good.yaml")
    assert (ran.code, ran.denied, ran.warned) == (0, [], [])


def test_files_are_judged_together_and_each_finding_names_its_own(gate: Path) -> None:
    write(gate.parent, {"list.json": json.dumps({"kind": "List", "items": [pod("a"), privileged("b")]})})
    write(gate.parent, {"a.yaml": "# nothing\n---\n" + stream(pod("c"), privileged("d"))})
    ran = run(gate, "../bad.yaml", "../good.yaml", "../list.json", "../a.yaml")
    assert {entry["msg"]: entry["loc"]["file"] for entry in ran.entries("failures")} == {
        FINDING: "../bad.yaml",
        FINDING.replace("api:", "b:"): "../list.json",
        FINDING.replace("api:", "d:"): "../a.yaml",
    }


def test_objects_without_a_namespace_share_one_below_a_kustomization_only(tmp_path: Path) -> None:
    folder.write(conftest.files(of_pull_requests()), tmp_path / "gate")
    meta: dict[str, Any] = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "all"},
    }
    allowing = {**meta, "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}
    api = {**pod(), "metadata": {"name": "api"}}
    kustomization = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    for name, documents in {"a": [api, allowing], "b": [api], "b/below": [allowing]}.items():
        write(tmp_path / "k8s" / name, {"x.yaml": stream(*documents)})
        write(tmp_path / "k8s" / name, {"kustomization.yaml": stream(kustomization)})
    report = Gate.load(base=tmp_path).check(["k8s"])
    found = [
        entry for key in ("failures", "warnings") for entry in run(tmp_path / "gate", "../k8s").entries(key)
    ]
    places = sorted((entry["metadata"]["fingerprint"], entry["loc"]["file"]) for entry in found)
    assert places == sorted(
        (finding.fingerprint, f"../{finding.location.file}")
        for finding in report.findings
        if finding.location
    )
    assert [file for fingerprint, file in places if "GL-K8S-004" in fingerprint] == ["../k8s/b/x.yaml"]


def test_it_runs_from_elsewhere_with_three_options(gate: Path) -> None:
    options = (
        "--config-file",
        gate / "conftest.toml",
        "--policy",
        gate / "policy",
        "--data",
        gate / "policy",
    )
    ran = run(gate.parent, *options, "bad.yaml")
    assert (ran.code, ran.denied) == (1, [FINDING])


def test_it_takes_what_normalize_prints(gate: Path) -> None:
    envelope = gatelib("normalize", "bad.yaml", "--rule", RULE, cwd=gate.parent).out
    ran = run(gate, "--combine=false", "-", stdin=envelope)
    assert (ran.code, ran.denied) == (1, [FINDING])
    assert [entry["loc"]["file"] for entry in ran.entries("failures")] == ["bad.yaml"]


def test_a_pulled_bundle_with_the_entry_beside_it_decides_alike(gate: Path) -> None:
    policy = replace(one_rule(), data={**one_rule().data, "params": {"exceptions": {"max_days": 30}}})
    files = {**bundle_of(policy), ".signatures.json": b'{"signatures": ["x"]}', "main.rego": conftest.entry()}
    for name, content in files.items():
        path = gate.parent / "pulled" / "policy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    options = ("-p", "policy", "-d", "policy", "--combine")
    ran = run(gate.parent / "pulled", *options, "../bad.yaml")
    assert ran.results == run(gate, "../bad.yaml").results
    assert (ran.code, ran.denied) == (1, [FINDING])


def test_what_is_waived_or_on_trial_is_shown_and_stops_nothing(gate: Path) -> None:
    today = datetime.now(timezone.utc)
    expires = (today + timedelta(days=9)).strftime("%Y-%m-%d")
    spec = {
        "rules": [RULE],
        "target": {"kind": "Pod", "namespace": "shop", "name": "api"},
        "requester": "nina",
        "approver": ["omar", "lea"],
        "created": (today - timedelta(days=1)).strftime("%Y-%m-%d"),
        "expires": expires,
    }
    exception = {"kind": "PolicyException", "metadata": {"name": "for-now"}, "spec": spec}
    unsigned = {"exceptions": {"require_signature": False}}
    folder.write(conftest.files(one_rule(exceptions=[exception], params=unsigned)), gate)
    waived = run(gate, "../bad.yaml")
    assert (waived.code, waived.denied, waived.warned) == (0, [], [f"{FINDING} (waived by `for-now`)"])
    [entry] = waived.entries("warnings")
    assert entry["metadata"]["waived_by"] == {"name": "for-now", "spec": spec}

    trial = {"actions": {RULE: {"action": "canary", "until": expires}}}
    folder.write(conftest.files(one_rule(bundle=trial)), gate)
    on_trial = run(gate, "../bad.yaml")
    assert (on_trial.code, on_trial.denied, on_trial.warned) == (0, [], [f"{FINDING} (on trial)"])


@pytest.mark.parametrize("text", ["", "# nothing\n", "replicas: 2\n", "kind:\n", "---\n---\n"])
def test_nothing_to_judge_is_denied(gate: Path, text: str) -> None:
    write(gate.parent, {"nothing.yaml": text})
    ran = run(gate, "../nothing.yaml")
    assert (ran.code, ran.denied) == (1, [NOTHING])


def test_files_that_are_not_combined_are_denied(gate: Path) -> None:
    ran = run(gate, "--combine=false", "../good.yaml", "../bad.yaml")
    assert ran.code == 1
    assert {result["filename"]: NOT_COMBINED in str(result["failures"]) for result in ran.results} == {
        "../good.yaml": True,
        "../bad.yaml": True,
    }


def test_an_envelope_among_manifests_is_denied(gate: Path) -> None:
    write(gate.parent, {"x.yaml": stream({"gatelib": 1, "documents": []})})
    message = (
        "GL-ERR-002 `../x.yaml` is no manifest: with `--combine=false`, conftest takes it for an envelope"
    )
    assert run(gate, "../x.yaml", "../good.yaml").denied == [message]
    write(gate.parent, {"x.yaml": stream({"gatelib": 1, "documents": [], **privileged()})})
    assert run(gate, "../x.yaml").denied == [FINDING]


@pytest.mark.parametrize("options", [("-p", "policy", "--combine"), ("-p", "policy", "--combine=false")])
def test_without_data_all_is_denied(gate: Path, options: Sequence[str]) -> None:
    (gate / "conftest.toml").unlink()
    ran = run(gate, *options, "../good.yaml")
    assert ran.code == 1
    missing = ("catalog", "defaults", "gates", "kinds", "params_schema")
    expected = {
        f"GL-ERR-004 `data.gatelib.{name}` is missing: conftest must be given the data with `-d`"
        for name in missing
    }
    assert expected | {NO_DECISION, UNSEALED} <= set(ran.denied)


@pytest.mark.parametrize(
    "name", ["bundle", "catalog/core", "defaults", "exceptions", "gates", "kinds", "params"]
)
def test_without_a_file_of_the_data_all_is_denied(gate: Path, name: str) -> None:
    (gate / "policy" / "gatelib" / name / "data.json").unlink()
    ran = run(gate, "../good.yaml")
    assert ran.code == 1
    assert UNSEALED in ran.denied


def test_without_the_policy_of_a_rule_all_is_denied(gate: Path) -> None:
    (gate / "policy/gatelib/rules/kubernetes/privileged/privileged.rego").unlink()
    ran = run(gate, "../good.yaml")
    assert (ran.code, ran.denied) == (1, [NOT_LOADED])


def over(**exported: Any) -> dict[str, Any]:
    return {"rules": {"kubernetes": {"privileged": exported}}}


SILENT = {"id": RULE, "msg": "", "path": [], "document": 0}
ADDITIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no findings": (over(deny=[]), [OVERLAID]),
    "a finding without a message": (over(deny=[SILENT]), [OVERLAID, f"{RULE} Pod shop/api: "]),
    "no subjects": (over(subjects=[]), [OVERLAID, FINDING]),
    "no rule": ({"rules": {"kubernetes": {"privileged": []}}}, [OVERLAID, NOT_LOADED]),
    "no domain": ({"rules": {"kubernetes": []}}, [OVERLAID, NOT_LOADED]),
    "no rules": ({"rules": []}, [OVERLAID, NOT_LOADED]),
    "an alias": ({"kinds": {"aliases": {"Pod": "x/Harmless"}}}, [UNSEALED]),
    "a parameter": ({"params": {"exceptions": {"require_signature": False}}}, [UNSEALED, FINDING]),
    "evidence": ({"evidence": {"x": {"format": "sarif", "facts": []}}}, [UNSEALED, FINDING]),
    "a date": ({"bundle": {"actions": {RULE: {"action": "canary", "until": "2200-01-01"}}}}, [UNSEALED]),
    "a stage": ({"catalog": {"core": {RULE: {"stage": "canary"}}}}, [UNSEALED]),
}


@pytest.mark.parametrize("addition", ADDITIONS)
def test_no_file_of_data_takes_a_finding_away(gate: Path, addition: str) -> None:
    data, denied = ADDITIONS[addition]
    write(gate / "policy", {"zzz.json": json.dumps({"gatelib": data})})
    ran = run(gate, "../bad.yaml")
    assert (ran.code, ran.denied) == (1, denied)


@pytest.mark.parametrize(
    "data",
    [
        {"main": {"exception": [[""]]}},
        {"main": {"exception": {"x": [""]}, "deny": [], "refusals": {}}},
        {"gatelib": {"main": {"deny": [], "warn": [], "errors": []}}},
        {"gatelib": {"lib": {"workloads": {"containers": []}, "selection": {"packages": {}}}}},
        {"gatelib": {"input": {"documents": [], "shapes": {"name": "envelope"}}}},
    ],
)
def test_data_over_what_the_entry_reads_changes_nothing(gate: Path, data: Any) -> None:
    write(gate / "policy", {"zzz.yaml": json.dumps(data)})
    assert run(gate, "../bad.yaml").denied == [FINDING]


@pytest.mark.parametrize(
    "data",
    [
        {"exceptions": [{}]},
        {"gates": {"pr": {"requires": [1]}}},
        {"bundle": {"gate": "publish"}},
        {"kinds": {"cluster_scoped": []}},
    ],
)
def test_data_that_says_something_else_ends_the_run(gate: Path, data: Any) -> None:
    write(gate / "policy", {"zzz.json": json.dumps({"gatelib": data})})
    ran = run(gate, "../good.yaml")
    assert (ran.code, ran.results) == (1, [])
    assert "merge error" in ran.complaint


@pytest.mark.parametrize(
    "value",
    [
        '<&> \u2028\u2029 \x7f\x80 \u00e9\U0001f600 \b\f\n\r\t\x00\x1f \\ " /',
        {"\u00e9": 1, "z": 1, "<": 1, "\uffff": 1, "\U0001f600": 1},
        [1.0, 0.1, 1e-7, 1e16, 1e21, -0.0, 2**53 + 1, 2**63, True, None],
    ],
    ids=["text", "keys", "numbers"],
)
def test_the_seal_holds_for_any_data(gate: Path, value: Any) -> None:
    folder.write(conftest.files(one_rule(evidence={"x": value})), gate)
    assert run(gate, "../good.yaml").denied == []


def test_no_text_of_a_document_commands_a_terminal_or_github(gate: Path) -> None:
    name = "x\n::error::\x1b[31m\u202e\u2028##vso[task]"
    write(gate.parent, {"odd.yaml": stream(privileged(name))})
    [entry] = run(gate, "../odd.yaml").entries("failures")
    assert entry["msg"] == FINDING.replace(
        "shop/api", "shop/x\ufffd::error::\ufffd[31m\ufffd\ufffd\ufffdvso[task]"
    )
    assert entry["metadata"]["resource"]["name"] == name


POD, CONFIG = json.dumps(privileged()), json.dumps({"apiVersion": "v1", "kind": "ConfigMap"})
LOST = {
    "a comment": f"{CONFIG}\n--- # two\n{POD}\n",
    "a blank": f"{CONFIG}\n--- \n{POD}\n",
    "a document on the line": f"{CONFIG}\n--- {POD}\n",
    "a line end elsewhere": f"#\r\n{CONFIG}\n---\n{POD}\n",
    "no separator": f"{CONFIG}\n...\n{POD}\n",
    "a key twice": POD.replace('"kind": "Pod"', '"kind": "Pod", "kind": "ConfigMap"'),
}


@pytest.mark.parametrize("text", LOST)
def test_what_conftests_reader_loses_does_not_get_past_normalize(gate: Path, text: str) -> None:
    write(gate.parent, {"lost.yaml": LOST[text]})
    assert run(gate, "../lost.yaml").code == 0, "Conftest has learnt to read this; the guide says otherwise"
    done = gatelib("normalize", "lost.yaml", "--rule", RULE, cwd=gate.parent)
    ran = run(gate, "--combine=false", "-", stdin=done.out)
    assert done.code == 3 or (done.code, ran.code, ran.denied) == (0, 1, [FINDING])


def test_a_failing_built_in_ends_the_run(gate: Path) -> None:
    write(gate / "policy", {"x.rego": 'package main\n\nwarn contains "x" if to_number(input[0].path)\n'})
    ran = run(gate, "../good.yaml")
    assert (ran.code, ran.results) == (1, [])
    assert "built-in error" in ran.complaint


def test_the_entry_is_formatted_and_strict() -> None:
    entry = ROOT / "gatelib" / "export" / "main.rego"
    for arguments in (["fmt", "--fail", "--list"], ["check", "--strict", str(ROOT / "rego")]):
        done = subprocess.run([need("opa"), *arguments, str(entry)], capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
