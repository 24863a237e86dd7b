"""Going back to an older release: what held then, what does not hold any more, and what the ledger gets."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatelib.audit.rolling_back import Rollback, Today, judge
from gatelib.cli.auditing import auditor_of
from gatelib.ledger.entry import New
from gatelib.settings import parse_now
from tests.acceptance.command import Done, gatelib, no_traceback
from tests.acceptance.test_audit import changed, lied
from tests.attestations import BUNDLE, Attested
from tests.audits import Shop, bundle
from tests.release import public

NEXT_DAY = "2026-11-23T00:00:00Z"
NEXT_YEAR = "2027-11-22T00:00:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("made") / "shop")
    shop.release("1.0.0")
    return shop


@pytest.fixture
def shop(made: Shop, tmp_path: Path) -> Shop:
    """Return a shop with one release, to be altered."""
    return made.copied(tmp_path / "shop")


@pytest.fixture(scope="module")
def payments(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    """Return the example, with an exception in force and a manifest that needs it; no test may change it."""
    release = Attested(tmp_path_factory.mktemp("payments"))
    release.replace("payments/payments.yaml", '            limits: {cpu: "1", memory: 512Mi}\n', "")
    release.give("nina", "omar", expires="2026-11-30")
    release.seal().attest()
    return release


def command(shop: Shop, *options: str | Path, now: str = NEXT_DAY) -> Done:
    """Ask about the shop's release as people do."""
    own = ("--inputs", "gate", "--config", "gate/gatelib.yaml", "--now", now)
    done = gatelib("audit", "rollback", "releases/shop-1.0.0", *own, *options, cwd=shop.folder)
    assert no_traceback(done), done.complaint
    return done


def judged(
    pack: Path, inputs: Path, *, config: str = "gatelib.yaml", bundle: Path | None = None, now: str
) -> Rollback:
    """Return what is said of a release, by a configuration that lies among its inputs."""
    moment = parse_now(now)
    assert moment is not None
    auditor, _ = auditor_of(str(inputs / config), (str(inputs),), str(pack))
    return judge(str(pack), auditor, Today(now=moment, config=inputs / config, bundle=bundle))


def of_shop(
    shop: Shop, *, config: str = "gatelib.yaml", bundle: Path | None = None, now: str = NEXT_DAY
) -> Rollback:
    return judged(shop.releases / "shop-1.0.0", shop.inputs, config=config, bundle=bundle, now=now)


def of_payments(
    release: Attested, *, config: str = "gatelib.yaml", bundle: Path | None = None, now: str
) -> Rollback:
    # The folder that the pack lies in has all that its gate ran with.
    return judged(release.pack, release.folder, config=config, bundle=bundle, now=now)


