"""An OPA server that polls takes each new bundle without losing a request, and none that is tampered."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from gatelib.bundle import oci
from gatelib.export.conftest import entry
from tests.budget import budget
from tests.hot_reload import REVIEW, SCOPE, TAMPERED, Load, Release, tampered
from tests.opa_server import Server, opa_server
from tests.polling import Files, bundle_status, configuration, revision, wait_for
from tests.registry import registry
from tests.signing import pair

BUNDLE = "gatelib.tar.gz"
NEVER_VALID = "a bundle that was never valid"
NO_ARTIFACT = {"cut_off", "no_archive"}
"""What gatelib does not push, since it cannot read it."""


@contextmanager
def polling(folder: Path, files: Files, wait: str = "/health?bundles") -> Iterator[Server]:
    """An OPA server that polls the files and takes what the release key signed for admission."""
    path = folder / "config.json"
    path.write_text(json.dumps(configuration(files.url, pair("release").public, scope=SCOPE)), "utf-8")
    with opa_server("--config-file", path, wait=wait) as server:
        yield server


def answers_from(server: Server, release: Release) -> bool:
    status, value = server.ask("POST", "/", REVIEW)
    return status == 200 and release.answers(json.dumps(value).encode())


def refuses(server: Server, files: Files) -> str:
    """Wait until the server has looked at what is served now, and return why it does not take it."""
    wait_for(lambda: files.asked(BUNDLE) > 1, "a second poll")
    return str(bundle_status(server).get("message", ""))


@dataclass(frozen=True)
class Swap:
    """What is served next: a release, or a tampered bundle of some kind."""

    number: int
    kind: str | None
    release: Release | None

    @property
    def content(self) -> bytes:
        return self.release.signed if self.release else tampered(self.kind or "", self.number)


def swaps(kinds: list[str | None]) -> list[Swap]:
    return [Swap(number, kind, None if kind else Release(number)) for number, kind in enumerate(kinds, 1)]


def seen(load: Load, valid: list[Release], what: str, capsys: pytest.CaptureFixture[str]) -> Counter[str]:
    """Count the answers by the revision that all of them comes from, and print that."""
    found = Counter[str]()
    for answer, times in load.answers.items():
        source = [release.revision for release in valid if release.answers(answer)]
        found[source[0] if source else NEVER_VALID] += times
    with capsys.disabled():
        print(
            f"\n{what}: {sum(found.values())} requests, {len(load.failures)} failed, "
            f"{found[NEVER_VALID]} answered from {NEVER_VALID}, "
            f"{len(+found)} of {len(valid)} valid bundles seen, slowest answer {load.slowest:.3f} s"
        )
    return +found


def test_no_request_is_lost_and_none_answered_from_a_bundle_that_was_never_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = budget(6, 50)
    chance = random.Random(4)
    bad = [*chance.sample(list(TAMPERED), len(TAMPERED)), *TAMPERED][: number // 2]
    kinds = [*bad, *[None] * (number - len(bad))]
    chance.shuffle(kinds)
    valid = [Release(0)]
    with Files() as files:
        files.put(BUNDLE, valid[0].signed)
        with polling(tmp_path, files) as server, Load(server.url) as load:
            for swap in swaps(kinds):
                files.put(BUNDLE, swap.content)
                if swap.release:
                    valid.append(swap.release)
                    wait_for(lambda: revision(server) == valid[-1].revision, str(swap))
                else:
                    assert refuses(server, files), swap
                assert answers_from(server, valid[-1]), swap
    found = seen(load, valid, f"HTTP, {number} swaps, {len(bad)} of them tampered", capsys)
    assert load.failures == []
    assert set(found) == {release.revision for release in valid}


def test_the_same_with_a_registry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number = budget(2, 24)
    kinds = [kind for kind in TAMPERED if kind not in NO_ARTIFACT][: number // 2]
    order = [kind for bad in kinds for kind in (None, bad)]
    valid = [Release(0)]
    with registry(tmp_path / "registry") as address:
        reference = f"{address}/policies/gatelib:admission"
        settings = configuration(f"http://{address}", pair("release").public, scope=SCOPE, resource=reference)
        settings["services"]["policies"]["type"] = "oci"
        settings["bundles"]["gatelib"]["polling"] = {"min_delay_seconds": 1, "max_delay_seconds": 1}
        settings["persistence_directory"] = str(tmp_path / "persisted")
        (tmp_path / "config.json").write_text(json.dumps(settings), "utf-8")
        push = partial(oci.push, reference, entry=entry(), plain_http=True)
        push(valid[0].signed)
        with opa_server("--config-file", tmp_path / "config.json") as server, Load(server.url) as load:
            for swap in swaps(order):
                push(swap.content)
                if swap.release:
                    valid.append(swap.release)
                    wait_for(lambda: revision(server) == valid[-1].revision, str(swap))
                else:
                    wait_for(lambda: bundle_status(server).get("message"), str(swap))
                assert answers_from(server, valid[-1]), swap
    what = f"registry, {len(order)} swaps, {len(kinds)} of them tampered"
    found = seen(load, valid, what, capsys)
    assert load.failures == []
    assert set(found) == {release.revision for release in valid}


@pytest.mark.parametrize("kind", TAMPERED)
def test_a_server_keeps_its_bundle_when_one_appears_that_is(kind: str, keeping: tuple[Server, Files]) -> None:
    server, files = keeping
    files.put(BUNDLE, tampered(kind, 1))
    assert refuses(server, files)
    assert answers_from(server, Release(0))
    assert server.ask("GET", "/health?bundles&plugins")[0] == 200
    files.put(BUNDLE, Release(0).signed)


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Files]]:
    with Files() as files:
        files.put(BUNDLE, Release(0).signed)
        with polling(tmp_path_factory.mktemp("opa"), files) as server:
            yield server, files


@pytest.mark.parametrize("kind", ["unsigned", "rule_changed", "other_scope", "other_key"])
def test_a_server_that_never_had_a_bundle_is_not_healthy_and_admits_nothing(
    kind: str, tmp_path: Path
) -> None:
    with Files() as files:
        files.put(BUNDLE, tampered(kind, 1))
        with polling(tmp_path, files, wait="/health") as server:
            assert refuses(server, files)
            assert server.ask("GET", "/health?bundles&plugins")[0] == 500
            status, answer = server.ask("POST", "/", REVIEW)
            assert status == 404
            assert "response" not in answer
            files.put(BUNDLE, Release(2).signed)
            wait_for(lambda: server.ask("GET", "/health?bundles&plugins")[0] == 200, "the first bundle")
            assert answers_from(server, Release(2))


def test_opa_takes_an_older_bundle_that_is_signed(tmp_path: Path) -> None:
    """Which is why `gatelib bundle status` looks at the revision every night."""
    with Files() as files:
        files.put(BUNDLE, Release(9).signed)
        with polling(tmp_path, files) as server:
            files.put(BUNDLE, Release(1).signed)
            wait_for(lambda: revision(server) == Release(1).revision, "the rollback")
            assert answers_from(server, Release(1))
