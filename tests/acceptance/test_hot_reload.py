"""An OPA server that polls takes each new bundle without losing a request, and none that is tampered."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.budget import budget
from tests.hot_reload import REVIEW, SCOPE, TAMPERED, Load, Release, tampered
from tests.opa_server import Server, opa_server
from tests.polling import Files, bundle_status, configuration, revision, wait_for
from tests.signing import pair

BUNDLE = "gatelib.tar.gz"


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


def test_no_request_is_lost_and_none_answered_from_a_bundle_that_was_never_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    swaps = budget(6, 50)
    chance = random.Random(4)
    bad = [*chance.sample(list(TAMPERED), len(TAMPERED)), *TAMPERED][: swaps // 2]
    order: list[str | None] = [*bad, *[None] * (swaps - len(bad))]
    chance.shuffle(order)
    releases = [Release(0)]
    active = Counter[str]()
    with Files() as files:
        files.put(BUNDLE, releases[0].signed)
        with polling(tmp_path, files) as server, Load(server.url) as load:
            for number, kind in enumerate(order, 1):
                if kind is None:
                    releases.append(Release(number))
                    files.put(BUNDLE, releases[-1].signed)
                    wait_for(lambda: revision(server) == releases[-1].revision, f"swap {number}")
                else:
                    files.put(BUNDLE, tampered(kind, number))
                    assert refuses(server, files), f"swap {number}: {kind} was not refused"
                assert answers_from(server, releases[-1]), f"swap {number}: {kind or 'valid'}"
    for answer, times in load.answers.items():
        source = [release.revision for release in releases if release.answers(answer)]
        active[source[0] if source else "never valid"] += times
    with capsys.disabled():
        print(
            f"\n{swaps} swaps, {len(bad)} of them tampered: {sum(active.values())} requests, "
            f"{len(load.failures)} failed, {active['never valid']} from a bundle that was never valid, "
            f"{len(+active)} of {len(releases)} valid bundles seen, slowest answer {load.slowest:.3f} s"
        )
    assert load.failures == []
    assert active["never valid"] == 0
    assert set(+active) == {release.revision for release in releases}


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
