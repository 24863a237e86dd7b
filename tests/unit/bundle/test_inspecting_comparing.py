"""What `inspect` and `diff` say of bundles."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib.bundle import archive, build, comparing, definition, inspecting, loading
from gatelib.bundle.loading import Bundle
from gatelib.errors import BundleError
from gatelib.policy import shipped
from tests.acceptance.command import gatelib, privileged, stream, write

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)


def made(folder: Path, *, created: datetime = NOW, **values: Any) -> Bundle:
    """A bundle of two rules, but for what is given."""
    given = {
        "name": "two",
        "gate": "pr",
        "inputs": ["envelope"],
        "rules": ["GL-K8S-001", "GL-K8S-006"],
        **values,
    }
    path = folder / "definition.yaml"
    path.write_bytes(orjson.dumps(given))
    files = build.files(definition.read(path, shipped()), created=created)
    return loading.open_bundle(archive.write(files), loading.Trust(), now=NOW)


def changed(bundle: Bundle, name: str, old: str, new: str) -> Bundle:
    text = bundle.files[name].decode()
    assert old in text
    return replace(bundle, files={**bundle.files, name: text.replace(old, new).encode()})


def differences(old: Bundle, new: Bundle, *paths: str) -> list[tuple[Any, ...]]:
    return [tuple(difference) for difference in comparing.compare(old, new, paths, now=NOW).differences]


def test_a_description_names_what_is_fixed_and_every_rule(tmp_path: Path) -> None:
    about = inspecting.describe(
        made(tmp_path, actions={"GL-K8S-006": {"action": "warn", "until": "2026-12-31"}})
    )
    assert about["revision"].startswith("2026-11-22T00:00:00Z-")
    assert about["signature"] == {
        "there": False,
        "verified": False,
        "keyid": None,
        "algorithm": None,
        "scope": None,
    }
    assert about["fixes"] == {
        "name": "two",
        "gate": "pr",
        "inputs": ["envelope"],
        "actions": {"GL-K8S-006": {"action": "warn", "until": "2026-12-31"}},
    }
    assert [(rule["id"], rule["owner"], rule["package"]) for rule in about["rules"]] == [
        ("GL-K8S-001", "core", "gatelib.rules.kubernetes.privileged"),
        ("GL-K8S-006", "core", "gatelib.rules.kubernetes.resource_limits"),
    ]
    assert "actions    GL-K8S-006: warn until 2026-12-31" in list(inspecting.lines(about))


def test_a_catalogue_that_is_none_is_an_error(tmp_path: Path) -> None:
    bundle = made(tmp_path)
    broken = replace(bundle, files={**bundle.files, "gatelib/catalog/core/data.json": b'{"GL-K8S-001": 7}'})
    with pytest.raises(BundleError, match="no entry of a catalogue"):
        inspecting.describe(broken)


def test_a_bundle_is_as_itself(tmp_path: Path) -> None:
    change = comparing.compare(made(tmp_path), made(tmp_path), (), now=NOW)
    assert not change
    assert list(change.lines())[-1] == "nothing is otherwise"


def test_only_the_revision_differs_where_only_the_moment_does(tmp_path: Path) -> None:
    later = made(tmp_path, created=datetime(2026, 11, 23, tzinfo=timezone.utc))
    assert differences(made(tmp_path), later) == []


def test_rules_that_come_and_go(tmp_path: Path) -> None:
    found = differences(made(tmp_path), made(tmp_path, rules=["GL-K8S-001", "GL-K8S-002"]))
    assert [(what, name, old is None, new is None) for what, name, old, new in found if what == "rule"] == [
        ("rule", "GL-K8S-002", True, False),
        ("rule", "GL-K8S-006", False, True),
    ]


def test_a_rule_with_another_text_or_another_entry(tmp_path: Path) -> None:
    bundle = made(tmp_path)
    rule = "gatelib/rules/kubernetes/privileged/privileged.rego"
    text = bundle.files[rule].decode()
    louder = text.replace("is privileged", "is PRIVILEGED")
    assert differences(bundle, changed(bundle, rule, "is privileged", "is PRIVILEGED")) == [
        ("rule", "GL-K8S-001", {"policy": text}, {"policy": louder})
    ]
    milder = changed(bundle, "gatelib/catalog/core/data.json", '"severity":"critical"', '"severity":"low"')
    assert differences(bundle, milder) == [
        ("rule", "GL-K8S-001", {"severity": "critical"}, {"severity": "low"})
    ]


def test_a_change_of_the_library(tmp_path: Path) -> None:
    bundle = made(tmp_path)
    found = differences(
        bundle, changed(bundle, "gatelib/lib/outcome.rego", 'else := "pass"', 'else := "fine"')
    )
    assert [(what, name) for what, name, _, _ in found] == [("library", "gatelib.lib.outcome")]


def test_parameters_as_they_are_in_force(tmp_path: Path) -> None:
    new = made(tmp_path, parameters={"exceptions": {"max_days": 30}})
    assert differences(made(tmp_path), new) == [("parameter", "exceptions.max_days", 90, 30)]
    assert differences(made(tmp_path), made(tmp_path, parameters={"exceptions": {"max_days": 90}})) == []


def test_what_a_change_does_to_manifests(tmp_path: Path) -> None:
    tree = write(tmp_path / "tree", {"pod.yaml": stream(privileged())})
    held_back = made(tmp_path, actions={"GL-K8S-001": {"action": "warn", "until": "2026-12-31"}})
    found = [
        (name.partition(" ")[0], old and old.get("action"), new and new.get("action"))
        for what, name, old, new in differences(made(tmp_path), held_back, str(tree))
        if what == "finding"
    ]
    assert found == [("GL-K8S-001", "deny", "warn")]
    without = made(tmp_path, rules=["GL-K8S-001"])
    lost = [
        (name.partition(" ")[0], new)
        for what, name, _, new in differences(made(tmp_path), without, str(tree))
        if what == "finding"
    ]
    assert {rule for rule, _ in lost} == {"GL-K8S-006"}
    assert {new for _, new in lost} == {None}


def test_the_commands(tmp_path: Path) -> None:
    for name, rules in (("old", ["GL-K8S-001"]), ("new", ["GL-K8S-001", "GL-K8S-002"])):
        (tmp_path / f"{name}.tar.gz").write_bytes(archive.write(made(tmp_path, rules=rules).files))
    write(tmp_path, {"bad.yaml": "a: [\n", "fine.yaml": stream({"apiVersion": "v1", "kind": "Namespace"})})

    def run(*arguments: str) -> Any:
        return gatelib("bundle", *arguments, cwd=tmp_path)

    shown = run("inspect", "old.tar.gz")
    assert (shown.code, "GL-K8S-001" in shown.text, "signed by  nobody" in shown.text) == (0, True, True)
    assert orjson.loads(run("inspect", "old.tar.gz", "--format", "json").out)["fixes"]["gate"] == "pr"
    assert [
        run("diff", *names).code for names in (("old.tar.gz", "old.tar.gz"), ("old.tar.gz", "new.tar.gz"))
    ] == [
        0,
        1,
    ]
    assert "+ rule      GL-K8S-002" in run("diff", "old.tar.gz", "new.tar.gz").text
    unread = run("diff", "old.tar.gz", "old.tar.gz", "bad.yaml")
    assert (unread.code, "! bad.yaml:" in unread.text) == (3, True)
    assert run("diff", "old.tar.gz", "bad.yaml").code == 3


def test_bundles_for_reviews_are_compared_on_files_as_well(tmp_path: Path) -> None:
    write(tmp_path, {"pod.yaml": stream(privileged())})
    values: dict[str, Any] = {"gate": "admission", "inputs": ["admission_review"]}
    change = comparing.compare(
        made(tmp_path, **values),
        made(tmp_path, **values, rules=["GL-K8S-006"]),
        [str(tmp_path / "pod.yaml")],
        now=NOW,
    )
    found = [(difference.what, difference.name.split()[0]) for difference in change.differences]
    assert (change.errors, found) == ([], [("rule", "GL-K8S-001"), ("finding", "GL-K8S-001")])
