"""What somebody could put into a bundle of rules, signed or not, in order to be let through."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import Gate, PolicyError, Report, UsageError, engines, keys
from gatelib.bundle import archive, build, definition, loading
from gatelib.errors import BundleError, GatelibError
from gatelib.policy import shipped
from gatelib.settings import parse_now
from tests.acceptance.command import NOW, PRIVILEGED, privileged, stream, write
from tests.acceptance.test_attacks import FORBIDDEN, LISTS, OVERLAYS, PACKAGES, POSES, imports_first, rule
from tests.budget import budget
from tests.engines import need_engine
from tests.signing import pair, signed
from tests.tampering.base import CATALOG, FIXED, MAIN, MANIFEST, RULE, files

OWN = "gatelib/rules/acme/owner/owner.rego"
OWN_CATALOG = "gatelib/catalog/acme/data.json"
LIBRARY = "gatelib/lib/workloads.rego"

Files = Mapping[str, bytes]
SIGNED = pytest.mark.parametrize("sign", [False, True], ids=["unsigned", "signed"])


@pytest.fixture(params=[name for name in engines.names() if name != engines.SERVER])
def engine(request: pytest.FixtureRequest) -> str:
    return need_engine(request.param)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with one privileged Pod in ``k8s``."""
    return write(tmp_path, {"k8s/pod.yaml": stream(privileged())})


@cache
def key() -> keys.VerificationKey:
    return keys.verification_key(pair("release").public.encode(), keyid="release")


def judged(tree: Path, bundle: Files, *, sign: bool, engine: str = "embedded", **settings: Any) -> Report:
    """What is found with a bundle of these files."""
    (tree / "b.tar.gz").write_bytes(signed(bundle) if sign else archive.write(bundle))
    proof: dict[str, Any] = {"verification_keys": [key()]} if sign else {}
    values = {"now": NOW, "base": tree, "isolated": False, "engine": engine, **proof, **settings}
    return Gate.load(bundle="b.tar.gz", **values).check(["k8s"])


def changed(name: str, **values: Any) -> dict[str, bytes]:
    """The bundle with some keys of a table set otherwise."""
    return {**files(), name: orjson.dumps({**json.loads(files()[name]), **values})}


def entry_with(**values: Any) -> dict[str, Any]:
    """The entry of the bundle's rule, with some of it said otherwise."""
    return {**json.loads(files()[CATALOG])[PRIVILEGED], **values}


def a_teams(text: str, owner: str = "acme", **values: Any) -> dict[str, bytes]:
    """The bundle with a rule of a team in it."""
    own = {"id": "ACME-001", "package": ["acme", "owner"], "kinds": ["workloads"]}
    entry = entry_with(**{**own, **values})
    catalog = orjson.dumps({entry["id"]: entry})
    return {**files(), OWN: text.encode(), f"gatelib/catalog/{owner}/data.json": catalog}


def test_without_an_attack_the_bundle_denies(tree: Path, engine: str) -> None:
    for sign in (False, True):
        report = judged(tree, files(), sign=sign, engine=engine)
        assert [finding.rule for finding in report.failing] == [PRIVILEGED]
        assert report.signed_by == ("release" if sign else None)


# Data over rules


@SIGNED
@pytest.mark.parametrize("where", OVERLAYS)
def test_data_in_a_bundle_lies_over_nothing(tree: Path, engine: str, where: str, sign: bool) -> None:
    attack = {**files(), "data.json": json.dumps(OVERLAYS[where]).encode()}
    try:
        report = judged(tree, attack, sign=sign, engine=engine)
    except (PolicyError, BundleError):
        return
    # An empty object beside what is there already says nothing.
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]
    assert not report.errors


@SIGNED
@pytest.mark.parametrize(
    "name",
    [
        "gatelib/rules/kubernetes/privileged/data.json",
        "gatelib/rules/kubernetes/data.json",
        "gatelib/rules/data.json",
        "gatelib/main/data.json",
        "gatelib/lib/workloads/data.json",
        "gatelib/input/shapes/data.json",
        "gatelib/exceptions/data.json",
        "gatelib/evidence/data.json",
        "gatelib/admission/data.json",
        "system/bundles/data.json",
    ],
)
def test_nor_does_data_in_a_folder_named_like_a_package(tree: Path, name: str, sign: bool) -> None:
    with pytest.raises(PolicyError, match="may change what rules decide"):
        judged(tree, {**files(), name: b'{"deny": [], "containers": []}'}, sign=sign)


