"""Which exception hides what does not depend on how a run is cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatelib import Gate, parts
from tests.budget import budget

RULES = ("GL-K8S-001", "GL-K8S-004", "GL-K8S-006", "GL-EXC-004", "GL-EXC-008")
NAMES = ("api", "web", "job")
TRUSTED = {"parameters": {"exceptions": {"require_signature": False, "max_subjects": 2}}}


def pod(name: str) -> dict[str, Any]:
    container = {"name": "c", "image": "a", "securityContext": {"privileged": True}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container]},
    }


def exception(number: int, name: str, rules: tuple[str, ...]) -> dict[str, Any]:
    spec = {
        "rules": list(rules),
        "target": {"kind": "Pod", "name": name},
        "requester": "nina",
        "approver": ["omar", "lea"],
        "created": "2026-11-01",
        "expires": "2026-12-15",
    }
    metadata = {"name": f"e{number}"}
    return {"apiVersion": "gatelib.dev/v1", "kind": "PolicyException", "metadata": metadata, "spec": spec}


def report(base: Path, **given: Any) -> bytes:
    found = Gate.load(
        base=base,
        now="2026-11-22T00:00:00Z",
        rules=RULES,
        config="gatelib.yaml",
        exceptions=["exceptions"],
        isolated=False,
        **given,
    ).check(["k8s"])
    assert found.errors == ()
    return orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2)


def write(base: Path, pods: list[str], exceptions: list[tuple[str, tuple[str, ...]]]) -> None:
    for folder in ("k8s", "exceptions"):
        (base / folder).mkdir()
    (base / "gatelib.yaml").write_text(yaml.safe_dump(TRUSTED))
    for number, name in enumerate(pods):
        (base / "k8s" / f"{number:02}.yaml").write_text(yaml.safe_dump(pod(name)))
    for number, (name, rules) in enumerate(exceptions):
        said = exception(number, name, rules)
        (base / "exceptions" / f"{number:02}.yaml").write_text(yaml.safe_dump(said))


SOME_RULES = st.lists(st.sampled_from(RULES[:3]), min_size=1, max_size=3, unique=True).map(tuple)


@settings(
    max_examples=budget(8, 80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=8),
    st.lists(st.tuples(st.sampled_from(NAMES), SOME_RULES), min_size=1, max_size=4),
    st.integers(1, 3),
)
def test_a_report_with_waivers_does_not_depend_on_how_a_run_is_cut(
    tmp_path_factory: pytest.TempPathFactory,
    pods: list[str],
    exceptions: list[tuple[str, tuple[str, ...]]],
    batch: int,
) -> None:
    base = tmp_path_factory.mktemp("run")
    write(base, pods, exceptions)
    whole = report(base)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_BATCH_FILES", batch)
        patch.setattr(parts, "_FEWEST", 1)
        patch.setattr(parts, "_MOST", 2)
        assert report(base) == whole
    found = orjson.loads(whole)
    hiding = {entry["name"]: entry["hid"] for entry in found["exceptions"]}
    for number, (name, _) in enumerate(exceptions):
        too_much = pods.count(name) > 2
        assert not (too_much and hiding[f"e{number}"])
        reported = {
            finding["rule"]
            for finding in found["findings"]
            if finding["resource"]["kind"] == "PolicyException"
            and finding["resource"]["name"] == f"e{number}"
        }
        assert reported == ({"GL-EXC-004"} if name not in pods else {"GL-EXC-008"} if too_much else set())


def test_what_an_exception_hides_in_each_part_and_may_not_hide_in_all_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, ["api"] * 3, [("api", ("GL-K8S-001",))])
    monkeypatch.setattr(parts, "_BATCH_FILES", 1)
    found = orjson.loads(report(tmp_path))
    standing = [entry for entry in found["findings"] if entry["rule"] == "GL-K8S-001"]
    assert [entry["waived_by"] for entry in standing] == [None] * 3
    status = {entry["id"]: entry["status"] for entry in found["rules"]}
    assert (status["GL-K8S-001"], status["GL-EXC-008"], status["GL-EXC-004"]) == ("fail", "fail", "pass")


def test_another_exception_hides_what_one_that_hides_too_much_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, ["api"] * 3, [("api", ("GL-K8S-001",)), ("api", ("GL-K8S-001",))])
    narrow = exception(1, "api", ("GL-K8S-001",))
    narrow["spec"]["target"]["container"] = "d"
    (tmp_path / "exceptions" / "01.yaml").write_text(yaml.safe_dump(narrow))
    with_another = pod("api")
    with_another["spec"]["containers"][0]["name"] = "d"
    (tmp_path / "k8s" / "00.yaml").write_text(yaml.safe_dump(with_another))
    monkeypatch.setattr(parts, "_BATCH_FILES", 1)
    found = orjson.loads(report(tmp_path))
    assert [entry["hid"] for entry in found["exceptions"]] == [
        [],
        ["GL-K8S-001|Pod||api|spec/containers/d/securityContext/privileged"],
    ]
