"""What ``gatelib rules impact`` says of two revisions is what two runs of ``gatelib check`` differ in."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.acceptance.command import NOW, Done, check, gatelib
from tests.budget import budget
from tests.engines import need
from tests.paths import CORPUS, ROOT, needs_corpus

pytestmark = needs_corpus

LOAD: Final = CORPUS / "throughput"
SOME: Final = ("kube-prometheus", "rook")
"""Folders of the load that are enough to find something, where time is short."""

RULES: Final = Path("rego/gatelib/rules/kubernetes")


class Edit(NamedTuple):
    """A condition that one revision has in another form."""

    rule: str
    file: Path
    old: str
    new: str


EDITS: Final = {
    "privileged": Edit(
        "GL-K8S-001",
        RULES / "privileged/privileged.rego",
        "\tcontainer.spec.securityContext.privileged == true\n",
        "\tcontainer.spec.securityContext.privileged == true\n\tcontainer.pod.spec.hostNetwork == true\n",
    ),
    "host_path": Edit(
        "GL-K8S-002",
        RULES / "host_path/host_path.rego",
        "\tis_object(host_path)\n\tnot allowed(host_path)\n",
        '\tis_object(host_path)\n\tnot startswith(host_path.path, "/dev")\n\tnot allowed(host_path)\n',
    ),
    "budgets": Edit(  # a rule that looks at several documents
        "GL-K8S-005",
        RULES / "pod_disruption_budget/pod_disruption_budget.rego",
        "\treplicas[pod.document] >= params.all.pdb.min_replicas\n\tcount(",
        "\treplicas[pod.document] > params.all.pdb.min_replicas\n\tcount(",
    ),
    "limits": Edit(
        "GL-K8S-006",
        RULES / "resource_limits/resource_limits.rego",
        "\tnot given_by_pod(container.pod, resource)\n",
        '\tnot given_by_pod(container.pod, resource)\n\tresource != "cpu"\n',
    ),
    "host_namespaces": Edit(
        "GL-K8S-014",
        RULES / "pod_security/pod_security.rego",
        "\tpod.spec[field] == true\n",
        '\tpod.spec[field] == true\n\tfield == "hostPID"\n',
    ),
}


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the load, or with a part of it, which both ways of asking read."""
    place = tmp_path_factory.mktemp("load") / "load"
    everything = sorted(path.name for path in LOAD.iterdir() if path.is_dir())
    for name in SOME if budget(1, 2) == 1 else everything:
        shutil.copytree(LOAD / name, place / name)
    return place


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gatelib of its own, whose policies a test may change."""
    place = tmp_path_factory.mktemp("installed")
    for name in ("gatelib", "rego"):
        ignored = shutil.ignore_patterns("__pycache__", "*_test.rego")
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    (place / "bundles").mkdir()
    shutil.copy(ROOT / "bundles" / "capabilities.json", place / "bundles")
    return place


@pytest.fixture
def repository(installed: Path, tmp_path: Path) -> Path:
    """A git repository of the library, with one commit."""
    place = tmp_path / "library"
    shutil.copytree(installed / "rego", place / "rego")
    git(place, "init", "-q", "-b", "main")
    commit(place, "before")
    return place


def git(place: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    command = [need("git"), *who, *arguments]
    return subprocess.run(command, cwd=place, check=True, capture_output=True, text=True).stdout


def commit(place: Path, message: str) -> None:
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", message)


def apply(edit: Edit, place: Path) -> Callable[[], None]:
    """Change the condition, and return what takes that back."""
    path = place / edit.file
    text = path.read_text("utf-8")
    assert text.count(edit.old) >= 1
    path.write_text(text.replace(edit.old, edit.new, 1), "utf-8")

    def back() -> None:
        path.write_text(text, "utf-8")

    return back


def impact(place: Path, *arguments: str | Path) -> Done:
    return gatelib("rules", "impact", *arguments, "--now", NOW, "--format", "json", cwd=place)


Subject = tuple[str, int, str, str, str]
"""File, document, kind, namespace, name."""
Said = frozenset[tuple[str, str, str, str]]


def judged(installed: Path, load: Path, *arguments: str) -> Done:
    """Run the other gatelib, with the policies that it has now."""
    return check(load, *arguments, cwd=installed, env={"PYTHONPATH": str(installed)})


def by_subject(report: Mapping[str, Any]) -> dict[tuple[str, Subject], Said]:
    """Return what is said of each subject by each rule."""
    found: dict[tuple[str, Subject], set[tuple[str, str, str, str]]] = {}
    for finding in report["findings"]:
        said = (finding["fingerprint"], finding["action"], finding["severity"], finding["message"])
        found.setdefault((finding["rule"], _subject(finding["resource"], finding["location"])), set()).add(
            said
        )
    return {key: frozenset(said) for key, said in found.items()}


def _subject(resource: Mapping[str, str], place: Mapping[str, Any]) -> Subject:
    return (
        place["file"],
        place["document"],
        resource["kind"],
        resource["namespace"],
        resource["name"],
    )


def named(report: Mapping[str, Any]) -> dict[str, set[tuple[str, Subject]]]:
    """Return the subjects that an impact names, by what became of them."""
    found: dict[str, set[tuple[str, Subject]]] = {}
    for change in report["changes"]:
        kind = change["kinds"][0] if change["kinds"][0].startswith("newly_") else "other"
        found.setdefault(kind, set()).add((change["rule"], _subject(change["resource"], change)))
    return found


def expected(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, set[tuple[str, Subject]]]:
    """Return the same of two reports."""
    old, new = by_subject(before), by_subject(after)
    kinds = {
        "newly_fails": new.keys() - old.keys(),
        "newly_passes": old.keys() - new.keys(),
        "other": {key for key in old.keys() & new.keys() if old[key] != new[key]},
    }
    return {kind: set(found) for kind, found in kinds.items() if found}


@pytest.mark.parametrize("name", list(EDITS)[: budget(3, len(EDITS))])
def test_it_names_exactly_the_subjects_in_which_two_whole_checks_differ(
    name: str, installed: Path, load: Path, repository: Path
) -> None:
    edit = EDITS[name]
    only = ("--rule", edit.rule)
    before = judged(installed, load, *only)
    back = apply(edit, installed)
    try:
        after = judged(installed, load, *only)
    finally:
        back()
    apply(edit, repository)
    commit(repository, "after")
    done = impact(repository, "--from", "HEAD~1", "--to", "HEAD", *only, load)
    wanted = expected(before.report, after.report)
    assert named(done.report) == wanted
    assert wanted != {}
    errors = {(error["file"], error["code"]) for error in before.report["errors"]}
    assert {(error["file"], error["code"]) for error in done.report["errors"]} == errors
    assert {error["side"] for error in done.report["errors"]} <= {"both"}
    assert done.code == (3 if errors else 0)


def test_what_it_says_of_a_rule_is_what_the_manifests_say(load: Path, repository: Path) -> None:
    """Read without gatelib: who runs a privileged container, and is not in the node's network, passes now."""
    edit = EDITS["privileged"]
    apply(edit, repository)
    done = impact(repository, "--from", "HEAD", "--rule", edit.rule, load)
    wanted = {
        (edit.rule, (f"load/{path.relative_to(load).as_posix()}", number, *identity))
        for path, number, identity, pods in pods_of(load)
        if any(is_privileged(pod) for pod in pods)
        and not any(is_privileged(pod) and pod.get("hostNetwork") is True for pod in pods)
    }
    assert named(done.report) == {"newly_passes": wanted}
    assert wanted != set()


