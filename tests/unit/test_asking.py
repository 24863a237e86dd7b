"""What an engine fails on loses its own answer and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gatelib import Gate, Report, engines
from tests.engines import need_engine
from tests.unit.teams import DENY_BAD, TO_NUMBER, config_map, rule

NOW = "2026-11-22T00:00:00Z"
OTHER = DENY_BAD.replace("ACME-001", "ACME-002")


@pytest.fixture(params=engines.local())
def engine(request: pytest.FixtureRequest) -> str:
    return need_engine(request.param)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def check(base: Path, engine: str, *paths: str, **settings: Any) -> Report:
    gate = Gate.load(
        base=base,
        engine=engine,
        policies=["policies"],
        rules=["ACME-001", "ACME-002"],
        now=NOW,
        isolated=False,
        **settings,
    )
    return gate.check(paths or ["k8s"])


def findings(report: Report) -> list[tuple[str, str]]:
    return [(found.rule, found.location.file if found.location else "") for found in report.findings]


def problems(report: Report) -> list[tuple[str, str | None, str]]:
    return [
        (found.code, found.file, found.message.partition(" could not be judged")[0])
        for found in report.errors
    ]


def test_a_document_that_breaks_one_rule_is_named_with_the_rule_and_all_else_is_judged(
    tmp_path: Path, engine: str
) -> None:
    rule(tmp_path / "policies", TO_NUMBER, name="counting")
    rule(tmp_path / "policies", OTHER, name="being", id="ACME-002")
    write(
        tmp_path / "k8s",
        {
            "a.yaml": config_map("a", count="10", **{"is": "bad"}),
            "b.yaml": config_map("b", count="ten", **{"is": "bad"}),
            "c.yaml": config_map("c", count="11"),
            "d.yaml": config_map("d", count="12"),
        },
    )
    report = check(tmp_path, engine)
    assert problems(report) == [("GL-ERR-201", "k8s/b.yaml", "rule `ACME-001`")]
    assert findings(report) == [
        ("ACME-001", "k8s/a.yaml"),
        ("ACME-002", "k8s/a.yaml"),
        ("ACME-002", "k8s/b.yaml"),
        ("ACME-001", "k8s/c.yaml"),
        ("ACME-001", "k8s/d.yaml"),
    ]
    assert report.exit_code == 3


def test_it_is_no_different_in_a_large_run(tmp_path: Path, engine: str) -> None:
    rule(tmp_path / "policies", TO_NUMBER, name="counting")
    rule(tmp_path / "policies", OTHER, name="being", id="ACME-002")
    comment = "#" * (1 << 20) + "\n"  # so that the files are not read together
    write(
        tmp_path / "k8s",
        {
            "a.yaml": config_map("a", count="10", **{"is": "bad"}) + comment,
            "b.yaml": config_map("b", count="ten", **{"is": "bad"}) + comment,
        },
    )
    report = check(tmp_path, engine)
    assert problems(report) == [("GL-ERR-201", "k8s/b.yaml", "rule `ACME-001`")]
    assert findings(report) == [
        ("ACME-001", "k8s/a.yaml"),
        ("ACME-002", "k8s/a.yaml"),
        ("ACME-002", "k8s/b.yaml"),
    ]


def test_a_broken_rule_breaks_no_other(tmp_path: Path, engine: str) -> None:
    rule(tmp_path / "policies", 'deny contains {"id": to_number("x")}\n', name="broken")
    rule(tmp_path / "policies", OTHER, name="being", id="ACME-002")
    write(tmp_path / "k8s", {"a.yaml": config_map("a", **{"is": "bad"})})
    report = check(tmp_path, engine)
    assert {(code, which) for code, _, which in problems(report)} == {("GL-ERR-201", "rule `ACME-001`")}
    assert findings(report) == [("ACME-002", "k8s/a.yaml")]


def test_a_set_rule_that_fails_is_named_and_document_rules_are_judged(tmp_path: Path, engine: str) -> None:
    rule(tmp_path / "policies", TO_NUMBER, name="counting", scope="set")
    rule(tmp_path / "policies", OTHER, name="being", id="ACME-002")
    write(tmp_path / "k8s", {"a.yaml": config_map("a", count="ten", **{"is": "bad"})})
    report = check(tmp_path, engine)
    assert problems(report) == [("GL-ERR-201", "k8s/a.yaml", "rule `ACME-001`")]
    assert findings(report) == [("ACME-002", "k8s/a.yaml")]


def test_finding_out_what_fails_ends(tmp_path: Path) -> None:
    rule(tmp_path / "policies", TO_NUMBER, name="counting")
    rule(tmp_path / "policies", OTHER, name="being", id="ACME-002")
    many = {f"{number:03}.yaml": config_map(f"c{number}", count="ten") for number in range(300)}
    write(tmp_path / "k8s", {**many, "z.yaml": config_map("z", **{"is": "bad"})})
    report = check(tmp_path, "embedded")
    assert {code for code, _, _ in problems(report)} == {"GL-ERR-201"}
    assert findings(report) == [("ACME-002", "k8s/z.yaml")]


def test_findings_do_not_depend_on_the_processes(tmp_path: Path) -> None:
    rule(tmp_path / "policies", TO_NUMBER, name="counting")
    rule(tmp_path / "policies", OTHER, name="being", id="ACME-002")
    many = {
        f"{number:03}.yaml": config_map(f"c{number}", count="ten" if number % 97 == 5 else "10")
        for number in range(600)
    }
    write(tmp_path / "k8s", many)
    one, two = (check(tmp_path, "embedded", jobs=jobs).to_dict() for jobs in (1, 2))
    assert one == two
