"""The example release with one fact changed, and the rule that denies it for that: one for each rule."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import yaml

from tests.release import Release

Change = Callable[[Release], object]

PAYMENTS: Final = "payments/payments.yaml"
DIGEST: Final = "sha256:df384ae97c77ad3001626aab01f2eb2aad176448109165df1d64c57b7091cd1c"


@dataclass(frozen=True)
class Mutation:
    """One fact, changed."""

    rule: str
    fact: str
    """What is no longer as it was, for the documentation."""
    change: Change
    warns: bool = False
    """Whether the rule only warns, so that the release still passes."""
    sealed: bool = True
    """Whether the copy is sealed before the change, and not after it."""


def put(name: str, path: str, value: Any) -> Change:
    """Set a value in a file of JSON; numbers in the path count the elements of a list."""

    def change(release: Release) -> None:
        def at(whole: Any) -> None:
            *outer, last = (int(step) if step.isdigit() else step for step in path.split("/"))
            for step in outer:
                whole = whole[step]
            if value is ...:
                del whole[last]
            else:
                whole[last] = value

        release.edit(name, at)

    return change


def measured(name: str, value: Any) -> Change:
    """Set the value of the one Measurement in a file."""
    return put(name, "spec/value", value)


def text(old: str, new: str, name: str = PAYMENTS) -> Change:
    """Replace a text in a manifest or a file of the pack."""
    return lambda release: release.replace(name, old, new)


def removed(name: str) -> Change:
    """Leave a file of the pack out."""
    return lambda release: release.path(name).unlink()


def deployed(manifest: str) -> Change:
    """Deploy one object more."""

    def change(release: Release) -> None:
        (release.folder / "payments" / "more.yaml").write_text(manifest)

    return change


def given(*signers: str, **spec: Any) -> Change:
    """Give an exception that is as it should be but for some fields of its spec."""
    return lambda release: release.give(*signers, **spec)


def stated(name: str, path: str, value: Any) -> Change:
    """Set a value in what an attestation states."""

    def change(release: Release) -> None:
        def at(whole: Any) -> None:
            *outer, last = (int(step) if step.isdigit() else step for step in path.split("/"))
            for step in outer:
                whole = whole[step]
            whole[last] = value

        release.edit_statement(name, at)

    return change


def configured(group: str, name: str, value: Any) -> Change:
    """Set a parameter in the configuration."""

    def change(release: Release) -> None:
        said = release.config()
        said["parameters"].setdefault(group, {})[name] = value
        (release.folder / "gatelib.yaml").write_text(yaml.safe_dump(said))

    return change


def another_pack(release: Release) -> None:
    """Have the Release name the hash of another pack."""
    said = release.record.read_text("utf-8")
    release.record.write_text(re.sub(r'(sha256: "?)[0-9a-f]{64}', r"\g<1>" + "5e" * 32, said))


def unattested_sidecar(release: Release) -> None:
    """Run a second image, of which nothing is known but that it has an SBOM."""
    digest = f"sha256:{'5e' * 32}"
    release.replace(PAYMENTS, "            allowPrivilegeEscalation: false\n", SIDECAR.format(digest=digest))
    place = release.folder / "images" / "images.yaml"
    place.parent.mkdir()
    place.write_text(IMAGE.format(digest=digest))


def ends_soon(release: Release) -> None:
    """Waive what a container lacks for one week more."""
    release.replace(PAYMENTS, 'limits: {cpu: "1", memory: 512Mi}', 'limits: {cpu: "1"}')
    release.give("nina", "omar", expires="2026-11-28")


def signed_elsewhere(release: Release) -> None:
    """Have the copy in escrow signed as one of another registry."""

    def at(value: Any) -> None:
        payload = json.loads(base64.b64decode(value["Payload"]))
        payload["critical"]["identity"]["docker-reference"] = "registry.example.com/intelgraph/payments"
        value["Payload"] = base64.b64encode(json.dumps(payload).encode()).decode()

    release.edit("provenance/escrow/payments.sig.json", at)


def found(release: Release) -> None:
    """Have trivy find what is critical."""

    def at(value: Any) -> None:
        rule = value["runs"][0]["tool"]["driver"]["rules"][0]
        rule["properties"]["security-severity"] = "9.8"

    release.edit("scans/trivy.sarif", at)


def leaked(release: Release) -> None:
    """Have gitleaks find a key."""
    finding = {
        "RuleID": "private-key",
        "Description": "A private key.",
        "StartLine": 3,
        "EndLine": 3,
        "StartColumn": 1,
        "EndColumn": 20,
        "Match": "REDACTED",
        "Secret": "REDACTED",
        "File": "deploy/key.pem",
        "SymlinkFile": "",
        "Commit": "4f1c2a9d0b7e6c5f8a3d2e1b0c9f8e7d6a5b4c3d",
        "Entropy": 4.1,
        "Author": "",
        "Email": "",
        "Date": "",
        "Message": "",
        "Tags": [],
        "Fingerprint": "deploy/key.pem:private-key:3",
    }
    release.path("scans/gitleaks.json").write_text(json.dumps([finding]))


def another_licence(release: Release) -> None:
    """Have one component be under a licence of another kind."""
    put("sbom/payments.cdx.json", "components/0/licenses/0/license/id", "AGPL-3.0-only")(release)


def alerted(release: Release) -> None:
    """Have Falco see a shell."""

    def at(lines: Any) -> None:
        alert = {"priority": "Warning", "rule": "Terminal shell in container", "source": "syscall"}
        lines.append({**lines[-1], **alert, "output": "A shell was spawned in a container"})

    release.edit("runtime/falco.jsonl", at)


def interval_lost(release: Release) -> None:
    """Have the last but one interval of the canary fail."""

    def at(value: Any) -> None:
        result = value["status"]["metricResults"][0]
        result["measurements"][-2]["phase"] = "Failed"
        result.update(successful=5, failed=1)

    release.edit("rollout/canary-metrics.json", at)


def broken_test(release: Release) -> None:
    """Have one unit test fail."""
    release.replace("tests/unit.xml", 'failures="0"', 'failures="1"')
    release.replace(
        "tests/unit.xml", 'name="test_refund_of_a_part"', 'name="test_refund_of_a_part" fails="x"'
    )
    path = release.path("tests/unit.xml")
    whole = path.read_text("utf-8")
    start = whole.index('fails="x"')
    end = whole.index("/>", start)
    path.write_text(
        whole[:start].rstrip()
        + whole[start + len('fails="x"') : end].rstrip()
        + '><failure message="no"/></testcase>'
        + whole[end + 2 :],
        "utf-8",
    )


def slower(release: Release) -> None:
    """Have the 95th percentile of the load test rise by half."""

    def at(value: Any) -> None:
        value["metrics"]["http_req_duration"]["p(95)"] *= 1.5

    release.edit("perf/k6.json", at)


def failed_policy(release: Release) -> None:
    """Have Conftest deny a manifest."""
    put(
        "policies/conftest-results.json", "0/failures", [{"msg": "GL-K8S-001 Pod payments/debug: privileged"}]
    )(release)


SIDECAR: Final = """\
            allowPrivilegeEscalation: false
        - name: proxy
          image: ghcr.io/intelgraph/proxy@{digest}
          resources:
            limits: {{cpu: 100m, memory: 64Mi}}
          securityContext:
            allowPrivilegeEscalation: false
