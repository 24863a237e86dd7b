from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator

from gatelib import Gate, config, resources
from gatelib.errors import ConfigError, UsageError
from gatelib.policy import shipped
from gatelib.resolution import nearest_configuration
from gatelib.validation import violations

DATA = shipped().data
PARAMS_SCHEMA = DATA["params_schema"]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def read(path: Path, *, given: bool = True, judged: tuple[str, ...] = ("k8s",)) -> config.Config:
    return config.read(path, given=given, judged=judged, base=path.parent, params_schema=PARAMS_SCHEMA)


def refused(tmp_path: Path, text: str) -> tuple[str, int | None, int | None]:
    with pytest.raises(ConfigError) as caught:
        read(write(tmp_path / "gatelib.yaml", text))
    assert caught.value.file == "gatelib.yaml"
    return caught.value.message, caught.value.line, caught.value.column


# Reading


def test_a_configuration_has_its_values_and_its_digest(tmp_path: Path) -> None:
    text = "gate: admission\nskip: [GL-K8S-007]\n"
    found = read(write(tmp_path / "conf" / "gate.yaml", text))
    assert found == config.Config(
        path=tmp_path / "conf" / "gate.yaml",
        name="gate.yaml",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        trusted=True,
        values={"gate": "admission", "skip": ["GL-K8S-007"]},
    )


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "{}\n"])
def test_an_empty_configuration_sets_nothing(tmp_path: Path, text: str) -> None:
    assert read(write(tmp_path / "gatelib.yaml", text)).values == {}


def test_paths_in_a_configuration_are_relative_to_its_folder(tmp_path: Path) -> None:
    found = read(write(tmp_path / "conf" / "gatelib.yaml", "inventory: [cluster, /abs]\n"))
    assert found.paths("inventory") == (str(tmp_path / "conf" / "cluster"), "/abs")
    assert found.paths("policies") == ()


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^gone\.yaml: the configuration cannot be read: No such file"):
        read(tmp_path / "gone.yaml")


def test_a_configuration_that_is_no_yaml_has_its_line(tmp_path: Path) -> None:
    message, line, _ = refused(tmp_path, "gate: pr\nskip: [a\n")
    assert message
    assert line is not None
    assert line >= 2


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    message, line, _ = refused(tmp_path, "gate: pr\ngate: admission\n")
    assert "gate" in message
    assert line == 2


def test_a_configuration_is_one_document(tmp_path: Path) -> None:
    assert refused(tmp_path, "gate: pr\n---\ngate: pr\n")[:2] == ("a configuration is one document", 3)


# Violations, in words


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("gate: pr\nskips: [a]\n", "there is no `skips`; did you mean `skip`?", 2, 8),
        ("zebra: 1\n", "there is no `zebra`", 1, 8),
        ("gate: nightly\n", "`gate` must be one of `pr`, `pre-promote`, `admission`, `publish`", 1, 7),
        ("gate: 7\n", "`gate` must be a string", 1, 7),
        ("engine: conftest\n", "`engine` must be one of `embedded`, `opa`, `opa-server`", 1, 9),
        ("fail_on: info\n", "`fail_on` must be one of `critical`, `high`, `medium`, `low`", 1, 10),
        ("skip: GL-K8S-001\n", "`skip` must be a list", 1, 7),
        ("skip: [GL-K8S-001, 7]\n", "`skip.1` must be a string", 1, 20),
        ("skip: ['']\n", "`skip.0` must not be empty", 1, 8),
        ("skip: [a, a]\n", "`skip` must not name anything twice", 1, 7),
        ("timeout: 0\n", "`timeout` must be more than 0", 1, 10),
        ("timeout: 86401\n", "`timeout` must be at most 86400", 1, 10),
        ("timeout: '60'\n", "`timeout` must be a number", 1, 10),
        (
            "namespace: My Shop\n",
            "`namespace` does not have the right form: The namespace of objects that name none.",
            1,
            12,
        ),
        ("- gate\n", "the document must be an object", 1, 1),
        ("parameters: []\n", "`parameters` must be an object", 1, 13),
        ("parameters:\n  canry: {}\n", "there is no `parameters.canry`; did you mean `canary`?", 2, 10),
        (
            "parameters:\n  canary:\n    min_holds: 1m\n",
            "there is no `parameters.canary.min_holds`; did you mean `min_hold`?",
            3,
            16,
        ),
        (
            "parameters:\n  secrets:\n    max_age_days: 0\n",
            "`parameters.secrets.max_age_days` must be at least 1",
            3,
            19,
        ),
        (
            "parameters:\n  exceptions: {max_days: 400}\n",
            "`parameters.exceptions.max_days` must be at most 366",
            2,
            26,
        ),
        (
            "parameters:\n  limits:\n    cpu: yes please\n",
            "`parameters.limits.cpu` must be a boolean",
            3,
            10,
        ),
        (
            "parameters:\n  exceptions:\n    max_days: 1.5\n",
            "`parameters.exceptions.max_days` must be a whole number",
            3,
            15,
        ),
        (
            "parameters:\n  images: {allowlist: []}\n",
            "`parameters.images.allowlist` must not be empty",
            2,
            23,
        ),
    ],
)
def test_what_breaks_the_schema_is_said_with_its_place(
    tmp_path: Path, text: str, message: str, line: int, column: int
) -> None:
    assert refused(tmp_path, text) == (message, line, column)


