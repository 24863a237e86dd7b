"""An audit: whatever was altered is reported and nothing else is, however often the audit was ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gatelib import deployed
from gatelib.attestation import vouched
from gatelib.audit import auditing, population
from gatelib.cli.auditing import auditor_of
from gatelib.evidence import building, oci
from gatelib.gate import Gate
from gatelib.report import Report
from tests.acceptance.command import Done, gatelib, no_traceback
from tests.audits import RULE, Shop, bundle, trusting
from tests.budget import budget
from tests.paths import ROOT
from tests.registry import registry
from tests.release import key, public

SIZE: Final = budget(14, 1000)

Alter = Callable[[Shop, Path], None]


def changed(shop: Shop, pack: Path) -> None:
    (pack / "rollout" / "error-budget.json").write_bytes(
        (pack / "rollout" / "error-budget.json").read_bytes().replace(b"40.0", b"90.0")
    )


def resealed(shop: Shop, pack: Path) -> None:
    changed(shop, pack)
    (pack / "MANIFEST.sha256").unlink()
    building.seal(pack)


def removed(shop: Shop, pack: Path) -> None:
    (pack / "rollout" / "error-budget.json").unlink()


def added(shop: Shop, pack: Path) -> None:
    (pack / "rollout" / "note.txt").write_text("nobody signed this")


def linked(shop: Shop, pack: Path) -> None:
    place = pack / "rollout" / "error-budget.json"
    place.rename(shop.folder / f"{pack.name}.json")
    place.symlink_to(shop.folder / f"{pack.name}.json")


def edited(shop: Shop, pack: Path) -> None:
    place = pack / "controls" / "report.json"
    place.write_bytes(place.read_bytes().replace(b'"judged": 1', b'"judged": 2'))


def another(shop: Shop, pack: Path) -> None:
    """Put another release's attestation and report in the place of its own."""
    other = shop.releases / "shop-1.0.0" / "controls"
    for name in ("attestation.dsse.json", "attestation.json", "report.json"):
        (pack / "controls" / name).write_bytes((other / name).read_bytes())


def stripped(shop: Shop, pack: Path) -> None:
    place = pack / "controls" / "attestation.dsse.json"
    place.write_text(json.dumps({**json.loads(place.read_text()), "signatures": []}))


def renamed(shop: Shop, pack: Path) -> None:
    place = pack / "release.yaml"
    place.write_text(place.read_text().replace("0123456789" * 4, "abcdef0123" * 4))


def swapped(shop: Shop, pack: Path) -> None:
    """Have rules judge that were signed by somebody whom only that day's configuration trusted."""
    (shop.inputs / "keys" / "eve.pem").write_bytes(public("eve"))
    (shop.inputs / "eve.tar.gz").write_bytes(bundle(signer="eve"))
    listed = [{"keyid": "eve", "key": "keys/eve.pem"}]
    (shop.inputs / "eve.yaml").write_text(yaml.safe_dump(trusting(bundle=listed)))
    shop.attest(pack, config="gate/eve.yaml", bundle="gate/eve.tar.gz")


class Liar(Gate):
    """A gate that finds nothing, in the hands of whoever has the attester's key."""

    __slots__ = ()

    def check(self, *arguments: Any, **settings: Any) -> Report:
        found = super().check(*arguments, **settings)
        assert found.outcome == "fail"
        rules = tuple(replace(rule, status="pass", findings=0) for rule in found.rules)
        return replace(found, findings=(), rules=rules)


class Forgetful(Liar):
    """The same, which says of nothing but the pack that it was read."""

    __slots__ = ()

    def check(self, *arguments: Any, **settings: Any) -> Report:
        found = super().check(*arguments, **settings)
        inputs = tuple(entry for entry in found.inputs if not entry[0].endswith(".yaml"))
        return replace(found, inputs=inputs)


