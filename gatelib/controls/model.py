"""What a control catalogue and a framework's crosswalk say."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class File:
    """A file of YAML, to say where in it something is wrong."""

    name: str = ""
    """As messages call it."""
    content: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePath:
    """Where in an Evidence Pack a control's evidence lies."""

    path: str
    """As the catalogue writes it; ``*`` stands for any part of one name."""
    roles: tuple[str, ...]
    """The layout's roles that it leads to; empty where the layout knows no such file."""
    exact: bool
    """Whether only files that match ``path`` itself count, and not every file of the roles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One thing that an auditor asks for, and what proves it."""

    id: str
    name: str
    statement: str
    """What holds where the control holds; empty in the simple form."""
    owner: str
    """The role that answers for it; empty in the simple form."""
    evidence: tuple[EvidencePath, ...]
    rules: tuple[str, ...]
    """IDs of the rules that prove it, in order."""
    levels: tuple[str, ...] = ()
    """Levels in upper case that no SARIF result may have; of the simple form's ``sarif_no_levels``."""
    subjects: tuple[str, ...] = ()
    """Kinds of documents that its rules judge, as rules write them; empty in the simple form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """A file of controls."""

    controls: tuple[Control, ...]
    """In the order of the file."""
    sha256: str
    """Of the file's bytes."""
    simple: bool = False
    """Whether it is of the simple form, whose rules follow from its evidence and its asserts."""
    file: File = field(default=File(), repr=False, compare=False)
    """Where it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of a framework that controls support."""

    id: str
    """The framework's own number, such as ``CC7.1`` or ``164.312(a)(1)``."""
    text: str
    """What it asks for, in words of our own."""
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A crosswalk: which clauses of a framework which controls support."""

    id: str
    name: str
    edition: str
    publisher: str
    source: str
    """URL of the publisher's page."""
    licence: str
    """Who owns the wording, and what of it stands in the file."""
    optional: bool
    """Whether a control may be without a clause in it."""
    clauses: tuple[Clause, ...]
    beyond: str = ""
    """What of the framework no control speaks of."""
    unmapped: tuple[tuple[str, str], ...] = ()
    """Controls that support no clause of it, each with the reason."""
    file: File = field(default=File(), repr=False, compare=False)
    """Where it was read."""
