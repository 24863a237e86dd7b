"""What a Release declares not applicable counts only by an approver who may waive all that it hides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from gatelib.attestation import declaring
from gatelib.attestation.declaring import Declaration
from gatelib.attestation.model import NotApplicable
from gatelib.controls import load
from gatelib.errors import EvidenceError
from gatelib.evidence.release import Release
from gatelib.policy import shipped
from gatelib.trust import Party
from tests.packs import COMMIT, DIGEST, IMAGE, key, producer

RELEASE: Final = Release(service="shop", version="1.4.2", commit=COMMIT, images=(DIGEST,), sha256="ab" * 32)
ENTRY: Final = Declaration("TEN-01", "one tenant", "lea")
PLACE: Final = "controls/not-applicable/TEN-01.dsse.json"


def approver(**other: Any) -> Party:
    own = replace(producer("lea"), rules=("*",), severities=("critical", "high", "medium", "low"))
    return replace(own, **other)


def verified(
    *,
    signed: Declaration = ENTRY,
    declared: Declaration = ENTRY,
    release: Release = RELEASE,
    signer: str = "lea",
    party: Party | None = None,
    place: str = PLACE,
) -> Any:
    files = {place: declaring.sign(signed, RELEASE, [IMAGE], key(signer))}
    return declaring.verify(
        [declared],
        files,
        release,
        approvers=[party or approver()],
        catalogue=load(),
        severities=shipped().data["severities"],
    )


def test_what_an_approver_signed_counts() -> None:
    found = verified()
    assert found.exempt == {"TEN-01": NotApplicable(reason="one tenant", approver="lea", signed_by="lea")}
    assert found.unproved == {}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"declared": ENTRY._replace(reason="no tenant")}, "what is signed is not what the Release declares"),
        ({"declared": ENTRY._replace(approver="omar")}, "`omar` is no approver"),
        ({"release": replace(RELEASE, version="1.4.3")}, "what is signed is not what the Release declares"),
        ({"release": replace(RELEASE, commit="0" * 40)}, "what is signed is not what the Release declares"),
        ({"release": replace(RELEASE, images=())}, "what is signed is not what the Release declares"),
        ({"signer": "somebody"}, "the signature is signed by nobody who is trusted with it"),
        ({"place": "controls/not-applicable/SC-01.dsse.json"}, f"`{PLACE}` is missing"),
        ({"party": approver(rules=("GL-K8S-*",))}, "`lea` may not waive `GL-TEN-001`"),
        ({"party": approver(severities=("medium", "low"))}, "`lea` may not waive `GL-TEN-001`"),
    ],
)
def test_what_is_signed_otherwise_does_not(given: dict[str, Any], why: str) -> None:
    found = verified(**given)
    assert found.exempt == {}
    assert found.unproved == {"TEN-01": f"is declared not applicable, which does not count: {why}"}


def test_a_control_that_there_is_not_cannot_be_declared() -> None:
    entry = ENTRY._replace(control="TEN-99")
    found = verified(signed=entry, declared=entry)
    assert (found.exempt, found.unproved) == (
        {},
        {"TEN-99": "is declared not applicable, which does not count: there is no such control"},
    )


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ("[{control: TEN-01, reason: none}]", "lacks control, reason or approver"),
        ("[{control: TEN-01, reason: '', approver: lea}]", "lacks control, reason or approver"),
        ("[TEN-01]", "lacks control, reason or approver"),
        (
            "[{control: TEN-01, reason: a, approver: lea}, {control: TEN-01, reason: b, approver: lea}]",
            "stands twice",
        ),
    ],
)
def test_a_declaration_is_whole_and_stands_once(listed: str, says: str) -> None:
    record = f"apiVersion: gatelib.dev/v1\nkind: Release\nspec:\n  notApplicable: {listed}\n"
    with pytest.raises(EvidenceError, match=says):
        declaring.read(record.encode(), file="release.yaml")
