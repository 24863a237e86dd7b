from __future__ import annotations

from typing import Any, cast

import orjson
import pytest

from gatelib import guards, resources
from gatelib.catalog import Entry
from gatelib.errors import PolicyError
from gatelib.policy import Module, shipped


def module(body: str = "", package: str = "gatelib.rules.acme.owner") -> Module:
    return Module("policies/owner.rego", f"package {package}\n\n{body}\n")


def refused(body: str = "", package: str = "gatelib.rules.acme.owner") -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        guards.check_module(module(body, package))
    assert caught.value.file == "policies/owner.rego"
    return caught.value


# Packages


def test_a_teams_package_names_the_team_and_the_rule() -> None:
    assert guards.check_module(module()) == ("acme", "owner")
    assert guards.check_module(module(package='gatelib.rules["acme"].owner')) == ("acme", "owner")


@pytest.mark.parametrize(
    "package",
    [
        *(
            "gatelib",
            "gatelib.main",
            "gatelib.rules",
            "gatelib.rules.acme",
            "gatelib.lib.labels",
            "gatelib.input",
        ),
        *(
            "gatelib.rules.acme.owner.deeper",
            "gatelib.params",
            "acme.rules.acme.owner",
            "main",
            "system.main",
        ),
        *("gatelib.catalog.core", "gatelib.rules.core.owner", 'gatelib["rules"].core["owner"]'),
    ],
)
def test_any_other_package_is_not_a_teams(package: str) -> None:
    error = refused(package=package)
    assert error.message.endswith("is not a team's")
    assert error.hint == "a rule of your own is `gatelib.rules.<team>.<rule>`"


def test_no_domain_of_the_library_is_a_team() -> None:
    shipped_domains = {entry["package"][0] for entry in shipped().catalog.values()}
    assert shipped_domains <= guards.CORE_DOMAINS
    for domain in guards.CORE_DOMAINS:
        assert refused(package=f"gatelib.rules.{domain}.owner").message.endswith("is not a team's")


@pytest.mark.parametrize(
    "text", ["", "package", "package a.b\n}", "package a\nimport", "\x00", "# only a comment"]
)
def test_what_does_not_parse_is_refused(text: str) -> None:
    with pytest.raises(PolicyError, match="does not parse"):
        guards.check_module(Module("policies/owner.rego", text))


def test_what_does_not_parse_is_refused_with_its_line() -> None:
    with pytest.raises(PolicyError) as error:
        guards.check_module(Module("policies/owner.rego", "package a.b\n\nx := {\n"))
    assert str(error.value) == "policies/owner.rego:4: does not parse: expecting expression"


# Built-ins


def test_the_allowed_built_ins_may_be_called_wherever_a_call_can_stand() -> None:
    guards.check_module(
        module(
            """\
import data.gatelib.input as gate_input
import data.gatelib.lib.documents

limit := max([1, 2])
double(x) := x * 2
deny contains document.index if {
	some document in documents.of_type("ConfigMap")
	count(document.content.data) > double(limit)
	every key, value in document.content.data { startswith(key, "a"); is_string(value) }
	names := {lower(name) | some name in object.keys(document.content.data)}
	not regex.match("x", concat(",", names))
	gate_input.now_ns > time.parse_rfc3339_ns("2026-01-01T00:00:00Z")
}
"""
        )
    )


@pytest.mark.parametrize(
    "body",
    [
        'a := http.send({"url": "http://x", "method": "get"})',
        'a if http.send({"url": "http://x"})',
        "a := opa.runtime()",
        'a := net.lookup_ip_addr("x")',
        'a := rand.intn("x", 5)',
        "a := time.now_ns()",
        'a := io.jwt.decode("x")',
        'a := crypto.sha256("x")',
        'a := trace("x")',
        "a := [opa.runtime()]",
        "a := {opa.runtime() | true}",
        'a := {"x": opa.runtime().env}',
        "a if not opa.runtime()",
        "a if { some x in [opa.runtime()]; x }",
        "a if { every x in [1] { opa.runtime()[x] } }",
        "f(x) := opa.runtime()[x]",
        "default a := 1\na := opa.runtime() if false",
        "a := 1 if false else := opa.runtime()",
        'a := count([x | x := http.send({"url": "x"})])',
        "a := opa.runtime().env[lower(opa.runtime().x)]",
        "a if { b with input as opa.runtime() }\nb := input",
        "a if { b(1) with lower as http.send }\nb(x) := lower(x)",
        "a if { b with time.now_ns as 1 }\nb := 1",
        'a := http["send"]({"url": "x"})',
        'a contains x if x := opa["runtime"]()',
        "import data.gatelib.lib.labels as opa\na := opa.runtime()",
        "opa := 1\na := opa.runtime()",
        "http := 1\na := http.send({})",
    ],
)
def test_a_built_in_that_is_not_listed_is_refused_wherever_it_stands(body: str) -> None:
    assert refused(body).message.endswith("is not among the built-ins that a policy may use")


