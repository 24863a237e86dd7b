"""What the author of a change, or of a team's rules, could try in order to be let through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import ConfigError, Gate, PolicyError, Report, engines
from gatelib.engines import Engine
from gatelib.policy import shipped
from tests.acceptance.command import NOW, PRIVILEGED, check, gatelib, privileged, stream, write
from tests.acceptance.command import pod as harmless
from tests.engines import need_engine

RULE = """\
# METADATA
# title: Pods have an owner
# description: So that somebody answers.
# custom:
#   id: {id}
#   severity: low
#   controls: [PL-01]
#   gates: [pr]
#   kinds: [workloads]
#   scope: document
#   remediation: Name the owner.
#   since: "1"
package {package}

import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

{body}
"""


@pytest.fixture(params=engines.local())
def engine(request: pytest.FixtureRequest) -> str:
    return need_engine(request.param)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A working folder with one privileged Pod in ``k8s``."""
    return write(tmp_path / "repository", {"k8s/pod.yaml": stream(privileged())})


def judged(tree: Path, engine: str, *paths: str, **settings: Any) -> Report:
    settings = {"rules": [PRIVILEGED], "now": NOW, "base": tree, "isolated": False, **settings}
    return Gate.load(engine=engine, **settings).check(paths or ["k8s"])


def raw(engine: str, *rules: str) -> Engine:
    """An engine with rules of the library, as gatelib sets one up."""
    policy = shipped()
    return engines.engine(engine)(policy.modules_for(rules), policy.engine_data(rules), timeout=60)


def rule(package: str = "gatelib.rules.acme.owner", id: str = "ACME-001", body: str = "") -> str:
    return RULE.format(package=package, id=id, body=body)


def policies(folder: Path, *modules: str) -> str:
    """A folder with the team's modules."""
    write(folder, {f"{number}/rule.rego": text for number, text in enumerate(modules)})
    return str(folder)


OVERLAYS: dict[str, Any] = {
    "at a rule": {"gatelib": {"rules": {"kubernetes": {"privileged": {"deny": []}}}}},
    "at a rule, undefined": {"gatelib": {"rules": {"kubernetes": {"privileged": None}}}},
    "above all rules": {"gatelib": {"rules": {}}},
    "above everything": {"gatelib": []},
    "in place of everything": {"gatelib": None},
    "below a rule": {"gatelib": {"rules": {"kubernetes": {"privileged": {"deny": {"x": True}}}}}},
    "at the decision": {"gatelib": {"main": {"deny": [], "errors": []}}},
    "at a library": {"gatelib": {"lib": {"workloads": {"containers": []}}}},
    "at the input": {"gatelib": {"input": {"documents": []}}},
    "at the exceptions": {"gatelib": {"exceptions": [{"kind": "PolicyException"}]}},
    "at the core catalogue": {"gatelib": {"catalog": {"core": {}}}},
    "at a team's catalogue": {"gatelib": {"catalog": {"acme": {}}}},
    "at the kinds": {"gatelib": {"kinds": {"workloads": {}}}},
    "at the defaults": {"gatelib": {"defaults": {}}},
    "at the gates": {"gatelib": {"gates": {"pr": {"requires": []}}}},
    "at the bundle": {"gatelib": {"bundle": {"input": "object"}}},
    "at the parameters' schema": {"gatelib": {"params_schema": {}}},
    "beside parameters": {"gatelib": {"params": {}, "rules": {}}},
    "at parameters of another form": {"gatelib": {"params": []}},
    "outside": {"system": {"main": {}}},
}


@pytest.mark.parametrize("suffix", [".json", ".yaml", ".yml"])
@pytest.mark.parametrize("where", OVERLAYS)
def test_data_beside_policies_may_lie_over_nothing(tree: Path, engine: str, where: str, suffix: str) -> None:
    write(tree / "policies", {f"data{suffix}": json.dumps(OVERLAYS[where])})
    with pytest.raises(PolicyError):
        judged(tree, engine, policies=["policies"])


@pytest.mark.parametrize(
    "name",
    [
        "gatelib/rules/kubernetes/privileged/data.yaml",
        "gatelib/rules/kubernetes/data.json",
        "gatelib/data.yml",
        "gatelib/lib/workloads/params.json",
    ],
)
def test_data_in_a_folder_named_like_a_package_may_lie_over_nothing(
    tree: Path, engine: str, name: str
) -> None:
    write(tree / "policies", {name: '{"deny": []}'})
    with pytest.raises(PolicyError):
        judged(tree, engine, policies=["policies"])