def lied(shop: Shop, pack: Path, kind: type[Gate] = Liar) -> None:
    """Release with an exhausted budget, and attest the contrary with the attester's own key."""
    for name in ("index.jsonl", "MANIFEST.sha256"):
        (pack / name).unlink()
    shop.add(pack, -4.0)
    building.seal(pack)
    real = shop.gate(pack)
    liar = object.__new__(Shop)
    liar.folder, liar.inputs = shop.folder, shop.inputs
    liar.gate = lambda *_, **__: kind(real.settings, real.policy)  # type: ignore[method-assign] # the attack
    liar.attest(pack)


ALTERED: Final[Mapping[str, tuple[Alter, set[str]]]] = {
    "one byte of evidence": (changed, {"pack", "rerun"}),
    "evidence changed and sealed again": (resealed, {"pack", "release", "unavailable"}),
    "evidence removed": (removed, {"pack", "rerun"}),
    "evidence added": (added, {"pack", "rerun"}),
    "a link for evidence": (linked, {"pack", "rerun"}),
    "a report edited": (edited, {"report", "rerun"}),
    "another release's attestation": (another, {"pack", "release", "unavailable"}),
    "the signature stripped": (stripped, {"signature"}),
    "the Release changed": (renamed, {"pack", "release", "unavailable"}),
    "the bundle swapped": (swapped, {"bundle"}),
    "the attester lied": (lied, {"rerun"}),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return a shop whose releases all hold; no test may change it."""
    shop = Shop(tmp_path_factory.mktemp("good") / "shop")
    for number in range(SIZE):
        shop.release(f"1.0.{number}")
    return shop


@pytest.fixture
def shop(good: Shop, tmp_path: Path) -> Shop:
    """Return a shop with a few releases, to be altered."""
    return good.copied(tmp_path / "shop", only=[f"shop-1.0.{number}" for number in range(4)])


@pytest.fixture(scope="module")
def altered(good: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return a shop some of whose releases were altered, each in another way."""
    shop = good.copied(tmp_path_factory.mktemp("altered") / "shop")
    for number, (alter, _) in enumerate(ALTERED.values(), 1):
        alter(shop, shop.releases / f"shop-1.0.{number}")
    return shop


def audit(shop: Shop, *options: str | Path) -> Done:
    """Run an audit, which may take longer than commands do."""
    own = ("--releases", "releases", "--inputs", "gate", "--config", "gate/gatelib.yaml", "--format", "json")
    done = subprocess.run(
        [sys.executable, "-m", "gatelib", "audit", "verify", *own, *options],
        cwd=shop.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=budget(120, 1800),
    )
    return Done(done.returncode, done.stdout, done.stderr, 0.0, 0)


def audited(shop: Shop, *, inputs: Path | None = None) -> Any:
    """Return the JSON form of the same, found in this process."""
    auditor, _ = auditor_of(str(shop.config), (str(inputs or shop.inputs),), str(shop.releases))
    return auditing.audit(population.read(str(shop.releases)), auditor).to_dict()


def checks(done: Done) -> dict[str, set[str]]:
    """Return the checks that do not hold, by release."""
    assert no_traceback(done), done.complaint
    return failed(json.loads(done.out))


def failed(found: Any) -> dict[str, set[str]]:
    """Return the checks that do not hold, by release."""
    return {
        entry["name"]: {fault["check"] for fault in entry["faults"]}
        for entry in found["releases"]
        if entry["faults"]
    }


def test_releases_that_nobody_altered_hold(good: Shop) -> None:
    done = audit(good, "--jobs", "2")
    assert (done.code, checks(done)) == (0, {})
    assert len(done.report["releases"]) == SIZE


def test_exactly_the_altered_releases_are_reported(altered: Shop) -> None:
    done = audit(altered, "--jobs", "2")
    assert checks(done) == {
        f"shop-1.0.{number}": kinds for number, (_, kinds) in enumerate(ALTERED.values(), 1)
    }
    assert done.code == 3


def test_an_audit_that_was_killed_goes_on_and_says_the_same(altered: Shop, tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    at_once = audit(altered, "--jobs", "2")
    killed_after(SIZE // 2, altered, state)
    before = state.read_bytes()
    finished = before.count(b"\n")
    assert SIZE // 2 <= finished < SIZE
    state.write_bytes(before + b'{"means":"torn in the mi')
    resumed = audit(altered, "--jobs", "2", "--state", state)
    assert (resumed.code, resumed.out) == (at_once.code, at_once.out)
    after = state.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == SIZE + 1  # the torn line ended, and nothing was done twice


def test_one_process_says_what_several_say(shop: Shop) -> None:
    changed(shop, shop.releases / "shop-1.0.2")
    one, several = (audit(shop, "--jobs", jobs) for jobs in ("1", "3"))
    assert (one.code, one.out) == (several.code, several.out)
    assert checks(one) == {"shop-1.0.2": {"pack", "rerun"}}


def killed_after(count: int, shop: Shop, state: Path) -> None:
    """Start an audit, and kill it once it has finished as many releases; its workers end by themselves."""
    options = ("--releases", "releases", "--inputs", "gate", "--config", "gate/gatelib.yaml", "--jobs", "2")
    process = subprocess.Popen(
        [sys.executable, "-m", "gatelib", "audit", "verify", *options, "--state", state],
        cwd=shop.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + budget(60, 600)
    while not state.exists() or state.read_bytes().count(b"\n") < count:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_what_was_finished_is_not_believed_once_anything_is_another(shop: Shop, tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    assert checks(audit(shop, "--state", state)) == {}
    changed(shop, shop.releases / "shop-1.0.1")  # its identity is as it was
    assert checks(audit(shop, "--state", state)) == {"shop-1.0.1": {"pack", "rerun"}}
    (shop.releases / "shop-1.0.2").rename(shop.releases / "elsewhere")
    assert [entry["name"] for entry in audit(shop, "--state", state).report["releases"]] == [
        "shop-1.0.0",
        "shop-1.0.1",
        "elsewhere",
        "shop-1.0.3",
    ]
    (shop.inputs / "keys" / "attester.pem").write_bytes(public("mallory"))
    assert checks(audit(shop, "--state", state)) == {
        "elsewhere": {"signature"},
        "shop-1.0.0": {"signature"},
        "shop-1.0.1": {"pack", "signature", "rerun"},
        "shop-1.0.3": {"signature"},
    }


def test_a_key_of_another_role_attests_nothing(shop: Shop) -> None:
    shop.attest(shop.releases / "shop-1.0.1", signer="ci")
    assert failed(audited(shop)) == {"shop-1.0.1": {"signature"}}


def test_what_a_run_needs_and_nobody_has_is_named(shop: Shop) -> None:
    (shop.folder / "audit").mkdir()
    (shop.inputs / "keys").rename(shop.folder / "audit" / "keys")
    shop.config.rename(shop.folder / "audit" / "gatelib.yaml")
    done = audit(shop, "--config", "audit/gatelib.yaml")
    assert (done.code, checks(done)) == (3, {f"shop-1.0.{number}": {"unavailable"} for number in range(4)})
    said = done.report["releases"][0]["faults"][0]["message"]
    digest = json.loads((shop.releases / "shop-1.0.0/controls/attestation.json").read_bytes())
    assert said == (
        f"`report.json` cannot be judged again without the configuration, sha256 {digest['config']['sha256']}"
    )


def test_keys_beside_a_configuration_count_only_among_the_inputs(shop: Shop) -> None:
    shutil.copytree(shop.inputs, shop.folder / "few", ignore=shutil.ignore_patterns("keys"))
    (shop.folder / "few" / "keys").symlink_to(shop.inputs / "keys")
    found = audited(shop, inputs=shop.folder / "few")
    assert {fault["message"] for entry in found["releases"] for fault in entry["faults"]} == {
        "`report.json` cannot be judged again without `ci.pem`, which the configuration names outside the "
        "inputs"
    }


def test_a_report_that_names_nothing_that_was_judged_is_not_believed(shop: Shop) -> None:
    lied(shop, shop.releases / "shop-1.0.1", Forgetful)
    found = audited(shop)
    assert failed(found) == {"shop-1.0.1": {"unavailable"}}
    assert found["releases"][1]["faults"] == [
        {
            "check": "unavailable",
            "message": "`report.json` cannot be judged again: it names nothing that was judged",
        }
    ]


def test_a_sample_is_drawn_again_and_only_it_is_verified(shop: Shop, tmp_path: Path) -> None:
    drawn = sample(shop, "--fraction", "0.5", "--seed", "a seed")
    place = tmp_path / "sample.json"
    place.write_bytes(drawn.out)
    done = audit(shop, "--sample", place)
    chosen = {entry["name"] for entry in json.loads(drawn.out)["chosen"]}
    assert {entry["name"] for entry in done.report["releases"]} == chosen
    assert (done.code, len(chosen), done.report["faults"]) == (0, 2, [])
    assert done.report["population"] == json.loads(drawn.out)["population"]


def test_a_sample_that_its_seed_does_not_choose_is_a_fault(shop: Shop, tmp_path: Path) -> None:
    drawn = json.loads(sample(shop, "--fraction", "0.25", "--seed", "a seed").out)
    everything = json.loads(sample(shop, "--fraction", "1", "--seed", "a seed").out)["chosen"]
    other = next(entry for entry in everything if entry != drawn["chosen"][0])
    place = tmp_path / "sample.json"
    place.write_text(json.dumps({**drawn, "chosen": [other]}))
    done = audit(shop, "--sample", place)
    assert (done.code, done.report["faults"]) == (1, ["the sample is not what its seed chooses"])
    assert {entry["name"] for entry in done.report["releases"]} == {drawn["chosen"][0]["name"], other["name"]}


def test_a_release_that_was_left_out_since_the_draw_is_a_fault(shop: Shop, tmp_path: Path) -> None:
    drawn = sample(shop, "--fraction", "1", "--seed", "a seed")
    place = tmp_path / "sample.json"
    place.write_bytes(drawn.out)
    shutil.rmtree(shop.releases / "shop-1.0.2")
    done = audit(shop, "--sample", place)
    (first, second) = done.report["faults"]
    assert first.startswith("the sample was drawn from other releases: their digest was ")
    assert second == "shop 1.0.2, which was chosen, is not there"
    assert done.code == 1


def test_what_is_no_release_is_named_and_the_others_are_chosen_from(shop: Shop) -> None:
    (shop.releases / "README.md").write_text("not a release")
    (shop.releases / "shop-1.0.1" / "MANIFEST.sha256").unlink()
    (shop.releases / "shop-1.0.2" / "release.yaml").write_text("kind: Release")
    (shop.releases / "empty").mkdir()
    (shop.releases / "link").symlink_to(shop.releases / "shop-1.0.0")
    shutil.copytree(shop.releases / "shop-1.0.0", shop.releases / "zzz" / "again")
    done = sample(shop, "--fraction", "1", "--seed", "a seed")
    said = json.loads(done.out)
    assert done.code == 3
    assert [entry["name"] for entry in said["unread"]] == [
        "README.md",
        "empty",
        "link",
        "shop-1.0.1",
        "shop-1.0.2",
        "zzz/again",
    ]
    assert {entry["name"]: entry["reason"] for entry in said["unread"]} == {
        "README.md": "is no release",
        "empty": "is not sealed: it has no `MANIFEST.sha256`",
        "link": "is a link",
        "shop-1.0.1": "is not sealed: it has no `MANIFEST.sha256`",
        "shop-1.0.2": "release.yaml: has 0 Release records, and there must be one",
        "zzz/again": "is the same release as `shop-1.0.0`",
    }
    assert sorted(entry["name"] for entry in said["chosen"]) == ["shop-1.0.0", "shop-1.0.3"]


def test_where_no_release_is_nothing_holds(shop: Shop) -> None:
    shutil.rmtree(shop.releases)
    for made in (False, True):
        if made:
            shop.releases.mkdir()
        done = audit(shop)
        assert (done.code, done.out) == (3, b"")
        assert done.complaint.startswith("gatelib: releases: there is no ")


def test_releases_may_be_tars_at_any_depth(shop: Shop) -> None:
    for number in (1, 2):
        pack = shop.releases / f"shop-1.0.{number}"
        place = shop.releases / "2026" / f"{pack.name}.tar.gz"
        place.parent.mkdir(exist_ok=True)
        if number == 2:
            changed(shop, pack)
        subprocess.run(["tar", "-czf", place, "-C", pack, "."], check=True)
        shutil.rmtree(pack)
    assert failed(audited(shop)) == {"2026/shop-1.0.2.tar.gz": {"pack", "rerun"}}


def test_releases_may_lie_in_a_registry(shop: Shop, tmp_path: Path) -> None:
    changed(shop, shop.releases / "shop-1.0.2")
    with registry(tmp_path / "registry") as host:
        for pack in sorted(shop.releases.iterdir()):
            oci.push(f"{host}/evidence/shop:{pack.name.removeprefix('shop-')}", pack, plain_http=True)
        bundles = f"{host}/evidence/shop:rules"
        pushed = gatelib(
            "bundle", "push", shop.inputs / "bundle.tar.gz", bundles, "--plain-http", cwd=tmp_path
        )
        assert pushed.code == 0, pushed.complaint
        place = f"oci://{host}/evidence/shop"
        drawn = sample(shop, "--fraction", "1", "--seed", "s", "--releases", place)
        folder = sample(shop, "--fraction", "1", "--seed", "s")
        done = audit(shop, "--releases", place)
    assert drawn.code == 0, drawn.complaint
    assert json.loads(drawn.out)["population"] == json.loads(folder.out)["population"]
    assert json.loads(drawn.out)["left_out"] == ["rules"]
    assert sorted(entry["name"] for entry in json.loads(drawn.out)["chosen"]) == [
        f"1.0.{number}" for number in range(4)
    ]
    assert checks(done) == {"1.0.2": {"pack", "rerun"}}


def test_a_pack_that_was_judged_from_a_registry_is_judged_again_from_where_it_lies(
    shop: Shop, tmp_path: Path
) -> None:
    with registry(tmp_path / "registry") as host:
        for number in (1, 2):
            pack = shop.releases / f"shop-1.0.{number}"
            shutil.rmtree(pack / "controls")
            name = f"{host}/evidence/shop:1.0.{number}"
            oci.push(name, pack, plain_http=True)
            shop.attest(pack, evidence=[f"oci://{name}"], access=lambda _: {"plain_http": True})
    changed(shop, shop.releases / "shop-1.0.2")
    assert failed(audited(shop)) == {"shop-1.0.2": {"pack", "rerun"}}


def test_reports_that_a_runner_signed_are_judged_again(shop: Shop) -> None:
    for number in (1, 2):
        pack = shop.releases / f"shop-1.0.{number}"
        report = json.loads((pack / "controls" / "report.json").read_bytes())
        if number == 2:
            report["rules"][0]["judged"] = 5
        record = (pack / "release.yaml").read_bytes()
        shutil.rmtree(pack / "controls")
        signed = vouched.signed(json.dumps(report).encode(), record, called="release.yaml", key=key("runner"))
        shop.attest(pack, reports={"gate.dsse.json": signed})
    found = audited(shop)
    assert failed(found) == {"shop-1.0.2": {"rerun"}}
    assert found["releases"][2]["faults"] == [
        {
            "check": "rerun",
            "message": f"reports/gate.dsse.json: rules[{RULE}].judged was `5`, and is `1`",
        }
    ]


def test_an_attester_who_keeps_quiet_about_an_image_that_nothing_runs_is_reported(shop: Shop) -> None:
    manifest = shop.inputs / "deploy" / "shop.yaml"
    manifest.write_text(manifest.read_text().replace("ab" * 32, "cd" * 32))
    with pytest.MonkeyPatch.context() as patch:  # the attester's own program
        patch.setattr(deployed, "absent", lambda *_: [])
        shop.attest(shop.releases / "shop-1.0.1")
    for number in (0, 2, 3):
        shutil.rmtree(shop.releases / f"shop-1.0.{number}")
    (only,) = audited(shop)["releases"]
    assert only["faults"] == [
        {
            "check": "controls",
            "message": "the reports say more against the release than is attested",
        }
    ]


def sample(shop: Shop, *options: str) -> Done:
    command = ("audit", "sample", "--releases", "releases", "--format", "json")
    done = gatelib(*command, *options, cwd=shop.folder)
    assert no_traceback(done), done.complaint
    return done
