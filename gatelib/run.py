"""One check: settings and configuration made into a plan, and the plan carried out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import orjson

from gatelib import engines, executors, parts, remote, sources, tasks
from gatelib._version import __version__
from gatelib.catalog import Entry
from gatelib.crew import Crew
from gatelib.loader import Limits
from gatelib.merging import Tally, in_order
from gatelib.normalize import Kinds
from gatelib.plan import Given, Plan
from gatelib.policy import Policy
from gatelib.report import EvidenceFile, NotJudged, PackGiven, Problem, Report
from gatelib.resolution import InForce
from gatelib.settings import Progress, Settings
from gatelib.sources import Discovery, Source
from gatelib.tasks import NOTHING, ProofTask, Read, ReadTask, Task

if TYPE_CHECKING:
    from gatelib.evidence.controls import Asked

_ATTESTED: Final = "publish"
"""The gate at which a release has its control attestation."""
_RELEASE: Final = "gatelib.dev/Release"


class Run:
    """One check: settings and configuration made into a plan, and the plan carried out."""

    def __init__(
        self,
        settings: Settings,
        core: Policy,
        limits: Limits,
        paths: Sequence[str],
        shape: str = "envelope",
    ) -> None:
        """Read the configuration and choose the rules; no judged file is touched."""
        self.settings, self.limits, self.paths = settings, limits, list(paths)
        self.force = InForce(settings, core, self.paths, shape)
        self.base = self.force.base

    def envelope(self, stdin: BinaryIO | None) -> tuple[dict[str, Any], tuple[Problem, ...]]:
        """Return the whole run as one envelope, and what could not be read."""
        from gatelib.asking import Subject
        from gatelib.placing import Placer
        from gatelib.reading import read_documents

        found, side, plan = self._prepare(stdin)
        read, placer = Read(), Placer(plan)
        envelope = plan.envelope(plan.rules)
        for source in found.sources:
            for document in read_documents(source, plan, read, placer):
                subject = Subject(
                    len(envelope["documents"]), source.name, document.ordinal, source.root, document.content
                )
                envelope["documents"].append(subject.to_dict())
        envelope["inventory"] = [orjson.Fragment(document) for _, _, document in plan.inventory]
        problems = {*found.problems, *side.problems, *read.problems, *placer.settle()}
        return envelope, in_order(problems)

    def plan(self) -> tuple[Plan, tuple[Problem, ...]]:
        """Return what is decided before anything is judged, and what of the trusted side cannot be used.

        Raises:
            EngineError: a server's exceptions cannot be had.

        """
        _, side, plan = self._prepare(None)
        if plan.connection is not None:
            plan = remote.with_exceptions(plan, plan.connection)
        return plan, in_order(set(side.problems))

    def report(self, stdin: BinaryIO | None, *, allow_empty: bool, progress: Progress | None) -> Report:
        """Carry it out."""
        found, side, plan = self._prepare(stdin)
        version = engines.engine(plan.engine).version(plan.connection)
        if plan.connection is not None:
            plan = remote.with_exceptions(plan, plan.connection)
        tally = Tally(plan)
        tally.problems.update(found.problems)
        tally.problems.update(side.problems)
        tally.inputs.update(side.inputs)
        tally.not_judged.update(found.left_out)
        self._judge(plan, found.sources, tally, progress)
        if plan.connection is not None:
            tally.problems.update(remote.changed(plan, plan.connection))
        if not tally.objects and not tally.problems and not allow_empty:
            tally.problems.add(
                Problem(
                    code=NOTHING,
                    message="there is nothing to judge",
                    hint="no Kubernetes object and no record was found in what was named",
                )
            )
        return self._assemble(plan, tally, version, len(found.sources))

    def _prepare(self, stdin: BinaryIO | None) -> tuple[Discovery, Given, Plan]:
        found = sources.discover(self.paths, base=self.base, stdin=stdin, limit=self.limits.max_bytes)
        kinds = Kinds.of(self.force.policy.data["kinds"])
        side = self._given(kinds, found)
        policy = replace(self.force.policy, data={**self.force.policy.data, "exceptions": side.exceptions})
        return found, side, self._plan(policy, kinds, side)

    def _given(self, kinds: Kinds, found: Discovery) -> Given:
        exceptions, inventory = self.force.paths("exceptions"), self.force.paths("inventory")
        if not (exceptions or inventory or self.settings.evidence):
            return Given()
        from gatelib import trusted

        reader = trusted.Reader(
            base=self.base,
            judged=self.paths,
            kinds=kinds,
            limits=self.limits,
            namespace=self.force.value("namespace", None)[0],
            layout=self.force.policy.data["layout"],
            trust=self.force.trust(),
            access=self.settings.access,
            attested=self._attested(kinds, found),
        )
        return reader.read(exceptions, self.settings.evidence, inventory)

    def _attested(self, kinds: Kinds, found: Discovery) -> Asked | None:
        """Return what a control attestation is held against, at the gate that asks for one.

        The files with a Release are read for it, and judged as they were read.
        """
        if self.force.gate != _ATTESTED:
            return None
        from gatelib.evidence.controls import Asked, records

        config = self.force.config
        named = config.values.get("attestation", {}).get("controls") if config else None
        found.sources, judged = records(found.sources, kinds, self.limits)
        return Asked(
            now=self.force.now,
            max_age_hours=self.force.parameter("attestation", "max_age_hours"),
            critical_approvers=self.force.parameter("exceptions", "critical_approvers"),
            severities=self.force.policy.data["severities"],
            catalogue=config.place(named) if config and named else None,
            records=judged,
            config=config.sha256 if config else None,
        )

    def _judge(self, plan: Plan, found: Sequence[Source], tally: Tally, progress: Progress | None) -> None:
        batches = list(parts.batches(found))
        jobs = self.settings.jobs or os.cpu_count() or 1
        worker = executors.executor(
            partial(tasks.start, plan),
            jobs=max(1, min(jobs, len(batches))),
            timeout=plan.timeout + 1.0,
            isolated=self.settings.isolated,
        )
        try:
            alone = len(batches) == 1
            crew = Crew(worker, plan, tally)
            again = crew.read(batches, progress, alone=alone)
            crew.do(ReadTask((source,)) for source in again)
            split = not alone or again
            last: list[Task] = list(parts.set_tasks(tally.for_sets, plan, jobs)) if split else []
            crew.do(last)
            if plan.required_types or plan.exceptions or not tally.revisions:
                crew.do([ProofTask(tuple(tally.required), tally.hidden())])
            tally.settle()
        finally:
            worker.close()

    def _assemble(self, plan: Plan, tally: Tally, version: str, files: int) -> Report:
        found, origin = self.force.config, plan.policy.origin
        return Report(
            tool_version=__version__,
            engine=plan.engine,
            engine_version=version,
            revision=next(iter(sorted(tally.revisions)), ""),
            bundle_sha256=origin.sha256 if origin else plan.policy.sha256(),
            # What a server runs, its own word is all there is for.
            signed_by=origin.signed_by if origin and plan.connection is None else None,
            gate=plan.gate,
            selected=self.force.selected,
            skipped=self.force.skipped,
            left_out=self.force.left_out,
            fail_on=self.force.value("fail_on", "low")[0],
            now=plan.now,
            config_sha256=found.sha256 if found else None,
            config_trusted=found.trusted if found else None,
            params=self.force.changed_parameters(),
            config_settings=tuple(sorted(found.values.keys() - {"parameters"})) if found else (),
            findings=tally.findings(),
            rules=tally.rules(self.force.skipped),
            exceptions=tally.waivers(),
            errors=in_order(tally.problems),
            files=files,
            judged=tally.covered,
            inventory=len(plan.inventory),
            objects=tally.objects,
            not_judged=tuple(sorted(tally.not_judged, key=_place)),
            inputs=tuple(sorted(tally.inputs)),
            evidence=tuple(_evidence(plan)),
            pack=_pack(plan),
            releases=tuple(
                sorted({(held.source.name, held.sha256) for held in tally.required if held.type == _RELEASE})
            ),
            images=tuple(sorted(tally.images)),
            catalog={rule: plan.catalog[rule] for rule in (*self.force.selected, *self.force.skipped)},
        )

    def _plan(self, policy: Policy, kinds: Kinds, side: Given) -> Plan:
        catalog: Mapping[str, Entry] = policy.catalog
        by_scope = {
            scope: tuple(rule for rule in self.force.selected if catalog[rule]["scope"] == scope)
            for scope in ("document", "set")
        }
        now = self.settings.now or self.force.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return Plan(
            policy=policy,
            engine=self.force.engine,
            connection=self.force.connection,
            gate=self.force.gate,
            now=now,
            document_rules=by_scope["document"],
            set_rules=by_scope["set"],
            namespace=self.force.value("namespace", None)[0],
            evidence=side.evidence,
            verifications=tuple(side.verifications),
            packs=side.packs,
            pack=side.pack,
            exceptions=tuple(side.given),
            inventory=tuple(side.inventory),
            timeout=float(self.force.value("timeout", 60.0)[0]),
            limits=self.limits,
            kinds=kinds,
            catalog=catalog,
        )


def _pack(plan: Plan) -> PackGiven | None:
    """Return the pack whose seal was verified."""
    sealed = [found["sha256"] for found in plan.verifications if found["type"] == "pack"]
    return PackGiven(plan.pack, sealed[0]) if len(sealed) == 1 else None


def _evidence(plan: Plan) -> Iterator[EvidenceFile]:
    """Yield the files of packs; loose records stand in the inputs."""
    producers: dict[str, list[str]] = {}
    for found in plan.verifications:
        if found["type"] == "entry":
            producers.setdefault(found["file"], []).append(found["producer"])
    for path, name in sorted(plan.packs.items(), key=lambda item: item[1]):
        entry = plan.evidence[path]
        yield EvidenceFile(
            file=name,
            role=entry["role"],
            format=entry["format"],
            sha256=entry["sha256"],
            size=entry["size"],
            producers=tuple(sorted(set(producers.get(path, ())))),
            facts=tuple(entry["facts"]),
        )


def _place(entry: NotJudged) -> tuple[str, int, str]:
    return entry.file, -1 if entry.document is None else entry.document, entry.reason