def test_the_first_of_several_violations_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path, "timeout: 0\nengine: x\ngate: y\n")[0].startswith("`engine` must be one of")


def test_a_violation_never_shows_the_value() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^x$", "maxLength": 3}}}
    for value in ("hidden", 71):
        for violation in violations({"a": value}, schema):
            assert str(value) not in violation.message


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"required": ["a", "b"]}, {"a": 1}, "the document lacks `b`"),
        ({"properties": {"a": {"required": ["b"]}}}, {"a": {}}, "`a` lacks `b`"),
        ({"properties": {"a": {"const": "v1"}}}, {"a": "v2"}, "`a` must be `v1`"),
        ({"properties": {"a": {"type": ["string", "null"]}}}, {"a": 1}, "`a` must be a string or null"),
        ({"properties": {"a": {"exclusiveMaximum": 5}}}, {"a": 5}, "`a` must be less than 5"),
        ({"properties": {"a": {"minProperties": 1}}}, {"a": {}}, "`a` must not be empty"),
        ({"properties": {"a": {"maxItems": 1}}}, {"a": [1, 2]}, "`a` breaks the schema's `maxItems`"),
    ],
)
def test_every_kind_of_violation_has_its_words(schema: Any, value: Any, message: str) -> None:
    assert [violation.message for violation in violations(value, schema)] == [message]


# Finding it


def test_the_nearest_configuration_above_is_found(tmp_path: Path) -> None:
    write(tmp_path / "gatelib.yaml", "")
    nearer = write(tmp_path / "a" / "gatelib.yaml", "")
    (tmp_path / "a" / "b").mkdir()
    assert nearest_configuration(tmp_path / "a" / "b") == nearer


def test_the_search_does_not_leave_the_repository(tmp_path: Path) -> None:
    write(tmp_path / "gatelib.yaml", "")
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "k8s").mkdir()
    assert nearest_configuration(tmp_path / "repository" / "k8s") is None


def test_the_configuration_at_the_root_of_the_repository_is_found(tmp_path: Path) -> None:
    there = write(tmp_path / "repository" / "gatelib.yaml", "")
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "repository" / "k8s").mkdir()
    assert nearest_configuration(tmp_path / "repository" / "k8s") == there


# Trust

UNSIGNED = "parameters:\n  exceptions:\n    require_signature: false\n"


def test_a_given_configuration_outside_the_judged_tree_is_trusted(tmp_path: Path) -> None:
    (tmp_path / "k8s").mkdir()
    assert read(write(tmp_path / "gatelib.yaml", "gate: pr\n")).trusted
    assert read(tmp_path / "gatelib.yaml", judged=("-",)).trusted


def test_a_configuration_that_was_found_is_not_trusted(tmp_path: Path) -> None:
    assert not read(write(tmp_path / "gatelib.yaml", "gate: pr\n"), given=False).trusted


