"""Every difference between what runs and what should run, and no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
import pytest

from gatelib.bundle.loading import Bundle
from gatelib.bundle.running import Policy, Running
from gatelib.bundle.status import Difference, compare
from gatelib.errors import BundleError, UsageError

REVISION = "2026-11-22T00:00:00Z-0123456789ab"
MAIN = "package gatelib.main\n\nallow := true\n"
MANIFEST: dict[str, Any] = {
    "revision": REVISION,
    "roots": ["gatelib/main", "gatelib/bundle", "gatelib/params", "gatelib/rules/kubernetes"],
    "rego_version": 1,
    "metadata": {"gatelib": {"name": "pr"}},
}
DATA: dict[str, Any] = {"bundle": {"revision": REVISION}, "params": {"images": {"allowlist": ["a", "b"]}}}


def bundle(files: Mapping[str, bytes]) -> Bundle:
    content = {
        ".manifest": orjson.dumps(MANIFEST),
        ".signatures.json": b"{}",
        "gatelib/main.rego": MAIN.encode(),
        "gatelib/bundle/data.json": orjson.dumps(DATA["bundle"]),
        "gatelib/params/data.json": orjson.dumps(DATA["params"]),
        **files,
    }
    return Bundle(files=content, sha256="", manifest=MANIFEST, signer=None)


def policy(id: str, package: str, text: str, *rules: str) -> Policy:
    place = tuple(package.split("."))
    return Policy(id, text, place, frozenset((*place, *rule.split(".")) for rule in rules))


OURS = policy("gatelib/gatelib/main.rego", "gatelib.main", MAIN, "allow")


def running(
    *policies: Policy,
    data: Mapping[str, Any] | None = None,
    bundles: Mapping[str, Mapping[str, Any]] | None = None,
    failures: Sequence[tuple[str, str]] = (),
) -> Running:
    return Running(
        bundles={"gatelib": MANIFEST} if bundles is None else bundles,
        policies=policies or (OURS,),
        data={"gatelib": {"main": {"allow": True}, **(DATA if data is None else data)}},
        failures=tuple(failures),
        untold=(),
    )


def differences(
    found: Running, files: Mapping[str, bytes] = MappingProxyType({}), *, allowed: Sequence[str] = ()
) -> list[Difference]:
    """Compare what runs with the bundle, to which files are added."""
    return list(compare([bundle(files)], found, allowed=allowed).differences)


def test_a_server_that_runs_the_bundle_does_not_differ() -> None:
    found = compare([bundle({})], running())
    assert (found.expected, found.running, found.differences) == ((REVISION,), (REVISION,), ())
    assert list(found.lines()) == [f"runs {REVISION}, as it should"]


# Policies


@pytest.mark.parametrize("text", [MAIN + " ", MAIN.replace("true", "false"), ""])
def test_a_policy_with_another_text_is_changed(text: str) -> None:
    assert differences(running(OURS._replace(text=text))) == [
        Difference("changed", "policy", "gatelib/main.rego", "package gatelib.main")
    ]


def test_a_policy_that_is_not_there_is_removed() -> None:
    more = {"gatelib/rules/kubernetes/a/a.rego": b"package gatelib.rules.kubernetes.a\n"}
    assert differences(running(), more) == [
        Difference("removed", "policy", "gatelib/rules/kubernetes/a/a.rego")
    ]


@pytest.mark.parametrize("package", ["gatelib", "gatelib.main", "gatelib.lib.x", "gatelib.rules.acme.x"])
def test_a_policy_of_nobody_is_added_wherever_it_is_below_gatelib(package: str) -> None:
    assert differences(running(OURS, policy("put", package, "", "x"))) == [
        Difference("added", "policy", "put", f"package {package}")
    ]


@pytest.mark.parametrize("package", ["system.authz", "gatelibs", "other.gatelib"])
def test_policies_elsewhere_are_somebody_elses(package: str) -> None:
    assert differences(running(OURS, policy("put", package, ""))) == []


def test_a_second_policy_of_the_same_file_name_does_not_pass_for_ours() -> None:
    assert differences(running(OURS, OURS._replace(id="other/gatelib/main.rego"))) == [
        Difference("added", "policy", "other/gatelib/main.rego", "package gatelib.main")
    ]
    assert differences(running(OURS._replace(id="other/gatelib/main.rego"))) == [
        Difference("removed", "policy", "gatelib/main.rego"),
        Difference("added", "policy", "other/gatelib/main.rego", "package gatelib.main"),
    ]


# Data


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"images": {"allowlist": ["a"]}}, ("changed", "gatelib/params/images/allowlist")),
        ({"images": {"allowlist": ["b", "a"]}}, ("changed", "gatelib/params/images/allowlist")),
        ({"images": {}}, ("removed", "gatelib/params/images/allowlist")),
        ({}, ("removed", "gatelib/params/images")),
        ({"images": []}, ("changed", "gatelib/params/images")),
        (None, ("changed", "gatelib/params")),
        ({**DATA["params"], "canary": {"min_hold": "1s"}}, ("added", "gatelib/params/canary")),
        ({"images": {"allowlist": ["a", "b"], "x": None}}, ("added", "gatelib/params/images/x")),
    ],
)
def test_data_that_is_otherwise_is_named_by_its_place(params: Any, expected: tuple[Any, str]) -> None:
    change, name = expected
    assert differences(running(data={**DATA, "params": params})) == [Difference(change, "data", name)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (1, "1", False),
        (None, False, False),
        ([], {}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([[1, 2]], [[1, 2]], True),
        ([1], [True], False),
    ],
)
def test_values_are_the_same_as_in_json(one: Any, other: Any, same: bool) -> None:
    given = {"gatelib/params/data.json": orjson.dumps({"x": [one]})}
    found = differences(running(data={**DATA, "params": {"x": [other]}}), given)
    assert found == ([] if same else [Difference("changed", "data", "gatelib/params/x")])


def test_a_large_number_is_compared_to_its_last_digit() -> None:
    large = 2**70
    given = {"gatelib/params/data.json": b'{"x": %d, "y": 0.1000000000000000000001}' % large}
    assert differences(running(data={**DATA, "params": {"x": large + 1, "y": 0.1}}), given) == [
        Difference("changed", "data", "gatelib/params/x"),
        Difference("changed", "data", "gatelib/params/y"),
    ]


@pytest.mark.parametrize("place", ["exceptions", "evidence", "rules", "x"])
def test_data_of_nobody_is_added(place: str) -> None:
    assert differences(running(data={**DATA, place: {"a": {"b": 1}}})) == [
        Difference("added", "data", f"gatelib/{place}")
    ]


def test_data_beside_the_values_of_rules_is_added_and_their_values_are_not() -> None:
    file = "gatelib/rules/kubernetes/a/a.rego"
    rule = policy(f"gatelib/{file}", "gatelib.rules.kubernetes.a", "x", "deny", "by.name")
    values = {"deny": [1], "by": {"name": {"k": 1}, "other": 2}, "put": 3}
    data = {**DATA, "rules": {"kubernetes": {"a": values}}}
    assert differences(running(OURS, rule, data=data), {file: b"x"}) == [
        Difference("added", "data", "gatelib/rules/kubernetes/a/by/other"),
        Difference("added", "data", "gatelib/rules/kubernetes/a/put"),
    ]


# Bundles


@pytest.mark.parametrize(
    ("revision", "detail"),
    [
        (
            "2026-11-21T23:59:59Z-0123456789ab",
            f"`2026-11-21T23:59:59Z-0123456789ab` runs, which is older than `{REVISION}`"
            ": somebody may have served an old bundle again",
        ),
        (
            "2026-11-22T00:00:01Z-0123456789ab",
            f"`2026-11-22T00:00:01Z-0123456789ab` runs, which is newer than `{REVISION}`",
        ),
        (
            "2026-11-22T00:00:00Z-ffffffffffff",
            f"`2026-11-22T00:00:00Z-ffffffffffff` runs, which is as old as `{REVISION}`",
        ),
        ("v1", f"`v1` runs, and `{REVISION}` should"),
    ],
)
def test_another_revision_is_said_to_be_older_or_newer(revision: str, detail: str) -> None:
    found = compare([bundle({})], running(bundles={"b": {**MANIFEST, "revision": revision}}))
    assert (found.expected, found.running) == ((REVISION,), (revision,))
    assert Difference("changed", "revision", "b", detail) in found.differences


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ({"roots": MANIFEST["roots"][::-1]}, []),
        ({"roots": MANIFEST["roots"][1:]}, [("removed", "root", "gatelib/main")]),
        ({"roots": [*MANIFEST["roots"], "x"]}, [("added", "root", "x")]),
        ({"rego_version": 0}, [("changed", "manifest", "gatelib/rego_version")]),
        ({"file_rego_versions": {"/a.rego": 0}}, [("changed", "manifest", "gatelib/file_rego_versions")]),
        ({"wasm": [{"entrypoint": "gatelib/main"}]}, [("changed", "manifest", "gatelib/wasm")]),
        ({"metadata": {}}, [("changed", "manifest", "gatelib/metadata")]),
    ],
)
def test_a_manifest_that_is_otherwise_is_named(
    manifest: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    found = differences(running(bundles={"gatelib": {**MANIFEST, **manifest}}))
    assert [difference[:3] for difference in found] == expected


def test_without_its_bundle_the_policies_and_data_are_still_compared() -> None:
    found = differences(running(OURS._replace(text="x"), bundles={}))
    assert [difference[:3] for difference in found] == [
        ("removed", "bundle", f"pr {REVISION}"),
        ("changed", "policy", "gatelib/main.rego"),
    ]


def test_a_second_bundle_below_gatelib_is_added_and_others_are_not() -> None:
    bundles = {
        "gatelib": MANIFEST,
        "acme": {"revision": "7", "roots": ["gatelib/rules/acme", "acme"]},
        "elsewhere": {"revision": "8", "roots": ["elsewhere"]},
        "without-roots": {"revision": "9"},
    }
    assert differences(running(bundles=bundles)) == [
        Difference("added", "bundle", "acme", "serves gatelib/rules/acme (7)"),
        Difference("added", "bundle", "without-roots", "serves everything (9)"),
    ]


def test_several_bundles_can_be_expected() -> None:
    manifest = {"revision": "2026-11-22T00:00:00Z-e", "roots": ["gatelib/exceptions"], "rego_version": 1}
    files = {".manifest": orjson.dumps(manifest), "gatelib/data.json": b'{"exceptions": [{"a": 1}]}'}
    second = Bundle(files=files, sha256="", manifest=manifest, signer=None)
    bundles = {"x": manifest, "gatelib": MANIFEST}
    for records, expected in (
        ([{"a": 1}], []),
        ([{"a": 2}], [Difference("changed", "data", "gatelib/exceptions")]),
    ):
        found = compare([bundle({}), second], running(bundles=bundles, data={**DATA, "exceptions": records}))
        assert list(found.differences) == expected
        assert found.running == (REVISION, "2026-11-22T00:00:00Z-e")


def test_a_bundle_that_fails_is_named_unless_it_is_active_and_somebody_elses() -> None:
    bundles = {"gatelib": MANIFEST, "elsewhere": {"roots": ["elsewhere"]}}
    failures = [("gatelib", "digest mismatch"), ("elsewhere", "x"), ("new", "y"), ("", "not activated")]
    assert differences(running(bundles=bundles, failures=failures)) == [
        Difference("failing", "activation", "gatelib", "digest mismatch"),
        Difference("failing", "activation", "new", "y"),
        Difference("failing", "activation", "/health?bundles", "not activated"),
    ]


# What a team's own bundle may serve


def test_what_is_allowed_is_not_compared_and_what_is_beside_it_is() -> None:
    bundles = {"gatelib": MANIFEST, "acme": {"revision": "7", "roots": ["gatelib/rules/acme"]}}
    own = policy("acme/a.rego", "gatelib.rules.acme.a", "", "deny")
    other = policy("put", "gatelib.rules.acmeish.a", "")
    data = {**DATA, "rules": {"acme": {"x": 1}, "acmeish": {"x": 1}}}
    found = running(OURS, own, other, bundles=bundles, data=data)
    assert differences(found, allowed=["gatelib/rules/acme"]) == [
        Difference("added", "policy", "put", "package gatelib.rules.acmeish.a"),
        Difference("added", "data", "gatelib/rules/acmeish"),
    ]


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ("gatelib", "is no place below"),
        ("", "is no place below"),
        ("/", "is no place below"),
        ("acme/rules", "is no place below"),
        ("gatelib.rules.acme", "is no place below"),
        ("gatelib/rules", "touches `gatelib/rules/kubernetes`"),
        ("gatelib/main", "touches `gatelib/main`"),
        ("gatelib/main/deny", "touches `gatelib/main`"),
        ("/gatelib//main/", "touches `gatelib/main`"),
    ],
)
def test_nothing_that_the_bundle_serves_can_be_allowed(root: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        differences(running(), allowed=[root])


@pytest.mark.parametrize(
    ("name", "content"),
    [("gatelib/x/data.json", b"{"), ("data.json", b"[]"), ("gatelib/x/data.yaml", b"a: 1")],
)
def test_a_bundle_whose_data_cannot_be_compared_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(BundleError):
        differences(running(), {name: content})
