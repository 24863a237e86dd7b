"""What is compared between two releases, and that nothing counts that nobody signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gatelib.cli.drifting import drift
from gatelib.cli.main import cli
from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence import oci
from gatelib.evidence.drift import Difference, compare
from gatelib.evidence.reading import PackRead
from tests.registry import registry
from tests.release import PACK, Release

PROVENANCE = "provenance/payments.provenance.json"


def pack(*facts: dict[str, Any], role: str = "provenance", signed: bool = True) -> PackRead:
    entry = {"format": "x", "role": role, "sha256": "", "size": 1, "facts": list(facts)}
    verifications = [{"type": "entry", "file": "a.json"}] if signed else []
    return PackRead(evidence={"a.json": entry}, verifications=verifications)


def provenance(**values: Any) -> dict[str, Any]:
    return {
        "type": "provenance",
        "builder": "b",
        "build_type": "t",
        "source": {"uri": "git+https://example.com/o/r@refs/tags/v1", "commit": "c"},
        "materials": [],
        **values,
    }


def material(uri: str, digest: str) -> dict[str, Any]:
    return {"materials": [{"uri": uri, "digest": digest}]}


def measured(value: Any) -> dict[str, Any]:
    return {"apiVersion": "gatelib.dev/v1", "kind": "Measurement", "spec": {"name": "n", "value": value}}


@pytest.mark.parametrize(
    ("before", "after", "differences"),
    [
        (provenance(), provenance(started="2026-11-22T00:00:00Z"), []),
        (
            provenance(),
            provenance(source={"uri": "git+https://example.com/o/r@refs/tags/v2", "commit": "d"}),
            [],
        ),
        (
            provenance(),
            provenance(source={"uri": "git+https://example.com/o/fork", "commit": "c"}),
            [("provenance.source", ["git+https://example.com/o/r"], ["git+https://example.com/o/fork"])],
        ),
        (provenance(), provenance(builder="c"), [("provenance.builder", ["b"], ["c"])]),
        (provenance(), provenance(build_type="u"), [("provenance.build_type", ["t"], ["u"])]),
        (
            provenance(**material("pkg:docker/base@1.24?digest=x", "sha256:1")),
            provenance(**material("pkg:docker/base@1.25?digest=y", "sha256:2")),
            [("provenance.materials.pkg:docker/base", ["sha256:1"], ["sha256:2"])],
        ),
        (
            provenance(),
            provenance(**material("git+ssh://git@example.com/o/lib", "sha1:1")),
            [("provenance.materials.git+ssh://git@example.com/o/lib", [], ["sha1:1"])],
        ),
    ],
)
def test_what_every_release_changes_is_no_drift_and_all_else_is(
    before: Any, after: Any, differences: list[tuple[str, list[str], list[str]]]
) -> None:
    found = compare(pack(before), pack(after))
    assert found == tuple(
        Difference(what=what, before=tuple(old), after=tuple(new)) for what, old, new in differences
    )


def test_measurements_and_toolchains_are_compared_by_name() -> None:
    build = {
        "kind": "Build",
        "spec": {"network": "none", "log": "x", "cache": {"used": True}, "builder": None},
    }
    assert compare(
        pack(build, role="build"), pack({**build, "spec": {"network": "host", "log": "y"}}, role="build")
    ) == (
        Difference(what="build.cache.used", before=("true",), after=()),
        Difference(what="build.network", before=("none",), after=("host",)),
    )
    assert compare(pack(measured(0), role="shadow-read"), pack(measured(1), role="shadow-read")) == (
        Difference(what="schema.n", before=("0",), after=("1",)),
    )


def test_what_nobody_signed_what_cannot_be_read_and_other_roles_say_nothing() -> None:
    said = (Difference(what="provenance.builder", before=("b",), after=()),)
    unreadable = pack(provenance())
    unreadable.evidence["a.json"]["problem"] = {"message": "x"}
    for after in (pack(provenance(), signed=False), unreadable, pack(provenance(), role="scan")):
        assert [found for found in compare(pack(provenance()), after) if found.what == said[0].what] == list(
            said
        )


def test_both_packs_are_read_and_shown(tmp_path: Path) -> None:
    def other_builder(statement: Any) -> None:
        statement["predicate"]["runDetails"]["builder"]["id"] = "https://laptop.example.com\x1b[2J"

    old, new = two(tmp_path, other_builder)
    run = CliRunner().invoke(
        cli, ["evidence", "drift", str(old), str(new), "--config", str(tmp_path / "a/gatelib.yaml")]
    )
    assert (
        "provenance.builder: https://ci.example.com/builders/hermetic@v1 -> https://laptop.example.com"
        in run.output
    )
    assert "\x1b" not in run.output
    shown = drift.main(
        [str(old), str(new), "--config", str(tmp_path / "a/gatelib.yaml"), "--format", "json"],
        standalone_mode=False,
    )
    assert shown == 1
    same = CliRunner().invoke(
        cli,
        [
            "evidence",
            "drift",
            str(old),
            str(old),
            "--config",
            str(tmp_path / "a/gatelib.yaml"),
            "--format",
            "json",
        ],
    )
    assert json.loads(same.output) == {"drift": []}


def test_a_pack_in_a_registry_is_compared_as_its_folder(tmp_path: Path) -> None:
    old, new = two(tmp_path, lambda statement: None)
    with registry(tmp_path / "registry") as address:
        oci.push(f"{address}/evidence/payments:2.14.0", new, plain_http=True)
        given = [str(old), f"oci://{address}/evidence/payments:2.14.0"]
        run = CliRunner().invoke(
            cli, ["evidence", "drift", *given, "--config", str(tmp_path / "a/gatelib.yaml")]
        )
    assert run.output == "nothing changed\n"


def test_a_pack_that_changed_since_its_seal_is_not_compared(tmp_path: Path) -> None:
    old, new = two(tmp_path, lambda statement: None)
    (new / "schema" / "migrate-lint.json").write_text("{}")
    with pytest.raises(EvidenceError, match="is not sealed, or not as it was sealed"):
        drift.main([str(old), str(new), "--config", str(tmp_path / "a/gatelib.yaml")], standalone_mode=False)


def test_without_producers_who_are_trusted_nothing_is_compared(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("{}")
    with pytest.raises(UsageError, match="no producer of evidence is trusted"):
        drift.main(["a", "b", "--config", str(tmp_path / "empty.yaml")], standalone_mode=False)


def two(folder: Path, change: Callable[[Any], None]) -> tuple[Path, Path]:
    old = Release(folder / "a").seal()
    new = Release(folder / "b")
    new.edit_statement(PROVENANCE, change)
    new.seal()
    return old.folder / PACK, new.folder / PACK
