"""Reports to print in tests: one of every kind of thing, and the same with hostile text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gatelib.catalog import Entry
from gatelib.report import (
    Finding,
    Location,
    NotJudged,
    Problem,
    Report,
    Resource,
    RuleResult,
    WaivedBy,
    Waiver,
)

PRIVILEGED = Finding(
    rule="GL-K8S-001",
    action="deny",
    severity="critical",
    controls=("PL-01",),
    message="container `api` is privileged",
    remediation="Remove `securityContext.privileged`.",
    resource=Resource(api_version="apps/v1", kind="Deployment", namespace="shop", name="api"),
    location=Location(
        file="k8s/api.yaml", document=0, line=12, column=17, end_column=21, text="    privileged: true"
    ),
    path=("spec", "template", "spec", "containers", 0, "securityContext", "privileged"),
    fingerprint="GL-K8S-001|apps/Deployment|shop|api|spec/template/spec/containers/api/securityContext/privileged",
)
UNPINNED = Finding(
    rule="GL-K8S-002",
    action="warn",
    severity="medium",
    controls=(),
    message="image `api:1` has no digest",
    remediation="Pin the image by its digest.",
    resource=PRIVILEGED.resource,
    location=Location(
        file="k8s/api.yaml", document=0, line=9, column=12, end_column=17, text="    image: api:1"
    ),
    path=("spec", "template", "spec", "containers", 0, "image"),
    fingerprint="GL-K8S-002|apps/Deployment|shop|api|spec/template/spec/containers/api/image",
)
ON_TRIAL = replace(
    UNPINNED,
    rule="GL-K8S-003",
    action="canary",
    severity="high",
    message="no seccomp profile",
    remediation="Set `seccompProfile`.",
    location=None,
    path=(),
    fingerprint="GL-K8S-003|apps/Deployment|shop|api|",
)
WAIVED = replace(
    PRIVILEGED,
    resource=Resource(api_version="v1", kind="Pod", namespace="", name="node-agent"),
    message="container `agent` is privileged",
    location=Location(
        file="agent.yaml", document=1, line=7, column=17, end_column=21, text="    privileged: true"
    ),
    path=("spec", "containers", 0, "securityContext", "privileged"),
    fingerprint="GL-K8S-001|Pod||node-agent|spec/containers/agent/securityContext/privileged",
    waived_by=WaivedBy(
        name="agent-2026", approver="ana", expires="2026-12-31", reason="reads the kernel's log"
    ),
)
SECRET = Finding(
    rule="GL-DATA-001",
    action="deny",
    severity="high",
    controls=("SC-02",),
    message="`data` holds 1 value in plain text",
    remediation="Use a secret store.",
    resource=Resource(api_version="v1", kind="Secret", namespace="shop", name="db"),
    location=Location(file="k8s/secret.yaml", document=0, line=6, column=13, end_column=29, text=None),
    path=("data", "password"),
    fingerprint="GL-DATA-001|Secret|shop|db|data/password",
    sensitive=True,
)
BROKEN = Problem(
    code="GL-ERR-103",
    message="This is not YAML.",
    file="k8s/broken.yaml",
    line=3,
    column=1,
    hint="Check the indentation.",
)
RULES = (
    RuleResult(id="GL-DATA-001", title="Secrets must not carry values", status="fail", judged=1, findings=1),
    RuleResult(
        id="GL-K8S-001", title="Containers must not be privileged", status="fail", judged=2, findings=2
    ),
    RuleResult(id="GL-K8S-002", title="Images must be pinned", status="warn", judged=2, findings=1),
    RuleResult(id="GL-K8S-003", title="Pods must have seccomp", status="canary", judged=2, findings=1),
    RuleResult(id="GL-K8S-004", title="Services must stay inside", status="pass", judged=1, findings=0),
    RuleResult(id="GL-NET-001", title="Routes must use TLS", status="not_applicable", judged=0, findings=0),
)
NOTHING_FOUND = Report(
    tool_version="0.1.0",
    engine="regorus",
    engine_version="0.13.0",
    revision="1.0.0",
    bundle_sha256="ab" * 32,
    signed_by=None,
    gate="pr",
    selected=("GL-K8S-004",),
    skipped=(),
    fail_on="low",
    now="2026-11-22T00:00:00Z",
    config_sha256=None,
    config_trusted=None,
    params={},
    findings=(),
    rules=(RULES[4],),
    exceptions=(),
    errors=(),
    files=1,
    judged=1,
    inventory=0,
    objects=1,
    not_judged=(),
    inputs=(("svc.yaml", "cd" * 32),),
)


def catalog(*findings: Finding) -> dict[str, Entry]:
    """The catalogue that these findings' rules would have."""
    titles = {rule.id: rule.title for rule in RULES}
    return {
        finding.rule: {
            "id": finding.rule,
            "title": titles[finding.rule],
            "description": f"{titles[finding.rule]}: why.",
            "package": ["kubernetes", "sample_rule"],
            "severity": finding.severity,
            "controls": list(finding.controls),
            "remediation": finding.remediation,
            **({"stage": "canary"} if finding.action == "canary" else {}),
        }
        for finding in findings
    }


