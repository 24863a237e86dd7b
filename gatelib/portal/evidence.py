"""The index of evidence: which file proves which control, named by digest and never copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from gatelib.portal.model import Release, Setting
from gatelib.portal.views import Service
from gatelib.reporters.prose import cell, code, prose
from gatelib.reporters.show import plural

INDEX: Final = "COMPLIANCE_EVIDENCE_INDEX.md"
FOLDER: Final = "audit/ga-evidence"
SCHEMA: Final = "gatelib.dev/evidence-index/v1"

CATEGORIES: Final[Mapping[str, str]] = {
    "attestations": "Control attestations, verification summaries, and the reports that they are made from",
    "build": "Hermetic and repeatable builds",
    "chaos-dr": "Drills of recovery, failover, backout and continuity",
    "finops": "Costs before and after the change",
    "governance": "Incidents, readiness, threat models, actions, data sets, break-glass",
    "keys": "The inventory of keys",
    "perf": "Load tests and their baselines",
    "policies": "Results of policy checks",
    "provenance": "Provenance and signatures of images, and their copies in escrow",
    "rollout": "Rings, canaries, error budgets",
    "runtime": "Alerts, traces, drift of base images",
    "sbom": "Bills of materials",
    "scans": "Scans of code, images, secrets and running services",
    "schema": "Migrations and compatibility of interfaces",
    "tests": "Results of tests",
    "other": "Files that the layout has no folder for",
}
"""The top folders of the layout (`rego/gatelib/layout/data.json`), what attestations are, and the rest."""


def files(services: Sequence[Service], setting: Setting) -> Iterator[tuple[str, bytes]]:
    """Yield the index of all, and of each category its README and its entries, with their places."""
    yield INDEX, _index(services, setting).encode("utf-8", "backslashreplace")
    entries = _entries(services, setting)
    for name, about in CATEGORIES.items():
        found = entries[name]
        yield (
            f"{FOLDER}/{name}/index.json",
            orjson.dumps(
                {"schema": SCHEMA, "category": name, "about": about, "entries": found},
                option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
            ),
        )
        yield f"{FOLDER}/{name}/README.md", _readme(name, about, found).encode()


def counted(services: Sequence[Service], setting: Setting) -> tuple[tuple[str, str, int], ...]:
    """Return each category with what is in it, and how many files."""
    entries = _entries(services, setting)
    return tuple((name, about, len(entries[name])) for name, about in CATEGORIES.items())


def _entries(services: Sequence[Service], setting: Setting) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CATEGORIES}
    for service in services:
        for release in service.releases:
            about = {
                "service": release.service,
                "version": release.version,
                "pack": release.pack,
                "page": _page(release, setting),
            }
            for category, entry in _of_release(release):
                found[category].append({**about, **entry})
    return found


def _of_release(release: Release) -> Iterator[tuple[str, dict[str, Any]]]:
    controls: dict[str, list[str]] = {}
    producers: dict[str, Sequence[str]] = {}
    for control in release.attestation.controls if release.attestation else ():
        for line in control.evidence:
            controls.setdefault(line.file, []).append(control.id)
            producers[line.file] = line.producers
    for path, digest, size, is_sealed in release.sealed:
        top = path.partition("/")[0] if "/" in path else ""
        category = top if top in CATEGORIES and top != "attestations" else "other"
        yield (
            category,
            {
                "file": path,
                "sha256": digest,
                "size": size,
                "sealed": is_sealed,
                "controls": controls.get(path, []),
                "producers": list(producers.get(path, ())),
                "attestation": release.signature.state,
            },
        )
    for copy in release.copies:
        yield (
            "attestations",
            {
                "file": copy.path,
                "sha256": copy.sha256,
                "size": copy.size,
                "attestation": release.signature.state,
            },
        )


def _page(release: Release, setting: Setting) -> str:
    return f"{setting.base_url}releases/{release.slug}/index.html"


def _readme(name: str, about: str, entries: Sequence[Mapping[str, Any]]) -> str:
    packs = {(entry["service"], entry["version"], entry["pack"]) for entry in entries}
    return (
        f"# {name}\n\n{about}.\n\n"
        f"`index.json` names {plural(len(entries), 'file')} of {plural(len(packs), 'release')}: for each the "
        "release and the hash of its pack, the path in the pack, SHA-256 and size, whether the seal has it "
        "so, the controls that it proves, and who produced it. The files stay in their packs.\n"
    )


def _index(services: Sequence[Service], setting: Setting) -> str:
    lines = [
        "# Compliance evidence index",
        "",
        "For every release: each control, how it stands, and the files that prove it, by their SHA-256. The",
        "files stay in the Evidence Pack of the release. What is not *verified* is only claimed.",
        "",
    ]
    for service in services:
        lines += [f"## {code(service.name)}", ""]
        for release in service.releases:
            lines += _section(release, setting)
    return "\n".join(lines)


def _section(release: Release, setting: Setting) -> Iterator[str]:
    signature = release.signature
    signed = f"verified, signed by {code(signature.by)}" if release.is_verified else signature.state
    yield f"### {code(release.version)}"
    yield ""
    yield f"- Verdict: {release.verdict}"
    yield f"- Attestation: {signed}"
    yield f"- Pack: {code(f'sha256:{release.pack}') if release.pack else 'not sealed'}"
    yield f"- Page: {code(_page(release, setting))}"
    for copy in release.copies:
        yield f"- {copy.label}: {code(copy.path)}, {code(f'sha256:{copy.sha256}')}"
    yield ""
    if release.attestation is None:
        return
    yield "| Control | Stands | Evidence | SHA-256 |"
    yield "| --- | --- | --- | --- |"
    claimed = "" if release.is_verified else "claimed: "
    for control in release.attestation.controls:
        stands = (
            f"| {cell(f'{code(control.id)} {prose(control.name, 120)}'.strip())} | {claimed}{control.status}"
        )
        if not control.evidence:
            yield f"{stands} | none | |"
        for line in control.evidence:
            yield f"{stands} | {cell(code(line.file))} | {cell(code(line.sha256))} |"
    yield ""
