"""What a Release declares not applicable counts only by an approver who may waive all that it hides."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from gatelib import dsse, resources
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
ENTRY: Final = Declaration("TEN-01", "one tenant", ("lea",), "shop")
PLACE: Final = "controls/not-applicable/TEN-01.dsse.json"
CRITICAL: Final = Declaration("SEC-01", "no secrets", ("lea", "omar"), "shop")
"""Two of this control's rules are critical."""
KNOWN: Final[dict[str, Any]] = {"catalogue": load(), "severities": shipped().data["severities"]}
WORTHLESS: Final = "is declared not applicable, which does not count: "


def approver(name: str = "lea", **other: Any) -> Party:
    severities = ("critical", "high", "medium", "low")
    return replace(
        producer(name), **{"rules": ("*",), "severities": severities, "namespaces": ("*",), **other}
    )


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
    return declaring.verify([declared], files, release, approvers=[party or approver()], **KNOWN)


def test_what_an_approver_signed_counts() -> None:
    found = verified()
    assert found.exempt == {"TEN-01": NotApplicable(reason="one tenant", approver="lea", signed_by="lea")}
    assert found.unproved == {}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"declared": ENTRY._replace(reason="no tenant")}, "what is signed is not what the Release declares"),
        ({"declared": ENTRY._replace(approvers=("omar",))}, "`omar` is no approver"),
        ({"declared": ENTRY._replace(namespace="web")}, "what is signed is not what the Release declares"),
        ({"release": replace(RELEASE, version="1.4.3")}, "what is signed is not what the Release declares"),
        ({"release": replace(RELEASE, commit="0" * 40)}, "what is signed is not what the Release declares"),
        ({"release": replace(RELEASE, images=())}, "what is signed is not what the Release declares"),
        ({"signer": "somebody"}, "the signature is signed by nobody who is trusted with it"),
        ({"place": "controls/not-applicable/SC-01.dsse.json"}, f"`{PLACE}` is missing"),
        ({"party": approver(rules=("GL-K8S-*",))}, "`lea` may not waive `GL-TEN-001`"),
        ({"party": approver(severities=("medium", "low"))}, "`lea` may not waive `GL-TEN-001`"),
        ({"party": approver(namespaces=("web", "shop-*"))}, "`lea` may not waive in the namespace `shop`"),
        ({"party": approver(namespaces=())}, "`lea` may not waive in the namespace `shop`"),
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
    ("namespaces", "counts"), [(("*",), True), (("web",), False), (("?*",), False)], ids=["all", "one", "any"]
)
def test_a_release_without_a_namespace_is_for_who_may_waive_in_all(
    namespaces: tuple[str, ...], counts: bool
) -> None:
    entry = ENTRY._replace(namespace="")
    found = verified(signed=entry, declared=entry, party=approver(namespaces=namespaces))
    refused = {"TEN-01": f"{WORTHLESS}`lea` may not waive without a namespace"}
    assert (set(found.exempt), found.unproved) == (({"TEN-01"}, {}) if counts else (set(), refused))


def test_what_one_entry_of_a_name_may_is_not_signed_with_the_key_of_another() -> None:
    weak = approver(rules=("GL-K8S-*",))
    strong = replace(approver(), keys=producer("omar").keys)
    files = {PLACE: declaring.sign(ENTRY, RELEASE, [IMAGE], key("lea"))}
    found = declaring.verify([ENTRY], files, RELEASE, approvers=[weak, strong], **KNOWN)
    assert found.unproved == {
        "TEN-01": f"{WORTHLESS}the signature is signed by nobody who is trusted with it"
    }


