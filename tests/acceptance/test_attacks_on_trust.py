"""What the author of a change could put into the judged tree in order to be believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatelib import ConfigError, Gate, Report, engines
from tests.acceptance.command import NOW, PRIVILEGED, check, gatelib, privileged, stream, write
from tests.engines import need_engine

RELAXED = "parameters: {exceptions: {require_signature: false}}\n"

EXCEPTION: dict[str, Any] = {
    "apiVersion": "gatelib.dev/v1",
    "kind": "PolicyException",
    "metadata": {"name": "api-is-privileged"},
    "spec": {
        "rules": [PRIVILEGED],
        "target": {"kind": "Pod", "namespace": "shop", "name": "api"},
        "reason": "it loads a kernel module until the driver is in the image",
        "requester": "nina@intelgraph.example",
        "approver": ["omar@intelgraph.example", "pia@intelgraph.example"],
        "created": "2026-11-20",
        "expires": "2026-12-20",
    },
}

DIGEST = "sha256:" + "14c2529eb4498c5d1ffd6915d05bf58a91bdda796af59f41d480d11c099d0479"
EVIDENCE: dict[str, Any] = {
    "apiVersion": "gatelib.dev/v1",
    "kind": "ImageEvidence",
    "metadata": {"name": "api"},
    "spec": {
        "image": "ghcr.io/intelgraph/api",
        "digest": DIGEST,
        "attestations": [{"predicateType": "https://slsa.dev/provenance/v1"}],
    },
}


@pytest.fixture(params=engines.local())
def engine(request: pytest.FixtureRequest) -> str:
    return need_engine(request.param)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with one privileged Pod in ``k8s``, and beside it what its author has no hand in."""
    pinned = privileged()
    pinned["spec"]["containers"][0]["image"] = f"ghcr.io/intelgraph/api@{DIGEST}"
    write(tmp_path / "protected", {"gatelib.yaml": RELAXED})
    return write(tmp_path / "repository", {"k8s/pod.yaml": stream(pinned), ".git/config": ""})


def judged(tree: Path, engine: str, *paths: str, **settings: Any) -> Report:
    settings = {"rules": [PRIVILEGED], "now": NOW, "base": tree, "isolated": False, **settings}
    return Gate.load(engine=engine, **settings).check(paths or ["k8s"])


def test_an_exception_from_outside_waives(tree: Path, engine: str) -> None:
    write(tree.parent, {"protected/exceptions/api.yaml": stream(EXCEPTION)})
    report = judged(tree, engine, config="../protected/gatelib.yaml", exceptions=["../protected/exceptions"])
    assert [(finding.rule, finding.waived_by is not None) for finding in report.findings] == [
        (PRIVILEGED, True)
    ]
    assert report.exit_code == 0


def test_an_exception_in_the_judged_tree_waives_nothing(tree: Path, engine: str) -> None:
    write(tree, {"k8s/exception.yaml": stream(EXCEPTION)})
    report = judged(tree, engine, config="../protected/gatelib.yaml")
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]
    assert report.exceptions == ()


def test_image_evidence_in_the_judged_tree_proves_nothing(tree: Path, engine: str) -> None:
    def messages() -> list[str]:
        return [finding.message for finding in judged(tree, engine, rules=["GL-IMG-001"]).findings]

    before = messages()
    write(tree, {"k8s/evidence.yaml": stream(EVIDENCE)})
    assert messages() == before != []


def test_image_evidence_from_outside_does(tree: Path, engine: str) -> None:
    write(tree.parent, {"protected/evidence.yaml": stream(EVIDENCE)})
    report = judged(tree, engine, rules=["GL-IMG-001"], evidence=["../protected/evidence.yaml"])
    assert (report.findings, report.errors) == ((), ())


def as_it_is(tree: Path, file: str) -> str:
    return f"k8s/{file}"


def its_folder(tree: Path, file: str) -> str:
    return "k8s"


def with_dots(tree: Path, file: str) -> str:
    return f"../protected/../repository/k8s/../k8s/{file}"


def as_an_absolute_path(tree: Path, file: str) -> str:
    return str(tree / "k8s" / file)


def through_a_link_to_it(tree: Path, file: str) -> str:
    (tree.parent / "protected" / file).symlink_to(tree / "k8s" / file)
    return f"../protected/{file}"


def through_a_link_to_its_folder(tree: Path, file: str) -> str:
    (tree.parent / "protected" / "linked").symlink_to(tree / "k8s")
    return f"../protected/linked/{file}"


def through_a_linked_folder(tree: Path, file: str) -> str:
    (tree.parent / "protected" / "linked").symlink_to(tree / "k8s")
    return "../protected/linked"


def the_folder_above(tree: Path, file: str) -> str:
    return "."


def the_folder_above_that(tree: Path, file: str) -> str:
    return ".."


