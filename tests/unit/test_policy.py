from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import orjson
import pytest

from gatelib import engines, fixtures, resources
from gatelib.engines import Engine
from gatelib.fixtures import Case
from gatelib.policy import Module, shipped
from tests.paths import ROOT

POLICY = shipped()
SOME_RULES = ("GL-K8S-001", "GL-K8S-004", "GL-K8S-005", "GL-IMG-001", "GL-EXC-001", "GL-TEN-004")


@cache
def cases(rule: str) -> tuple[Case, ...]:
    return tuple(case for case in fixtures.find(ROOT / "fixtures", POLICY) if case.rule == rule)


@cache
def compiled(rule: str, given: bytes, *, whole: bool) -> Engine:
    policy = replace(POLICY, data={**POLICY.data, **orjson.loads(given)})
    modules = policy.modules if whole else policy.modules_for([rule])
    return engines.engine("embedded")(modules, policy.engine_data([rule]), timeout=60)


@pytest.mark.parametrize("rule", SOME_RULES)
def test_the_modules_of_a_rule_decide_as_all_modules_do(rule: str) -> None:
    for case in cases(rule):
        given = {"params": case.given.get("params", {}), "exceptions": case.given.get("exceptions", [])}
        data, envelope = orjson.dumps(given), orjson.dumps(fixtures.envelope(case, POLICY))
        few = compiled(rule, data, whole=False).decide(envelope)
        all_of_them = compiled(rule, data, whole=True).decide(envelope)
        assert few.to_bytes() == all_of_them.to_bytes(), case.name


def test_a_rule_brings_no_other_rule_along() -> None:
    for rule, entry in POLICY.catalog.items():
        packages = {module.package for module in POLICY.modules_for([rule])}
        own = ".".join(("gatelib", "rules", *entry["package"]))
        assert {package for package in packages if package.startswith("gatelib.rules.")} == {own}


def test_every_package_that_a_chosen_module_names_is_chosen_too() -> None:
    named = re.compile(r"\bdata\.(gatelib\.(?:lib|input)(?:\.[a-z_]+)*)")
    packages = {module.package for module in POLICY.modules}
    for rule in POLICY.catalog:
        chosen = POLICY.modules_for([rule])
        have = {module.package for module in chosen}
        for module in chosen:
            for reference in named.findall(module.text):
                package = next(
                    name
                    for name in sorted(packages, key=len, reverse=True)
                    if reference == name or reference.startswith(f"{name}.")
                )
                assert package in have, f"{module.path} names {package}"


def test_a_rule_of_a_team_gets_the_whole_library() -> None:
    own = Module("gatelib/rules/acme/own/own.rego", "package gatelib.rules.acme.own\n")
    entry = {**POLICY.catalog["GL-K8S-001"], "id": "ACME-001", "package": ["acme", "own"]}
    policy = replace(
        POLICY,
        modules=(*POLICY.modules, own),
        catalogs={**POLICY.catalogs, "acme": {"ACME-001": entry}},  # type: ignore[dict-item] # a copy
    )
    shared = ("gatelib.main", "gatelib.input", "gatelib.lib.")
    library = {module for module in POLICY.modules if module.package.startswith(shared)}
    assert set(policy.modules_for(["ACME-001"])) == library | {own}


def test_an_engine_gets_the_catalogue_of_the_wanted_rules_only() -> None:
    catalogs = POLICY.engine_data(["GL-K8S-001"])["gatelib"]["catalog"]
    assert catalogs == {
        "core": {
            "GL-K8S-001": {
                key: POLICY.catalog["GL-K8S-001"][key]
                for key in ("package", "severity", "controls", "gates", "scope")
            }
        }
    }


# The digest


def test_the_digest_does_not_depend_on_the_order_of_modules_or_keys() -> None:
    other = replace(
        POLICY,
        modules=tuple(reversed(POLICY.modules)),
        data=dict(reversed(list(POLICY.data.items()))),
        catalogs={"core": dict(reversed(list(POLICY.catalogs["core"].items())))},
    )
    assert other.sha256() == POLICY.sha256()


def test_the_digest_changes_with_anything_that_decides() -> None:
    first, *rest = POLICY.modules
    entry = {**POLICY.catalog["GL-K8S-001"], "severity": "low"}
    variants = [
        POLICY,
        replace(POLICY, modules=tuple(rest)),
        replace(POLICY, modules=(Module(first.path, first.text + "\n"), *rest)),
        replace(POLICY, modules=(Module(first.path + "x", first.text), *rest)),
        replace(POLICY, data={**POLICY.data, "params": {"limits": {"cpu": False}}}),
        replace(POLICY, data={**POLICY.data, "exceptions": [{"kind": "PolicyException"}]}),
        replace(POLICY, data={**POLICY.data, "bundle": {"revision": "other"}}),
        replace(
            POLICY,
            catalogs={"core": {**POLICY.catalogs["core"], "GL-K8S-001": entry}},  # type: ignore[dict-item] # a copy
        ),
        replace(POLICY, catalogs={**POLICY.catalogs, "acme": {}}),
    ]
    digests = [variant.sha256() for variant in variants]
    assert len(set(digests)) == len(variants)


def test_text_cannot_move_from_one_module_to_the_next_unseen() -> None:
    one = replace(POLICY, modules=(Module("a", "xy"), Module("b", "z")))
    other = replace(POLICY, modules=(Module("a", "x"), Module("b", "yz")))
    assert one.sha256() != other.sha256()


# What ships


def test_tests_do_not_ship_as_policy() -> None:
    assert [module.path for module in POLICY.modules if module.path.endswith("_test.rego")] == []
    assert len(POLICY.modules) == len(
        [path for path in resources.rego().rglob("*.rego") if not path.name.endswith("_test.rego")]
    )


def test_every_module_lies_where_its_package_says() -> None:
    for module in POLICY.modules:
        folder, file = Path(module.path).parent, Path(module.path).stem
        parts = module.package.split(".")
        assert module.package in (".".join((*folder.parts, file)), ".".join(folder.parts)), module.path
        assert parts[0] == "gatelib"


def test_below_the_rego_folder_there_is_only_policy_and_data() -> None:
    files = {path for path in resources.rego().rglob("*") if path.is_file()}
    assert {path.name for path in files if path.suffix != ".rego"} == {"data.json"}