class TestAControlWithACriticalRule:
    """It takes as many approvers as a critical waiver."""

    def test_two_who_have_signed_the_same_count(self) -> None:
        found = by(["lea", "omar"])
        word = NotApplicable(reason="no secrets", approver="lea, omar", signed_by="lea, omar")
        assert (found.exempt, found.unproved) == ({"SEC-01": word}, {})

    @pytest.mark.parametrize(
        ("signers", "given", "why"),
        [
            (["lea"], {}, "`omar` has not signed it"),
            (["omar"], {}, "`lea` has not signed it"),
            (["lea", "lea"], {}, "`omar` has not signed it"),
            (["lea", "somebody"], {}, "`omar` has not signed it"),
            (["lea", "omar"], {"critical_approvers": 3}, "and it takes 3 approvers to waive it"),
            (["lea", "omar"], {"approvers": [approver()]}, "`omar` is no approver"),
            (
                ["lea", "omar"],
                {"approvers": [approver(), approver("omar", severities=("high", "medium", "low"))]},
                "`omar` may not waive `GL-K8S-011`",
            ),
            (
                ["lea", "omar"],
                {"approvers": [approver(), approver("omar", namespaces=("web",))]},
                "`omar` may not waive in the namespace `shop`",
            ),
            (["lea"], {"entry": CRITICAL._replace(approvers=("lea",))}, "it takes 2 approvers to waive it"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_less_does_not(self, signers: Sequence[str], given: dict[str, Any], why: str) -> None:
        found = by(signers, **given)
        assert found.exempt == {}
        assert found.unproved["SEC-01"].endswith(why)

    def test_one_is_enough_where_one_may_waive_what_is_critical(self) -> None:
        found = by(["lea"], entry=CRITICAL._replace(approvers=("lea",)), critical_approvers=1)
        assert (set(found.exempt), found.unproved) == ({"SEC-01"}, {})

    def test_a_rule_that_nobody_knows_is_critical(self) -> None:
        files = {PLACE: declaring.sign(ENTRY, RELEASE, [IMAGE], key("lea"))}
        found = declaring.verify(
            [ENTRY], files, RELEASE, approvers=[approver()], catalogue=load(), severities={}
        )
        assert found.unproved == {
            "TEN-01": f"{WORTHLESS}`GL-TEN-001` is critical, and it takes 2 approvers to waive it"
        }


def test_signing_again_changes_nothing_and_signing_something_else_starts_anew() -> None:
    once = declaring.sign(CRITICAL, RELEASE, [IMAGE], key("lea"))
    twice = declaring.sign(CRITICAL, RELEASE, [IMAGE], key("omar"), before=once)
    assert dsse.parse(twice).signatures[0] == dsse.parse(once).signatures[0]
    assert len(dsse.parse(twice).signatures) == 2
    assert declaring.sign(CRITICAL, RELEASE, [IMAGE], key("omar"), before=twice) == twice
    other = replace(RELEASE, version="1.4.3")
    anew = declaring.sign(CRITICAL, other, [IMAGE], key("lea"))
    assert declaring.sign(CRITICAL, other, [IMAGE], key("lea"), before=twice) == anew
    assert declaring.sign(CRITICAL, other, [IMAGE], key("lea"), before=b"{") == anew


def test_ids_are_those_that_a_catalogue_may_have() -> None:
    form = json.loads(resources.schema("control-catalog.json").read_bytes())["definitions"]["id"]
    for text in (
        "SC-01",
        "a.b_c",
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "-a",
        "a-",
        "a--b",
        "a\n",
        "ä",
        "a" * 64,
        "a" * 65,
    ):
        allowed = len(text) <= form["maxLength"] and re.search(form["pattern"], text) is not None
        assert declaring.is_id(text) is allowed
        if not allowed:
            with pytest.raises(EvidenceError, match="is no control's ID"):
                declaring.place(text)


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ("[{control: TEN-01, reason: none}]", "lacks control, reason or approver"),
        ("[{control: TEN-01, reason: '', approver: lea}]", "lacks control, reason or approver"),
        ("[TEN-01]", "lacks control, reason or approver"),
        (
            "[{control: TEN-01, reason: a, approver: lea}, {control: TEN-01, reason: b, approver: lea}]",
            "a control stands twice",
        ),
        ("[{control: ../../x, reason: a, approver: lea}]", "`../../x` .* is no control's ID"),
        ("[{control: TEN-01, reason: a, approver: []}]", "lacks control, reason or approver"),
        ("[{control: TEN-01, reason: a, approver: [lea, 7]}]", "lacks control, reason or approver"),
        ("[{control: TEN-01, reason: a, approver: [lea, Lea]}]", "an approver stands twice"),
        ("{control: TEN-01}", "is no list"),
    ],
)
def test_a_declaration_is_whole_and_stands_once(listed: str, says: str) -> None:
    record = f"apiVersion: gatelib.dev/v1\nkind: Release\nspec:\n  notApplicable: {listed}\n"
    with pytest.raises(EvidenceError, match=says):
        declaring.read(record.encode(), file="release.yaml")


def test_only_the_one_release_of_gatelib_declares_anything() -> None:
    own = "apiVersion: gatelib.dev/v1\nkind: Release\nmetadata: {namespace: shop}\nspec: {}\n"
    said = "spec: {notApplicable: [{control: TEN-01, reason: one tenant, approver: lea}]}\n"
    for version in ("other.example.com/v1", "gatelib.dev/v2", "v1"):
        other = f"---\napiVersion: {version}\nkind: Release\n{said}"
        assert declaring.read((own + other).encode(), file="release.yaml") == ()
    for text in (own + "---\n" + own, "kind: Release\n" + said):
        with pytest.raises(EvidenceError, match=r"has \d Release records, and there must be one"):
            declaring.read(text.encode(), file="release.yaml")
    assert declaring.read(own.replace("spec: {}\n", said).encode(), file="release.yaml") == (ENTRY,)


def by(
    signers: Sequence[str],
    *,
    entry: Declaration = CRITICAL,
    approvers: Sequence[Party] = (approver("lea"), approver("omar")),
    critical_approvers: int = 2,
) -> Any:
    """Return what becomes of a declaration that some have signed, one after the other."""
    content = None
    for name in signers:
        content = declaring.sign(entry, RELEASE, [IMAGE], key(name), before=content)
    files = {declaring.place(entry.control): content or b""}
    return declaring.verify(
        [entry], files, RELEASE, approvers=approvers, critical_approvers=critical_approvers, **KNOWN
    )