Way = Callable[[Path, str], str]
WAYS: list[Way] = [
    as_it_is, its_folder, with_dots, as_an_absolute_path, through_a_link_to_it, through_a_link_to_its_folder,
    through_a_linked_folder, the_folder_above, the_folder_above_that,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("kind", "record"), [("exceptions", EXCEPTION), ("evidence", EVIDENCE)])
def test_records_of_the_judged_tree_are_refused(
    tree: Path, kind: str, record: dict[str, Any], way: Way
) -> None:
    write(tree, {"k8s/record.yaml": stream(record)})
    given = way(tree, "record.yaml")
    with pytest.raises(ConfigError, match="lie in the judged tree"):
        judged(tree, "embedded", config="../protected/gatelib.yaml", **{kind: [given]})


@pytest.mark.parametrize("judged_path", ["../linked", "k8s/../k8s", "./k8s/record.yaml"])
def test_records_of_the_judged_tree_are_refused_whatever_it_is_called(tree: Path, judged_path: str) -> None:
    write(tree, {"k8s/record.yaml": stream(EXCEPTION)})
    (tree.parent / "linked").symlink_to(tree / "k8s")
    with pytest.raises(ConfigError, match="lie in the judged tree"):
        judged(tree, "embedded", judged_path, exceptions=["k8s/record.yaml"])


@pytest.mark.parametrize(("kind", "record"), [("exceptions", EXCEPTION), ("evidence", EVIDENCE)])
def test_a_link_of_the_judged_tree_chooses_no_records(tree: Path, kind: str, record: dict[str, Any]) -> None:
    write(tree.parent, {"protected/record.yaml": stream(record)})
    (tree / "k8s/record.yaml").symlink_to(tree.parent / "protected/record.yaml")
    with pytest.raises(ConfigError, match="lie in the judged tree"):
        judged(tree, "embedded", **{kind: ["k8s/record.yaml"]})


def test_a_link_of_the_judged_tree_chooses_no_configuration(tree: Path) -> None:
    (tree / "k8s/gatelib.conf").symlink_to(tree.parent / "protected/gatelib.yaml")
    with pytest.raises(ConfigError, match="only a trusted configuration"):
        judged(tree, "embedded", config="k8s/gatelib.conf")


LOOSER = {
    "a rule that is skipped": f"skip: [{PRIVILEGED}]\n",
    "a higher bar": "fail_on: critical\n",
    "another namespace": "namespace: kube-system\n",
    "smaller budgets": "parameters: {pdb: {min_replicas: 9}}\n",
}


@pytest.mark.parametrize("name", LOOSER)
def test_a_configuration_of_the_judged_tree_is_used_and_reported(tree: Path, engine: str, name: str) -> None:
    write(tree, {"gatelib.yaml": LOOSER[name]})
    report = judged(tree, engine, rules=[])
    assert report.config_trusted is False
    shown = report.to_dict()
    assert shown["config"]["trusted"] is False
    assert (PRIVILEGED in shown["selection"]["skipped"]) == ("skip" in LOOSER[name])
    assert (shown["selection"]["fail_on"] == "critical") == ("fail_on" in LOOSER[name])
    assert shown["config"]["params"] == (
        {"pdb": {"min_replicas": 9}} if "min_replicas" in LOOSER[name] else {}
    )


CHANGED = {
    "a rule that is skipped": "skip",
    "a higher bar": "fail_on",
    "another namespace": "namespace",
    "smaller budgets": "min_replicas",
}


@pytest.mark.parametrize("name", LOOSER)
@pytest.mark.parametrize("format", ["text", "markdown", "json"])
def test_people_are_told_what_an_untrusted_configuration_changes(tree: Path, format: str, name: str) -> None:
    write(tree, {"gatelib.yaml": LOOSER[name]})
    done = gatelib("check", "k8s", "--now", NOW, "--format", format, cwd=tree)
    said = (
        json.dumps(json.loads(done.text)["config"]) if format == "json" else done.text.split("not trusted")[1]
    )
    assert CHANGED[name] in said


@pytest.mark.parametrize("gate", ["pre-promote", "publish"])
@pytest.mark.parametrize("found", ["by walking up", "by name"])
def test_a_release_takes_no_configuration_of_the_judged_tree(tree: Path, gate: str, found: str) -> None:
    write(tree, {"gatelib.yaml": "skip: []\n", "k8s/gatelib.conf": "skip: []\n"})
    given = ["--config", "k8s/gatelib.conf"] if found == "by name" else []
    done = check("k8s", "--gate", gate, *given, cwd=tree)
    assert (done.code, done.out) == (2, b"")
    assert f"gate `{gate}` takes no configuration" in done.complaint


@pytest.mark.parametrize("gate", ["pre-promote", "publish"])
def test_a_configuration_cannot_choose_a_release_gate_for_itself(tree: Path, gate: str) -> None:
    write(tree, {"gatelib.yaml": f"gate: {gate}\n"})
    done = check("k8s", cwd=tree)
    assert (done.code, done.out) == (2, b"")


