"""From a file to its objects, with everything in it that is none or cannot be judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from gatelib.errors import LoadError
from gatelib.loader import Path, load
from gatelib.normalize import MALFORMED, Document, malformed_metadata, normalize
from gatelib.placing import Placer
from gatelib.plan import Plan
from gatelib.records import GROUP, record_problems
from gatelib.report import NotJudged, Problem
from gatelib.sources import CODE, Source
from gatelib.tasks import Read

BAD_RECORD: Final = "GL-ERR-109"
"""A record that breaks its schema."""


def read_documents(source: Source, plan: Plan, read: Read, placer: Placer) -> Iterable[Document]:
    """Return the objects of a file, note the rest in ``read``, and let ``placer`` remember the bytes."""
    try:
        data = source.read(plan.limits.max_bytes)
    except OSError as error:
        read.problems.append(unreadable(source.name, error))
        return []
    digest = hashlib.sha256(data).hexdigest()
    read.inputs.append((source.name, digest))
    placer.remember(source, data, digest)
    loaded = load(data, limits=plan.limits)
    if loaded.error is not None:
        read.problems.append(problem_of(loaded.error, source.name))
        placer.mask_all(source)  # what could not be read may be a secret, and on the same line
    elif not loaded.documents:
        read.not_judged.append(NotJudged(file=source.name, document=None, reason="the file is empty"))
    documents: list[Document] = []
    for raw in loaded.documents:
        for found in normalize(raw, plan.kinds, root=source.root, namespace=plan.namespace):
            if not isinstance(found, Document):
                placer.mask_all(source)  # it may hold a secret that nothing knows for one
            if isinstance(found, Document):
                read.objects += 1
                documents.append(found)
                placer.mask(source, found)
                for path, code, message in form_problems(found.type, found.content):
                    placer.problem(source, found.ordinal, found.prefix + path, code, message)
            elif found.is_error:
                placer.problem(source, found.ordinal, found.path, MALFORMED, found.reason)
            else:
                entry = NotJudged(file=source.name, document=found.ordinal, reason=found.reason)
                read.not_judged.append(entry)
    return documents


def form_problems(type_: str, content: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """Yield ``(path, code, message)`` for what is of the wrong form in any object, and in a record."""
    for path, message in malformed_metadata(content):
        yield path, MALFORMED, message
    if type_.startswith(f"{GROUP}/"):
        for path, message in record_problems(type_, content):
            yield path, BAD_RECORD, message


def unreadable(name: str, error: OSError) -> Problem:
    """Return what a report says of a file that cannot be read."""
    return Problem(code=CODE, message=f"cannot be read: {error.strerror or type(error).__name__}", file=name)


def problem_of(error: LoadError, name: str) -> Problem:
    """Return what a report says of a file that cannot be understood."""
    return Problem(
        code=error.code,
        message=error.message,
        file=name,
        line=error.line,
        column=error.column,
        hint=error.hint,
    )
