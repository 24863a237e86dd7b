"""What is in a built bundle, and what its manifest says of it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import __version__, resources
from gatelib.bundle import archive, build, definition
from gatelib.catalog import Entry
from gatelib.export.conftest import entry
from gatelib.guards import CORE_DOMAINS
from gatelib.policy import Module, Policy, shipped
from tests.engines import need
from tests.opa_server import opa_server, write_bundle
from tests.paths import ROOT
from tests.unit.teams import DENY_BAD, rule

CORE = shipped()
CREATED = datetime(2026, 11, 22, 12, 30, 0, tzinfo=timezone.utc)
SHIPPED = sorted(path.stem for path in (ROOT / "bundles").glob("*.yaml"))
REGO = ROOT / "rego"

GROUPS = ("defaults", "gates", "kinds", "layout", "params_schema", "severities")
"""The tables of the library that every bundle needs."""


def of(name: str) -> Policy:
    return definition.read(ROOT / "bundles" / f"{name}.yaml", CORE)


def built(name: str, created: datetime = CREATED) -> dict[str, bytes]:
    return build.files(of(name), created=created)


def manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(files[".manifest"])
    return found


def place(name: str) -> str:
    """Return where in ``data`` a file of a bundle ends up, as OPA takes it."""
    if name.endswith(".rego"):
        return ""
    return name.rpartition("/")[0]


# Files


@pytest.mark.parametrize("name", SHIPPED)
def test_a_bundle_holds_the_rules_of_its_definition_and_no_other(name: str) -> None:
    rules = {path.removesuffix(".rego") for path in built(name) if path.startswith("gatelib/rules/")}
    assert rules == {
        "gatelib/rules/{0}/{1}/{1}".format(*entry["package"]) for entry in of(name).catalog.values()
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_bundle_holds_nothing_but_rules_library_tables_and_catalogue(name: str) -> None:
    files = built(name)
    rest = {path for path in files if not path.startswith(("gatelib/rules/", "gatelib/lib/"))}
    answers = {
        "admission": {"gatelib/admission/admission.rego", "gatelib/admission/request.rego"},
        "verdict": {"gatelib/verdict/verdict.rego"},
    }
    assert rest == {
        ".manifest",
        "gatelib/bundle/data.json",
        "gatelib/catalog/core/data.json",
        "gatelib/input/input.rego",
        "gatelib/input/lists.rego",
        "gatelib/input/shapes.rego",
        "gatelib/input/synced.rego",
        "gatelib/main.rego",
        *(f"gatelib/{group}/data.json" for group in GROUPS),
        *answers.get(name, ()),
    }
    assert [path for path in files if path.endswith("_test.rego")] == []
    assert list(files) == sorted(files)


@pytest.mark.parametrize("name", SHIPPED)
def test_files_of_the_library_are_those_of_the_sources_byte_by_byte(name: str) -> None:
    files = built(name)
    policies = [path for path in files if path.endswith(".rego")]
    assert [path for path in policies if files[path] != (REGO / path).read_bytes()] == []
    for group in set(GROUPS) - {"severities"}:
        path = f"gatelib/{group}/data.json"
        assert json.loads(files[path]) == json.loads((REGO / path).read_bytes())
    assert json.loads(files["gatelib/severities/data.json"]) == {
        rule: entry["severity"] for rule, entry in shipped().catalog.items()
    }


def test_what_a_definition_fixes_is_data_with_the_revision() -> None:
    files = built("gatekeeper")
    assert json.loads(files["gatelib/bundle/data.json"]) == {
        "name": "gatekeeper",
        "gate": "admission",
        "inputs": ["gatekeeper_review"],
        "revision": manifest(files)["revision"],
    }


def test_parameters_are_data_where_a_definition_sets_some(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("name: own\ninputs: [object]\nparameters: {limits: {cpu: false}}\n")
    files = build.files(definition.read(path, CORE), created=CREATED)
    assert files["gatelib/params/data.json"] == b'{"limits":{"cpu":false}}\n'
    assert "gatelib/params" in manifest(files)["roots"]


@pytest.mark.parametrize("name", ["admission", "full"])
def test_open_policy_agent_finds_every_policy_sound(name: str, tmp_path: Path) -> None:
    for path, content in built(name).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    capabilities = str(resources.capabilities())
    command = [need("opa"), "check", "--strict", "--bundle", "--capabilities", capabilities, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).stderr == b""


# The manifest


@pytest.mark.parametrize("name", SHIPPED)
def test_the_manifest_says_what_is_in_the_bundle(name: str) -> None:
    files = built(name)
    catalog = {"core": json.loads(files["gatelib/catalog/core/data.json"])}
    fixed = json.loads(files["gatelib/bundle/data.json"])
    canonical = json.dumps(catalog, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    found = manifest(files)
    assert found.pop("roots")
    assert found == {
        "revision": fixed["revision"],
        "rego_version": 1,
        "metadata": {
            "gatelib": {
                "version": __version__,
                "name": name,
                **({"gate": fixed["gate"]} if "gate" in fixed else {}),
                "catalog": {"sha256": hashlib.sha256(canonical.encode()).hexdigest()},
                "conftest_entry": {"sha256": hashlib.sha256(entry()).hexdigest()},
            }
        },
    }
    assert catalog["core"] == of(name).catalog


def test_open_policy_agent_reads_the_manifest_as_it_is(tmp_path: Path) -> None:
    files = built("admission")
    path = write_bundle(tmp_path / "bundle.tar.gz", files)
    command = [need("opa"), "inspect", "--format", "json", str(path)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["manifest"]
    assert found == manifest(files)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_place_has_exactly_one_root(name: str) -> None:
    files = built(name)
    roots = manifest(files)["roots"]
    modules = {f"{module.path}": module.package.replace(".", "/") for module in CORE.modules}
    for path in files:
        if path != ".manifest":
            where = modules.get(path) or place(path)
            assert len([root for root in roots if f"{where}/".startswith(f"{root}/")]) == 1, path


@pytest.mark.parametrize("name", SHIPPED)
def test_the_roots_leave_room_for_a_team_and_none_in_the_librarys_own_domains(name: str) -> None:
    roots = set(manifest(built(name))["roots"])
    assert roots - {"gatelib/admission", "gatelib/verdict"} == {
        "gatelib/bundle",
        "gatelib/catalog/core",
        "gatelib/input",
        "gatelib/lib",
        "gatelib/main",
        *(f"gatelib/{group}" for group in GROUPS),
        *(f"gatelib/rules/{domain}" for domain in CORE_DOMAINS),
    }


# The revision


def test_a_revision_is_the_moment_in_utc_and_digits_of_a_digest() -> None:
    east = CREATED.astimezone(timezone(timedelta(hours=5, minutes=30))) + timedelta(microseconds=7)
    revision = manifest(built("pr"))["revision"]
    assert revision[:21] == "2026-11-22T12:30:00Z-"
    assert len(revision) == 33
    assert set(revision[21:]) <= set("0123456789abcdef")
    assert manifest(built("pr", east))["revision"] == revision


def test_the_same_sources_make_the_same_files_in_whatever_order_they_are_read() -> None:
    policy = of("pr")
    other = replace(
        policy,
        modules=tuple(reversed(policy.modules)),
        catalogs={"core": dict(reversed(list(policy.catalogs["core"].items())))},
        data=dict(reversed(list(policy.data.items()))),
    )
    assert build.files(other, created=CREATED) == build.files(policy, created=CREATED)


def test_a_later_bundle_has_a_later_revision_and_the_same_digits() -> None:
    early, late = (manifest(built("pr", CREATED + timedelta(days=days)))["revision"] for days in (0, 400))
    assert early < late
    assert early[20:] == late[20:]


def without_a_rule(policy: Policy) -> Policy:
    catalog = dict(policy.catalogs["core"])
    del catalog["GL-K8S-001"]
    return replace(policy, catalogs={"core": catalog})


def with_entry(policy: Policy, **values: Any) -> Policy:
    changed: Entry = {**policy.catalog["GL-K8S-001"], **values}  # type: ignore[typeddict-item] # a copy
    return replace(policy, catalogs={"core": {**policy.catalogs["core"], "GL-K8S-001": changed}})


def with_data(policy: Policy, **values: Any) -> Policy:
    return replace(policy, data={**policy.data, **values})


@pytest.mark.parametrize(
    "change",
    [
        lambda policy: replace(
            policy,
            modules=(*policy.modules[1:], Module(policy.modules[0].path, policy.modules[0].text + " ")),
        ),
        lambda policy: replace(policy, modules=policy.modules[1:]),
        without_a_rule,
        lambda policy: with_entry(policy, severity="low"),
        lambda policy: with_entry(policy, title="Other"),
        lambda policy: with_data(policy, params={"limits": {"cpu": False}}),
        lambda policy: with_data(policy, defaults={**policy.data["defaults"], "pdb": {"min_replicas": 2}}),
        lambda policy: with_data(policy, bundle={**policy.data["bundle"], "name": "other"}),
        lambda policy: with_data(policy, bundle={**policy.data["bundle"], "inputs": ["object"]}),
        lambda policy: with_data(
            policy,
            bundle={
                **policy.data["bundle"],
                "actions": {"GL-K8S-001": {"action": "warn", "until": "2027-01-01"}},
            },
        ),
    ],
)
def test_whatever_changes_gives_another_revision(change: Any) -> None:
    policy = of("pr")
    revisions = {
        manifest(build.files(made, created=CREATED))["revision"] for made in (policy, change(policy))
    }
    assert len(revisions) == 2


def without_revision(content: bytes) -> bytes:
    values = orjson.loads(content)
    values.pop("revision", None)
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


@pytest.mark.parametrize(
    "files",
    [built("pr"), build.data_files([{"kind": "PolicyException"}], None, created=CREATED)],
    ids=["rules", "data"],
)
def test_the_digits_are_of_a_digest_over_all_files_and_so_over_all_that_the_manifest_says(
    files: dict[str, bytes],
) -> None:
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name]
        if name in (".manifest", "gatelib/bundle/data.json"):
            content = without_revision(content)
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    assert manifest(files)["revision"] == f"2026-11-22T12:30:00Z-{digest.hexdigest()[:12]}"


# Beside other bundles

BAD_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"is": "bad"}}
PRIVILEGED = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "namespace": "shop"},
    "spec": {"containers": [{"name": "c", "image": "c", "securityContext": {"privileged": True}}]},
}


def envelope(*contents: Any, **values: Any) -> dict[str, Any]:
    documents = [
        {"index": index, "file": "a.yaml", "position": index, "root": 0, "content": content}
        for index, content in enumerate(contents)
    ]
    return {
        "gatelib": 1,
        "now": "2026-11-22T00:00:00Z",
        "gate": "pr",
        "documents": documents,
        "inventory": [],
        "evidence": {},
        "verifications": [],
        **values,
    }


def a_teams_bundle(folder: Path, roots: list[str]) -> Path:
    text = rule(folder / "own", DENY_BAD).read_text()
    entry: Any = {**CORE.catalog["GL-K8S-001"], "id": "ACME-001", "package": ["acme", "own"]}
    files = {
        ".manifest": orjson.dumps({"revision": "acme", "roots": roots, "rego_version": 1}),
        "gatelib/rules/acme/own/own.rego": text.encode(),
        "gatelib/catalog/acme/data.json": orjson.dumps({"ACME-001": entry}),
    }
    return write_bundle(folder / "acme.tar.gz", files)


def test_a_teams_bundle_stands_beside_ours_in_one_open_policy_agent(tmp_path: Path) -> None:
    ours = write_bundle(tmp_path / "pr.tar.gz", built("pr"))
    theirs = a_teams_bundle(tmp_path, ["gatelib/rules/acme", "gatelib/catalog/acme"])
    with opa_server("--bundle", ours, "--bundle", theirs) as server:
        asked = {"input": envelope(PRIVILEGED, BAD_MAP)}
        status, answer = server.ask("POST", "/v1/data/gatelib/main", asked)
    decision = answer["result"]
    found = {(finding["rule"], finding["document"]) for finding in decision["deny"]}
    assert status == 200
    assert {("GL-K8S-001", 0), ("ACME-001", 1)} <= found
    assert decision["errors"] == []
    assert decision["revision"] == manifest(built("pr"))["revision"]


@pytest.mark.parametrize(
    "root", ["", "gatelib", "gatelib/rules", "gatelib/rules/tenancy", "gatelib/lib/x", "gatelib/catalog"]
)
def test_no_other_bundle_takes_a_place_of_ours(tmp_path: Path, root: str) -> None:
    ours = write_bundle(tmp_path / "admission.tar.gz", built("admission"))
    theirs = a_teams_bundle(tmp_path, [root, "gatelib/rules/acme", "gatelib/catalog/acme"])
    with (
        pytest.raises(AssertionError, match="overlap"),
        opa_server("--bundle", ours, "--bundle", theirs),
    ):
        pass


# Bundles of data


def test_a_bundle_of_exceptions_and_evidence_claims_their_places_only() -> None:
    exceptions, evidence = [{"kind": "PolicyException"}], {"a.yaml": {"format": "x", "facts": []}}
    verified = [{"type": "pack"}]
    files = build.data_files(exceptions, evidence, verified, created=CREATED)
    revision = manifest(files)["revision"]
    assert {name: json.loads(content) for name, content in files.items()} == {
        ".manifest": {
            "revision": revision,
            "roots": ["gatelib/evidence", "gatelib/exceptions", "gatelib/verifications"],
            "rego_version": 1,
            "metadata": {"gatelib": {"version": __version__, "name": "evidence-and-exceptions"}},
        },
        "gatelib/data.json": {"exceptions": exceptions, "evidence": evidence, "verifications": verified},
    }
    assert revision.startswith("2026-11-22T12:30:00Z-")


@pytest.mark.parametrize(
    ("exceptions", "evidence", "content", "roots"),
    [
        ([], None, {"exceptions": []}, ["gatelib/exceptions"]),
        (
            None,
            {},
            {"evidence": {}, "verifications": []},
            ["gatelib/evidence", "gatelib/verifications"],
        ),
    ],
)
def test_of_what_is_not_given_a_bundle_of_data_says_nothing(
    exceptions: Any, evidence: Any, content: Any, roots: list[str]
) -> None:
    files = build.data_files(exceptions, evidence, created=CREATED)
    assert json.loads(files["gatelib/data.json"]) == content
    assert manifest(files)["roots"] == roots


def test_the_archive_holds_the_files() -> None:
    files = built("pr")
    assert archive.read(archive.write(files)) == files
