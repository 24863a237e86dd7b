"""Which unit tests and fixtures are meant: by the ID of a rule, a file or a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gatelib.authoring.suite import Suite
from gatelib.authoring.unit_tests import Test
from gatelib.authoring.workspace import Workspace
from gatelib.errors import UsageError
from gatelib.fixtures import Case

HINT: Final = "tests are <rule>_test.rego beside a rule, fixtures <domain>/<rule>/{allow,deny}/<case>.yaml"


@dataclass(frozen=True, slots=True)
class Picked:
    """Tests by their packages, and cases by their rules."""

    tests: Mapping[str, tuple[Test, ...]]
    cases: Mapping[str, tuple[Case, ...]]

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.tests or self.cases)


def everything(suite: Suite) -> Picked:
    """Return all of a workspace."""
    return _picked(suite, suite.workspace.tests, suite.workspace.cases)


def named(suite: Suite, what: Sequence[str], here: Path) -> Picked:
    """Return what is meant by IDs of rules, and paths below ``here``.

    Raises:
        UsageError: something is neither, or has no tests and no fixtures.

    """
    files: list[Path] = []
    cases: list[Path] = []
    for entry in what:
        found = _of_rule(suite, entry) or _of_path(suite, here / entry)
        if found is None:
            raise UsageError(
                f"`{entry}` is no rule and no file",
                hint="`gatelib rules list` names the rules that there are",
            )
        if not (found[0] or found[1]):
            raise UsageError(
                f"there are no tests and no fixtures of `{entry}`",
                hint=HINT,
            )
        files += found[0]
        cases += found[1]
    workspace = suite.workspace
    return _picked(
        suite,
        [file for file in workspace.tests if file.file in set(files)],
        [case for case in workspace.cases if case.path in set(cases)],
    )


def touched(suite: Suite, changed: Iterable[Path]) -> Picked:
    """Return what depends on files: the tests and fixtures that they are, or that run what they hold."""
    workspace = suite.workspace
    paths = {path.absolute() for path in changed}
    own = {source.file.absolute(): source for source in workspace.own}
    if any(path.suffix == ".rego" and path not in own and not _is_test(path) for path in paths) or any(
        _is_data(path, workspace) for path in paths
    ):
        return everything(suite)
    modules = [own[path] for path in paths if path in own]
    packages = {source.module.package for source in modules}
    files = [
        file
        for file in workspace.tests
        if file.file.absolute() in paths or (packages and packages & suite.needed(file.module.package))
    ]
    helpers = {source.module.path for source in modules if source.rule is None}
    concerned = {source.rule for source in modules if source.rule}  # no rule is read by another
    if helpers:
        rules = {case.rule for case in workspace.cases}
        concerned |= {rule for rule in rules if helpers & _paths(workspace, rule)}
    cases = [
        case for case in workspace.cases if case.rule in concerned or paths & {case.path, *_beside(case.path)}
    ]
    return _picked(suite, files, cases)


def _picked(suite: Suite, files: Iterable[object], cases: Iterable[Case]) -> Picked:
    wanted = {id(file) for file in files}
    tests = {
        package: kept
        for package, found in suite.found.items()
        if (kept := tuple(test for test in found if id(test.file) in wanted))
    }
    by_rule: dict[str, tuple[Case, ...]] = {}
    for case in cases:
        by_rule[case.rule] = (*by_rule.get(case.rule, ()), case)
    return Picked(tests, by_rule)


def _of_rule(suite: Suite, rule: str) -> tuple[list[Path], list[Path]] | None:
    workspace = suite.workspace
    if rule not in workspace.policy.catalog:
        return None
    package = ".".join(("gatelib.rules", *workspace.policy.catalog[rule]["package"]))
    return (
        [file.file for file in workspace.tests if package in _named(suite, file.module.package)],
        [case.path for case in workspace.cases if case.rule == rule],
    )


def _named(suite: Suite, tests: str) -> Iterator[str]:
    """Yield the packages that a package of tests is about: its name says so, or what it names."""
    after = tests.removesuffix("_test")
    if any(source.module.package == after for source in suite.workspace.own):
        yield after
    else:
        yield from suite.named(tests)


def _of_path(suite: Suite, path: Path) -> tuple[list[Path], list[Path]] | None:
    workspace, path = suite.workspace, Path(os.path.normpath(path))
    if path.is_dir():
        below = [source for source in workspace.own if path in source.file.parents]
        rules = {source.rule for source in below if source.rule}
        return (
            [file.file for file in workspace.tests if path in file.file.parents],
            [case.path for case in workspace.cases if path in case.path.parents or case.rule in rules],
        )
    if not path.is_file():
        return None
    source = next((source for source in workspace.own if source.file == path), None)
    if source is not None and source.rule:
        return _of_rule(suite, source.rule)
    package = source.module.package if source is not None else None
    return (
        [
            file.file
            for file in workspace.tests
            if file.file == path or (package and package in _named(suite, file.module.package))
        ],
        [case.path for case in workspace.cases if path in (case.path, *_beside(case.path))],
    )


def _beside(manifest: Path) -> tuple[Path, ...]:
    return (manifest.with_name(f"{manifest.stem}.expected.json"),)


def _paths(workspace: Workspace, rule: str) -> set[str]:
    return {module.path for module in workspace.policy.modules_for([rule])}


def _is_test(path: Path) -> bool:
    return path.name.endswith("_test.rego")


def _is_data(path: Path, workspace: Workspace) -> bool:
    return path.suffix != ".rego" and not any(
        folder.absolute() in path.parents for folder in workspace.fixtures
    )