def decided(found: Rollback) -> tuple[int, str, list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the exit code, the decision, and the faults of both days."""
    then, today = ([(fault.check, fault.message) for fault in day] for day in (found.then, found.today))
    return found.exit_code, found.decision, then, today


def test_a_release_that_still_holds_is_go_and_its_entry_names_digests_only(shop: Shop) -> None:
    done = command(shop, "--format", "json", now=NEXT_YEAR)
    pack = shop.releases / "shop-1.0.0"
    assert done.report == {
        "schema": "gatelib.dev/rollback/v1",
        "release": {
            "service": "shop",
            "version": "1.0.0",
            "sha256": digest(pack / "MANIFEST.sha256").removeprefix("sha256:"),
        },
        "decision": "GO",
        "then": [],
        "today": [],
        "entry": {
            "type": "rollback",
            "evidence": {
                "shop-1.0.0/pack": digest(pack / "MANIFEST.sha256"),
                "shop-1.0.0/attestation": digest(pack / "controls" / "attestation.dsse.json"),
            },
        },
    }
    assert done.code == 0


def test_the_ledger_takes_the_entry_as_it_is_printed(shop: Shop, tmp_path: Path) -> None:
    printed = command(shop, "--format", "entry")
    done = gatelib("ledger", "append", tmp_path / "audit", "-", stdin=printed.out, cwd=tmp_path)
    assert done.code == 0, done.complaint
    (line,) = [
        line for path in (tmp_path / "audit").rglob("*.jsonl") for line in path.read_text().splitlines()
    ]
    entry = json.loads(line)
    assert {key: entry[key] for key in ("type", "evidence")} == json.loads(printed.out)
    New(entry["type"], entry["evidence"])


def test_a_release_that_did_not_hold_on_its_day_is_no_go(shop: Shop) -> None:
    lied(shop, shop.releases / "shop-1.0.0")
    code, decision, then, today = decided(of_shop(shop))
    assert (code, decision, {check for check, _ in then}, today) == (1, "NO-GO", {"rerun"}, [])


def test_a_release_that_was_changed_is_no_go_and_the_ledger_hears_of_it(shop: Shop) -> None:
    changed(shop, shop.releases / "shop-1.0.0")
    done = command(shop)
    *_, decision, entry = done.text.splitlines()
    assert (done.code, decision, json.loads(entry)["type"]) == (1, "NO-GO: shop 1.0.0", "rollback-refused")
    assert of_shop(shop).entry == json.loads(entry)


def test_a_release_whose_attester_is_not_trusted_any_more_is_no_go(shop: Shop) -> None:
    (shop.inputs / "keys" / "attester.pem").write_bytes(public("mallory"))
    code, decision, then, today = decided(of_shop(shop))
    assert (code, decision, then, today) == (
        1,
        "NO-GO",
        [("signature", "the attestation is signed by nobody who is trusted with it")],
        [],
    )


def test_a_bundle_whose_key_was_given_up_is_no_go(shop: Shop) -> None:
    today = yaml.safe_load(shop.config.read_text())
    today["trust"]["bundle"] = [{"keyid": "next", "key": "keys/next.pem"}]
    (shop.inputs / "keys" / "next.pem").write_bytes(public("next"))
    (shop.inputs / "today.yaml").write_text(yaml.safe_dump(today))
    code, decision, then, _ = decided(of_shop(shop, config="today.yaml"))
    assert (code, decision, [check for check, _ in then]) == (1, "NO-GO", ["bundle"])


def test_rules_of_today_are_held_against_what_was_released(shop: Shop) -> None:
    (shop.folder / "today.tar.gz").write_bytes(bundle("GL-REL-002", "GL-REL-017"))
    same = of_shop(shop, bundle=shop.inputs / "bundle.tar.gz", now=NEXT_YEAR)
    assert decided(same) == (0, "GO", [], [])
    code, decision, then, today = decided(of_shop(shop, bundle=shop.folder / "today.tar.gz"))
    assert (code, decision, then) == (1, "NO-GO", [])
    assert {(check, message.partition(":")[0]) for check, message in today} == {("rules", "GL-REL-002")}


def test_rules_of_today_that_nobody_has_signed_judge_nothing(shop: Shop) -> None:
    (shop.folder / "today.tar.gz").write_bytes(bundle(signer="eve"))
    code, decision, _, today = decided(of_shop(shop, bundle=shop.folder / "today.tar.gz"))
    assert (code, decision, [check for check, _ in today]) == (3, "NO-GO", ["unavailable"])


def test_a_waiver_that_is_still_in_force_is_go(payments: Attested) -> None:
    assert decided(of_payments(payments, now=NEXT_DAY)) == (0, "GO", [], [])


def test_a_waiver_that_has_expired_since_is_no_go(payments: Attested) -> None:
    assert decided(of_payments(payments, now=NEXT_YEAR)) == (
        1,
        "NO-GO",
        [],
        [("waiver", "the exception `for-now` has expired since: `2026-11-30`")],
    )


def test_a_waiver_that_was_revoked_since_is_no_go_by_attestation_and_by_rules(payments: Attested) -> None:
    config: dict[str, Any] = payments.config()
    config["trust"]["revoked"] = ["revoked-today.yaml"]
    said = {"revocations": [{"name": "for-now", "reason": "nobody measures", "revoked": "2026-11-22"}]}
    (payments.folder / "revoked-today.yaml").write_text(yaml.safe_dump(said))
    (payments.folder / "today.yaml").write_text(yaml.safe_dump(config))
    found = of_payments(payments, bundle=payments.folder / BUNDLE, config="today.yaml", now=NEXT_DAY)
    code, decision, then, today = decided(found)
    assert (code, decision, then) == (1, "NO-GO", [])
    assert today[0] == ("waiver", "the exception `for-now` was revoked: nobody measures")
    assert {message.partition(":")[0] for check, message in today[1:] if check == "rules"} == {
        "GL-EXC-007",
        "GL-K8S-006",
    }


def digest(path: Path) -> str:
    return f"sha256:{sha256(path.read_bytes()).hexdigest()}"
