"""Every metric: its name, kind, labels, unit and meaning, in the order in which they are written.

A report is what was found at a moment, so what comes from it are gauges. A decision log only grows, so what
comes from it are counters; they start again where a log does.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Family(NamedTuple):
    """One metric."""

    name: str
    """With its unit at the end; ``_total`` of a counter is added where it is written."""
    kind: Literal["gauge", "counter"]
    labels: tuple[str, ...]
    help: str
    unit: str = ""


REPORTS: Final = Family("gatelib_reports", "gauge", ("gate", "outcome"), "Gate reports by their outcome.")
REPORT_TIME: Final = Family(
    "gatelib_report_timestamp_seconds", "gauge", ("gate",), "The moment of the newest gate report.", "seconds"
)
RULES: Final = Family(
    "gatelib_report_rules",
    "gauge",
    ("gate", "rule", "severity", "status"),
    "Gate reports by what became of a rule in them.",
)
CONTROLS: Final = Family(
    "gatelib_report_controls",
    "gauge",
    ("gate", "control", "status"),
    "Rules of gate reports by a control that they help to prove, and what became of them.",
)
FINDINGS: Final = Family(
    "gatelib_findings", "gauge", ("gate", "rule", "severity", "state"), "Findings of gate reports by rule."
)
CONTROL_FINDINGS: Final = Family(
    "gatelib_control_findings",
    "gauge",
    ("gate", "control", "severity", "state"),
    "Findings of gate reports by a control that their rule helps to prove.",
)
ERRORS: Final = Family(
    "gatelib_report_errors", "gauge", ("gate", "code"), "What gate reports say could not be read or judged."
)
DOCUMENTS: Final = Family(
    "gatelib_documents", "gauge", ("gate", "state"), "Documents of gate reports, judged or not."
)
WAIVERS: Final = Family("gatelib_waivers", "gauge", ("state",), "Exceptions by their state.")
WAIVER_EXPIRY: Final = Family(
    "gatelib_waiver_expiry_timestamp_seconds",
    "gauge",
    ("waiver",),
    "When an exception that waives something ends; the label begins the SHA-256 that reports give of it.",
    "seconds",
)
WAIVER_CREATED: Final = Family(
    "gatelib_waiver_created_timestamp_seconds",
    "gauge",
    ("waiver",),
    "When an exception that waives something was made.",
    "seconds",
)
COVERAGE: Final = Family(
    "gatelib_verdict_coverage_ratio",
    "gauge",
    ("of",),
    "The share of ingress and egress points that ask for a verdict, and of releases that have one.",
    "ratio",
)
RELEASES: Final = Family("gatelib_releases", "gauge", ("verdict",), "Releases by their verdict.")
ATTESTATIONS: Final = Family(
    "gatelib_attestations", "gauge", ("overall",), "Control attestations by what they say of the whole."
)
ATTESTED_CONTROLS: Final = Family(
    "gatelib_attestation_controls",
    "gauge",
    ("control", "status"),
    "Control attestations by what they say of a control.",
)
ATTESTATION_TIME: Final = Family(
    "gatelib_attestation_timestamp_seconds",
    "gauge",
    (),
    "The moment of the newest control attestation.",
    "seconds",
)
VERDICTS: Final = Family(
    "gatelib_verdicts",
    "counter",
    ("entrypoint", "outcome", "rule", "severity"),
    "Verdicts in decision logs by outcome and by the rule that decided.",
)
VERDICT_FINDINGS: Final = Family(
    "gatelib_verdict_findings",
    "counter",
    ("entrypoint", "rule", "severity", "state"),
    "Findings of verdicts in decision logs by rule.",
)
VERDICT_CONTROLS: Final = Family(
    "gatelib_verdict_control_findings",
    "counter",
    ("entrypoint", "control", "severity", "state"),
    "Findings of verdicts in decision logs by a control that their rule helps to prove.",
)
VERDICT_TIME: Final = Family(
    "gatelib_verdict_timestamp_seconds",
    "gauge",
    ("entrypoint",),
    "The moment of the newest verdict in decision logs.",
    "seconds",
)
EVENTS: Final = Family(
    "gatelib_decision_log_events",
    "counter",
    ("kind",),
    "Events of decision logs: verdicts, what was asked of others, and what no event can be read from.",
)
INPUTS: Final = Family("gatelib_inputs", "gauge", ("kind", "state"), "What these metrics were made from.")

FAMILIES: Final = (
    REPORTS,
    REPORT_TIME,
    RULES,
    CONTROLS,
    FINDINGS,
    CONTROL_FINDINGS,
    ERRORS,
    DOCUMENTS,
    WAIVERS,
    WAIVER_EXPIRY,
    WAIVER_CREATED,
    COVERAGE,
    RELEASES,
    ATTESTATIONS,
    ATTESTED_CONTROLS,
    ATTESTATION_TIME,
    VERDICTS,
    VERDICT_FINDINGS,
    VERDICT_CONTROLS,
    VERDICT_TIME,
    EVENTS,
    INPUTS,
)
