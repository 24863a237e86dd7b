"""What a rule author works on: policies, their tests and fixtures, on top of the library."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final

from gatelib import catalog, sources, trusted
from gatelib.errors import PolicyError, UsageError
from gatelib.fixtures import Case, find
from gatelib.policy import Module, Policy, library, shipped

_MAIN: Final = Path("gatelib", "main.rego")
_TEST: Final = "_test.rego"
_RULES: Final = "gatelib.rules."


@dataclass(frozen=True, slots=True)
class Source:
    """A policy that is being written."""

    module: Module
    """By the path that engines know it by."""
    file: Path
    name: str
    """The file as it is shown, relative to the workspace."""
    rule: str | None
    """Its ID; ``None`` where it is no rule."""


@dataclass(frozen=True, slots=True)
class TestFile:
    """A file of Rego unit tests."""

    __test__: ClassVar = False  # pytest takes every class of such a name for tests of its own

    module: Module
    """By the path that it would have beside what it tests, for engines."""
    file: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Policies of somebody's own, or those of the library itself."""

    base: Path
    """What the names of files are relative to."""
    core: bool
    """Whether it is the library itself."""
    policies: tuple[Path, ...]
    """Folders."""
    policy: Policy
    """All that runs: what is being written and the library below it; catalogue from METADATA."""
    own: tuple[Source, ...]
    tests: tuple[TestFile, ...]
    fixtures: tuple[Path, ...]
    """Folders."""
    cases: tuple[Case, ...]

    @property
    def data(self) -> dict[str, Any]:
        """Return the ``data`` that unit tests see: what ``opa test`` finds in the folders, and no bundle."""
        known = {key: value for key, value in self.policy.data.items() if key not in _OF_RUNS}
        params = self.policy.data["params"]
        return {
            "gatelib": {**known, **({"params": params} if params else {}), "catalog": self.policy.catalogs}
        }

    def source_of(self, rule: str) -> Source | None:
        """Return the policy of a rule that is being written."""
        return next((source for source in self.own if source.rule == rule), None)


_OF_RUNS: Final = frozenset({"params", "exceptions", "bundle", "severities"})
"""What each run, and no folder of policies, brings."""


def open_(policies: Sequence[Path], fixtures: Sequence[Path], base: Path) -> Workspace:
    """Return the workspace of some folders of policies and of fixtures.

    Raises:
        PolicyError: a policy is not acceptable.
        ConfigError: a fixture is not of its form.
        UsageError: a folder is not there, or the library stands beside others.

    """
    for folder in (*policies, *fixtures):
        if not folder.is_dir():
            raise UsageError(f"there is no folder `{sources.display(folder, base)}`")
    is_core = any((folder / _MAIN).is_file() for folder in policies)
    if is_core and len(policies) > 1:
        raise UsageError(
            "the library's own policies are a workspace of their own", hint="name only its folder"
        )
    read = _read(policies, fixtures, base, is_core=is_core)
    return replace(
        read,
        cases=tuple(case for folder in fixtures for case in find(folder.absolute(), read.policy)),
    )


def reopened(workspace: Workspace, changed: Collection[Path]) -> Workspace:
    """Return a workspace after some of its files have changed; fixtures that have not are not read again.

    Raises:
        As :func:`open_` does.

    """
    folders = workspace.fixtures
    places = {path.parent for path in changed if any(folder in path.parents for folder in folders)}
    if len(places) < len(changed):
        workspace = _read(workspace.policies, folders, workspace.base, is_core=workspace.core, of=workspace)
    if not places <= {place for place in places if place.is_dir()}:
        return open_(workspace.policies, folders, workspace.base)
    kept = [case for case in workspace.cases if case.path.parent not in places]
    found = [case for place in places for case in find(place, workspace.policy)]
    return replace(workspace, cases=tuple(sorted([*kept, *found], key=lambda case: case.path)))


def _read(
    policies: Sequence[Path],
    fixtures: Sequence[Path],
    base: Path,
    *,
    is_core: bool,
    of: Workspace | None = None,
) -> Workspace:
    """Read policies and tests; cases are those of a workspace that was read before."""
    policy = _library(policies[0], base) if is_core else _on_top(policies, base)
    return Workspace(
        base=base,
        core=is_core,
        policies=tuple(policies),
        policy=policy,
        own=tuple(_sources(policies, base, policy, is_core=is_core)),
        tests=tuple(_tests(policies, base)),
        fixtures=tuple(fixtures),
        cases=of.cases if of is not None else (),
    )


def _library(root: Path, base: Path) -> Policy:
    names = {path: sources.display(path, base) for path in _policies(root)}
    return library(root, catalog.build((name, _text(path, name)) for path, name in names.items()))


def _on_top(policies: Sequence[Path], base: Path) -> Policy:
    core = shipped()
    names = [str(folder) for folder in policies]
    modules, catalogs, params = trusted.policies(names, base=base, core=core.catalogs["core"])
    return replace(
        core,
        modules=core.modules + modules,
        catalogs={**core.catalogs, **catalogs},
        data={**core.data, "params": params},
    )


def _sources(folders: Sequence[Path], base: Path, policy: Policy, *, is_core: bool) -> Iterator[Source]:
    rules = {".".join(entry["package"]): rule for rule, entry in policy.catalog.items()}
    for folder in folders:
        for path in _policies(folder):
            read = Module(path.relative_to(folder).as_posix(), path.read_text("utf-8"))
            module = read if is_core else _as_loaded(read, policy.modules)
            rule = rules.get(read.package.removeprefix(_RULES))
            yield Source(module, path, sources.display(path, base), rule)


def _as_loaded(read: Module, modules: Sequence[Module]) -> Module:
    return next(module for module in modules if module.text == read.text and module.package == read.package)


def _tests(folders: Sequence[Path], base: Path) -> Iterator[TestFile]:
    for folder in folders:
        for path in sources.below(folder, base):
            if not path.name.endswith(_TEST):
                continue
            name = sources.display(path, base)
            yield TestFile(Module(path.relative_to(folder).as_posix(), _text(path, name)), path, name)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror}", file=name) from None
    except UnicodeDecodeError:
        raise PolicyError("is not UTF-8", file=name) from None


def _policies(folder: Path) -> list[Path]:
    return [
        path
        for path in sources.below(folder, folder.parent)
        if path.suffix == ".rego" and not path.name.endswith(_TEST)
    ]