@pytest.mark.parametrize("judged", [".", "k8s", "k8s/gatelib.yaml", "link"])
def test_a_given_configuration_in_the_judged_tree_is_not_trusted(tmp_path: Path, judged: str) -> None:
    path = write(tmp_path / "k8s" / "gatelib.yaml", "gate: pr\n")
    (tmp_path / "link").symlink_to("k8s")
    found = config.read(path, given=True, judged=(judged,), base=tmp_path, params_schema=PARAMS_SCHEMA)
    assert not found.trusted


def test_a_configuration_reached_by_a_link_lies_where_it_lies(tmp_path: Path) -> None:
    write(tmp_path / "k8s" / "real.yaml", "gate: pr\n")
    (tmp_path / "gatelib.yaml").symlink_to("k8s/real.yaml")
    assert not read(tmp_path / "gatelib.yaml").trusted


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        (UNSIGNED, "parameters.exceptions", 2),
        (UNSIGNED.replace("false", "true"), "parameters.exceptions", 2),
        ("parameters: {exceptions: {audience: [github.com/acme/shop]}}\n", "parameters.exceptions", 1),
        ("gate: pr\nexceptions: [waivers]\n", "exceptions", 2),
        ("exceptions: []\n", "exceptions", 1),
    ],
)
def test_an_untrusted_configuration_opens_no_way_to_waivers(
    tmp_path: Path, text: str, key: str, line: int
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(write(tmp_path / "gatelib.yaml", text), given=False)
    assert caught.value.message == f"only a trusted configuration may set `{key}`"
    assert caught.value.line == line


def test_a_trusted_configuration_may_take_unsigned_exceptions(tmp_path: Path) -> None:
    found = read(write(tmp_path / "gatelib.yaml", UNSIGNED + "exceptions: [waivers]\n"))
    assert found.values["exceptions"] == ["waivers"]


@pytest.mark.parametrize("gate", ["pre-promote", "publish"])
def test_a_release_takes_no_configuration_from_the_judged_tree(tmp_path: Path, gate: str) -> None:
    write(tmp_path / "gatelib.yaml", "skip: [GL-K8S-007]\n")
    write(tmp_path / "k8s" / "pod.yaml", "kind: Pod\n")
    with pytest.raises(ConfigError, match=f"gate `{gate}` takes no configuration"):
        Gate.load(base=tmp_path, gate=gate).check(["k8s"])
    for other in ("pr", "admission"):
        assert Gate.load(base=tmp_path, gate=other).resolve(["k8s"])["gate"] == (other, "command line")
    trusted = Gate.load(base=tmp_path, gate=gate, config="gatelib.yaml")
    assert trusted.resolve(["k8s"])["gate"] == (gate, "command line")


# What is in force


def resolved(base: Path, **settings: Any) -> dict[str, tuple[Any, str]]:
    return Gate.load(base=base, **settings).resolve(["k8s"])


def test_without_a_configuration_the_defaults_are_in_force(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    found = resolved(tmp_path)
    assert {key: value for key, value in found.items() if not key.startswith("parameters.")} == {
        "gate": ("pr", "default"),
        "fail_on": ("low", "default"),
        "namespace": (None, "default"),
        "timeout": (60.0, "default"),
        "engine": ("embedded", "default"),
        "skip": ([], "default"),
        "policies": ([], "default"),
        "exceptions": ([], "default"),
        "inventory": ([], "default"),
        "bundle.path": (None, "default"),
    }
    assert {key: value for key, value in found.items() if key.startswith("parameters.")} == {
        f"parameters.{group}.{name}": (value, "default")
        for group, values in DATA["defaults"].items()
        for name, value in values.items()
    }


CONFIGURED = """\
gate: admission
engine: opa
fail_on: high
namespace: shop
timeout: 5
skip: [GL-K8S-001]
inventory: [cluster]
parameters:
  secrets: {max_age_days: 30}
"""


def test_a_configuration_wins_over_the_defaults(tmp_path: Path) -> None:
    write(tmp_path / "gatelib.yaml", CONFIGURED)
    found = resolved(tmp_path)
    where = "gatelib.yaml"
    assert {key: found[key] for key in ("gate", "engine", "fail_on", "namespace", "timeout", "skip")} == {
        "gate": ("admission", where),
        "engine": ("opa", where),
        "fail_on": ("high", where),
        "namespace": ("shop", where),
        "timeout": (5, where),
        "skip": (["GL-K8S-001"], where),
    }
    assert found["inventory"] == (["cluster"], where)
    assert found["parameters.secrets.max_age_days"] == (30, where)
    rotated = DATA["defaults"]["secrets"]["rotated_annotation"]
    assert found["parameters.secrets.rotated_annotation"] == (rotated, "default")


def test_the_command_line_wins_over_the_configuration(tmp_path: Path) -> None:
    write(tmp_path / "gatelib.yaml", CONFIGURED)
    found = resolved(tmp_path, gate="pr", engine="embedded", fail_on="low", namespace="mine", timeout=9.0)
    assert {key: found[key] for key in ("gate", "engine", "fail_on", "namespace", "timeout")} == {
        "gate": ("pr", "command line"),
        "engine": ("embedded", "command line"),
        "fail_on": ("low", "command line"),
        "namespace": ("mine", "command line"),
        "timeout": (9.0, "command line"),
    }


def test_lists_of_both_are_put_together(tmp_path: Path) -> None:
    write(tmp_path / "gatelib.yaml", CONFIGURED)
    found = resolved(tmp_path, gate="pr", skip=["GL-K8S-002"], inventory=["more"])
    assert found["skip"] == (["GL-K8S-001", "GL-K8S-002"], "command line, gatelib.yaml")
    assert found["inventory"] == (["more", "cluster"], "command line, gatelib.yaml")


def test_a_rule_that_does_not_exist_cannot_be_skipped(tmp_path: Path) -> None:
    write(tmp_path / "gatelib.yaml", "skip: [GL-K8S-999]\n")
    with pytest.raises(UsageError, match=r"there is no rule `GL-K8S-999`"):
        resolved(tmp_path)


# Parameters: what ships


def test_every_parameter_has_an_entry_in_the_schema_and_the_reverse() -> None:
    defaults = {(group, name) for group, values in DATA["defaults"].items() for name in values}
    schema = {
        (group, name) for group, entry in PARAMS_SCHEMA["properties"].items() for name in entry["properties"]
    }
    assert defaults == schema


def test_the_defaults_are_valid() -> None:
    assert violations(DATA["defaults"], PARAMS_SCHEMA) == []


def test_the_schemas_are_schemas() -> None:
    Draft7Validator.check_schema(PARAMS_SCHEMA)
    Draft7Validator.check_schema(orjson.loads(resources.schema("config.json").read_bytes()))


def test_every_parameter_is_described_and_closed() -> None:
    for group, entry in PARAMS_SCHEMA["properties"].items():
        assert entry["additionalProperties"] is False, group
        for name, parameter in entry["properties"].items():
            assert parameter["description"].endswith("."), f"{group}.{name}"


def test_the_parameters_that_rules_name_exist() -> None:
    known = {f"{group}.{name}" for group, values in DATA["defaults"].items() for name in values}
    named = {
        (rule, parameter)
        for rule, entry in shipped().catalog.items()
        for parameter in entry.get("params", [])
    }
    assert {(rule, parameter) for rule, parameter in named if parameter not in known} == set()


def test_every_parameter_belongs_to_a_rule_or_to_all() -> None:
    named = {parameter for entry in shipped().catalog.values() for parameter in entry.get("params", [])}
    known = {f"{group}.{name}" for group, values in DATA["defaults"].items() for name in values}
    assert known - named <= {
        "exceptions.require_signature",
        "evidence.max_age_days",
        "exceptions.critical_approvers",
        "workloads.extra_kinds",
    }


def test_parameters_of_another_type_reach_no_rule(tmp_path: Path) -> None:
    write(tmp_path / "gatelib.yaml", "parameters:\n  secrets: {max_age_days: ninety}\n")
    write(tmp_path / "k8s" / "pod.yaml", "kind: Pod\n")
    with pytest.raises(ConfigError, match=r"gatelib\.yaml:2:27: .* must be a whole number"):
        Gate.load(base=tmp_path).check(["k8s"])
