"""However a run is cut into tasks, and whatever the order of its parts, the report is the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatelib import Gate, Settings, parts
from gatelib.loader import Limits
from gatelib.policy import shipped
from gatelib.run import Run
from gatelib.sources import Source
from gatelib.tasks import Held, worse
from tests.budget import budget
from tests.paths import ROOT

MANIFESTS = sorted((ROOT / "fixtures").rglob("*.yaml"))
NOW = "2026-11-22T00:00:00Z"


def report(base: Path, paths: list[str], **given: Any) -> bytes:
    found = Gate.load(base=base, now=NOW, **{"isolated": False, **given}).check(paths)
    return orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2)


def sources(*sizes: int) -> list[Source]:
    return [Source(f"{number}", "", 0, b"x" * size) for number, size in enumerate(sizes)]


# Batches


def test_batches_keep_every_file_once_and_in_order() -> None:
    files = sources(*[3] * 1000)
    assert [source for batch in parts.batches(files) for source in batch.sources] == files


def test_a_batch_is_no_larger_than_it_may_be_unless_one_file_is() -> None:
    limit = parts._BATCH_BYTES
    batches = list(parts.batches(sources(limit - 1, 1, 1, limit * 3, 1)))
    assert [batch.size for batch in batches] == [limit, 1, limit * 3, 1]
    assert [len(batch.sources) for batch in batches] == [2, 1, 1, 1]


def test_many_small_files_are_several_batches() -> None:
    most = parts._BATCH_FILES
    assert [len(batch.sources) for batch in parts.batches(sources(*[0] * (2 * most + 1)))] == [most, most, 1]


def test_no_files_are_no_batch() -> None:
    assert list(parts.batches([])) == []


def test_a_file_that_is_gone_is_in_a_batch_all_the_same() -> None:
    gone = Source("gone.yaml", "/gone/nowhere.yaml", 0)
    assert [batch.sources for batch in parts.batches([gone])] == [(gone,)]


# Set tasks


def held(namespace: str, size: int) -> Held:
    content = b'"' + b"x" * (size - 2) + b'"'
    return Held(
        Source(f"{namespace}.yaml", "", 0), "", 0, (), "ConfigMap", f"namespace:{namespace}", content, False
    )


def cluster_role(size: int) -> Held:
    return held("", size)._replace(type="rbac.authorization.k8s.io/ClusterRole", scope="root:0")


def set_tasks(monkeypatch: pytest.MonkeyPatch, *documents: Held) -> list[tuple[list[str], int]]:
    """Return the judged namespaces of each task, and how many documents it looks up."""
    monkeypatch.setattr(parts, "_MOST_BYTES", 1000)
    plan = Run(Settings(), shipped(), Limits(), ["."])._prepare(None)[2]
    return [
        (sorted({one.scope.removeprefix("namespace:") for one in task.judged}), len(task.inventory))
        for task in parts.set_tasks(documents, plan, jobs=1)
    ]


def test_a_set_task_is_no_larger_than_it_may_be_unless_one_namespace_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documents = [
        held("a", 600),
        held("b", 400),
        held("c", 400),
        held("d", 2000),
        held("d", 2000),
        held("e", 9),
    ]
    tasks = set_tasks(monkeypatch, *documents)
    assert tasks == [(["a", "b"], 0), (["c"], 0), (["d"], 0), (["e"], 0)]


def test_what_every_set_task_has_counts_in_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = set_tasks(monkeypatch, held("a", 250), held("b", 250), held("c", 250), cluster_role(500))
    assert tasks == [(["root:0"], 0), (["a", "b"], 1), (["c"], 1)]


def test_set_tasks_that_share_more_than_they_may_hold_are_still_few(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = set_tasks(monkeypatch, *(held(name, 100) for name in "abcd"), cluster_role(5000))
    assert tasks == [(["root:0"], 0), (["a", "b"], 1), (["c", "d"], 1)]


# Cutting changes nothing


@settings(
    max_examples=budget(6, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.integers(0, 1 << 32), st.integers(2, 40), st.integers(1, 5), st.integers(1, 4), st.integers(0, 20_000)
)
def test_a_report_does_not_depend_on_how_a_run_is_cut(
    tmp_path_factory: pytest.TempPathFactory, seed: int, files: int, batch: int, jobs: int, size: int
) -> None:
    base = tmp_path_factory.mktemp("run")
    chosen = random.Random(seed).sample(MANIFESTS, files)
    for number, path in enumerate(chosen):
        (base / f"{number:02}.yaml").write_bytes(path.read_bytes())
    names = [f"{number:02}.yaml" for number in range(files)]
    whole = report(base, names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_BATCH_FILES", batch)
        patch.setattr(parts, "_FEWEST", 1)
        patch.setattr(parts, "_MOST", 3)
        cut = report(base, names, jobs=jobs)
        patch.setattr(parts, "_MOST", 10_000)
        patch.setattr(parts, "_MOST_BYTES", size)
        cut_by_size = report(base, names, jobs=jobs)
    shuffled = random.Random(seed + 1).sample(names, files)
    assert cut == whole
    assert cut_by_size == whole
    assert report(base, shuffled) == whole


def test_a_report_does_not_depend_on_the_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, path in enumerate(MANIFESTS[::9]):
        (tmp_path / f"{number:03}.yaml").write_bytes(path.read_bytes())
    whole = report(tmp_path, ["."])
    monkeypatch.setattr(parts, "_BATCH_FILES", 5)
    monkeypatch.setattr(parts, "_FEWEST", 4)
    assert report(tmp_path, ["."], isolated=True, jobs=2) == whole


def test_cutting_a_run_takes_no_document_of_the_whole_cluster_away_from_any_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ROOT / "fixtures" / "tenancy" / "rbac" / "deny" / "cluster-admin-by-another-name.yaml"
    documents = [value for value in yaml.safe_load_all(source.read_text()) if value]
    roles = [value for value in documents if value["kind"] == "ClusterRole"]
    rest = [value for value in documents if value["kind"] != "ClusterRole"]
    for name, values in (("roles", roles), ("judged", rest)):
        (tmp_path / name).mkdir()
        for number, value in enumerate(values):
            (tmp_path / name / f"{number}.yaml").write_text(yaml.safe_dump(value))
    given = {"rules": ["GL-TEN-004"], "inventory": ["roles"]}
    whole = report(tmp_path, ["judged"], **given)
    monkeypatch.setattr(parts, "_BATCH_FILES", 1)
    monkeypatch.setattr(parts, "_MOST", 1)
    assert report(tmp_path, ["judged"], **given) == whole
    assert orjson.loads(whole)["findings"] != []
    assert orjson.loads(report(tmp_path, ["judged"], rules=["GL-TEN-004"]))["findings"] == []


def test_a_document_without_neighbours_is_judged_alike_with_strangers_beside(tmp_path: Path) -> None:
    for number, path in enumerate(MANIFESTS[::40]):
        alone, together = tmp_path / "alone" / f"{number}", tmp_path / "together" / f"{number}"
        for folder in (alone, together):
            folder.mkdir(parents=True)
            (folder / "m.yaml").write_bytes(path.read_bytes())
    rules = ["GL-K8S-001", "GL-K8S-006", "GL-IMG-001"]  # of one document each
    together_found = findings(tmp_path / "together", ["."], rules)
    one_by_one = [
        entry
        for folder in sorted((tmp_path / "alone").iterdir())
        for entry in findings(tmp_path / "alone", [f"{folder.name}/m.yaml"], rules)
    ]
    assert sorted(together_found, key=orjson.dumps) == sorted(one_by_one, key=orjson.dumps)


def findings(base: Path, paths: list[str], rules: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(report(base, paths, rules=rules))["findings"]
    return found


# Putting together


def test_the_worse_of_two_statuses_stands() -> None:
    order = ["fail", "warn", "waived", "canary", "pass", "not_applicable"]
    for position, one in enumerate(order):
        assert worse(None, one) == one
        for other in order[position:]:
            assert worse(one, other) == worse(other, one) == one
