"""Who owns what a change is about: the object's own word, then CODEOWNERS, then its namespace.

CODEOWNERS is GitHub's and GitLab's file:
https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gatelib import sources
from gatelib.authoring.impact.model import Found, Owner
from gatelib.loader import Limits, load
from gatelib.normalize import Document, Kinds, normalize
from gatelib.report import Resource

OWNER: Final = "gatelib.dev/owner"
KEYS: Final = (OWNER, "owner", "team")
"""Of annotations and labels, the first that is there counts."""

PLACES: Final = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where a checkout may have its file; the first counts."""

_MOST: Final = 3 * 1024 * 1024
"""Bytes of CODEOWNERS that GitHub reads."""
_SECTION: Final = re.compile(r"\^?\[[^\]]*\](\[\d+\])?")
NOBODY: Final = Owner(name="", by="none")


class Owners:
    """Knows whom the subjects of one checkout belong to; reads only files with changes, each once."""

    def __init__(
        self, base: Path, paths: Sequence[str], kinds: Kinds, namespace: str | None, limits: Limits
    ) -> None:
        """Read CODEOWNERS, if there is one at or above ``base``, no further up than the repository's root.

        ``paths`` are what was judged, relative to ``base``.
        """
        self._base, self._paths, self._kinds, self._namespace = base, paths, kinds, namespace
        self._limits = limits
        self._places: dict[str, Path] | None = None
        self._root, self._patterns = _code_owners(base)
        self._files: dict[str, dict[tuple[int, Resource], Mapping[str, Any]]] = {}

    def of(self, found: Found) -> Owner:
        """Return the owner of a finding's subject."""
        metadata = found.labels if found.labels is not None else self._metadata(found)
        for by, part in (("annotation", "annotations"), ("label", "labels")):
            values = metadata.get(part)
            held: Mapping[str, object] = values if isinstance(values, Mapping) else {}
            for key in KEYS:
                value = held.get(key)
                if isinstance(value, str) and value.strip():
                    return Owner(name=value.strip(), by=by)
        if found.place.file is not None:
            named = self._by_file(found.place.file)
            if named:
                return Owner(name=" ".join(named), by="codeowners")
        if found.resource is not None and found.resource.namespace:
            return Owner(name=found.resource.namespace, by="namespace")
        return NOBODY

    def _place(self, file: str) -> Path:
        """Return where a file is: what reports call it leaves out what lies above a named folder."""
        if self._places is None:
            found = sources.discover(self._paths, base=self._base, stdin=None, limit=self._limits.max_bytes)
            self._places = {source.name: Path(source.path) for source in found.sources if source.path}
        return self._places.get(file, self._base / file)

    def _by_file(self, file: str) -> tuple[str, ...]:
        try:
            name = self._place(file).resolve().relative_to(self._root).as_posix()
        except (OSError, ValueError):
            return ()
        return next((owners for pattern, owners in reversed(self._patterns) if pattern.match(name)), ())

    def _metadata(self, found: Found) -> Mapping[str, Any]:
        file, document, resource = found.place.file, found.place.document, found.resource
        if file is None or document is None or resource is None:
            return {}
        if file not in self._files:
            self._files[file] = self._read(file)
        return self._files[file].get((document, resource), {})

    def _read(self, file: str) -> dict[tuple[int, Resource], Mapping[str, Any]]:
        try:
            with self._place(file).open("rb") as opened:
                data = opened.read(self._limits.max_bytes + 1)
        except OSError:
            return {}  # what could be judged was readable; if it is gone now, somebody else owns it
        found: dict[tuple[int, Resource], Mapping[str, Any]] = {}
        for raw in load(data, limits=self._limits).documents:
            for one in normalize(raw, self._kinds, root=0, namespace=self._namespace):
                if isinstance(one, Document):
                    metadata = one.content.get("metadata")
                    held = metadata if isinstance(metadata, Mapping) else {}
                    found.setdefault((one.ordinal, _resource(one.content, held)), held)
        return found


def _resource(content: Mapping[str, Any], metadata: Mapping[str, Any]) -> Resource:
    def text(value: object) -> str:
        return value if isinstance(value, str) else ""

    return Resource(
        api_version=text(content.get("apiVersion")),
        kind=text(content.get("kind")),
        namespace=text(metadata.get("namespace")),
        name=text(metadata.get("name")),
    )


def _code_owners(base: Path) -> tuple[Path, list[tuple[re.Pattern[str], tuple[str, ...]]]]:
    for folder in (base, *base.parents):
        for place in PLACES:
            try:
                with (folder / place).open("rb") as file:
                    text = file.read(_MOST).decode("utf-8", "replace")
            except OSError:
                continue
            return folder.resolve(), list(_parsed(text.splitlines()))
        if (folder / ".git").exists():
            break
    return base.resolve(), []


def _parsed(lines: Iterable[str]) -> Iterable[tuple[re.Pattern[str], tuple[str, ...]]]:
    """Yield each pattern with its owners; of GitLab's sections, whoever the section has by default."""
    default: tuple[str, ...] = ()
    for line in lines:
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        section = _SECTION.match(text)
        if section:
            default = tuple(text[section.end() :].split())
        elif text:
            pattern, *owners = re.split(r"(?<!\\)\s+", text)
            yield _as_expression(pattern.replace("\\ ", " ")), tuple(owners) or default


def _as_expression(pattern: str) -> re.Pattern[str]:
    """Return a pattern of gitignore's syntax as an expression; ``!`` and ``[]`` mean nothing here."""
    anchored = "/" in pattern.rstrip("/")
    parts = []
    for token in re.findall(r"\*\*/|/\*\*|\*\*|\*|\?|[^*?/]+|/", pattern.strip("/")):
        parts.append(
            {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(token)
            or re.escape(token)
        )
    # `docs/*` is what lies in the folder, and not below it.
    is_flat = pattern.endswith("/*")
    rest = "/.*" if pattern.endswith("/") else "" if is_flat else "(?:/.*)?"
    return re.compile(("" if anchored else "(?:.*/)?") + "".join(parts) + rest + r"\Z")
