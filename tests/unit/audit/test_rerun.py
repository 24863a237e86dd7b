"""Running a gate again from its report alone, however it was called."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from gatelib.audit import comparing, inputs, rerun, tree
from gatelib.audit.rerun import Means, Rerun, Unavailable
from gatelib.errors import GatelibError
from gatelib.gate import Gate
from gatelib.policy import shipped
from tests.acceptance.command import NOW, pod, stream, write
from tests.waivers import record, write_gate, write_record

RULES = ["GL-K8S-001", "GL-K8S-005", "GL-K8S-006", "GL-IMG-003"]
LABELS = {"app": "web"}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": LABELS},
        "template": {
            "metadata": {"labels": LABELS},
            "spec": {"containers": [{"name": "web", "image": f"ghcr.io/intelgraph/web@sha256:{'ab' * 32}"}]},
        },
    },
}
BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web"},
    "spec": {"maxUnavailable": 1, "selector": {"matchLabels": LABELS}},
}
"""For the Deployment where they share a namespace, which neither names."""
IMAGES = {
    "apiVersion": "gatelib.dev/v1",
    "kind": "ImageEvidence",
    "metadata": {"name": "web"},
    "spec": {"image": f"sha256:{'ab' * 32}"},
}
CORE = shipped()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with what gates are asked about, from ``work/``."""
    files = {
        "work/k8s/web/deployment.yaml": stream(DEPLOYMENT),
        "work/k8s/web/budget.yaml": stream(BUDGET),
        "work/k8s/note.txt": "no manifest",
        "work/shop/api.yaml": stream(pod()),
        "work/shop/broken.yaml": "a: [",
        "elsewhere/api.yaml": stream(pod("other")),
        "gate/inventory/budget.yaml": stream(BUDGET),
        "gate/images/web.json": stream(IMAGES).removeprefix("---\n"),
    }
    write(tmp_path, files)
    write_gate(tmp_path / "gate")
    write_record(tmp_path / "gate" / "exceptions", record(), "nina", "omar")
    return tmp_path


def ran(place: Path, *paths: str, stdin: bytes | None = None, **settings: Any) -> dict[str, Any]:
    """Return the JSON form of a gate's report."""
    given = {"base": place / "work", "now": NOW, "rules": RULES, "isolated": False, **settings}
    report = Gate.load(**given).check(list(paths), stdin=BytesIO(stdin) if stdin is not None else None)
    found: dict[str, Any] = orjson.loads(orjson.dumps(report.to_dict()))
    return found


def again(place: Path, report: dict[str, Any]) -> list[list[str]]:
    """Return the fields in which each way to call it differs, up to the first that does not."""
    archive = place.parent / "archive"
    shutil.copytree(place, archive, dirs_exist_ok=True)
    pack = place.parent / "pack"
    pack.mkdir(exist_ok=True)
    with tree.tree() as here:
        run = Rerun(report, pack, {}, Means(inputs=inputs.index([archive]), core=CORE), here)
        return list(compared(run, report))


def compared(run: Rerun, report: dict[str, Any]) -> Iterator[list[str]]:
    for found in run.reports():
        if isinstance(found, GatelibError):
            yield [str(found)]
            continue
        fields = [
            entry.field
            for entry in comparing.differences(report, orjson.loads(orjson.dumps(found.to_dict())))
        ]
        yield fields
        if not fields:
            return


@pytest.mark.parametrize(
    "paths",
    [
        ("k8s",),
        ("k8s/web",),
        ("k8s/web/deployment.yaml", "k8s/web/budget.yaml"),
        ("k8s", "shop"),
        ("k8s", "shop/api.yaml"),
        (".",),
        ("../elsewhere", "k8s"),
        ("../elsewhere/api.yaml",),
        ("shop/../k8s",),
        ("nothing",),
    ],
)
def test_a_run_is_repeated_however_its_paths_were_named(place: Path, paths: tuple[str, ...]) -> None:
    report = ran(place, *paths)
    assert report["inputs"] or report["errors"]
    if paths == ("nothing",):  # a path that is not there is no input
        assert again(place, report) == []
        return
    assert [] in again(place, report)


def test_what_shares_a_namespace_decides_and_is_found_out(place: Path) -> None:
    together, apart = ran(place, "k8s"), ran(place, "k8s/web/deployment.yaml", "k8s/web/budget.yaml")
    assert together["inputs"] == apart["inputs"]
    assert together["rules"] != apart["rules"]
    assert again(place, together) == [[]]
    tried = again(place, apart)
    assert tried[-1] == []
    assert len(tried) > 1