EVERYTHING = replace(
    NOTHING_FOUND,
    signed_by="release@gatelib.dev",
    selected=tuple(rule.id for rule in RULES),
    skipped=("GL-K8S-009",),
    config_sha256="ef" * 32,
    config_trusted=False,
    config_settings=("fail_on",),
    params={"images": {"allowlist": ["r.example"]}, "tls": True},
    findings=(SECRET, WAIVED, PRIVILEGED, UNPINNED, ON_TRIAL),
    rules=RULES,
    exceptions=(
        Waiver(
            name="agent-2026",
            sha256="01" * 32,
            approver="ana",
            expires="2026-12-31",
            requester="eve",
            reason="reads the kernel's log",
            ticket="OPS-1",
            signed_by=("eve", "ana"),
            hid=(WAIVED.fingerprint,),
        ),
        Waiver(name="old", sha256="02" * 32, approver="bo", expires="2026-11-30", hid=()),
    ),
    errors=(BROKEN,),
    files=5,
    judged=4,
    inventory=2,
    objects=6,
    not_judged=(
        NotJudged(file="README.json", document=None, reason="no Kubernetes object"),
        NotJudged(file="k8s/api.yaml", document=2, reason="empty"),
    ),
    inputs=(("agent.yaml", "11" * 32), ("k8s/api.yaml", "22" * 32), ("k8s/secret.yaml", "33" * 32)),
    catalog=catalog(SECRET, PRIVILEGED, UNPINNED, ON_TRIAL),
)


def hostile(text: str) -> Report:
    """The report with this text in everything that a document or an exception's author can name."""
    waived = WaivedBy(name=text, approver=text, expires=text, reason=text)
    problem = replace(BROKEN, file=text, message=text, hint=text)
    changes: dict[str, Any] = {
        "findings": tuple(_hostile(finding, text, waived) for finding in EVERYTHING.findings),
        "exceptions": tuple(
            replace(exception, name=text, approver=text, expires=text) for exception in EVERYTHING.exceptions
        ),
        "errors": (problem, replace(problem, file=None, line=None, column=None, hint=None)),
        "not_judged": (NotJudged(file=text, document=0, reason=text),),
        "inputs": ((text, "11" * 32),),
        "params": {text: {text: text}},
        "now": text,
    }
    return replace(EVERYTHING, **changes)


def _hostile(finding: Finding, text: str, waived: WaivedBy) -> Finding:
    location = finding.location and replace(
        finding.location,
        file=text,
        text=None if finding.location.text is None else f"{text}{finding.location.text}",
        column=1 + len(text) // 2,
        end_column=1 + len(text),
    )
    return replace(
        finding,
        message=f"container `{text}` is {text} privileged",
        resource=Resource(api_version=text, kind=text, namespace=text, name=text),
        location=location,
        path=("spec", text, 0),
        fingerprint=f"{finding.rule}|{text}|{text}|{text}|spec/{text}/0",
        waived_by=waived if finding.waived_by else None,
    )