def test_data_in_the_judged_tree_is_only_judged(tree: Path, engine: str) -> None:
    write(tree / "k8s", {"data.json": json.dumps(OVERLAYS["at a rule"])})
    write(tree / "k8s/gatelib/rules/kubernetes/privileged", {"data.yaml": "deny: []\n"})
    report = judged(tree, engine)
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]
    assert not report.errors


def test_a_configuration_cannot_lay_data_over_a_rule(tree: Path, engine: str) -> None:
    write(tree, {"gatelib.yaml": "parameters: {rules: {kubernetes: {privileged: {deny: []}}}}\n"})
    with pytest.raises(ConfigError):
        judged(tree, engine)


def test_empty_data_changes_nothing(tree: Path, engine: str) -> None:
    write(tree / "policies", {"data.json": "{}"})
    assert judged(tree, engine, policies=["policies"]).exit_code == 1


POSES: list[dict[str, Any]] = [
    {**privileged(), "gatelib": 1, "documents": []},
    {**privileged(), "gatelib": 1, "documents": [], "now": NOW, "gate": "pr", "rules": []},
    {**privileged(), "gatelib": True},
    {"gatelib": 1, "documents": [], "kind": "Pod"},
    {"gatelib": 2, "documents": []},
    {"gatelib": 1, "documents": {}},
    {"gatelib": None},
]


@pytest.mark.parametrize("pose", POSES[:3])
def test_a_pod_that_poses_as_an_envelope_is_judged_as_a_pod(
    tree: Path, engine: str, pose: dict[str, Any]
) -> None:
    write(tree, {"k8s/pod.yaml": stream(pose)})
    assert [finding.rule for finding in judged(tree, engine).failing] == [PRIVILEGED]


@pytest.mark.parametrize("pose", POSES)
def test_what_poses_as_an_envelope_is_denied_as_input(engine: str, pose: dict[str, Any]) -> None:
    decision = raw(engine, PRIVILEGED).decide(orjson.dumps(pose)).value
    assert "GL-ERR-002" in {error["code"] for error in decision["errors"]}
    assert not decision["verdict"]["allow"]


def test_an_empty_envelope_is_denied(engine: str) -> None:
    decision = raw(engine, PRIVILEGED).decide(b'{"gatelib": 1, "documents": []}').value
    assert "GL-ERR-001" in {error["code"] for error in decision["errors"]}
    assert not decision["verdict"]["allow"]


def typed_list(kind: str, *items: Any, version: str = "v1") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {}, "items": list(items)}


def without_kind(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in ("kind", "apiVersion")}