@SIGNED
def test_data_may_not_say_the_same_twice(tree: Path, sign: bool) -> None:
    attack = {**files(), "gatelib/data.json": b'{"bundle": {"gate": "publish"}}'}
    with pytest.raises(BundleError, match="says again"):
        judged(tree, attack, sign=sign)


@SIGNED
@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"18446744073709551616", b"-9223372036854775809"])
def test_a_number_that_an_engine_would_read_as_another_is_none(tree: Path, number: bytes, sign: bool) -> None:
    params = b'{"canary": {"min_hold": ' + number + b"}}"
    with pytest.raises(BundleError, match=r"too large a number|more than 64 bits"):
        judged(tree, {**files(), "gatelib/params/data.json": params}, sign=sign)


# Foreign Rego


FOREIGN = [*PACKAGES, "gatelib.main.deny", "gatelib", "data", "main"]


@pytest.mark.parametrize(
    ("package", "sign"),
    [
        (package, sign)
        for package in FOREIGN
        for sign in (False, True)
        if not (sign and package == "gatelib.lib.acme")  # whoever signs brings the library
    ],
)
def test_a_policy_of_a_bundle_has_no_package_that_is_not_its_own(
    tree: Path, package: str, sign: bool
) -> None:
    with pytest.raises((PolicyError, BundleError)):
        judged(tree, a_teams(rule(package)), sign=sign)


@SIGNED
@pytest.mark.parametrize("path", [RULE, LIBRARY, MAIN])
@pytest.mark.parametrize("name", ["a.rego", "zz.rego", "gatelib/rules/acme/owner/owner.rego"])
def test_no_second_file_adds_to_a_package(tree: Path, path: str, name: str, sign: bool) -> None:
    package = files()[path].decode().partition("\npackage ")[2].partition("\n")[0]
    more = f"package {package}\n\nsubjects contains 99\n\ndefault deny := []\n"
    with pytest.raises(PolicyError, match="may not be in a bundle twice"):
        judged(tree, {**files(), name: more.encode()}, sign=sign)


@SIGNED
@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_teams_rule_in_a_bundle_has_no_built_in_that_is_not_listed(
    tree: Path, name: str, sign: bool
) -> None:
    with pytest.raises(PolicyError, match="not among the built-ins"):
        judged(tree, a_teams(imports_first(FORBIDDEN[name])), sign=sign)


@pytest.mark.parametrize("path", [RULE, LIBRARY, MAIN])
def test_nor_has_a_signed_rule_of_the_library(tree: Path, path: str) -> None:
    for body in ('x := http.send({"url": "http://x"})', "x := opa.runtime().env", "x := time.now_ns()"):
        with pytest.raises(PolicyError, match="not among the built-ins"):
            judged(tree, {**files(), path: files()[path] + f"\n{body}\n".encode()}, sign=True)


@pytest.mark.parametrize("path", [RULE, LIBRARY, MAIN])
def test_an_unsigned_bundle_changes_nothing_of_the_library(tree: Path, path: str) -> None:
    with pytest.raises(PolicyError, match="no signature vouches for it"):
        judged(tree, {**files(), path: files()[path] + b"\n"}, sign=False)


def test_a_signer_may_change_it_and_the_report_names_who(tree: Path, engine: str) -> None:
    text = files()[RULE].replace(b"is privileged", b"is far too privileged")
    report = judged(tree, {**files(), RULE: text}, sign=True, engine=engine)
    assert [finding.message for finding in report.failing] == ["container `api` is far too privileged"]
    assert report.signed_by == "release"


@SIGNED
@pytest.mark.parametrize(
    "text",
    [
        'package gatelib.rules["acme"].owner\n',
        " package gatelib.rules.acme.owner\n",
        "package  gatelib.rules.acme.owner\n",
        "# x\n\tpackage gatelib.rules.kubernetes.privileged\n\nx := `\npackage gatelib.rules.acme.owner\n`\n",
    ],
)
def test_no_package_hides_from_who_looks_for_it(tree: Path, text: str, sign: bool) -> None:
    with pytest.raises(PolicyError, match=r"on a line of its own|may not be in a bundle"):
        judged(tree, a_teams(text), sign=sign)


@SIGNED
def test_no_test_is_in_a_bundle(tree: Path, sign: bool) -> None:
    with pytest.raises(BundleError, match="is a test"):
        judged(tree, {**files(), "gatelib/x_test.rego": b"package gatelib.x_test\n"}, sign=sign)


# The catalogue