FORBIDDEN = {
    "unsigned exceptions": (RELAXED, {}),
    "exceptions": ("exceptions: [e.yaml]\n", {"e.yaml": stream(EXCEPTION)}),
    "no exceptions": ("exceptions: []\n", {}),
    "unsigned exceptions beside policies": (
        "policies: [policies]\n",
        {"policies/data.json": '{"gatelib": {"params": {"exceptions": {"require_signature": false}}}}'},
    ),
    "unsigned exceptions in a folder beside policies": (
        "policies: [policies]\n",
        {"policies/gatelib/params/exceptions/data.yaml": "require_signature: no\n"},
    ),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_some_things_only_a_trusted_configuration_may_set(tree: Path, name: str) -> None:
    text, files = FORBIDDEN[name]
    write(tree, {"gatelib.yaml": text, **files})
    with pytest.raises(ConfigError, match="only a trusted configuration"):
        judged(tree, "embedded")


@pytest.mark.parametrize("group", ["exceptions", "slo"])
@pytest.mark.parametrize("gate", ["pr", "pre-promote", "publish"])
def test_policies_in_the_judged_tree_relax_neither_exceptions_nor_a_release(
    tree: Path, gate: str, group: str
) -> None:
    values = {"exceptions": {"require_signature": False}, "slo": {"max_burn_rate": 1000}}
    data = {"data.json": json.dumps({"gatelib": {"params": {group: values[group]}}})}
    write(tree / "k8s" / "policies", data)
    write(tree.parent / "protected" / "policies", data)
    given = {"config": "../protected/gatelib.yaml", "gate": gate}
    assert (
        judged(tree, "embedded", policies=["../protected/policies"], **given).params[group] == values[group]
    )
    if (gate, group) == ("pr", "slo"):
        assert judged(tree, "embedded", policies=["k8s/policies"], **given).params[group] == values[group]
    else:
        with pytest.raises(ConfigError, match="the policies lie in the judged tree"):
            judged(tree, "embedded", policies=["k8s/policies"], **given)


@pytest.mark.parametrize("way", WAYS[:1] + WAYS[2:6], ids=lambda way: way.__name__)
def test_a_configuration_in_the_judged_tree_is_not_trusted_by_its_name(tree: Path, way: Way) -> None:
    write(tree, {"k8s/gatelib.conf": RELAXED})
    given = way(tree, "gatelib.conf")
    with pytest.raises(ConfigError, match="only a trusted configuration"):
        judged(tree, "embedded", config=given)


def test_a_configuration_that_is_found_does_not_hide_one_that_is_given(tree: Path, engine: str) -> None:
    write(tree, {"gatelib.yaml": f"skip: [{PRIVILEGED}]\n"})
    report = judged(tree, engine, config="../protected/gatelib.yaml")
    assert (report.config_trusted, report.skipped) == (True, ())
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]


def test_no_configuration_is_looked_for_above_the_repository(tree: Path, engine: str) -> None:
    write(tree.parent, {"gatelib.yaml": f"skip: [{PRIVILEGED}]\n"})
    report = judged(tree, engine)
    assert (report.config_sha256, report.config_trusted) == (None, None)
    assert report.exit_code == 1


def test_a_configuration_in_the_judged_folder_is_no_configuration_of_the_run(tree: Path, engine: str) -> None:
    write(tree, {"k8s/gatelib.yaml": f"skip: [{PRIVILEGED}]\n"})
    report = judged(tree, engine)
    assert report.config_sha256 is None
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]


def test_parameters_cannot_move_where_a_known_kind_keeps_its_pods(tree: Path, engine: str) -> None:
    write(
        tree,
        {"gatelib.yaml": "parameters: {workloads: {extra_kinds: [{kind: Pod, template: spec.elsewhere}]}}\n"},
    )
    report = judged(tree, engine)
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]


def test_the_environment_chooses_nothing(tree: Path) -> None:
    names = ("GATELIB_SKIP", "GATELIB_CHECK_SKIP", "GATELIB_CONFIG", "CHECK_SKIP", "SKIP")
    done = check("k8s", "--rule", PRIVILEGED, cwd=tree, env=dict.fromkeys(names, PRIVILEGED))
    assert (done.code, done.rules) == (1, [PRIVILEGED])


def test_a_file_called_like_an_option_is_a_file_behind_two_dashes(tree: Path) -> None:
    name = f"--skip={PRIVILEGED}.yaml"
    (tree / "k8s/pod.yaml").rename(tree / name)
    done = gatelib("check", "--rule", PRIVILEGED, "--now", NOW, "--format", "json", "--", name, cwd=tree)
    assert (done.code, done.rules) == (1, [PRIVILEGED])
