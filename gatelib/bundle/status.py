"""What an OPA server runs, held against what it should run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from gatelib.bundle.loading import Bundle
from gatelib.bundle.revisions import is_older
from gatelib.bundle.running import Place, Policy, Running, exact
from gatelib.errors import BundleError, UsageError

Change: TypeAlias = Literal["added", "removed", "changed", "failing"]

_ROOT: Final = "gatelib"
_MANIFEST: Final[Mapping[str, Any]] = {
    "rego_version": 1,
    "file_rego_versions": {},
    "wasm": [],
    "metadata": {},
}
"""What else a manifest says that counts, and what it means without."""


class Difference(NamedTuple):
    """One thing that is not as it should be."""

    change: Change
    """``added`` is only on the server, ``removed`` only in the bundle."""
    what: str
    """``bundle``, ``revision``, ``root``, ``manifest``, ``policy``, ``data`` or ``activation``."""
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a comparison found."""

    expected: tuple[str, ...]
    """Revisions of the bundles that should run."""
    running: tuple[str, ...]
    """Revisions that run in their places."""
    differences: tuple[Difference, ...]
    untold: tuple[str, ...]
    """What the server does not tell, and so was not compared."""

    def to_dict(self) -> dict[str, Any]:
        """Return the form for JSON."""
        return {
            "expected": list(self.expected),
            "running": list(self.running),
            "differences": [difference._asdict() for difference in self.differences],
            "untold": list(self.untold),
        }

    def lines(self) -> Iterator[str]:
        """Yield it as lines of text."""
        for change, what, name, detail in self.differences:
            yield f"{change:<8} {what:<10} {name}{f': {detail}' if detail else ''}"
        yield from (f"not told {text}" for text in self.untold)
        if not self.differences:
            yield f"runs {', '.join(self.expected)}, as it should"


def compare(bundles: Sequence[Bundle], running: Running, *, allowed: Sequence[str] = ()) -> Status:
    """Compare what runs below ``data.gatelib`` with bundles; ``allowed`` are roots that a team's own serve.

    Raises:
        UsageError: an allowed root is not below ``gatelib``, or touches what a bundle should serve.
        BundleError: a bundle's data cannot be read.

    """
    expected = [_Expected(bundle) for bundle in bundles]
    others = [_allowed(text, expected) for text in allowed]
    differences: list[Difference] = []
    names = _names(expected, running)
    for one, name in zip(expected, names, strict=True):
        differences += _manifest(one, name, running)
    differences += _other_bundles({name for name in names if name}, others, running)
    differences += _policies(expected, names, others, running)
    differences += _data(expected, others, running)
    # A bundle that is active and serves something else may fail as it likes.
    foreign = running.bundles.keys() - set(names)
    differences += [
        Difference("failing", "activation", name or "/health?bundles", reason)
        for name, reason in running.failures
        if name not in foreign
    ]
    return Status(
        expected=tuple(one.revision for one in expected),
        running=tuple(str(running.bundles[name].get("revision", "")) if name else "" for name in names),
        differences=tuple(dict.fromkeys(differences)),
        untold=running.untold,
    )


class _Expected:
    """What a bundle should bring about on a server."""

    def __init__(self, bundle: Bundle) -> None:
        self.manifest = bundle.manifest
        self.revision = bundle.revision
        self.name = _called(bundle.manifest)
        self.roots = {_place(root) for root in bundle.manifest.get("roots") or [""]}
        self.policies: dict[str, str] = {}
        self.data: dict[str, Any] = {}
        for file, content in bundle.files.items():
            if file.endswith(".rego"):
                self.policies[file] = content.decode("utf-8", "surrogateescape")
            elif basename(file) == "data.json":
                self._put(file, content)
            elif basename(file) in ("data.yaml", "data.yml"):
                raise BundleError(f"`{file}` in the bundle is YAML, which is not compared")

    def _put(self, file: str, content: bytes) -> None:
        try:
            value = exact(content)
        except (ValueError, RecursionError):
            raise BundleError(f"`{file}` in the bundle is no JSON") from None
        for part in reversed(_place(dirname(file))):
            value = {part: value}
        if not isinstance(value, dict):
            raise BundleError(f"`{file}` in the bundle is no object")
        _merge(self.data, value)


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _allowed(text: str, expected: Sequence[_Expected]) -> Place:
    place = _place(text)
    if len(place) < 2 or place[0] != _ROOT:
        raise UsageError(f"`{text}` is no place below `{_ROOT}`", hint="such as gatelib/rules/acme")
    for one in expected:
        for root in one.roots:
            if _touch(root, place):
                raise UsageError(f"`{text}` touches `{'/'.join(root)}`, which the bundle serves itself")
    return place


def _names(expected: Sequence[_Expected], running: Running) -> list[str | None]:
    """Return the server's name for each bundle: the one that serves most of what it should serve."""
    found: list[str | None] = []
    for one in expected:
        shared = {
            name: sum(any(_touch(root, other) for other in _roots(manifest)) for root in one.roots)
            for name, manifest in running.bundles.items()
            if name not in found
        }
        best = max(sorted(shared), key=shared.__getitem__, default=None)
        found.append(best if best is not None and shared[best] else None)
    return found


