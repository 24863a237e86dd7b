"""Attestations of a made-up release, in the form of ``gatelib.dev/attestation/v1``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

CONTROLS: Final = (
    ("SC-01", "Software bill of materials and scans", "Application Security",
     ("sbom/payments.cdx.json", "scans/trivy.sarif"), ("GL-REL-003", "GL-REL-004", "GL-REL-019"),
     ("soc2 CC7.1", "iso27001 A.8.8", "iso27001 A.8.28", "nist-800-53 RA-5")),
    ("SC-02", "Signatures and provenance", "Build Platform",
     ("provenance/payments.intoto.jsonl", "build/reproducibility.json"),
     ("GL-REL-001", "GL-REL-002", "GL-REL-013", "GL-K8S-020"),
     ("soc2 CC6.8", "soc2 CC8.1", "iso27001 A.5.21", "hipaa 164.312(c)(1)", "slsa Build L3")),
    ("PL-01", "Policies are enforced", "Platform Security",
     ("policies/conftest-results.json",), ("GL-K8S-001", "GL-K8S-002", "GL-K8S-003"),
     ("soc2 CC5.2", "soc2 CC5.3", "iso27001 A.8.9", "hipaa 164.308(a)(1)(ii)(B)")),
    ("REL-01", "Progressive delivery within the error budget", "Site Reliability",
     ("rollout/canary-metrics.json", "rollout/slo-burn.json", "rollout/rings.json"),
     ("GL-REL-005", "GL-REL-006", "GL-REL-018"),
     ("soc2 CC8.1", "soc2 A1.1", "iso27001 A.8.32")),
    ("DB-01", "Schema changes are reversible", "Data Platform",
     ("schema/migrate-lint.txt", "schema/shadow-read.txt"), ("GL-REL-007", "GL-REL-026"),
     ("soc2 PI1.2", "iso27001 A.8.32", "gdpr 5(1)(d)")),
    ("FIN-01", "The cost of the change is known", "FinOps",
     ("finops/cost-diff.json",), ("GL-REL-008", "GL-REL-009"),
     ("soc2 CC3.1", "iso27001 A.8.6")),
    ("DR-01", "Recovery has been drilled", "Site Reliability",
     ("chaos-dr/run-2026-11-18.json", "chaos-dr/replication.json"), ("GL-REL-010", "GL-REL-015"),
     ("soc2 A1.2", "soc2 A1.3", "iso27001 A.5.30", "gdpr 32(1)(c)", "hipaa 164.308(a)(7)(ii)(D)")),
    ("SEC-01", "No secret leaves its vault", "Application Security",
     ("scans/gitleaks.json", "keys/inventory.json"), ("GL-REL-020", "GL-REL-028"),
     ("soc2 CC6.1", "iso27001 A.5.17", "iso27001 A.8.24", "gdpr 32(1)(a)", "hipaa 164.312(a)(2)(iv)")),
    ("DLP-01", "Personal data stays where it may be", "Privacy Office",
     ("privacy/dataset-labels.json",), ("GL-DLP-001", "GL-DLP-002"),
     ("soc2 C1.1", "iso27001 A.8.12", "gdpr 25(1)", "gdpr 30(1)", "hipaa 164.312(a)(1)")),
    ("TEN-01", "Tenants are kept apart", "Platform Security",
     ("tenancy/limits.json",), ("GL-TEN-001", "GL-TEN-002"),
     ("soc2 CC6.1", "iso27001 A.8.22", "gdpr 32(1)(b)")),
    ("RUN-01", "What runs is what was approved", "Platform Security",
     ("runtime/falco.jsonl", "runtime/base-image-drift.json"), ("GL-REL-014", "GL-REL-016"),
     ("soc2 CC7.2", "iso27001 A.8.16", "hipaa 164.312(b)")),
    ("PERF-01", "Load has been tested", "Site Reliability",
     ("perf/k6-summary.json",), ("GL-REL-012",),
     ("soc2 A1.1", "iso27001 A.8.6")),
)  # fmt: skip
"""ID, name, owner, evidence, rules, clauses."""

_FRAMEWORKS: Final = (
    ("soc2", "SOC 2 Trust Services Criteria", "2017, points of focus of 2022"),
    ("iso27001", "ISO/IEC 27001 Annex A", "2022"),
    ("gdpr", "General Data Protection Regulation", "(EU) 2016/679"),
    ("hipaa", "HIPAA Security Rule", "45 CFR 164, subpart C"),
    ("nist-800-53", "NIST SP 800-53", "Rev. 5"),
    ("slsa", "SLSA", "1.1"),
)


def passing() -> dict[str, Any]:
    """Return an attestation of a release of which everything is proved."""
    return {
        "schema": "gatelib.dev/attestation/v1",
        "created_utc": "2026-11-22T00:00:00Z",
        "release": {
            "name": "payments-2.14.0",
            "service": "payments",
            "version": "2.14.0",
            "commit": "4f1c2a9d0b7e6c5f8a3d2e1b0c9f8e7d6a5b4c3d",
            "images": [f"ghcr.io/intelgraph/payments@sha256:{_sha256('image')}"],
            "changes": [
                {
                    "id": "PAY-1182",
                    "summary": "Refunds in several currencies",
                    "url": "https://tickets.example.com/PAY-1182",
                },
                {"id": "PAY-1190", "summary": "Idempotency keys live for a day", "url": ""},
            ],
            "sha256": _sha256("release.yaml"),
        },
        "pack": {"sha256": _sha256("pack")},
        "overall": True,
        "objections": [],
        "controls": [_control(*row) for row in CONTROLS],
        "waivers": [],
        "reports": [
            {
                "file": "report.json",
                "sha256": _sha256("report"),
                "gate": "pre-promote",
                "now": "2026-11-22T00:00:00Z",
                "outcome": "pass",
                "signed_by": None,
            }
        ],
        "bundle": {"revision": "2026.11.3", "sha256": _sha256("bundle"), "signed_by": "platform-security"},
        "config": {"sha256": _sha256("config"), "trusted": True},
        "engine": {"name": "embedded", "version": "regorus 0.13.0"},
        "tool": {"name": "gatelib", "version": "0.6.0"},
        "catalog": {"sha256": _sha256("catalog")},
        "frameworks": [{"id": id_, "name": name, "edition": edition} for id_, name, edition in _FRAMEWORKS],
    }


def mixed() -> dict[str, Any]:
    """Return an attestation with every status, a waiver, a missing file and an objection."""
    found = passing()
    by_id = {control["id"]: control for control in found["controls"]}
    message = "CVE-2026-31337 in `libxml2 2.13.1` has been known for 41 days, and a fix for 33"
    by_id["SC-01"] |= {
        "status": "fail",
        "pass": False,
        "details": [{"rule": "GL-REL-019", "message": message}],
    }
    by_id["SC-01"]["rules"][2] |= {"status": "fail", "findings": 1, "why": message}
    by_id["DR-01"] |= {
        "status": "not evaluated",
        "pass": False,
        "details": [{"missing": "chaos-dr/run-*.json"}],
    }
    del by_id["DR-01"]["evidence"][0]
    by_id["DR-01"]["rules"][0] |= {
        "status": "missing",
        "judged": 0,
        "why": "the Evidence Pack of release `payments-2.14.0` has no `chaos-dr/run-*.json`",
    }
    by_id["TEN-01"] |= {
        "status": "not applicable",
        "evidence": [],
        "not_applicable": {
            "reason": "The service has one tenant: our own ledger. No data of a customer is in reach of it.",
            "approver": "dana.hall@example.com",
            "signed_by": "security-approvers",
        },
    }
    by_id["TEN-01"]["rules"][0] |= {"status": "not_applicable", "judged": 0}
    by_id["TEN-01"]["rules"][1] |= {"status": "skipped", "judged": 0}
    by_id["PL-01"]["rules"][1] |= {
        "status": "waived",
        "findings": 1,
        "why": "`CronJob payments/reconcile` has a writable root filesystem",
    }
    by_id["PL-01"]["rules"][2] |= {"status": "canary", "findings": 2, "why": "on trial until 2027-01-01"}
    by_id["PL-01"]["waivers"] = ["reconcile-writable-root"]
    by_id["FIN-01"]["rules"][0] |= {
        "status": "warn",
        "findings": 1,
        "why": "the monthly cost grows by 4.1 %, and 5 % is the limit",
    }
    found["waivers"] = [
        {
            "name": "reconcile-writable-root",
            "sha256": _sha256("waiver"),
            "requester": "ines.moreau@example.com",
            "approver": "dana.hall@example.com",
            "expires": "2026-12-15T00:00:00Z",
            "reason": "The vendor's reconciliation client writes a lock beside its binary; fixed in 7.2.",
            "ticket": "https://tickets.example.com/SEC-771",
            "signed_by": ["payments-team", "security-approvers"],
            "hid": ["GL-K8S-002|batch/CronJob|payments|reconcile|spec.containers[reconcile]"],
        }
    ]
    found["objections"] = [
        "nobody vouches for the bundle whose rules ran: name a key with `--verification-key`"
    ]
    found["bundle"]["signed_by"] = None
    found["reports"][0]["outcome"] = "fail"
    found["overall"] = False
    return found


def with_text(text: str) -> dict[str, Any]:
    """Return :func:`mixed` with ``text`` wherever a release, a record, a file or a person may have a say."""
    found = mixed()
    found["release"] |= {
        "name": text, "service": text, "version": text, "commit": text, "images": [text],
        "changes": [{"id": text, "summary": text, "url": text}],
    }  # fmt: skip
    found["objections"] = [text]
    for control in found["controls"]:
        control |= {"id": text, "name": text, "statement": text, "owner": text}
        control["details"] = [{"missing": text}, {"rule": text, "message": text}, {text: text}]
        control["waivers"] = [text]
        control["clauses"] = [{"framework": text, "clause": text}]
        for rule in control["rules"]:
            rule |= {"id": text, "why": text}
        for file in control["evidence"]:
            file |= {"file": text, "role": text, "sha256": text, "producers": [text]}
        if control["not_applicable"]:
            control["not_applicable"] = {"reason": text, "approver": text, "signed_by": text}
    for waiver in found["waivers"]:
        waiver |= dict.fromkeys(
            ("name", "sha256", "requester", "approver", "expires", "reason", "ticket"), text
        ) | {"signed_by": [text], "hid": [text]}
    for report in found["reports"]:
        report |= dict.fromkeys(("file", "sha256", "gate", "now", "outcome", "signed_by"), text)
    found["bundle"] = {"revision": text, "sha256": text, "signed_by": text}
    found["engine"] = found["tool"] = {"name": text, "version": text}
    found["frameworks"] = [{"id": text, "name": text, "edition": text}]
    return found


def _control(
    id_: str, name: str, owner: str, files: Iterable[str], rules: Iterable[str], clauses: Iterable[str]
) -> dict[str, Any]:
    return {
        "id": id_,
        "name": name,
        "pass": True,
        "details": [],
        "status": "pass",
        "statement": f"{name}, for every release, before it is promoted; the proof stays with it.",
        "owner": owner,
        "rules": [
            {"id": rule, "status": "pass", "judged": 1 + len(rule) % 4 + index, "findings": 0, "why": ""}
            for index, rule in enumerate(rules)
        ],
        "evidence": [
            {
                "file": file,
                "role": file.partition("/")[0],
                "sha256": _sha256(file),
                "size": 1200 + 977 * len(file),
                "producers": ["ci-pipeline"],
            }
            for file in files
        ],
        "waivers": [],
        "clauses": [dict(zip(("framework", "clause"), text.split(" ", 1), strict=True)) for text in clauses],
        "not_applicable": None,
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