def test_standard_input_is_repeated(place: Path) -> None:
    (place / "gate" / "rendered").write_text(stream(DEPLOYMENT, BUDGET))
    report = ran(place, "-", "shop", stdin=(place / "gate" / "rendered").read_bytes())
    assert [] in again(place, report)


def test_exceptions_and_records_of_images_are_given_again(place: Path) -> None:
    report = ran(
        place,
        "shop/api.yaml",
        "k8s",
        config=place / "gate" / "gatelib.yaml",
        exceptions=["../gate/exceptions"],
        evidence=["../gate/images"],
    )
    assert [waiver["signed_by"] for waiver in report["exceptions"]] == [
        ["nina@shop.example", "omar@shop.example"]
    ]
    assert [] in again(place, report)


def test_what_the_configuration_gives_is_given_again(place: Path) -> None:
    config = place / "gate" / "gatelib.yaml"
    said = yaml.safe_load(config.read_text())
    config.write_text(yaml.safe_dump({**said, "exceptions": ["exceptions"], "inventory": ["inventory"]}))
    report = ran(place, "shop/api.yaml", "k8s/web/deployment.yaml", config=config)
    assert (report["documents"]["inventory"], len(report["exceptions"])) == (1, 1)
    assert [] in again(place, report)


def test_a_configuration_from_the_judged_tree_is_as_untrusted_as_it_was(place: Path) -> None:
    (place / "work" / "gatelib.yaml").write_text(yaml.safe_dump({"fail_on": "critical"}))
    report = ran(place, "k8s")
    assert (report["config"]["trusted"], report["selection"]["fail_on"]) == (False, "critical")
    assert [] in again(place, report)


def test_rules_that_were_skipped_and_a_namespace_are_those_of_the_day(place: Path) -> None:
    config = place / "gate" / "gatelib.yaml"
    said = yaml.safe_load(config.read_text())
    config.write_text(yaml.safe_dump({**said, "skip": ["GL-K8S-006"], "namespace": "shop"}))
    report = ran(place, "k8s", "shop", config=config, fail_on="high", skip=["GL-IMG-003"])
    assert report["selection"]["skipped"] == ["GL-IMG-003", "GL-K8S-006"]
    assert [] in again(place, report)


def test_each_input_that_nobody_has_is_named(place: Path) -> None:
    report = ran(place, "k8s", "shop")
    for name in ("work/k8s/web", "gate/inventory"):
        (place / name / "budget.yaml").write_text("kind: Another\n")
    digest = next(entry["sha256"] for entry in report["inputs"] if entry["file"].endswith("budget.yaml"))
    with pytest.raises(Unavailable) as raised:
        again(place, report)
    assert raised.value.what == f"`k8s/web/budget.yaml`, sha256 {digest}"


def test_other_rules_than_the_shipped_ones_are_asked_for(place: Path) -> None:
    report = ran(place, "k8s")
    report["bundle"]["revision"] = "2026-11-22T00:00:00Z-0123456789ab"
    with pytest.raises(Unavailable, match="the bundle `2026-11-22T00:00:00Z-0123456789ab`, sha256 "):
        again(place, report)


def test_a_moment_that_is_none_is_refused_and_not_the_clocks(place: Path) -> None:
    report = ran(place, "k8s")
    report["now"] = "then"
    assert again(place, report)[0] == ["`then` is no RFC 3339 date-time (such as 2026-11-22T00:00:00Z)"]


def test_a_pack_from_a_registry_gets_a_name_that_a_path_can_have() -> None:
    name = "oci://registry.example.com/evidence/shop:1.0"
    report = {
        "inputs": [{"file": f"{name}/MANIFEST.sha256"}, {"file": "k8s/a.yaml"}],
        "errors": [{"file": name, "message": f"{name} is not it"}],
        "pack": {"name": name, "sha256": "ab"},
    }
    assert rerun.local(report) == {
        "inputs": [{"file": f"{rerun.REMOTE}/MANIFEST.sha256"}, {"file": "k8s/a.yaml"}],
        "errors": [{"file": name, "message": f"{name} is not it"}],
        "pack": {"name": rerun.REMOTE, "sha256": "ab"},
    }
    plain = {"inputs": [{"file": "pack/MANIFEST.sha256"}]}
    assert rerun.local(plain) is plain
