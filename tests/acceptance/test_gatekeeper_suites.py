"""Suites made of fixtures, which real `gator verify` runs, and the command that writes them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatelib import fixtures
from gatelib.export import gatekeeper
from gatelib.export.gatekeeper import suites
from gatelib.policy import shipped
from tests.acceptance.command import PRIVILEGED, Done, gatelib, privileged, write
from tests.budget import budget
from tests.engines import need
from tests.gator import exception, exported, of, run
from tests.paths import ROOT
from tests.signing import pair

FIXTURES = ROOT / "fixtures"
OF_ADMISSION = gatekeeper.exported(shipped())
DEFINITION = """\
name: cluster
gate: admission
inputs: [gatekeeper_review]
inventory: true
rules: [GL-K8S-001, GL-K8S-004, GL-K8S-015]
parameters:
  exceptions: {require_signature: false}
"""


def cases(files: Mapping[str, bytes], rule: str) -> list[dict[str, Any]]:
    """Return the cases of a rule's suite."""
    content = yaml.safe_load(files[f"suites/{rule}/suite.yaml"])
    return [case for test in content["tests"] for case in test["cases"]]


def put(place: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def verified(place: Path) -> tuple[int, str]:
    """Return the exit code of `gator verify` and what it printed."""
    command = [need("gator"), "verify", f"{place}/suites/..."]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


OF_EXCEPTIONS = tuple(f"GL-EXC-00{number}" for number in (1, 2, 3, 5, 7, 8))


def some_fixtures(place: Path, rules: Sequence[str], most: int) -> Path:
    """Copy the first fixtures of each verdict of some rules."""
    taken: Counter[tuple[str, bool]] = Counter()
    for case in fixtures.find(FIXTURES, shipped()):
        if case.rule in rules and taken[case.rule, case.denies] < most:
            taken[case.rule, case.denies] += 1
            for path in (case.path, case.path.with_name(f"{case.path.stem}.expected.json")):
                target = place / path.relative_to(FIXTURES)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
    return place


def test_every_fixture_of_the_gate_is_in_a_suite_or_has_a_reason() -> None:
    made = suites.build(of(), FIXTURES)
    names = [case.name for case in fixtures.find(FIXTURES, shipped()) if case.rule in OF_ADMISSION]
    assert sorted([*made.carried, *made.left_out]) == sorted(names)
    rules = {fixture.name: fixture.rule for fixture in fixtures.find(FIXTURES, shipped())}
    reasons: dict[str, set[str]] = {}
    for name, reason in made.left_out.items():
        reasons.setdefault(reason, set()).add(rules[name])
    assert reasons == {
        "its answer depends on the date": {"GL-EXC-002", "GL-EXC-005"},
        "its answer is not one about single objects, or is another gate's": {
            *OF_EXCEPTIONS,  # of those that are given, whatever the object
            *("GL-IMG-001", "GL-IMG-003"),  # at gate pr, where there is no evidence yet
            *(
                "GL-K8S-004",
                "GL-K8S-005",
                "GL-K8S-010",
                "GL-TEN-002",
            ),  # of an object that another is judged with
        },
        "it has something else than objects as an API server takes them": {
            *("GL-DAT-001", "GL-EXC-001", "GL-EXC-002"),
        },
    }
    # An exception that is given is no object that anybody stores.
    assert len([name for name in made.left_out if rules[name] not in OF_EXCEPTIONS]) <= 0.1 * len(names)
    denied = {rule for rule in OF_ADMISSION if any(map(is_denied, cases(made.files, rule)))}
    passed = {rule for rule in OF_ADMISSION if not all(map(is_denied, cases(made.files, rule)))}
    # What GL-EXC-002 lets pass, it lets pass until a date; GL-EXC-005 speaks of nothing but a date.
    assert (denied, passed) == ({*OF_ADMISSION} - {"GL-EXC-005"}, {*OF_ADMISSION} - {"GL-EXC-002"})


def is_denied(case: dict[str, Any]) -> bool:
    return bool(case["assertions"][0]["violations"])


def test_a_case_asserts_every_message_and_no_other(tmp_path: Path) -> None:
    built = suites.build(of(PRIVILEGED), some_fixtures(tmp_path, [PRIVILEGED], 1))
    named = {case["name"]: case["assertions"] for case in cases(built.files, PRIVILEGED)}
    remedy = (
        r"Remove `securityContext\.privileged`, and add the one capability that the program needs under "
        r"`securityContext\.capabilities\.add`\.$"
    )
    assert named == {
        "allow absent-and-null 0": [{"violations": 0}],
        "deny every-kind-of-container 0": [
            {"violations": 3},
            *(
                {"violations": 1, "message": rf"^GL-K8S-001: container `{name}` is privileged\. {remedy}"}
                for name in ("debugger", "shell", "sysctl")
            ),
        ],
    }


@pytest.mark.parametrize("rules", [OF_ADMISSION[:9], OF_ADMISSION[9:]], ids=["first", "others"])
def test_gator_agrees_with_the_suites(rules: list[str], tmp_path: Path) -> None:
    chosen = some_fixtures(tmp_path / "fixtures", rules, budget(1, 100))
    built = suites.build(of(), chosen)
    assert built.carried != []
    assert verified(put(tmp_path, {**exported(), **built.files}))[0] == 0


def test_a_suite_fails_where_its_rule_is_another(tmp_path: Path) -> None:
    built = suites.build(of(PRIVILEGED), some_fixtures(tmp_path / "fixtures", [PRIVILEGED], 1))
    template = exported(PRIVILEGED)["template.json"]
    changed = template.replace(b"securityContext.privileged == true", b"securityContext.privileged == false")
    assert changed != template
    assert verified(put(tmp_path, {"template.json": template, **built.files}))[0] == 0
    code, told = verified(put(tmp_path, {"template.json": changed, **built.files}))
    assert code == 1
    assert "unexpected number of violations" in told


def build(place: Path, *options: str | Path) -> Done:
    write(place, {"cluster.yaml": DEFINITION})
    return gatelib("bundle", "build", "cluster.yaml", "-o", "cluster.tar.gz", *options, cwd=place)


def export(place: Path, *options: str | Path) -> Done:
    return gatelib("export", "gatekeeper", "cluster.tar.gz", "out", *options, cwd=place)


def names(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}


def enforced(place: Path, *objects: Any) -> list[tuple[str, str]]:
    """Return which rule says something of which object, with what the command wrote."""
    manifests = [place / "out" / "template.json", *(place / "out" / "constraints").iterdir()]
    written = {path.name: path.read_bytes() for path in manifests}
    given = {f"object-{number}.json": json.dumps(content).encode() for number, content in enumerate(objects)}
    return sorted(
        (found["metadata"]["details"]["rule"], found["violatingObject"]["metadata"]["name"])
        for found in run({**written, **given})
    )


def test_the_command_writes_what_gatekeeper_enforces(tmp_path: Path) -> None:
    assert build(tmp_path).code == 0
    done = export(tmp_path)
    assert (done.code, done.complaint) == (0, "")
    assert done.text.startswith("out: 3 rules of ")
    assert names(tmp_path / "out") == {
        "SHA256SUMS",
        "constraints/deny.json",
        "constraints/warn.json",
        "sync.yaml",
        "template.json",
    }
    denied = [(PRIVILEGED, "api"), ("GL-K8S-004", "api"), ("GL-K8S-015", "api")]
    assert enforced(tmp_path, privileged()) == denied


def test_the_command_gives_exceptions_to_the_constraints(tmp_path: Path) -> None:
    assert build(tmp_path).code == 0
    (tmp_path / "exceptions.json").write_text(json.dumps(exception()))
    done = export(tmp_path, "--exceptions", "exceptions.json")
    assert (done.code, done.complaint) == (0, "")
    waived = [("GL-K8S-004", "api"), ("GL-K8S-015", "api")]
    others = [(PRIVILEGED, "other"), ("GL-K8S-004", "other"), ("GL-K8S-015", "other")]
    assert enforced(tmp_path, privileged(), privileged("other")) == sorted(waived + others)


def test_the_command_writes_suites_and_says_what_it_left_out(tmp_path: Path) -> None:
    assert build(tmp_path).code == 0
    some_fixtures(tmp_path / "fixtures", [PRIVILEGED], 1)
    case = tmp_path / "fixtures" / "kubernetes" / "privileged" / "deny" / "none.yaml"
    case.write_text("metadata: {name: a}\n")
    error = {"code": "GL-ERR-007", "message": "?", "document": 0, "path": []}
    case.with_name("none.expected.json").write_text(json.dumps({"errors": [error]}))
    done = export(tmp_path, "--fixtures", "fixtures")
    assert (done.code, done.complaint) == (0, "")
    assert done.text.splitlines()[:2] == [
        "left out: kubernetes/privileged/deny/none: it has something else than objects as an API server "
        "takes them",
        "2 of 3 fixtures are in suites",
    ]
    assert verified(tmp_path / "out")[0] == 0


def test_the_command_takes_no_bundle_that_has_not_proved_what_it_must(tmp_path: Path) -> None:
    key = tmp_path / "release.pem"
    key.write_text(pair("release").private)
    assert build(tmp_path, "--signing-key", key).code == 0
    done = export(tmp_path)
    assert done.code == 3
    assert "the bundle is signed, and no key is given to verify it with" in done.complaint
    assert not (tmp_path / "out").exists()
