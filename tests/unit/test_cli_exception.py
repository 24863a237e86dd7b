"""``gatelib exception``, as people use it one after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatelib.exceptions import signing
from gatelib.exceptions.record import canonical, digest
from tests.acceptance.command import NOW, Done, gatelib
from tests.signing import pair
from tests.waivers import AUDIENCE, envelope, identity, record, write_gate, write_record


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_gate(tmp_path)
    for name in ("nina", "omar", "eve"):
        (tmp_path / f"{name}.key").write_text(pair(name, "EdDSA").private)
    return tmp_path


def new(place: Path, **changed: Any) -> Done:
    options = {
        "rule": "GL-K8S-006",
        "kind": "Pod",
        "namespace": "shop",
        "name": "api",
        "reason": "The limits are being measured.",
        "requester": identity("nina"),
        "approver": identity("omar"),
        "created": "2026-11-01T12:00:00.5+01:00",
        "expires": "2026-12-15",
        "audience": AUDIENCE,
        "ticket": "PLAT-7",
        "output": "for-now.yaml",
        "config": "gatelib.yaml",
        **changed,
    }
    given = [text for key, value in options.items() if value is not None for text in (f"--{key}", value)]
    return gatelib("exception", "new", *given, cwd=place)


def sign(place: Path, name: str, *more: str) -> Done:
    return gatelib("exception", "sign", "for-now.yaml", "--key", f"{name}.key", *more, cwd=place)


def listed(place: Path, command: str, *more: str) -> Done:
    given = ("for-now.yaml", "for-now.dsse.json", "--config", "gatelib.yaml", "--format", "json")
    there = [name for name in given if "for-now" not in name or (place / name).exists()]
    return gatelib("exception", command, *there, "--now", NOW, *more, cwd=place)


def test_an_exception_is_written_signed_verified_and_revoked(place: Path) -> None:
    made = new(place)
    assert (made.code, made.complaint) == (0, "")
    said = yaml.safe_load((place / "for-now.yaml").read_text())
    expected = record(created="2026-11-01T11:00:00Z", approver=[identity("omar")])
    assert said == expected
    assert [sign(place, name, "--as", identity(name)).code for name in ("nina", "omar")] == [0, 0]
    assert (place / "for-now.dsse.json").read_bytes() == envelope(expected, "nina", "omar")
    verified = listed(place, "verify")
    assert (verified.code, json.loads(verified.out)) == (0, [
        {
            "name": "for-now",
            "sha256": digest(expected),
            "state": "in force",
            **{key: expected["spec"][key] for key in ("rules", "target", "requester", "approver")},
            "audience": AUDIENCE,
            "created": "2026-11-01T11:00:00Z",
            "expires": "2026-12-15",
            "signed_by": [identity("nina"), identity("omar")],
            "problems": [],
        }
    ])  # fmt: skip
    revoked = ("--reason", "Repaired.", "--revoked", NOW, "-o", "revoked.yaml")
    assert gatelib("exception", "revoke", "for-now.yaml", *revoked, cwd=place).code == 0
    assert yaml.safe_load((place / "revoked.yaml").read_text()) == {
        "revocations": [{"sha256": digest(expected), "reason": "Repaired.", "revoked": NOW}]
    }
    after = listed(place, "verify")
    [entry] = json.loads(after.out)
    problem = "exception `for-now` is revoked: Repaired. (GL-EXC-007)"
    assert (after.code, entry["state"], entry["problems"]) == (1, "revoked", [problem])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rule": "GL-K8S-999"}, "names rule `GL-K8S-999`, and there is none (GL-EXC-003)"),
        ({"name": "*"}, "names the `name` of its target by the pattern `*` (GL-EXC-008)"),
        ({"name": None}, "has a target without a `name`, and so would be for every one (GL-EXC-008)"),
        ({"expires": "2027-12-15"}, "runs to `2027-12-15`, more than 90 days after it was created"),
        ({"approver": identity("Nina")}, f"is approved by its own requester `{identity('nina')}`"),
        (
            {"rule": "GL-K8S-001"},
            "needs 2 approvers who may waive it for `GL-K8S-001`, which is critical, and has "
            f"`{identity('omar')}` (GL-EXC-007)",
        ),
    ],
)  # fmt: skip
def test_what_the_rules_would_refuse_is_not_written(place: Path, changed: dict[str, str], said: str) -> None:
    done = new(place, **changed)
    assert done.code == 2
    assert f"gatelib: the rules would refuse it: exception `for-now` {said}" in done.complaint
    assert not (place / "for-now.yaml").exists()


def test_nothing_is_signed_for_another_person_or_over_another_text(place: Path) -> None:
    write_record(place, record())
    assert "names `eve@shop.example` neither as requester nor as approver" in sign(
        place, "eve", "--as", identity("eve")
    ).complaint  # fmt: skip
    assert sign(place, "nina").code == 0
    assert "this key has signed the record already" in sign(place, "nina").complaint
    changed = (place / "for-now.yaml").read_text().replace("measured", "weighed")
    (place / "for-now.yaml").write_text(changed)
    done = sign(place, "omar")
    assert (done.code, "the record is not what was signed here" in done.complaint) == (3, True)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-11-22T00:00:00Z", "in force"),
        ("2026-12-15T00:00:00Z", "expiring"),
        ("2026-12-15T23:59:59Z", "expiring"),
        ("2026-12-16T00:00:00Z", "expired"),
    ],
)
def test_a_list_names_the_state_at_a_moment(place: Path, now: str, state: str) -> None:
    write_record(place, record(), "nina", "omar")
    done = gatelib(
        "exception", "list", "for-now.dsse.json", "--config", "gatelib.yaml", "--now", now, cwd=place
    )
    assert (done.code, done.text) == (0, f"{state:<8}  for-now  until 2026-12-15  {digest(record())}\n")


def test_what_cannot_be_read_is_said(place: Path) -> None:
    write_record(place, record())
    (place / "for-now.dsse.json").write_text("{}")
    done = listed(place, "verify")
    assert (done.code, done.complaint) == (3, "gatelib: for-now.dsse.json: is no DSSE envelope\n")
    assert json.loads(done.out)[0]["state"] == "invalid"


def test_the_layout_of_a_file_is_not_signed(place: Path) -> None:
    write_record(place, record(), "nina", "omar")
    (place / "for-now.yaml").write_text("# for people\n" + json.dumps(record(), indent=4))
    assert listed(place, "verify").code == 0
    assert canonical(signing.read(place / "for-now.yaml")) == canonical(record())


def test_a_digest_is_revoked_as_it_is_and_a_record_by_its_name(place: Path) -> None:
    write_record(place, record())
    given = ("--reason", "Stolen.", "--revoked", NOW, "-o", "revoked.yaml")
    assert gatelib("exception", "revoke", "ab" * 32, *given, cwd=place).code == 0
    assert gatelib("exception", "revoke", "for-now.yaml", "--by-name", *given, cwd=place).code == 0
    assert gatelib("exception", "revoke", "ab" * 32, "--by-name", *given, cwd=place).code == 2
    assert yaml.safe_load((place / "revoked.yaml").read_text())["revocations"] == [
        {"sha256": "ab" * 32, "reason": "Stolen.", "revoked": NOW},
        {"name": "for-now", "reason": "Stolen.", "revoked": NOW},
    ]


def test_a_folder_without_exceptions_is_said_to_have_none(place: Path) -> None:
    (place / "none").mkdir()
    for command in ("verify", "list"):
        done = gatelib("exception", command, "none", "--config", "gatelib.yaml", cwd=place)
        assert (done.code, done.out, done.complaint) == (0, b"no exceptions\n", "")


def test_what_is_neither_a_file_nor_a_digest_is_not_revoked(place: Path) -> None:
    given = ("exception", "revoke", "deadbeef", "--reason", "Repaired.", "-o", "list.yaml")
    done = gatelib(*given, cwd=place)
    assert (done.code, done.complaint) == (
        2,
        "gatelib: deadbeef: is neither a file nor a digest\n"
        "  a digest has 64 digits, as `gatelib exception list` shows it\n",
    )


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"reason": " "}, "an exception has a reason\n  say why the rule cannot be kept for now\n"),
        (
            {"audience": None},
            "a signed exception is for somewhere\n  name the repository or cluster with --audience\n",
        ),
    ],
)
def test_a_record_is_not_written_without(place: Path, changed: dict[str, Any], complaint: str) -> None:
    done = new(place, **changed)
    assert (done.code, done.complaint) == (2, f"gatelib: {complaint}")
    assert not (place / "for-now.yaml").exists()


def test_unsigned_exceptions_are_for_anywhere_where_they_count(place: Path) -> None:
    (place / "unsigned.yaml").write_text("parameters: {exceptions: {require_signature: false}}\n")
    assert new(place, audience=None, config="unsigned.yaml").code == 0


def test_signatures_that_were_not_named_are_told_of(place: Path) -> None:
    assert new(place).code == 0
    assert [sign(place, name).code for name in ("nina", "omar")] == [0, 0]
    given = ("exception", "verify", "for-now.yaml", "--config", "gatelib.yaml", "--now", NOW)
    done = gatelib(*given, cwd=place)
    said = "gatelib: for-now.dsse.json: warning: has signatures for what was named, and was not named\n"
    assert (done.code, done.complaint) == (1, said)
    done = gatelib(*given, "for-now.dsse.json", cwd=place)
    assert (done.code, done.complaint) == (0, "")