def pods_of(load: Path) -> Iterator[tuple[Path, int, tuple[str, ...], list[dict[str, Any]]]]:
    for path in sorted(load.rglob("*")):
        if path.suffix not in (".yaml", ".yml", ".json"):
            continue
        try:
            documents = list(yaml.load_all(path.read_text("utf-8"), Loader=yaml.CSafeLoader))
        except (yaml.YAMLError, ValueError):
            continue
        for number, document in enumerate(documents):
            if isinstance(document, dict) and isinstance(document.get("kind"), str):
                for item in document["items"] if isinstance(document.get("items"), list) else [document]:
                    metadata = item.get("metadata") or {}
                    named = (item.get("kind"), metadata.get("namespace"), metadata.get("name"))
                    identity = tuple(str(part or "") for part in named)
                    yield path, number, identity, list(specs(item))


def specs(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("containers"), list):
            yield value
        for inner in value.values():
            yield from specs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from specs(inner)


def is_privileged(pod: Mapping[str, Any]) -> bool:
    containers = [*(pod.get("containers") or ()), *(pod.get("initContainers") or ())]
    return any(
        isinstance(container, dict) and (container.get("securityContext") or {}).get("privileged") is True
        for container in containers
    )


def test_the_other_way_round_it_says_the_mirror_image_and_of_one_revision_nothing(
    load: Path, repository: Path
) -> None:
    for edit in (EDITS["limits"], EDITS["host_path"], EDITS["budgets"]):
        apply(edit, repository)
    commit(repository, "after")
    there = impact(repository, "--from", "HEAD~1", "--to", "HEAD", load).report
    back = impact(repository, "--from", "HEAD", "--to", "HEAD~1", load).report
    same = impact(repository, "--from", "HEAD", "--to", "HEAD", load).report
    assert same["changes"] == []
    assert same["errors"] == there["errors"]
    assert [mirrored(change) for change in back["changes"]] == [plain(change) for change in there["changes"]]
    assert there["changes"] != []
    schema = json.loads((ROOT / "gatelib/schemas/impact-v1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    for report in (there, back, same):
        assert list(Draft202012Validator(schema).iter_errors(report)) == []


TURNED: Final = {"newly_fails": "newly_passes", "newly_passes": "newly_fails"}


def mirrored(change: Mapping[str, Any]) -> dict[str, Any]:
    findings = [{**one, "from": one["to"], "to": one["from"]} for one in change["findings"]]
    return plain(
        {**change, "kinds": [TURNED.get(kind, kind) for kind in change["kinds"]], "findings": findings}
    )


def plain(change: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what only one direction has: who is newly denied, and where what stands now is written."""
    left_out = ("newly_denied", "line", "column")
    return {key: value for key, value in change.items() if key not in left_out}


def test_it_costs_little_more_than_two_checks(installed: Path, load: Path, repository: Path) -> None:
    for edit in EDITS.values():
        apply(edit, repository)
    one = judged(installed, load)
    both = impact(repository, "--from", "HEAD", load)
    assert both.report["changes"] != []
    assert both.seconds <= 1.3 * 2 * one.seconds, (both.seconds, one.seconds)
