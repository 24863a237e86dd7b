"""Bundles that follow each other, good ones and tampered ones, and a load that looks at every answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import urlsplit

from gatelib.bundle import archive, build, definition
from gatelib.policy import Policy, shipped
from tests.paths import ROOT
from tests.signing import pair, signature, signed

SCOPE: Final = "admission"
_FIRST: Final = datetime(2026, 11, 22, tzinfo=timezone.utc)
_RULE: Final = "gatelib/rules/kubernetes/privileged/privileged.rego"
_CATALOG: Final = "gatelib/catalog/core/data.json"
_SIGNATURES: Final = ".signatures.json"

POD: Final = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "api", "namespace": "shop"},
    "spec": {"containers": [{"name": "api", "securityContext": {"privileged": True}}]},
}
REVIEW: Final = {
    "apiVersion": "admission.k8s.io/v1",
    "kind": "AdmissionReview",
    "request": {"uid": "705ab4f5", "operation": "CREATE", "object": POD},
}


class Release:
    """A bundle that tells by its rule, by its catalogue and by its revision which one it is."""

    def __init__(self, number: int, mark: str | None = None) -> None:
        """Build it; ``mark`` is what its answers say, by default its number."""
        self.mark = mark or f"bundle {number}"
        created = _FIRST + timedelta(minutes=number)
        self.files = build.files(_marked(_policy(), self.mark), created=created)
        self.revision: str = json.loads(self.files[".manifest"])["revision"]

    @property
    def signed(self) -> bytes:
        """The archive as it ought to be."""
        return signed(self.files, scope=SCOPE)

    def answers(self, body: bytes) -> bool:
        """Tell whether every part of an answer comes from this bundle."""
        response: dict[str, Any] = json.loads(body)["response"]
        return response == {
            "uid": "705ab4f5",
            "allowed": False,
            "auditAnnotations": {"revision": self.revision},
            "status": {
                "code": 403,
                "reason": "Forbidden",
                "message": f"GL-K8S-001: container `api` is {self.mark} ({self.mark})",
            },
        }


def _policy() -> Policy:
    policy = definition.read(ROOT / "bundles" / "admission.yaml", shipped())
    only = {"GL-K8S-001": policy.catalog["GL-K8S-001"]}
    modules = [module for module in policy.modules if module.path == _RULE or "/rules/" not in module.path]
    return replace(policy, catalogs={"core": only}, modules=tuple(modules))


def _marked(policy: Policy, mark: str) -> Policy:
    modules = tuple(
        module._replace(text=module.text.replace("is privileged", f"is {mark}")) for module in policy.modules
    )
    core: Any = {rule: {**entry, "remediation": mark} for rule, entry in policy.catalog.items()}
    return replace(policy, modules=modules, catalogs={"core": core})


def _unsigned(bad: Release, good: Release) -> bytes:
    return archive.write(bad.files)


def _rule_changed(bad: Release, good: Release) -> bytes:
    return archive.write({**_with_signature(good), _RULE: bad.files[_RULE]})


def _data_changed(bad: Release, good: Release) -> bytes:
    return archive.write({**_with_signature(good), _CATALOG: bad.files[_CATALOG]})


def _all_changed(bad: Release, good: Release) -> bytes:
    return archive.write({**_with_signature(good), **bad.files})


def _file_added(bad: Release, good: Release) -> bytes:
    return archive.write({**_with_signature(good), "gatelib/params/data.json": b"{}"})


def _file_removed(bad: Release, good: Release) -> bytes:
    files = _with_signature(good)
    del files[_RULE]
    return archive.write(files)


def _swapped_between_bundles(bad: Release, good: Release) -> bytes:
    return archive.write({**_with_signature(good), _CATALOG: Release(999).files[_CATALOG]})


def _other_scope(bad: Release, good: Release) -> bytes:
    return signed(bad.files, scope="pr")


def _no_scope(bad: Release, good: Release) -> bytes:
    return signed(bad.files)


def _other_key(bad: Release, good: Release) -> bytes:
    return signed(bad.files, scope=SCOPE, name="stranger")


def _unknown_keyid(bad: Release, good: Release) -> bytes:
    return signed(bad.files, scope=SCOPE, name="stranger", keyid="stranger")


def _no_algorithm(bad: Release, good: Release) -> bytes:
    return _with_token(bad, {"alg": "none", "kid": "release"}, lambda _: b"")


def _public_key_as_secret(bad: Release, good: Release) -> bytes:
    secret = pair("release").public.encode()
    header = {"alg": "HS256", "kid": "release"}
    return _with_token(bad, header, lambda text: hmac.digest(secret, text, hashlib.sha256))


def _cut_off(bad: Release, good: Release) -> bytes:
    whole = signed(bad.files, scope=SCOPE)
    return whole[: len(whole) // 2]


def _no_archive(bad: Release, good: Release) -> bytes:
    return b"<html>the registry is under maintenance</html>"


TAMPERED: Final[Mapping[str, Callable[[Release, Release], bytes]]] = {
    function.__name__.strip("_"): function
    for function in (
        _unsigned, _rule_changed, _data_changed, _all_changed, _file_added, _file_removed,
        _swapped_between_bundles, _other_scope, _no_scope, _other_key, _unknown_keyid, _no_algorithm,
        _public_key_as_secret, _cut_off, _no_archive,
    )
}  # fmt: skip
"""What an attacker makes of a bundle of his own (the first) and of one that was signed (the second)."""


def tampered(kind: str, number: int) -> bytes:
    """Return a bundle that no OPA may take, whose answers would say so if one did."""
    return TAMPERED[kind](Release(number, "tampered"), Release(number))


def _with_signature(release: Release) -> dict[str, bytes]:
    return {**release.files, _SIGNATURES: signature(release.files, scope=SCOPE)}


def _with_token(release: Release, header: Any, sign: Callable[[bytes], bytes]) -> bytes:
    token = json.loads(signature(release.files, scope=SCOPE))["signatures"][0]
    text = b".".join([_base64(json.dumps(header).encode()), token.split(".")[1].encode()])
    made = b".".join([text, _base64(sign(text))]).decode()
    return archive.write({**release.files, _SIGNATURES: json.dumps({"signatures": [made]}).encode()})


def _base64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


class Load:
    """Reviews sent by several clients at once, without a pause, until the block ends."""

    def __init__(self, url: str, clients: int = 4) -> None:
        self.answers: Counter[bytes] = Counter()
        """Every answer, with how often it was given."""
        self.failures: list[str] = []
        """What was no answer."""
        self.slowest = 0.0
        """Seconds."""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._clients = [threading.Thread(target=self._run, daemon=True) for _ in range(clients)]

    def __enter__(self) -> Load:
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for client in self._clients:
            client.join()

    def _run(self) -> None:
        body = json.dumps(REVIEW).encode()
        connection = http.client.HTTPConnection(self._host, self._port, timeout=30)
        while not self._over.is_set():
            start = time.monotonic()
            try:
                connection.request("POST", "/", body)
                response = connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                self._note(f"{type(error).__name__}: {error}")
                connection.close()
                continue
            if response.status != 200:
                self._note(f"{response.status}: {answer[:200]!r}")
                continue
            with self._lock:
                self.answers[answer] += 1
                self.slowest = max(self.slowest, time.monotonic() - start)
        connection.close()

    def _note(self, failure: str) -> None:
        with self._lock:
            self.failures.append(failure)