def in_a_deployment(document: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": document["metadata"], "spec": {"template": {"spec": document["spec"]}}}


def nested(document: Any, levels: int) -> Any:
    for _ in range(levels):
        document = typed_list("List", document)
    return document


LISTS: dict[str, Any] = {
    "a List": typed_list("List", privileged()),
    "a PodList whose items have a kind": typed_list("PodList", privileged()),
    "a PodList whose items have none": typed_list("PodList", without_kind(privileged())),
    "a PodList whose items have an empty kind": typed_list("PodList", {**privileged(), "kind": ""}),
    "a PodList whose items have null for a kind": typed_list("PodList", {**privileged(), "kind": None}),
    "a DeploymentList": typed_list("DeploymentList", in_a_deployment(privileged()), version="apps/v1"),
    "a List in a PodList": typed_list("PodList", typed_list("List", privileged())),
    "a List without kind in a PodList": typed_list("PodList", {"items": [without_kind(privileged())]}),
    "a PodList in a List": typed_list("List", typed_list("PodList", without_kind(privileged()))),
    "a PodList of another kind's items": typed_list("ConfigMapList", harmless(), privileged()),
    "a list without a kind": {"items": [privileged()]},
    "forty lists in lists": nested(privileged(), 40),
    "a harmless item in front": typed_list("PodList", harmless(), without_kind(privileged())),
    "an empty list in front": typed_list("List", typed_list("List"), privileged()),
    "a null in front": typed_list("List", None, privileged()),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_privileged_pod_in_a_list_is_found(tree: Path, engine: str, name: str) -> None:
    write(tree, {"k8s/pod.yaml": stream(harmless("other"), LISTS[name])})
    assert [finding.rule for finding in judged(tree, engine).failing] == [PRIVILEGED]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_no_hiding_place_in_raw_input_either(engine: str, name: str) -> None:
    combined = [{"path": "a.yaml", "contents": harmless("b")}, {"path": "b.yaml", "contents": LISTS[name]}]
    decision = raw(engine, PRIVILEGED).decide(orjson.dumps(combined)).value
    # A null among the items is an error of the whole input there.
    assert {finding["rule"] for finding in decision["deny"]} & {PRIVILEGED, "GL-ERR-002"}
    assert not decision["verdict"]["allow"]


HIDERS: dict[str, Any] = {
    "an object that says it is an empty list": {**privileged(), "items": []},
    "an object that says it is a list of harmless ones": {**privileged(), "items": [harmless("b")]},
    "a list whose items are a mapping": {**typed_list("PodList"), "items": {"a": without_kind(privileged())}},
    "a list whose items are a text": {**typed_list("PodList"), "items": "x"},
    "an item that is a text": typed_list("PodList", "x"),
    "an item that is a list": typed_list("PodList", [privileged()]),
    "an item whose kind is a number": typed_list("PodList", {**privileged(), "kind": 7}),
    "an item whose kind is a list": typed_list("List", {**privileged(), "kind": ["Pod"]}),
    "a kind that is a mapping": {**privileged(), "kind": {"a": "b"}},
}


@pytest.mark.parametrize("name", HIDERS)
def test_what_is_neither_a_list_nor_an_object_is_an_error(tree: Path, engine: str, name: str) -> None:
    write(tree, {"k8s/pod.yaml": stream(harmless("other"), HIDERS[name])})
    report = judged(tree, engine)
    assert {error.code for error in report.errors} == {"GL-ERR-007"}
    assert report.exit_code == 3


@pytest.mark.parametrize("name", HIDERS)
def test_what_is_neither_a_list_nor_an_object_is_denied_in_raw_input(engine: str, name: str) -> None:
    combined = [{"path": "a.yaml", "contents": harmless("b")}, {"path": "b.yaml", "contents": HIDERS[name]}]
    decision = raw(engine, PRIVILEGED).decide(orjson.dumps(combined)).value
    assert not decision["verdict"]["allow"]


PACKAGES = [
    "gatelib.main",
    "gatelib.input",
    "gatelib.lib.workloads",
    "gatelib.lib.acme",
    "gatelib.params",
    "gatelib.exceptions",
    "gatelib.catalog.acme",
    "gatelib.rules",
    "gatelib.rules.kubernetes.privileged",
    "gatelib.rules.kubernetes.owner",
    "gatelib.rules.release.owner",
    "gatelib.rules.exceptions.owner",
    "gatelib.rules.core.owner",
    "gatelib.rules.acme",
    "gatelib.rules.acme.owner.more",
    "gatelib.rules.acme.owner_test",
    'gatelib.rules["kubernetes"].owner',
    'gatelib["rules"].kubernetes.owner',
    'gatelib["lib"]["workloads"]',
    'gatelib.rules["acme"].owner',
    'gatelib.rules.acme["kubernetes.privileged"]',
    "acme",
    "system.main",
    'system["log"]',
]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_team_has_no_package_but_its_own(tree: Path, engine: str, package: str) -> None:
    with pytest.raises(PolicyError, match=r"is not a team's|must stand on a line of its own"):
        judged(tree, engine, policies=[policies(tree / "policies", rule(package))])


HIDDEN = (
    "\tpackage gatelib.rules.acme.owner\n\nimport data.gatelib.lib.workloads\n\ntext := `\n"
    + rule("gatelib.rules.kubernetes.privileged")
    + "`\n"
)


def test_a_package_in_a_text_is_not_the_package(tree: Path, engine: str) -> None:
    with pytest.raises(PolicyError, match="must stand on a line of its own"):
        judged(tree, engine, policies=[policies(tree / "policies", HIDDEN)])


@pytest.mark.parametrize("id", [PRIVILEGED, "GL-EXC-004", "GL-NEW-001", "GL-ERR-001"])
def test_an_id_of_the_library_is_not_a_teams(tree: Path, engine: str, id: str) -> None:
    with pytest.raises(PolicyError, match="is the library's"):
        judged(tree, engine, policies=[policies(tree / "policies", rule(id=id))])


@pytest.mark.parametrize(
    "modules",
    [
        (rule(), rule("gatelib.rules.bolt.owner")),
        (rule(), rule("gatelib.rules.acme.other")),
        (rule(), rule(id="ACME-002")),
    ],
    ids=["an ID of another team", "an ID twice", "a package twice"],
)
def test_no_rule_is_two(tree: Path, engine: str, modules: tuple[str, ...]) -> None:
    with pytest.raises(PolicyError, match=r"belongs to both|have the ID|in two files"):
        judged(tree, engine, policies=[policies(tree / "policies", *modules)])


def test_a_teams_rules_take_none_of_the_librarys_away(tree: Path, engine: str) -> None:
    folder = policies(tree / "policies", rule())
    report = judged(tree, engine, rules=[], policies=[folder])
    own = set(judged(tree, engine, rules=[]).selected)
    assert set(report.selected) == own | {"ACME-001"}
    assert PRIVILEGED in {finding.rule for finding in report.failing}


LIES = {
    "another rule's ID": '{"id": "GL-K8S-002", "msg": "x", "document": 0, "path": []}',
    "no ID": '{"msg": "x", "document": 0, "path": []}',
    "no path": '{"id": "ACME-001", "msg": "x", "document": 0}',
    "a document that is not there": '{"id": "ACME-001", "msg": "x", "document": 99, "path": []}',
    "two places": '{"id": "ACME-001", "msg": "x", "document": 0, "evidence": "x", "path": []}',
    "a message that is none": '{"id": "ACME-001", "msg": {}, "document": 0, "path": []}',
    "a text": '"x"',
}


@pytest.mark.parametrize("lie", LIES)
def test_a_finding_of_another_form_is_an_error_and_hides_no_other(tree: Path, engine: str, lie: str) -> None:
    folder = policies(tree / "policies", rule(body=f"deny contains {LIES[lie]}"))
    report = judged(tree, engine, rules=[PRIVILEGED, "ACME-001"], policies=[folder])
    assert {error.code for error in report.errors} == {"GL-ERR-009"}
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]


@pytest.mark.parametrize(
    "body",
    ['deny contains x if x := to_number("x")', "deny := [1 | true]", "subjects := 7"],
    ids=["a built-in's error", "a list", "a clash"],
)
def test_a_rule_that_breaks_breaks_no_other(tree: Path, engine: str, body: str) -> None:
    folder = policies(tree / "policies", rule(body=body))
    report = judged(tree, engine, rules=[PRIVILEGED, "ACME-001"], policies=[folder])
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]
    assert report.exit_code == 3