def test_the_line_of_a_refused_call_is_named() -> None:
    error = refused("a := 1\n\nb := opa.runtime()")
    assert (error.line, error.message) == (
        5,
        "`opa.runtime` is not among the built-ins that a policy may use",
    )


def test_who_asks_for_the_clock_is_told_where_the_time_is() -> None:
    assert refused("a := time.now_ns()").hint == "time is `data.gatelib.input.now_ns`"


def test_the_librarys_own_policies_call_nothing_else() -> None:
    for own in shipped().modules:
        if own.package.startswith("gatelib.rules."):
            domain = own.package.split(".")[2]
            text = own.text.replace(f"package gatelib.rules.{domain}.", "package gatelib.rules.acme.")
            guards.check_module(Module(own.path, text))


def test_no_listed_built_in_reads_the_world() -> None:
    listed = {entry["name"] for entry in orjson.loads(resources.capabilities().read_bytes())["builtins"]}
    forbidden = {
        "http.send",
        "opa.runtime",
        "net.lookup_ip_addr",
        "rand.intn",
        "uuid.rfc4122",
        "trace",
        "print",
    }
    assert listed & forbidden == set()


# Data


@pytest.mark.parametrize(
    "data",
    [{}, {"gatelib": {"params": {}}}, {"gatelib": {"params": {"limits": {"cpu": False}, "acme": {"x": 1}}}}],
)
def test_parameters_are_a_teams_data(data: dict[str, Any]) -> None:
    guards.check_data(data, "data.json")


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"gatelib": {"rules": {"kubernetes": {"privileged": {"deny": []}}}}}, "gatelib.rules"),
        ({"gatelib": {"main": {"deny": []}}}, "gatelib.main"),
        ({"gatelib": {"exceptions": []}}, "gatelib.exceptions"),
        ({"gatelib": {"catalog": {"acme": {}}}}, "gatelib.catalog"),
        ({"gatelib": {"bundle": {"revision": "x"}}}, "gatelib.bundle"),
        ({"gatelib": {"defaults": {}}}, "gatelib.defaults"),
        ({"gatelib": {"params": {}, "kinds": {}}}, "gatelib.kinds"),
        ({"gatelib": {}}, "gatelib"),
        ({"gatelib": None}, "gatelib"),
        ({"gatelib": [1]}, "gatelib"),
        ({"gatelib.params": {}}, "gatelib.params"),
        ({"acme": {"x": 1}}, "acme"),
        ({"system": {}}, "system"),
        ({"gatelib": {"params.x": {}}}, "gatelib.params.x"),
    ],
)
def test_data_anywhere_else_is_refused(data: dict[str, Any], path: str) -> None:
    with pytest.raises(PolicyError) as caught:
        guards.check_data(data, "data.json")
    assert caught.value.message == f"data at `{path}` may change what rules decide"
    assert caught.value.file == "data.json"


@pytest.mark.parametrize("params", [None, [], "x", 7, False])
def test_parameters_are_an_object(params: object) -> None:
    with pytest.raises(PolicyError, match=r"`gatelib\.params` must be an object"):
        guards.check_data({"gatelib": {"params": params}}, "data.json")


# IDs


@pytest.mark.parametrize("rule", ["GL-K8S-001", "GL-K8S-999", "GL-ACME-001"])
def test_an_id_of_the_library_or_like_it_is_not_a_teams(rule: str) -> None:
    with pytest.raises(PolicyError, match=f"rule ID `{rule}` of team `acme` is the library's"):
        guards.check_catalog("acme", {rule: cast(Entry, {})}, shipped().catalogs["core"])


def test_an_id_of_a_teams_own_is() -> None:
    guards.check_catalog("acme", {"ACME-001": cast(Entry, {})}, shipped().catalogs["core"])


@pytest.mark.parametrize("values", [None, [], "x", 7, False])
def test_a_group_of_parameters_is_an_object(values: object) -> None:
    with pytest.raises(PolicyError, match=r"^data\.json: `gatelib\.params\.limits` must be an object"):
        guards.check_data({"gatelib": {"params": {"images": {}, "limits": values}}}, "data.json")
