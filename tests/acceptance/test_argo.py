"""What Argo would run, run as it is written: the commands of the manifests, with their volumes as folders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.acceptance.command import Done, gatelib, privileged, write
from tests.registry import registry
from tests.release import NOW, Release
from tests.unit.test_deploy_argo import MADE

REGISTRY = "registry.example.com"


class Place(NamedTuple):
    """A release whose pack lies in a registry."""

    release: Release
    registry: str
    pack: str
    """The pack's reference by digest."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("argo")
    release = Release(folder / "release").seal()
    with registry(folder / "registry") as address:
        target = f"{address}/evidence/payments:2.14.0"
        done = gatelib("evidence", "push", release.pack, target, "--plain-http", cwd=folder)
        assert done.code == 0, done.complaint
        yield Place(release, address, done.text.strip())


def mounted(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files as the kubelet mounts a ConfigMap: links into a folder whose name changes."""
    data = folder / "..2026_11_22_00_00_00.1"
    data.mkdir(parents=True)
    for name, content in files.items():
        (data / name).write_bytes(content)
        (folder / name).symlink_to(Path("..data") / name)
    (folder / "..data").symlink_to(data.name)
    return folder


def run(pod: Any, volumes: dict[str, Path], reference: str) -> Done:
    """Run the containers one after the other until one fails, as a pod does."""
    done = None
    for container in [*pod["initContainers"], *pod["containers"]]:
        mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in container["volumeMounts"]}
        arguments = [_at(argument, mounts, reference) for argument in container["args"]]
        env = {entry["name"]: _at(entry["value"], mounts, reference) for entry in container.get("env", [])}
        # A cluster's registry speaks TLS, and its clock moves on.
        own = ["--plain-http"] if arguments[0] == "evidence" else ["--now", NOW]
        assert container["command"] == ["gatelib"]
        done = gatelib(*arguments, *own, cwd=volumes["tmp"], env={**env, "TMPDIR": str(volumes["tmp"])})
        if done.code:
            break
    assert done is not None
    return done


def _at(text: str, mounts: dict[str, Path], reference: str) -> str:
    """Return an argument with the test's folders in place of the mounts, and its pack in place of another."""
    if text.startswith(REGISTRY) or "{{" in text:
        return reference
    option, separator, value = text.rpartition("=")
    for path, folder in mounts.items():
        if value == path or value.startswith(f"{path}/"):
            return f"{option}{separator}{folder}{value[len(path) :]}"
    return text


def volumes(folder: Path, place: Place, manifests: bytes | None = None) -> dict[str, Path]:
    """Return what each volume holds: the platform team's configuration, and what the service brings."""
    release = place.release
    config = release.config()
    keys: dict[str, bytes] = {}
    del config["trust"]["bundle"]
    for party in [party for parties in config["trust"].values() for party in parties]:
        keys |= {Path(key).name: (release.folder / key).read_bytes() for key in party["keys"]}
        party["keys"] = [Path(key).name for key in party["keys"]]
    own = (release.folder / "payments" / "payments.yaml").read_bytes()
    found = {
        "gate": mounted(folder / "gate", {"gatelib.yaml": yaml.safe_dump(config).encode(), **keys}),
        "release": mounted(
            folder / "release",
            {
                "release.yaml": release.record.read_bytes(),
                "manifests.yaml": own if manifests is None else manifests,
            },
        ),
        "evidence": folder / "evidence",
        "registry": write(folder / "registry", {"config.json": json.dumps({"auths": {}})}),
        "tmp": folder / "tmp",
    }
    for path in found.values():
        path.mkdir(exist_ok=True)
    return found


def pod_of(made: str) -> Any:
    spec = MADE[made]()["spec"]
    return spec.get("template", {}).get("spec", spec)


@pytest.mark.parametrize("made", MADE)
def test_a_release_that_is_proved_is_promoted(made: str, place: Place, tmp_path: Path) -> None:
    done = run(pod_of(made), volumes(tmp_path, place), place.pack)
    assert (done.code, done.complaint) == (0, ""), done.text


def test_a_release_that_a_rule_denies_is_not(place: Place, tmp_path: Path) -> None:
    bad = (
        (place.release.folder / "payments" / "payments.yaml").read_bytes()
        + b"---\n"
        + json.dumps(privileged()).encode()
    )
    done = run(pod_of("the hook before a sync"), volumes(tmp_path, place, bad), place.pack)
    assert done.code == 1
    assert "GL-K8S-001" in done.text


def test_what_cannot_be_judged_or_fetched_is_an_error_and_promotes_nothing(
    place: Place, tmp_path: Path
) -> None:
    pod = pod_of("the job of an analysis")
    broken = run(pod, volumes(tmp_path / "broken", place, b"{"), place.pack)
    assert (broken.code, "GL-ERR-103" in broken.text) == (3, True)
    absent = f"{place.registry}/evidence/payments@sha256:{'ab' * 32}"
    assert run(pod, volumes(tmp_path / "absent", place), absent).code == 3


def test_a_tag_that_was_moved_changes_nothing_for_who_names_the_digest(place: Place, tmp_path: Path) -> None:
    other = Release(tmp_path / "other")
    other.path("rollout/rings.json").unlink()
    other.seal()
    target = f"{place.registry}/evidence/payments:2.14.0"
    assert gatelib("evidence", "push", other.pack, target, "--plain-http", cwd=tmp_path).code == 0
    pod = pod_of("the pod of a step")
    assert run(pod, volumes(tmp_path / "by digest", place), place.pack).code == 0
    moved = run(pod, volumes(tmp_path / "by tag", place), target)
    assert (moved.code, "GL-REL-001" in moved.text) == (1, True)
