"""A report depends on what is judged, and on nothing else: not on how the run was cut, ordered or repeated.

Sets of documents are generated with much that one rule reads of another document: Namespaces, tenants,
policies, budgets, autoscalers, bindings. Each set is written to files in several ways, and judged in several.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import Gate, Report, engines
from gatelib.policy import shipped
from tests.acceptance.command import NOW, write
from tests.budget import budget
from tests.engines import need_engine
from tests.paths import CORPUS, needs_corpus

Document = dict[str, Any]

TENANTS = ("red", "blue", "green")
SEEDS = range(budget(2, 40))


def generate(seed: int, namespaces: int, each: int) -> list[Document]:
    """Documents of some namespaces, some of which are objects, tenants, or not named at all."""
    chance = random.Random(seed)
    found: list[Document] = []
    for number in range(namespaces):
        namespace = None if number == 0 else f"ns-{number}"
        if namespace and chance.random() < 0.7:
            found.append(namespace_object(namespace, chance))
        for position in range(each):
            make = chance.choice(MAKERS)
            document = make(f"x-{number}-{position}", chance)
            if namespace and document["kind"] not in CLUSTER:
                document["metadata"]["namespace"] = namespace
            found.append(document)
    chance.shuffle(found)
    return found


def namespace_object(name: str, chance: random.Random) -> Document:
    labels = {"gatelib.dev/multi-tenant": "true"} if chance.random() < 0.5 else {}
    if chance.random() < 0.7:
        labels["gatelib.dev/tenant"] = chance.choice(TENANTS)
    annotations = {"instrumentation.opentelemetry.io/inject-java": "true"} if chance.random() < 0.3 else {}
    metadata = {"name": name, "labels": labels, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def pod_template(chance: random.Random) -> Document:
    container: Document = {"name": "app", "image": chance.choice(["ghcr.io/intelgraph/app:1", "nginx"])}
    if chance.random() < 0.2:
        container["securityContext"] = {"privileged": True}
    if chance.random() < 0.5:
        container["resources"] = {"limits": {"cpu": "1", "memory": "1Gi"}}
    labels = {"app": chance.choice("abc")}
    if chance.random() < 0.5:
        labels["gatelib.dev/tenant"] = chance.choice(TENANTS)
    return {"metadata": {"labels": labels}, "spec": {"containers": [container]}}


def workload(name: str, chance: random.Random) -> Document:
    version, kind = chance.choice(
        [("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("argoproj.io/v1alpha1", "Rollout")]
    )
    template = pod_template(chance)
    metadata = {"name": name, "labels": dict(template["metadata"]["labels"])}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": {"template": template}}


def network_policy(name: str, chance: random.Random) -> Document:
    selector = chance.choice([{}, {"matchLabels": {"app": chance.choice("abc")}}])
    peers: list[Any] = [
        {"namespaceSelector": {"matchLabels": {"gatelib.dev/tenant": chance.choice(TENANTS)}}},
        {"podSelector": {}},
    ]
    ingress = chance.choice([[], [{}], [{"from": [chance.choice(peers)]}]])
    spec = {"podSelector": selector, "policyTypes": ["Ingress"], "ingress": ingress}
    version = "networking.k8s.io/v1"
    return {"apiVersion": version, "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def disruption_budget(name: str, chance: random.Random) -> Document:
    selector = chance.choice([{}, {"matchLabels": {"app": chance.choice("abc")}}])
    spec = {"minAvailable": 1, "selector": selector}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name},
        "spec": spec,
    }


def autoscaler(name: str, chance: random.Random) -> Document:
    target = f"{name.rpartition('-')[0]}-{chance.randrange(6)}"
    reference = {
        "apiVersion": "apps/v1",
        "kind": chance.choice(["Deployment", "StatefulSet"]),
        "name": target,
    }
    spec = {"scaleTargetRef": reference, "minReplicas": chance.choice([1, 2]), "maxReplicas": 5}
    kind = "HorizontalPodAutoscaler"
    return {"apiVersion": "autoscaling/v2", "kind": kind, "metadata": {"name": name}, "spec": spec}


def quota(name: str, chance: random.Random) -> Document:
    if chance.random() < 0.5:
        return {
            "apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": name},
            "spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]},
        }  # fmt: skip
    spec = {"hard": {"pods": "10", "limits.cpu": "4"}}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": spec}


def binding(name: str, chance: random.Random) -> Document:
    kind = chance.choice(["RoleBinding", "ClusterRoleBinding"])
    subject = {"kind": "ServiceAccount", "name": "app", "namespace": f"ns-{chance.randrange(1, 6)}"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": chance.choice(ROLES)}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name},
        "roleRef": role, "subjects": [subject],
    }  # fmt: skip


def cluster_role(name: str, chance: random.Random) -> Document:
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": chance.choice([["*"], ["get"]])}]
    version = "rbac.authorization.k8s.io/v1"
    return {
        "apiVersion": version,
        "kind": "ClusterRole",
        "metadata": {"name": chance.choice(ROLES)},
        "rules": rules,
    }


def tenant_limits(name: str, chance: random.Random) -> Document:
    tested = {"passed": chance.random() < 0.7, "finished": "2026-11-01T00:00:00Z"}
    spec = {"tenant": chance.choice(TENANTS), "noisyNeighbourTest": tested}
    return {"apiVersion": "gatelib.dev/v1", "kind": "TenantLimits", "metadata": {"name": name}, "spec": spec}


def secret(name: str, chance: random.Random) -> Document:
    data = {"password": "aHVudGVyMg=="} if chance.random() < 0.5 else {}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}


def broken(name: str, chance: random.Random) -> Document:
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": {"a": 1}},
        "spec": {"template": {"spec": {"containers": "x"}}},
    }  # fmt: skip


def unrelated(name: str, chance: random.Random) -> Document:
    return {
        "apiVersion": "acme.io/v1",
        "kind": "Thing",
        "metadata": {"name": name},
        "spec": {"a": [1, {"b": None}]},
    }


Maker = Callable[[str, random.Random], Document]
CLUSTER = {"ClusterRoleBinding", "ClusterRole", "TenantLimits"}
ROLES = ("cluster-admin", "reader", "x-role")
MAKERS: list[Maker] = [
    workload, workload, workload, workload, network_policy, network_policy, disruption_budget, autoscaler,
    quota, quota, binding, cluster_role, tenant_limits, secret, broken, unrelated,
]  # fmt: skip


def judge(base: Path, *paths: str, **settings: Any) -> Report:
    settings = {"now": NOW, "base": base, "jobs": 2, "isolated": False, **settings}
    return Gate.load(**settings).check(paths or ["k8s"])


def as_json(report: Report) -> bytes:
    return orjson.dumps(report.to_dict())


def essence(report: Report) -> Counter[str]:
    """What was found and what went wrong, wherever it stands."""
    shown = report.to_dict()
    entries = [{**finding, "location": None} for finding in shown["findings"]]
    entries += [{"code": error["code"], "message": error["message"]} for error in shown["errors"]]
    return Counter(json.dumps(entry, sort_keys=True) for entry in entries)


def statuses(report: Report) -> list[tuple[str, str, int, int]]:
    return [(rule.id, rule.status, rule.judged, rule.findings) for rule in report.rules]


def lines(documents: Iterable[Document]) -> str:
    return "".join(f"---\n{json.dumps(document)}\n" for document in documents)


def in_one_file(documents: Sequence[Document]) -> dict[str, str]:
    return {"k8s/all.yaml": lines(documents)}


def in_one_file_backwards(documents: Sequence[Document]) -> dict[str, str]:
    return {"k8s/all.yaml": lines(documents[::-1])}


def in_a_file_each(documents: Sequence[Document]) -> dict[str, str]:
    return {f"k8s/{number:04}.json": json.dumps(document) for number, document in enumerate(documents)}


def in_folders(documents: Sequence[Document]) -> dict[str, str]:
    return {f"k8s/{i % 7}/{i % 3}/{i}.yaml": lines([document]) for i, document in enumerate(documents)}


def in_a_list(documents: Sequence[Document]) -> dict[str, str]:
    return {"k8s/list.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})}


def in_lists_in_lists(documents: Sequence[Document]) -> dict[str, str]:
    parts = [{"kind": "List", "items": documents[start::5]} for start in range(5)]
    return {"k8s/list.yaml": json.dumps({"items": parts})}


def in_three_large_files(documents: Sequence[Document]) -> dict[str, str]:
    """So large that each is a batch of its own."""
    padding = ("#" * 1000 + "\n") * 1100
    return {f"k8s/{start}.yaml": lines(documents[start::3]) + padding for start in range(3)}


def among_many_files(documents: Sequence[Document]) -> dict[str, str]:
    """So many that they are several batches, the others with nothing that any rule reads."""
    chance = random.Random(0)
    nothing = {f"k8s/{n:04}-x.json": json.dumps(unrelated(f"y-{n}", chance)) for n in range(600)}
    return {**nothing, **in_a_file_each(documents)}


def without_what_no_rule_reads(documents: Sequence[Document]) -> dict[str, str]:
    return in_one_file([document for document in documents if document["kind"] != "Thing"])


CUTS = [
    in_one_file_backwards, in_a_file_each, in_folders, in_a_list, in_lists_in_lists, in_three_large_files,
    among_many_files, without_what_no_rule_reads,
]  # fmt: skip


@pytest.fixture(params=SEEDS)
def documents(request: pytest.FixtureRequest) -> list[Document]:
    return generate(request.param, namespaces=6, each=12)


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.__name__)
def test_findings_do_not_depend_on_the_cut(
    tmp_path: Path, documents: list[Document], cut: Callable[[Sequence[Document]], dict[str, str]]
) -> None:
    whole = judge(write(tmp_path / "whole", in_one_file(documents)))
    parts = judge(write(tmp_path / "parts", cut(documents)))
    assert essence(parts) == essence(whole)
    assert statuses(parts) == statuses(whole)


def test_the_generated_sets_set_off_the_rules_that_look_at_several_documents(tmp_path: Path) -> None:
    found = set()
    for seed in SEEDS:
        base = write(tmp_path / str(seed), in_one_file(generate(seed, namespaces=6, each=12)))
        found |= {finding.rule for finding in judge(base).findings}
    scopes = {rule: entry["scope"] for rule, entry in shipped().catalog.items() if "pr" in entry["gates"]}
    assert {rule for rule, scope in scopes.items() if scope == "set"} - found == {"GL-DAT-001"}


def test_findings_are_those_of_one_decision_about_everything(
    tmp_path: Path, documents: list[Document]
) -> None:
    base = write(tmp_path, in_three_large_files(documents))
    envelope, _ = Gate.load(now=NOW, base=base).envelope(["k8s"])
    policy = shipped()
    rules = envelope["rules"]
    engine = engines.engine("embedded")(policy.modules_for(rules), policy.engine_data(rules), timeout=60)
    decision = engine.decide(orjson.dumps(envelope)).value
    codes = {error["code"] for error in decision["errors"]}
    whole = Counter(
        (finding["rule"], finding["action"], finding["msg"], finding["fingerprint"], str(finding["path"]))
        for group in ("deny", "warn", "canary", "waived")
        for finding in decision[group]
        if finding["rule"] not in codes
    )
    report = judge(base)
    assert whole == Counter(
        (found.rule, found.action, found.message, found.fingerprint, str(list(found.path)))
        for found in report.findings
    )
    assert codes == {error.code for error in report.errors}
    judged = {rule["id"]: rule["judged"] for rule in decision["rules"]}
    assert judged == {rule.id: rule.judged for rule in report.rules}


@pytest.mark.parametrize(
    "cut", [in_one_file, in_three_large_files, among_many_files], ids=lambda cut: cut.__name__
)
def test_the_same_run_gives_the_same_bytes(
    tmp_path: Path, documents: list[Document], cut: Callable[[Sequence[Document]], dict[str, str]]
) -> None:
    base = write(tmp_path, cut(documents))
    first = as_json(judge(base))
    assert first == as_json(judge(base))
    for jobs in (1, 2, 5):
        assert first == as_json(judge(base, jobs=jobs, isolated=True)), jobs
    assert first == as_json(judge(base, jobs=1))


def test_the_order_of_paths_changes_nothing(tmp_path: Path, documents: list[Document]) -> None:
    base = write(tmp_path, in_folders(documents))
    paths = [f"k8s/{number}" for number in range(7)]
    reports = {
        as_json(judge(base, *order)) for order in (paths, paths[::-1], [*paths[3:], *paths[:3], *paths])
    }
    assert len(reports) == 1


def test_both_engines_give_the_same_report(tmp_path: Path, documents: list[Document]) -> None:
    base = write(tmp_path, in_three_large_files(documents))
    reports = [judge(base, engine=need_engine(name)).to_dict() for name in engines.local()]
    for report in reports:
        del report["engine"]
    assert reports[0] == reports[1]


def test_a_set_of_many_namespaces_is_cut_without_a_trace(tmp_path: Path) -> None:
    documents = generate(7, namespaces=60, each=30)
    whole = judge(write(tmp_path / "whole", in_one_file(documents)))
    for cut in (in_a_file_each, in_three_large_files):
        parts = judge(write(tmp_path / cut.__name__, cut(documents)), jobs=4, isolated=True)
        assert essence(parts) == essence(whole)
        assert statuses(parts) == statuses(whole)


@needs_corpus
@pytest.mark.parametrize("project", ["microservices-demo", "argo-rollouts", "metallb"])
def test_a_public_project_gives_the_same_bytes(project: str) -> None:
    base = CORPUS / "throughput"
    first = as_json(judge(base, project))
    assert first == as_json(judge(base, project, jobs=1))
    assert first == as_json(judge(base, project, isolated=True))
    assert json.loads(first)["findings"]


@needs_corpus
def test_all_public_projects_give_the_same_bytes_in_any_order() -> None:
    base = CORPUS / "throughput"
    projects = sorted(path.name for path in base.iterdir())[:: budget(3, 1)]
    first = as_json(judge(base, *projects, isolated=True))
    assert first == as_json(judge(base, *projects[::-1], jobs=1, isolated=True))
