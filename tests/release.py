"""The example release, to be changed, signed by keys of a test's own, and sealed again."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gatelib import dsse
from gatelib.attestation import assembling, declaring
from gatelib.evidence import building
from gatelib.evidence import release as releases
from gatelib.exceptions.record import PAYLOAD_TYPE, canonical
from gatelib.gate import Gate
from gatelib.keys import SigningKey, signing_key
from gatelib.policy import shipped
from gatelib.report import Report
from tests.paths import ROOT

SOURCE: Final = ROOT / "examples" / "release"
PACK: Final = "release-2.14.0"
NOW: Final = "2026-11-22T00:00:00Z"
CREATED: Final = "2026-11-21T22:30:00Z"
"""When the producers of the copies signed."""

_OWN: Final = ("index.jsonl", "MANIFEST.sha256", "release.yaml")
"""What is made, and not evidence."""


class Release:
    """A copy of the example in a folder of its own; nothing of it is signed until :meth:`seal`."""

    def __init__(self, folder: Path) -> None:
        """Copy the example, unattested, and give each of its parties a key of the test's."""
        shutil.copytree(SOURCE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("controls"))
        self.folder, self.pack = folder, folder / PACK
        for name in _OWN[:2]:
            (self.pack / name).unlink(missing_ok=True)
        (folder / "keys").mkdir(exist_ok=True)
        for parties in self.config()["trust"].values():
            for place in [place for party in parties for place in party.get("keys") or [party["key"]]]:
                (folder / place).write_bytes(public(Path(place).stem))
        self.edit("keys/inventory.json", _with_own_keys)

    @property
    def record(self) -> Path:
        """The Release record."""
        return self.pack / "release.yaml"

    def path(self, name: str) -> Path:
        """Return a file of the pack."""
        return self.pack / name

    def edit(self, name: str, change: Callable[[Any], Any]) -> None:
        """Change a file of JSON; of one with a value a line, ``change`` gets the list of them."""
        path = self.path(name)
        text = path.read_text("utf-8")
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            values = [json.loads(line) for line in text.splitlines()]
            change(values)
            path.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
        else:
            change(value)
            path.write_text(json.dumps(value, indent=2) + "\n", "utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a text in a file of the pack, or in one beside it."""
        path = self.path(name) if self.path(name).exists() else self.folder / name
        text = path.read_text("utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new), "utf-8")

    def edit_statement(self, name: str, change: Callable[[Any], Any]) -> None:
        """Change what an attestation states; :meth:`seal` signs it again."""

        def restate(value: Any) -> None:
            statement = json.loads(base64.b64decode(value["payload"]))
            change(statement)
            value["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()

        self.edit(name, restate)

    def seal(
        self,
        *,
        created: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        signed_images: bool = True,
    ) -> Release:
        """Have the image signed and attested, every file signed by its producer, and the pack sealed.

        ``created`` gives the times of files that were made at another time, ``keys`` the names of other keys
        for producers; without ``signed_images`` what speaks for the images stays as it is.
        """
        for path in sorted(self.path("provenance").rglob("*")):
            if path.is_file() and signed_images:
                path.write_bytes(_signed(path.read_bytes(), key("release-builder")))
        for name in _OWN[:2]:
            self.path(name).unlink(missing_ok=True)
        groups: dict[tuple[str, str], list[Path]] = {}
        for path in sorted(self.pack.rglob("*")):
            name = path.relative_to(self.pack).as_posix()
            if path.is_file() and name not in _OWN and not name.startswith("controls/"):
                when = (created or {}).get(name, CREATED)
                groups.setdefault((self.producer(name), when), []).append(path)
        layout = shipped().data["layout"]
        for (producer, when), files in groups.items():
            own = key((keys or {}).get(producer, producer))
            building.add(self.pack, files, key=own, producer=producer, created=when, layout=layout)
        building.seal(self.pack)
        return self

    def declare(self, control: str) -> Release:
        """Have the approver whom the Release names sign that a control is not applicable."""
        record = self.record.read_bytes()
        (entry,) = (
            entry for entry in declaring.read(record, file="release.yaml") if entry.control == control
        )
        images = releases.read(record, file="release.yaml")
        named = assembling.subject(record, called="release.yaml").images
        place = self.path(declaring.place(control))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(declaring.sign(entry, images, named, key(entry.approver.partition("@")[0])))
        return self

    def give(self, *signers: str, **spec: Any) -> Release:
        """Give an exception that some people sign, with some fields of its spec other than usual."""
        said = {
            "apiVersion": "gatelib.dev/v1",
            "kind": "PolicyException",
            "metadata": {"name": "for-now"},
            "spec": {
                "rules": ["GL-K8S-006"],
                "target": {"kind": "Rollout", "namespace": "payments", "name": "payments"},
                "reason": "The limits are being measured.",
                "requester": "nina@example.com",
                "approver": "omar@example.com",
                "created": "2026-11-01",
                "expires": "2026-12-31",
                "audience": "payments-eu",
                **spec,
            },
        }
        place = self.folder / "exceptions" / "for-now.yaml"
        place.parent.mkdir(exist_ok=True)
        place.write_text(yaml.safe_dump(said, sort_keys=False))
        if signers:
            envelope = dsse.sign(canonical(said), PAYLOAD_TYPE, [key(signer) for signer in signers])
            place.with_suffix(".dsse.json").write_bytes(envelope.to_json())
        return self

    def producer(self, name: str) -> str:
        """Return who produces a file, by the configuration."""
        for party in self.config()["trust"]["evidence"]:
            if any(fnmatchcase(name, pattern) for pattern in party["files"]):
                return str(party["producer"])
        return "build-ci"

    def config(self) -> Any:
        """Return the configuration's values."""
        return yaml.safe_load((self.folder / "gatelib.yaml").read_text("utf-8"))

    def judged(self) -> list[str]:
        """Return what is judged: the record and the manifests."""
        return [f"{PACK}/release.yaml", "payments"]

    def gate(self, **values: Any) -> Gate:
        """Return the gate that the example asks."""
        given = {
            "config": "gatelib.yaml",
            "evidence": [PACK, *self._beside("images")],
            "exceptions": self._beside("exceptions"),
            "now": NOW,
            "base": self.folder,
            "isolated": False,
        }
        return Gate.load(**{**given, **values})

    def _beside(self, name: str) -> list[str]:
        return [name] if (self.folder / name).exists() else []

    def report(self, **values: Any) -> Report:
        """Return the gate's report."""
        return self.gate(**values).check(self.judged())


@cache
def key(name: str) -> SigningKey:
    """Return the key of a party, the same one for as long as the tests run."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signing_key(pem, keyid=name)


def denials(report: Report) -> list[str]:
    """Return the rules that deny, each once, and the codes of errors."""
    rules = {
        finding.rule for finding in report.findings if finding.action == "deny" and not finding.waived_by
    }
    return sorted(rules | {problem.code for problem in report.errors})


def _with_own_keys(inventory: Any) -> None:
    """Put the test's keys in the place of those that are in use."""
    for listed in inventory["spec"]["keys"]:
        if "revoked" not in listed:
            listed["id"] = f"sha256:{dsse.fingerprint(key(listed['owner']))}"


def public(name: str) -> bytes:
    """Return the public half of a party's key, in PEM."""
    private: Any = key(name).key
    found: bytes = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return found


def _signed(content: bytes, own: SigningKey) -> bytes:
    """Return a file of attestations or signatures with each of them made by the key."""
    values = [json.loads(line) for line in _texts(content)]
    for value in values:
        if dsse.is_envelope(value):
            envelope = dsse.parse(value)
            value.update(json.loads(dsse.sign(envelope.payload, envelope.payload_type, [own]).to_json()))
        elif "Base64Signature" in value:
            payload = base64.b64decode(value["Payload"])
            private: Any = own.key
            signature = private.sign(payload, ec.ECDSA(hashes.SHA256()))
            value["Base64Signature"] = base64.b64encode(signature).decode()
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def _texts(content: bytes) -> Iterator[str]:
    text = content.decode()
    try:
        yield json.dumps(json.loads(text))
    except json.JSONDecodeError:
        yield from text.splitlines()