def _manifest(one: _Expected, name: str | None, running: Running) -> Iterator[Difference]:
    if name is None:
        yield Difference(
            "removed", "bundle", one.name, f"no bundle serves what `{one.revision}` should serve"
        )
        return
    manifest = running.bundles[name]
    revision = str(manifest.get("revision", ""))
    if revision != one.revision:
        yield Difference("changed", "revision", name, _age(revision, one.revision))
    roots = _roots(manifest)
    for root in sorted(roots ^ one.roots):
        yield Difference("added" if root in roots else "removed", "root", "/".join(root), f"of bundle {name}")
    for key, default in _MANIFEST.items():
        found, wanted = (default if said.get(key) is None else said[key] for said in (manifest, one.manifest))
        if not _same(found, wanted):
            yield Difference("changed", "manifest", f"{name}/{key}")


def _age(revision: str, expected: str) -> str:
    try:
        older, newer = is_older(revision, expected), is_older(expected, revision)
    except (BundleError, UsageError):
        return f"`{revision}` runs, and `{expected}` should"
    order = "older than" if older else "newer than" if newer else "as old as"
    rollback = ": somebody may have served an old bundle again" if older else ""
    return f"`{revision}` runs, which is {order} `{expected}`{rollback}"


def _other_bundles(known: set[str], others: Sequence[Place], running: Running) -> Iterator[Difference]:
    for name in sorted(running.bundles.keys() - known):
        manifest = running.bundles[name]
        strange = [
            root
            for root in _roots(manifest)
            if _touch(root, (_ROOT,)) and not any(_is_at_or_below(root, other) for other in others)
        ]
        if strange:
            served = ", ".join("/".join(root) or "everything" for root in sorted(strange))
            yield Difference("added", "bundle", name, f"serves {served} ({_called(manifest)})")


def _policies(
    expected: Sequence[_Expected], names: Sequence[str | None], others: Sequence[Place], running: Running
) -> Iterator[Difference]:
    there = {policy.id: policy for policy in running.policies}
    for one, name in zip(expected, names, strict=True):
        for file, text in sorted(one.policies.items()):
            policy = _taken(there, file, name)
            if policy is None:
                yield Difference("removed", "policy", file)
            elif policy.text != text:
                yield Difference("changed", "policy", file, _package(policy))
    for policy in sorted(there.values()):
        ours = policy.package[:1] == (_ROOT,)
        if ours and not any(_is_at_or_below(policy.package, other) for other in others):
            yield Difference("added", "policy", policy.id, _package(policy))


def _taken(there: dict[str, Policy], file: str, name: str | None) -> Policy | None:
    """Take out the policy that came from a file; where its bundle is not known by name, the likeliest."""
    if name is not None:
        return there.pop(f"{name}/{file}", None)
    alike = sorted(id for id in there if id == file or id.endswith(f"/{file}"))
    return there.pop(alike[0]) if alike else None


def _data(expected: Sequence[_Expected], others: Sequence[Place], running: Running) -> Iterator[Difference]:
    wanted: dict[str, Any] = {}
    for one in expected:
        _merge(wanted, one.data)
    rules = {rule for policy in running.policies for rule in policy.rules}
    ways = {place[:length] for place in {*rules, *others} for length in range(len(place))}
    skipped = rules | set(others)

    def walk(want: Any, have: Any, place: Place) -> Iterator[Difference]:
        if place in skipped:
            return
        name = "/".join(place)
        if isinstance(have, dict) and (isinstance(want, dict) or (want is _ABSENT and place in ways)):
            wants: Mapping[str, Any] = want if isinstance(want, dict) else {}
            for key in sorted({*wants, *have}):
                yield from walk(wants.get(key, _ABSENT), have.get(key, _ABSENT), (*place, key))
        elif want is _ABSENT:
            yield Difference("added", "data", name)
        elif have is _ABSENT:
            yield Difference("removed", "data", name)
        elif not _same(want, have):
            yield Difference("changed", "data", name)

    yield from walk(wanted.get(_ROOT, {}), running.data.get(_ROOT, {}), (_ROOT,))


_ABSENT: Final = object()


def _same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _roots(manifest: Mapping[str, Any]) -> set[Place]:
    roots = manifest.get("roots")
    return {_place(str(root)) for root in roots} if isinstance(roots, list) else {()}


def _place(text: str) -> Place:
    return tuple(part for part in text.split("/") if part)


def _touch(one: Place, other: Place) -> bool:
    return _is_at_or_below(one, other) or _is_at_or_below(other, one)


def _is_at_or_below(place: Place, root: Place) -> bool:
    return place[: len(root)] == root


def _called(manifest: Mapping[str, Any]) -> str:
    """Return what a manifest calls its bundle, and the revision."""
    metadata = manifest.get("metadata")
    about = metadata.get("gatelib") if isinstance(metadata, dict) else None
    name = about.get("name") if isinstance(about, dict) else None
    revision = str(manifest.get("revision", "")) or "no revision"
    return f"{name} {revision}" if isinstance(name, str) else revision


def _package(policy: Policy) -> str:
    return f"package {'.'.join(policy.package)}"
