"""What an export for Conftest holds."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from gatelib import __version__
from gatelib.errors import PolicyError, UsageError
from gatelib.export import conftest
from gatelib.policy import Module, Policy, shipped

POLICY = shipped()


def with_bundle(**fixed: object) -> Policy:
    return replace(POLICY, data={**POLICY.data, "bundle": fixed})


def test_it_holds_every_module_all_data_and_the_entry() -> None:
    files = conftest.files(POLICY)
    rego = {name: content for name, content in files.items() if name.endswith(".rego")}
    assert rego.pop("policy/main.rego") == conftest.entry()
    assert b"package gatelib.sealed" in rego.pop("policy/gatelib/sealed.rego")
    assert rego == {f"policy/{module.path}": module.text.encode() for module in POLICY.modules}
    data = {name[15:-10]: orjson.loads(content) for name, content in files.items() if name.endswith(".json")}
    assert data.pop("bundle")["inputs"] == ["combined", "envelope"]
    assert data.pop("catalog/core") == POLICY.catalogs["core"]
    assert data == {key: value for key, value in POLICY.data.items() if key != "bundle"}


def test_the_settings_name_what_the_folder_holds() -> None:
    lines = conftest.files(POLICY)["conftest.toml"].decode().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'policy = ["policy"]',
        'data = ["policy"]',
        'namespace = ["main"]',
        "combine = true",
        "show-builtin-errors = true",
    ]


def test_the_same_policy_gives_the_same_bytes() -> None:
    reordered = replace(POLICY, modules=POLICY.modules[::-1], data=dict(list(POLICY.data.items())[::-1]))
    assert list(conftest.files(reordered).items()) == list(conftest.files(POLICY).items())


def test_what_a_bundle_fixes_stays() -> None:
    fixed = {"revision": "r-1", "gate": "pr", "inputs": ["envelope", "admission_review"], "name": "x"}
    files = conftest.files(with_bundle(**fixed))
    assert orjson.loads(files["policy/gatelib/bundle/data.json"]) == fixed


def test_what_a_bundle_leaves_open_is_filled_in() -> None:
    assert orjson.loads(conftest.files(with_bundle(gate="pr"))["policy/gatelib/bundle/data.json"]) == {
        "revision": f"gatelib-{__version__}",
        "gate": "pr",
        "inputs": ["combined", "envelope"],
    }


def test_a_bundle_for_reviews_only_is_refused() -> None:
    with pytest.raises(UsageError, match="no input that this policy takes: admission_review"):
        conftest.files(with_bundle(inputs=["admission_review"]))


@pytest.mark.parametrize("path", ["main.rego", "gatelib/sealed.rego", "gatelib/params/data.json"])
def test_no_module_takes_the_place_of_the_exports_own_files(path: str) -> None:
    policy = replace(POLICY, modules=(*POLICY.modules, Module(path, "package x\n")))
    with pytest.raises(PolicyError) as caught:
        conftest.files(policy)
    assert caught.value.file == f"policy/{path}"