"""
IMAGE: Final = """\
apiVersion: gatelib.dev/v1
kind: ImageEvidence
metadata:
  name: proxy
spec:
  image: ghcr.io/intelgraph/proxy
  digest: {digest}
  labels: {{io.intelgraph.sbom: present}}
"""
POD: Final = """\
apiVersion: v1
kind: {kind}
metadata:
  name: more
  namespace: payments
{rest}"""

DATASET: Final = """\
apiVersion: gatelib.dev/v1
kind: Dataset
metadata:
  name: more
spec:
  environment: preview
  owner: data-platform
  source: postgres://orders.prod/orders
  location: s3://preview-data/more
  fields: [{name: id, class: internal}]
  lineage: {source: orders, transform: sampler@2.3.1, policy_version: 2026-10}
  retention: {days: 30, created: 2026-11-20T06:00:00Z}
  warrant: {authority: owner, reference: DATA-2210, expires: 2027-03-31}
  sources: [{id: orders, uri: "postgres://orders.prod/orders", licence: LicenseRef-internal}]
  provenance:
    origin: sampler
    actor: nightly
    timestamp: 2026-11-20T06:00:00Z
    confidence: 1
    simulated: false
"""
OLD_SECRET: Final = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: more
  namespace: payments
  annotations: {gatelib.dev/rotated-at: 2026-08-22T00:00:00Z}
"""
TENANT: Final = {
    "Namespace": """\
apiVersion: v1
kind: Namespace
metadata:
  name: acme
  labels: {gatelib.dev/tenant: acme}
""",
    "NetworkPolicy": """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: acme
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
""",
    "ResourceQuota": """\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: compute
  namespace: acme
spec:
  hard: {requests.cpu: "20", requests.memory: 64Gi, limits.cpu: "40", limits.memory: 96Gi, pods: "200"}
""",
    "LimitRange": """\
apiVersion: v1
kind: LimitRange
metadata:
  name: defaults
  namespace: acme
spec:
  limits:
    - type: Container
      default: {cpu: 500m, memory: 512Mi}
      defaultRequest: {cpu: 100m, memory: 128Mi}
""",
    "TenantLimits": """\
apiVersion: gatelib.dev/v1
kind: TenantLimits
metadata:
  name: acme
spec:
  tenant: acme
  rateLimit: {requestsPerSecond: 250}
  slo: {objective: 99.9%, window: 30d}
  budget: {monthly: 1200, currency: EUR}
  noisyNeighbourTest: {passed: true, finished: 2026-11-03T14:00:00Z}
""",
}
"""All that a tenant's namespace needs, by kind."""

