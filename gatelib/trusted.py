"""What the trusted side gives: exceptions, evidence, inventory, rules of a team's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from gatelib import catalog, config, guards, records, sources
from gatelib.catalog import Entry
from gatelib.errors import ConfigError, PolicyError, UsageError
from gatelib.exceptions import record
from gatelib.loader import Limits, load
from gatelib.normalize import Document, Kinds, normalize
from gatelib.plan import Given
from gatelib.policy import Module
from gatelib.reading import BAD_RECORD, form_problems, problem_of, unreadable
from gatelib.report import Problem
from gatelib.settings import no_access
from gatelib.sources import Source
from gatelib.trust import Trust

if TYPE_CHECKING:
    from gatelib.evidence.controls import Asked

_EVIDENCE_KINDS: Final = frozenset({"gatelib.dev/ImageEvidence"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads what was given, relative to ``base``."""

    base: Path
    judged: Sequence[str]
    kinds: Kinds
    limits: Limits
    namespace: str | None
    layout: Mapping[str, Any]
    """Where the files of an Evidence Pack lie, ``data.gatelib.layout``."""
    access: Callable[[str], Mapping[str, Any]] = field(default=no_access, repr=False)
    """Says how the registry of a reference is reached."""
    trust: Trust = field(default_factory=Trust)
    """Whose signatures count."""
    attested: Asked | None = None
    """What a pack's control attestation is held against; ``None`` leaves it unread."""

    def read(self, exceptions: Sequence[str], evidence: Sequence[str], inventory: Sequence[str]) -> Given:
        """Read everything.

        Raises:
            ConfigError: exceptions or evidence lie in the judged tree, whose author they are to bind.
            UsageError: there is more than one Evidence Pack.

        """
        trusted = Given()
        self._exceptions(exceptions, trusted)
        self._evidence(evidence, trusted)
        self._inventory(inventory, trusted)
        return trusted

    def _exceptions(self, paths: Sequence[str], trusted: Given) -> None:
        if not paths:
            return
        from gatelib.exceptions import reading, revoked

        self._refuse_judged(paths, "exceptions")
        parties = (*self.trust.approvers, *self.trust.requesters)
        keys = [str(key.file) for party in parties for key in party.keys if key.file is not None]
        self._refuse_judged(keys, "keys")
        self._refuse_judged([str(path) for path in self.trust.revoked], "revocations")
        envelopes: list[tuple[Source, bytes]] = []
        found: list[reading.Record] = []
        for source, document in self._documents(paths, trusted, bound="exceptions", envelopes=envelopes):
            if document.type != record.TYPE:
                trusted.problems.append(_not_a(source, "PolicyException", document))
                continue
            found.append(reading.Record(source, document.ordinal, document.prefix, document.content))
        verified = reading.verified(found, envelopes, self.trust, revoked.read(self.trust.revoked))
        trusted.exceptions += verified.exceptions
        trusted.given += verified.given
        trusted.problems += verified.problems

    def _evidence(self, paths: Sequence[str], trusted: Given) -> None:
        if not paths:
            return
        from gatelib.evidence import reading

        packs = [path for path in paths if reading.is_pack(path if "://" in path else self.base / path)]
        loose = [path for path in paths if path not in packs]
        if len(packs) > 1:  # a file of one would count by what was signed of its namesake in the other
            raise UsageError(
                f"there are {len(packs)} Evidence Packs, and a run judges one Evidence Pack",
                hint="name the pack of the release alone; records of images may stand beside it",
            )
        for path in packs:
            self._pack(path, trusted)
        self._refuse_judged(loose, "evidence")
        for source, document in self._documents(loose, trusted, bound="evidence"):
            if document.type not in _EVIDENCE_KINDS:
                trusted.problems.append(_not_a(source, "ImageEvidence", document))
                continue
            entry = trusted.evidence.setdefault(source.name, {"format": records.VERSION, "facts": []})
            entry["facts"].append(document.content)

    def _pack(self, path: str, trusted: Given) -> None:
        from gatelib.evidence import reading

        is_remote = "://" in path
        if not is_remote:
            self._refuse_judged([path], "evidence")
        name = path if is_remote else sources.display(Path(path), self.base)
        found = reading.read(
            path if is_remote else self.base / path,
            name=name,
            trust=self.trust,
            layout=self.layout,
            access=self.access(path.removeprefix("oci://")) if is_remote else None,
            attested=self.attested,
        )
        trusted.evidence |= found.evidence
        trusted.verifications += found.verifications
        trusted.problems += found.problems
        trusted.inputs += found.inputs
        trusted.pack = name
        trusted.packs |= {file: f"{name}/{file}" for file in found.evidence}

    def _inventory(self, paths: Sequence[str], trusted: Given) -> None:
        for source, document in self._documents(paths, trusted):
            number = len(trusted.inventory)
            entry = {"index": number, "file": source.name, "root": source.root, "content": document.content}
            trusted.inventory.append((document.type, document.scope, orjson.dumps(entry)))

    def _refuse_judged(self, paths: Sequence[str], what: str) -> None:
        for path in paths:
            for judged in self.judged:
                if judged != sources.STDIN and config.lies_in(self.base / path, self.base / judged):
                    shown = sources.display(Path(path), self.base)
                    raise ConfigError(
                        f"the {what} in `{shown}` lie in the judged tree, and prove nothing there",
                        hint="give them from a place that the author of the change does not control",
                    )

    def _documents(
        self,
        paths: Sequence[str],
        trusted: Given,
        *,
        bound: str = "",
        envelopes: list[tuple[Source, bytes]] | None = None,
    ) -> Iterator[tuple[Source, Document]]:
        """Yield what lies in the paths; what is ``bound`` may not come from the judged tree.

        Files that are DSSE envelopes by their names go to ``envelopes``, where it is given.
        """
        found = sources.discover(paths, base=self.base, stdin=None, limit=self.limits.max_bytes)
        trusted.problems += found.problems
        if bound:
            self._refuse_judged([source.path for source in found.sources], bound)
        for source in found.sources:
            try:
                data = source.read(self.limits.max_bytes)
            except OSError as error:
                trusted.problems.append(unreadable(source.name, error))
                continue
            trusted.inputs.append((source.name, hashlib.sha256(data).hexdigest()))
            if envelopes is not None and source.name.lower().endswith(record.SUFFIX):
                envelopes.append((source, data))
                continue
            loaded = load(data, limits=self.limits)
            if loaded.error is not None:
                trusted.problems.append(problem_of(loaded.error, source.name))
            for raw in loaded.documents:
                for document in normalize(raw, self.kinds, root=source.root, namespace=self.namespace):
                    if not isinstance(document, Document):
                        trusted.problems.append(
                            Problem(code=BAD_RECORD, message=document.reason, file=source.name, line=raw.line)
                        )
                        continue
                    trusted.problems += [
                        Problem(code=code, message=message, file=source.name, line=raw.line)
                        for _, code, message in form_problems(document.type, document.content)
                    ]
                    yield source, document