@SIGNED
@pytest.mark.parametrize(
    ("owner", "values"),
    [
        ("acme", {"id": PRIVILEGED}),
        ("acme", {"id": "GL-NEW-001"}),
        ("acme", {"package": ["kubernetes", "privileged"]}),
        ("acme", {"package": ["bolt", "owner"]}),
        ("bolt", {}),
        ("kubernetes", {}),
    ],
)
def test_a_team_in_a_bundle_takes_nothing_of_another(
    tree: Path, owner: str, values: dict[str, Any], sign: bool
) -> None:
    with pytest.raises((PolicyError, BundleError)):
        judged(tree, a_teams(rule(), owner, **values), sign=sign)


@SIGNED
def test_no_rule_is_another_one(tree: Path, sign: bool) -> None:
    other = entry_with(id="GL-K8S-002")
    with pytest.raises((PolicyError, BundleError)):
        judged(tree, changed(CATALOG, **{"GL-K8S-002": other}), sign=sign)


@pytest.mark.parametrize(
    "values",
    [
        {"severity": "low"},
        {"stage": "canary"},
        {"effective_on": "2259-01-01T00:00:00Z"},
        {"kinds": ["Secret"]},
        {"scope": "set"},
        {"deprecated": True},
        {"package": ["kubernetes", "host_path"]},
        {"sensitive": True},
    ],
)
def test_an_unsigned_catalogue_says_of_a_rule_what_the_library_says(
    tree: Path, values: dict[str, Any]
) -> None:
    entry = entry_with(**values)
    with pytest.raises(PolicyError, match="no signature vouches for it"):
        judged(tree, changed(CATALOG, **{PRIVILEGED: entry}), sign=False)


@SIGNED
@pytest.mark.parametrize("values", [{"gates": []}, {"gates": ["never"]}, {"kinds": []}, {"scope": ""}])
def test_an_entry_by_which_a_rule_never_runs_is_none(tree: Path, values: dict[str, Any], sign: bool) -> None:
    entry = entry_with(**values)
    with pytest.raises(GatelibError):
        judged(tree, changed(CATALOG, **{PRIVILEGED: entry}), sign=sign)


@SIGNED
def test_a_catalogue_without_a_rule_leaves_nothing_to_run(tree: Path, sign: bool) -> None:
    entry = entry_with(gates=["publish"])
    with pytest.raises(GatelibError, match="no rule is left to run"):
        judged(tree, changed(CATALOG, **{PRIVILEGED: entry}), sign=sign)


# The tables, and what a bundle fixes


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("kinds", {"workloads": {}}),
        ("kinds", {"aliases": {"Pod": "Nothing"}}),
        ("gates", {"pre-promote": {"requires": []}}),
        ("defaults", {"exceptions": {"require_signature": False}}),
        ("params_schema", {"additionalProperties": True}),
    ],
)
def test_an_unsigned_bundle_has_the_tables_of_the_library(
    tree: Path, table: str, values: dict[str, Any]
) -> None:
    with pytest.raises(PolicyError, match="no signature vouches for it"):
        judged(tree, changed(f"gatelib/{table}/data.json", **values), sign=False)


def fixed(**values: Any) -> dict[str, bytes]:
    return changed(FIXED, **values)


@SIGNED
def test_what_holds_every_rule_back_shows_in_the_report(tree: Path, engine: str, sign: bool) -> None:
    held = fixed(actions={PRIVILEGED: {"action": "warn", "until": "2259-01-01"}})
    report = judged(tree, held, sign=sign, engine=engine)
    assert [(finding.rule, finding.action) for finding in report.findings] == [(PRIVILEGED, "warn")]
    assert report.exit_code == 0
    assert report.to_dict()["bundle"]["signed_by"] == ("release" if sign else None)


@SIGNED
@pytest.mark.parametrize("until", ["", "soon", "2026-11-21", "2026-02-30", "9999-12-31", "2260-01-01"])
def test_nothing_is_held_back_until_a_day_that_nobody_can_tell(
    tree: Path, engine: str, until: str, sign: bool
) -> None:
    held = fixed(actions={PRIVILEGED: {"action": "canary", "until": until}})
    report = judged(tree, held, sign=sign, engine=engine)
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]


@SIGNED
@pytest.mark.parametrize("inputs", [["object"], ["combined"], ["admission_review"]])
def test_a_bundle_for_other_inputs_passes_nothing(tree: Path, inputs: list[str], sign: bool) -> None:
    with pytest.raises(UsageError, match="and no files"):
        judged(tree, fixed(inputs=inputs), sign=sign)


