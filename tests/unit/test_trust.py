"""Who is trusted with what, and that one key has one role and one name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from gatelib import trust
from gatelib.config import Config, read
from gatelib.errors import ConfigError, UsageError
from gatelib.policy import shipped
from gatelib.trust import Sigstore, Trust
from tests.signing import pair

SCHEMA = shipped().data["params_schema"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("omar", "omar-2", "nina", "ci", "builder", "mesh", "release"):
        (tmp_path / f"{name}.pub").write_text(pair(name, "EdDSA").public)
    (tmp_path / "k8s").mkdir()
    return tmp_path


def config(folder: Path, said: Any, *, given: bool = True) -> Config:
    path = folder / "gatelib.yaml"
    path.write_text(yaml.safe_dump({"trust": said}))
    return read(path, given=given, judged=["k8s"], base=folder, params_schema=SCHEMA)


def test_nobody_is_trusted_where_nothing_is_said(folder: Path) -> None:
    assert trust.read(None) == Trust()
    assert trust.read(config(folder, {})) == Trust()


def test_each_role_has_its_parties(folder: Path) -> None:
    found = trust.read(
        config(
            folder,
            {
                "evidence": [{"producer": "ci", "keys": ["ci.pub"], "files": ["scans/*"]}],
                "approvers": [
                    {"identity": "omar", "keys": ["omar.pub", "omar-2.pub"], "rules": ["GL-K8S-*"]},
                ],
                "requesters": [{"identity": "nina", "keys": ["nina.pub"]}],
                "images": [{"signer": "builder", "keys": ["builder.pub"]}],
                "verdicts": [{"decider": "mesh", "keys": ["mesh.pub"]}],
                "sigstore": {
                    "trusted_root": "root.json",
                    "identities": [{"issuer": "https://issuer.example.com", "identity": "ci@example.com"}],
                },
                "revoked": ["revoked.yaml"],
            },
        )
    )
    roles = {
        role: [(party.name, len(party.keys), {key.keyid for key in party.keys}) for party in parties]
        for role, parties in (
            ("evidence", found.evidence),
            ("approvers", found.approvers),
            ("requesters", found.requesters),
            ("images", found.images),
            ("verdicts", found.verdicts),
        )
    }
    assert roles == {
        "evidence": [("ci", 1, {"ci"})],
        "approvers": [("omar", 2, {"omar"})],
        "requesters": [("nina", 1, {"nina"})],
        "images": [("builder", 1, {"builder"})],
        "verdicts": [("mesh", 1, {"mesh"})],
    }
    assert found.evidence[0].files == ("scans/*",)
    assert found.sigstore == Sigstore(
        trusted_root=folder / "root.json", identities=(("https://issuer.example.com", "ci@example.com"),)
    )
    assert found.revoked == (folder / "revoked.yaml",)


@pytest.mark.parametrize(
    ("said", "severities", "namespaces"),
    [
        ({}, ("high", "medium", "low"), ("*",)),
        ({"severity": "critical"}, ("critical", "high", "medium", "low"), ("*",)),
        ({"severity": "low", "namespaces": ["shop-*"]}, ("low",), ("shop-*",)),
    ],
)
def test_an_approver_waives_nothing_critical_unless_that_is_said(
    folder: Path, said: dict[str, Any], severities: tuple[str, ...], namespaces: tuple[str, ...]
) -> None:
    entry = {"identity": "omar", "keys": ["omar.pub"], "rules": ["*"], **said}
    (omar,) = trust.read(config(folder, {"approvers": [entry]})).approvers
    assert (omar.severities, omar.namespaces, omar.rules) == (severities, namespaces, ("*",))


@pytest.mark.parametrize(
    ("said", "first", "second"),
    [
        (
            {
                "approvers": [
                    {"identity": "omar", "keys": ["omar.pub"], "rules": ["*"]},
                    {"identity": "lea", "keys": ["nina.pub", "omar.pub"], "rules": ["*"]},
                ]
            },
            "`omar` in `trust.approvers`",
            "`lea` in `trust.approvers`",
        ),
        (
            {
                "approvers": [{"identity": "omar", "keys": ["omar.pub"], "rules": ["*"]}],
                "requesters": [{"identity": "omar", "keys": ["omar.pub"]}],
            },
            "`omar` in `trust.approvers`",
            "`omar` in `trust.requesters`",
        ),
        (
            {
                "bundle": [{"keyid": "r1", "key": "release.pub"}],
                "evidence": [{"producer": "ci", "keys": ["release.pub"], "files": ["*"]}],
            },
            "`r1` in `trust.bundle`",
            "`ci` in `trust.evidence`",
        ),
    ],
)
def test_one_key_is_not_worth_two(folder: Path, said: Any, first: str, second: str) -> None:
    with pytest.raises(ConfigError) as raised:
        trust.read(config(folder, said))
    assert raised.value.message == f"one key stands for {first} and for {second}"


def test_a_key_that_cannot_be_read_is_a_usage_error(folder: Path) -> None:
    with pytest.raises(UsageError, match="the key cannot be read"):
        trust.read(config(folder, {"images": [{"signer": "a", "keys": ["gone.pub"]}]}))


def test_an_untrusted_configuration_says_nothing_of_trust(folder: Path) -> None:
    with pytest.raises(ConfigError, match="only a trusted configuration may set `trust`"):
        config(folder, {"revoked": []}, given=False)
