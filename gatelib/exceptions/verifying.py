"""Who has signed an exception, and what they may waive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gatelib.exceptions.record import PAYLOAD_TYPE, approvers, canonical, digest, folded, name_of, spec_of
from gatelib.exceptions.revoked import Revocations

if TYPE_CHECKING:
    from gatelib.dsse import Envelope, Signature
    from gatelib.trust import Party, Trust


def verify(
    record: Mapping[str, Any], envelopes: Sequence[Envelope], trust: Trust, revocations: Revocations
) -> dict[str, Any]:
    """Return what the signatures over a record prove, in the form that the rules read.

    ``{"sha256", "requester": identity or null, "approvers": [{"identity", "rules", "severities",
    "namespaces"}], "revoked": reason or null, "problems": [texts]}``. Identities are trimmed and case-folded.
    A signature counts for the one person whose key made it, and only where the record names that person.
    """
    sha256 = digest(record)
    found = _Found(record)
    for envelope in envelopes:
        found.add(envelope, trust)
    return {
        "sha256": sha256,
        "requester": found.requester,
        "approvers": [
            {
                "identity": identity,
                "rules": list(party.rules),
                "severities": list(party.severities),
                "namespaces": list(party.namespaces),
            }
            for identity, parties in sorted(found.approvers.items())
            for party in parties
        ],
        "revoked": revocations.reason(sha256, name_of(record)),
        "problems": list(dict.fromkeys(found.problems)),
    }


class _Found:
    def __init__(self, record: Mapping[str, Any]) -> None:
        self._payload = canonical(record)
        self._asked_by = folded(spec_of(record).get("requester"))
        self._named = {folded(name) for name in approvers(record)} - {""}
        self.requester: str | None = None
        self.approvers: dict[str, list[Party]] = {}
        self.problems: list[str] = []

    def add(self, envelope: Envelope, trust: Trust) -> None:
        if envelope.payload_type != PAYLOAD_TYPE:
            self.problems.append("its envelope is signed as something else than an exception")
            return
        if envelope.payload != self._payload:
            self.problems.append("it is not what was signed")
            return
        from gatelib import dsse

        message = dsse.pae(envelope.payload_type, envelope.payload)
        for signature in envelope.signatures:
            owner = next(_owners(signature, message, trust), None)
            if owner is None:
                self.problems.append("a signature of it is by no key of an approver or requester")
            else:
                self._count(*owner)

    def _count(self, role: str, party: Party) -> None:
        identity = folded(party.name)
        if identity == self._asked_by:
            self.requester = identity
        elif identity not in self._named:
            self.problems.append(f"`{party.name}` has signed it, whom it does not name")
        elif role != "approvers":
            self.problems.append(f"`{party.name}` has signed it as approver, and may only request")
        elif party not in self.approvers.setdefault(identity, []):
            self.approvers[identity].append(party)


def _owners(signature: Signature, message: bytes, trust: Trust) -> Iterator[tuple[str, Party]]:
    """Yield whose key made a signature, with its role; first those that its ``keyid`` names."""
    from gatelib import dsse

    keys = [
        (key, role, party)
        for role, parties in (("approvers", trust.approvers), ("requesters", trust.requesters))
        for party in parties
        for key in party.keys
    ]
    keys.sort(key=lambda entry: signature.keyid not in (entry[0].keyid, dsse.fingerprint(entry[0])))
    for key, role, party in keys:
        if dsse.verifies(key.key, signature.sig, message):
            yield role, party