def policies(
    folders: Sequence[str], *, base: Path, core: Mapping[str, Entry]
) -> tuple[tuple[Module, ...], dict[str, dict[str, Entry]], dict[str, Any]]:
    """Return the modules, catalogues by team and parameters of rules of one's own.

    Raises:
        PolicyError: something in the folders may not be there.

    """
    modules: list[Module] = []
    texts: dict[str, list[tuple[str, str]]] = {}
    params: dict[str, Any] = {}
    for folder in folders:
        root = base / folder
        if not root.is_dir():
            raise PolicyError("there is no such folder of policies", file=folder)
        for path in sources.below(root, base):
            name = sources.display(path, base)
            if path.suffix == ".rego" and not path.name.endswith("_test.rego"):
                text = _text(path, name)
                team, rule = guards.check_module(Module(name, text))
                module = Module(f"gatelib/rules/{team}/{rule}/{rule}.rego", text)
                _refuse_hidden_rule(module, name, team, rule, modules)
                modules.append(module)
                texts.setdefault(team, []).append((name, text))
            elif path.suffix in sources.SUFFIXES and path.is_file():
                _add_data(path, name, root, params)
    catalogs = {team: catalog.build(found) for team, found in texts.items()}
    for team, entries in catalogs.items():
        guards.check_catalog(team, entries, core)
    _refuse_shared_ids(catalogs)
    return tuple(modules), catalogs, params


def _text(path: Path, name: str) -> str:
    try:
        if path.exists() and not path.is_file():  # a pipe would not end
            raise PolicyError("is no regular file", file=name)
        return path.read_text("utf-8")
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror}", file=name) from None
    except UnicodeDecodeError:
        raise PolicyError("is not UTF-8", file=name) from None


def _refuse_hidden_rule(module: Module, name: str, team: str, rule: str, others: Sequence[Module]) -> None:
    """Refuse what an engine would load and nothing would ask for, or under another rule's name."""
    entry = catalog.read_metadata(module.text, name)
    if entry is None or entry["package"] != [team, rule]:
        raise PolicyError(
            f"`package gatelib.rules.{team}.{rule}` must stand on a line of its own, below its METADATA",
            file=name,
            hint="a name that ends in `_test` is a test's",
        )
    if any(other.path == module.path for other in others):
        raise PolicyError(f"package `gatelib.rules.{team}.{rule}` is in two files", file=name)


def _add_data(path: Path, name: str, root: Path, params: dict[str, Any]) -> None:
    try:
        loaded = load(path.read_bytes())
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror}", file=name) from None
    if loaded.error is not None or len(loaded.documents) != 1:
        raise PolicyError("is no single YAML or JSON document", file=name)
    value: Any = loaded.documents[0].value
    for part in reversed(path.relative_to(root).parent.parts):
        value = {part: value}
    if not isinstance(value, dict):
        raise PolicyError("data must be an object", file=name)
    guards.check_data(value, name)
    params.update(value.get("gatelib", {}).get("params", {}))


def _refuse_shared_ids(catalogs: Mapping[str, Mapping[str, Entry]]) -> None:
    owners: dict[str, str] = {}
    for team, entries in catalogs.items():
        for rule in entries:
            if rule in owners:
                raise PolicyError(f"rule ID `{rule}` belongs to both `{owners[rule]}` and `{team}`")
            owners[rule] = team


def _not_a(source: Source, wanted: str, document: Document) -> Problem:
    return Problem(
        code=BAD_RECORD, message=f"`{document.type}` is no {wanted} of {records.VERSION}", file=source.name
    )