ADMIN: Final = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: acme
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: default, namespace: acme}]
"""


def tenant(*, without: str = "", more: str = "") -> Change:
    """Deploy a tenant's namespace without one kind of object, or with one more."""
    parts = [manifest for kind, manifest in TENANT.items() if kind != without]
    return deployed("---\n".join([*parts, more] if more else parts))


MUTATIONS: Final = (
    Mutation(
        "GL-REL-001",
        "the Release names another pack",
        another_pack,
        sealed=False,
    ),
    Mutation("GL-REL-002", "the log of the shadow reads is left out", removed("schema/shadow-read.txt")),
    Mutation("GL-REL-003", "a scanner finds a critical vulnerability", found),
    Mutation("GL-REL-004", "gitleaks finds a key", leaked),
    Mutation(
        "GL-REL-005",
        "another builder built the image",
        stated(
            "provenance/payments.provenance.json",
            "predicate/runDetails/builder/id",
            "https://laptop.example.com",
        ),
    ),
    Mutation("GL-REL-006", "Conftest denied a manifest", failed_policy),
    Mutation("GL-REL-007", "an interval of the canary failed", interval_lost),
    Mutation(
        "GL-REL-008",
        "shadow reads differ in one of a hundred",
        put("schema/shadow-read.json", "items/0/spec/value", 0.01),
    ),
    Mutation(
        "GL-REL-009",
        "the release costs 120 USD a month more",
        text(
            '"diffTotalMonthlyCost": "49.64"',
            '"diffTotalMonthlyCost": "120.00"',
            "finops/pr-1190-cost-diff.json",
        ),
    ),
    Mutation(
        "GL-REL-010",
        "the last recovery drill lost 16 minutes of data",
        put("chaos-dr/run-20261112.json", "spec/rpo", "16m"),
    ),
    Mutation(
        "GL-REL-011",
        "the last backout drill failed",
        put("chaos-dr/backout-20261110.json", "spec/passed", False),
    ),
    Mutation("GL-REL-012", "the build had a network", put("build/hermetic.json", "spec/network", "bridge")),
    Mutation("GL-REL-013", "79 % of the build is reproducible", measured("build/reproducibility.json", 0.79)),
    Mutation("GL-REL-014", "Falco saw a shell in a container", alerted),
    Mutation("GL-REL-015", "replication is 61 seconds behind", measured("chaos-dr/replication.json", 61)),
    Mutation("GL-REL-016", "the 95th percentile is half slower than before", slower),
    Mutation("GL-REL-017", "the error budget is used up", measured("rollout/error-budget.json", 0)),
    Mutation(
        "GL-REL-018",
        "the release goes to ring 2 and was never in ring 1",
        put("rollout/rings.json", "spec/to", "ring-2"),
    ),
    Mutation(
        "GL-REL-019",
        "one vulnerability in ten is older than 15 days",
        measured("scans/vulnerability-age.json", 15),
    ),
    Mutation("GL-REL-020", "the secondary registry has no signed copy", signed_elsewhere),
    Mutation(
        "GL-REL-021", "69 % of the critical paths are traced", measured("runtime/trace-coverage.json", 69)
    ),
    Mutation("GL-REL-022", "the service's score is 79", measured("governance/scorecard.json", 79)),
    Mutation("GL-REL-023", "a component is under the AGPL", another_licence),
    Mutation(
        "GL-REL-024",
        "an incident has no postmortem",
        put("governance/incidents.json", "items/0/spec/postmortem", ...),
    ),
    Mutation("GL-REL-025", "97 % of the chaos canaries passed", measured("chaos-dr/chaos-canary.json", 97)),
    Mutation("GL-REL-026", "the API breaks in a minor version", measured("schema/api-compatibility.json", 1)),
    Mutation(
        "GL-REL-028",
        "a key in use is older than a year",
        put("keys/inventory.json", "spec/keys/0/created", "2025-10-01T08:00:00Z"),
    ),
    Mutation(
        "GL-REL-029",
        "it took 21 minutes to go on without source control",
        put("chaos-dr/continuity-20261005.json", "spec/mttr", "21m"),
    ),
    Mutation(
        "GL-REL-030", "nobody has checked the runbooks", put("governance/readiness.json", "items/1", ...)
    ),
    Mutation("GL-REL-031", "a unit test fails", broken_test),
    Mutation("GL-DAT-001", "a preview dataset has no DLP label", deployed(DATASET)),
    Mutation(
        "GL-DAT-002",
        "addresses in a preview are not masked",
        put("governance/datasets.json", "items/0/spec/fields/1/treatment", "none"),
    ),
    Mutation(
        "GL-DAT-003",
        "a dataset does not say what transformed it",
        put("governance/datasets.json", "items/0/spec/lineage/transform", ...),
    ),
    Mutation(
        "GL-DAT-004",
        "a dataset is a day past its retention",
        put("governance/datasets.json", "items/0/spec/retention/days", 1),
    ),
    Mutation(
        "GL-DAT-005", "94 % of the critical paths are redacted", measured("governance/redaction.json", 94)
    ),
    Mutation(
        "GL-DAT-006",
        "a backfill cannot be cancelled",
        put("governance/backfills.json", "items/0/spec/cancellation", ...),
    ),
    Mutation(
        "GL-GOV-001",
        "the warrant of an action has ended",
        put("governance/actions.json", "items/0/spec/warrant/expires", "2026-11-20"),
    ),
    Mutation(
        "GL-GOV-002",
        "a source has neither licence nor accepted terms",
        put("governance/actions.json", "items/0/spec/sources/0/licence", ...),
    ),
    Mutation(
        "GL-GOV-003",
        "a citation names no given source",
        put("governance/actions.json", "items/0/spec/citations/0/source", "rumour"),
    ),
    Mutation(
        "GL-GOV-004",
        "an action does not say how sure it is",
        put("governance/actions.json", "items/0/spec/provenance/confidence", ...),
    ),
    Mutation(
        "GL-GOV-005",
        "the verdict on an action was no",
        put("governance/actions.json", "items/0/spec/verdict/allow", False),
    ),
    Mutation(
        "GL-GOV-006",
        "the threat model is older than the last material change",
        put("governance/threat-model.json", "spec/lastMaterialChange", "2026-11-01"),
    ),
    Mutation(
        "GL-GOV-007",
        "99 % of the entry points ask for a verdict",
        put("governance/propagation.json", "items/0/spec/value", 99),
    ),
    Mutation(
        "GL-EXC-001",
        "an exception is approved by who asked for it, too",
        given("nina", "omar", approver=["omar@example.com", "nina@example.com"]),
    ),
    Mutation("GL-EXC-002", "an exception has expired", given("nina", "omar", expires="2026-11-21")),
    Mutation(
        "GL-EXC-003",
        "an exception is for a rule that does not exist",
        given("nina", "lea", approver="lea@example.com", rules=["GL-K8S-999"]),
    ),
    Mutation("GL-EXC-004", "an exception waives nothing", given("nina", "omar"), warns=True),
    Mutation("GL-EXC-005", "an exception ends in a week", ends_soon, warns=True),
    Mutation(
        "GL-EXC-006",
        "nobody has reviewed an emergency",
        put("governance/break-glass.json", "items/0/spec/review", ...),
    ),
    Mutation("GL-EXC-007", "an exception is signed by somebody else than its approver", given("nina", "lea")),
    Mutation(
        "GL-EXC-008",
        "an exception is for whatever name",
        given("nina", "omar", target={"kind": "Rollout", "namespace": "payments", "name": "*"}),
    ),
    Mutation("GL-IMG-001", "a sidecar's image has an SBOM, and nothing attests to it", unattested_sidecar),
    Mutation(
        "GL-IMG-002",
        "the image is of another registry",
        text("image: ghcr.io/intelgraph/payments", "image: docker.io/intelgraph/payments"),
    ),
    Mutation("GL-IMG-003", "the image has no SBOM attestation", removed("provenance/payments.sbom.json")),
    Mutation(
        "GL-K8S-001",
        "a container is privileged",
        text(
            "allowPrivilegeEscalation: false", "privileged: true\n            allowPrivilegeEscalation: false"
        ),
    ),
    Mutation(
        "GL-K8S-002",
        "a PersistentVolume is a path of a node",
        deployed(POD.format(kind="PersistentVolume", rest="spec:\n  hostPath: {path: /var}\n")),
    ),
    Mutation(
        "GL-K8S-003",
        "a load balancer is open to the world",
        deployed(POD.format(kind="Service", rest="spec:\n  type: LoadBalancer\n  ports: [{port: 443}]\n")),
    ),
    Mutation(
        "GL-K8S-004",
        "the NetworkPolicy selects other pods",
        text("podSelector:\n    matchLabels: {app: payments}", "podSelector:\n    matchLabels: {app: other}"),
    ),
    Mutation(
        "GL-K8S-005",
        "the PodDisruptionBudget selects other pods",
        text(
            "minAvailable: 3\n  selector:\n    matchLabels: {app: payments}",
            "minAvailable: 3\n  selector:\n    matchLabels: {app: other}",
        ),
    ),
    Mutation(
        "GL-K8S-006",
        "a container has no memory limit",
        text('limits: {cpu: "1", memory: 512Mi}', 'limits: {cpu: "1"}'),
    ),
    Mutation(
        "GL-K8S-007",
        "the objective is no percentage",
        text("slo.gatelib.dev/objective: 99.95%", "slo.gatelib.dev/objective: high"),
    ),
    Mutation(
        "GL-K8S-008",
        "the canary never holds",
        lambda release: text("        - pause: {duration: 30m}\n", "")(release),
    ),
    Mutation(
        "GL-K8S-009",
        "the pods are not instrumented",
        text('instrumentation.opentelemetry.io/inject-python: "true"', 'example.com/note: "none"'),
    ),
    Mutation(
        "GL-K8S-010",
        "the autoscaler targets another workload",
        text("kind: Rollout, name: payments}", "kind: Rollout, name: other}"),
        warns=True,
    ),
    Mutation(
        "GL-K8S-011",
        "a Secret holds a value",
        deployed(
            POD.format(
                kind="Secret",
                rest="  annotations: {gatelib.dev/rotated-at: 2026-11-01}\nstringData: {password: example}\n",
            )
        ),
    ),
    Mutation("GL-K8S-012", "a secret was rotated 92 days ago", deployed(OLD_SECRET)),
    Mutation(
        "GL-K8S-013",
        "there is no runbook",
        text("gatelib.dev/runbook: https://runbooks.example.com/payments", "example.com/note: none"),
    ),
    Mutation(
        "GL-K8S-014",
        "the pods see the node's processes",
        text("    spec:\n      containers:", "    spec:\n      hostPID: true\n      containers:"),
    ),
    Mutation(
        "GL-K8S-015",
        "a container may gain privileges",
        text("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
        warns=True,
    ),
    Mutation(
        "GL-TEN-001",
        "a workload of many tenants names none",
        text(
            "  annotations:\n    slo.",
            '  labels: {gatelib.dev/multi-tenant: "true"}\n  annotations:\n    slo.',
        ),
    ),
    Mutation("GL-TEN-002", "a tenant's namespace has no default", tenant(without="NetworkPolicy")),
    Mutation("GL-TEN-003", "a tenant's namespace has no quota", tenant(without="ResourceQuota")),
    Mutation("GL-TEN-004", "a tenant's account rules the cluster", tenant(more=ADMIN)),
    Mutation("GL-TEN-005", "a tenant has no agreed limits", tenant(without="TenantLimits")),
)
"""One for each rule at the gate ``pre-promote``, by its ID."""