@SIGNED
@pytest.mark.parametrize(
    "values",
    [
        {"inputs": []},
        {"inputs": ["anything"]},
        {"inputs": "envelope"},
        {"inputs": {"x": "envelope"}},
        {"gate": "never"},
        {"gate": ["pr"]},
        {"gate": None},
        {"requires": {}},
        {"requires": [{"kind": "Pod"}]},
        {"actions": {PRIVILEGED: "warn"}},
        {"actions": {PRIVILEGED: {"action": "allow", "until": "2259-01-01"}}},
        {"revision": "other"},
        {"revision": 7},
    ],
)
def test_what_a_definition_cannot_say_a_bundle_cannot_fix(
    tree: Path, values: dict[str, Any], sign: bool
) -> None:
    with pytest.raises(GatelibError):
        judged(tree, fixed(**values), sign=sign)


@SIGNED
def test_a_bundle_that_requires_nothing_may_and_says_so(tree: Path, sign: bool) -> None:
    entry = entry_with(gates=["pre-promote"])
    attack = {**fixed(gate="pre-promote", requires=[]), CATALOG: orjson.dumps({PRIVILEGED: entry})}
    report = judged(tree, attack, sign=sign)
    assert (report.gate, report.exit_code, report.signed_by) == (
        "pre-promote",
        1,
        "release" if sign else None,
    )


# What is judged with it


def raw(engine: str) -> engines.Engine:
    """An engine with the rules of the signed bundle."""
    moment = parse_now(NOW)
    assert moment is not None
    trust = loading.Trust(keys=(key(),))
    policy = loading.policy(loading.open_bundle(signed(files()), trust, now=moment))
    chosen = engines.engine(engine)
    return chosen(policy.modules_for([PRIVILEGED]), policy.engine_data([PRIVILEGED]), timeout=60)


def test_what_poses_as_an_envelope_is_denied_with_a_bundle(engine: str) -> None:
    asked = raw(engine)
    for pose in POSES:
        decision = asked.decide(orjson.dumps(pose)).value
        assert "GL-ERR-002" in {error["code"] for error in decision["errors"]}
        assert not decision["verdict"]["allow"]


def test_a_list_is_no_hiding_place_with_a_bundle(engine: str) -> None:
    asked = raw(engine)
    for document in LISTS.values():
        combined = [{"path": "a.yaml", "contents": document}]
        decision = asked.decide(orjson.dumps(combined)).value
        assert not decision["verdict"]["allow"]


# Anything at all

VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**63,
    "",
    "x",
    "workloads",
    "*",
    "2259-01-01",
    "pr",
    [],
    ["x"],
    [1],
    [[]],
    {},
    {"x": 1},
    {"x": []},
    {"": ""},
    [{"kind": "x"}],
    {"type": "object"},
    {"properties": {}},
    {"$ref": "#/x"},
    {"pattern": "("},
]


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in pairs:
        yield from paths(inner, (*path, step))


@cache
def rich() -> dict[str, bytes]:
    """A bundle with something of everything that a definition can say."""
    moment = parse_now(NOW)
    assert moment is not None
    path = Path(__file__).parent.parent / "tampering" / "rich.yaml"
    return build.files(definition.read(path, shipped()), created=moment)


def strange(number: int) -> dict[str, bytes]:
    """A bundle with one value set, removed or added somewhere in its data."""
    chance = random.Random(number)
    name = chance.choice([name for name in rich() if name.endswith("data.json") or name == MANIFEST])
    root = {"": json.loads(rich()[name])}
    *above, last = chance.choice(list(paths(root))[1:])
    inner: Any = root
    for step in above:
        inner = inner[step]
    what = chance.random()
    if what < 0.15 and above:
        del inner[last]
    elif what < 0.25 and isinstance(inner, dict) and above:
        inner[chance.choice(["x", "gate", "revision", ""])] = chance.choice(VALUES)
    else:
        inner[last] = chance.choice(VALUES)
    return {**rich(), name: orjson.dumps(root[""])}


@pytest.mark.parametrize("part", range(budget(1, 20)))
def test_strange_data_that_somebody_signed_passes_nothing_and_breaks_nothing(tree: Path, part: int) -> None:
    for number in range(part * 60, (part + 1) * 60):
        try:
            report = judged(tree, strange(number), sign=True)
        except GatelibError:
            continue
        assert report.exit_code != 0, number
        report.to_dict()