FORBIDDEN = {
    "http.send": 'x := http.send({"url": "http://x"})',
    "http.send in brackets": 'x := http["send"]({"url": "http://x"})',
    "http.send deep inside": "x := [y | y := {z | z := http.send({}).body}]",
    "http.send in an else": "default x := 1\n\nx := 2 if false else := http.send({})",
    "http.send as an argument": "x := count(http.send({}))",
    "http.send in a function": "f(y) := http.send(y)",
    "http.send under every": "x if every y in [1] { http.send({}) }",
    "http.send behind a rule's name": "http := 1\n\nx := http.send({})",
    "http.send behind a function's name": "http.get(y) := y\n\nx := http.send({})",
    "http.send behind an argument's name": "f(http) := http.send({})",
    "http.send behind an alias": "import data.gatelib.lib.documents as http\n\nx := http.send({})",
    "http.send behind input's alias": "import input.a as http\n\nx := http.send({})",
    "http.send in a mock": "x if { count([]) == 0 with data.a as http.send({}) }",
    "http.send as a mock": "x if { count([]) == 0 with count as http.send }",
    "http.send mocked": "f(y) := y\n\nx if { http.send({}) with http.send as f }",
    "opa.runtime": "x := opa.runtime().env",
    "opa.runtime in brackets": 'x := opa["runtime"]()',
    "net.lookup_ip_addr": 'x := net.lookup_ip_addr("x")',
    "rand.intn": 'x := rand.intn("a", 9)',
    "uuid.rfc4122": 'x := uuid.rfc4122("a")',
    "time.now_ns": "x := time.now_ns()",
    "time.now_ns in brackets": 'x := time["now_ns"]()',
    "time.now_ns as a mock": "x if { count([]) == 0 with time.now_ns as 7 }",
    "rego.parse_module": 'x := rego.parse_module("a", "b")',
    "trace": 'x := trace("a")',
    "a built-in that does not exist": "x := acme.send(1)",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_rule_has_no_built_in_that_is_not_listed(tree: Path, engine: str, name: str) -> None:
    with pytest.raises(PolicyError, match="not among the built-ins"):
        judged(tree, engine, policies=[policies(tree / "policies", imports_first(FORBIDDEN[name]))])


def imports_first(body: str) -> str:
    if not body.startswith("import "):
        return rule(body=body)
    statement, _, rest = body.partition("\n")
    return rule(body=rest).replace(
        "import data.gatelib.lib.workloads", f"import data.gatelib.lib.workloads\n{statement}"
    )


ALLOWED = {
    "built-ins": 'x := json.marshal(object.get({}, "a", time.parse_rfc3339_ns("2026-11-22T00:00:00Z")))',
    "functions of its own": "send(y) := y\n\nx := send(1)",
    "functions of the library": "import data.gatelib.lib.documents\n\nx := documents.text(1)",
    "the moment of judgement": "import data.gatelib.input as gate_input\n\nx := gate_input.now_ns",
    "a mock of its own": "f(y) := y\n\nx if { f(1) == 1 with data.a as 1 }",
}


@pytest.mark.parametrize("name", ALLOWED)
def test_a_rule_has_what_is_listed(tree: Path, engine: str, name: str) -> None:
    folder = policies(tree / "policies", imports_first(ALLOWED[name]))
    report = judged(tree, engine, rules=[PRIVILEGED, "ACME-001"], policies=[folder])
    assert [finding.rule for finding in report.failing] == [PRIVILEGED]
    assert not report.errors


def test_policies_that_are_no_text_are_refused(tree: Path) -> None:
    write(tree, {"gatelib.yaml": "policies: [policies]\n"})
    write(tree / "policies", {"rule.rego": ""})
    (tree / "policies/rule.rego").write_bytes(b"package x\xff")
    done = check("k8s", cwd=tree)
    assert (done.code, done.complaint.splitlines()[0]) == (2, "gatelib: policies/rule.rego: is not UTF-8")


MOMENTS_REFUSED = [
    "9999-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2260-01-01T00:00:00Z", "0000-00-00T00:00:00Z",
    "2026-11-22", "2026-W47-7T00:00:00Z", "2026-11-22T00:00:00", "2026-11-22 00:00:00Z",
    "2026-11-22T00:00:00,5Z", "2026-11-22T00:00:00+25:00", "2026-11-22T00:00:00+00:00:01",
    "2026-11-22T24:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T000000.0Z", "٢٠٢٦-11-22T00:00:00Z",
    "2026-11-22T00:00:00Z\n", "now", "", "1795305600",
]  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS_REFUSED)
def test_a_moment_that_is_none_is_refused(tree: Path, moment: str) -> None:
    done = gatelib("check", "k8s", "--now", moment, cwd=tree)
    assert (done.code, done.out) == (2, b"")


@pytest.mark.parametrize(
    "moment",
    [
        "1970-01-01T00:00:00Z",
        "2259-12-31T23:59:59.999999999Z",
        "2024-02-29t00:00:00z",
        "2026-11-22T00:00:00-23:59",
        "1970-01-01T00:00:00+23:59",
    ],
)
def test_a_moment_far_away_is_judged(tree: Path, engine: str, moment: str) -> None:
    report = judged(tree, engine, now=moment)
    assert (report.now, report.exit_code, report.errors) == (moment, 1, ())


def test_the_command_says_the_same_on_both_engines(tree: Path) -> None:
    answers = {name: check("k8s", "--engine", name, cwd=tree).report for name in usable_engines()}
    assert answers["embedded"].pop("engine") != answers["opa"].pop("engine")
    assert answers["embedded"] == answers["opa"]


def usable_engines() -> Iterator[str]:
    for name in engines.local():
        yield need_engine(name)
