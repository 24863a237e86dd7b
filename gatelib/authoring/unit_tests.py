"""Which Rego unit tests a file holds, found by their names.

``todo_test_…`` is skipped by both engines. A test that only OPA can run says so, and why, above it::

    # METADATA
    # description: The embedded engine fails on a zone that does not exist.
    # custom:
    #   engines: [opa]
    test_no_day_in_a_zone_that_does_not_exist if …
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import orjson

from gatelib.authoring.workspace import TestFile
from gatelib.errors import PolicyError

_AT_THE_MARGIN: Final = re.compile(r"^((?:todo_)?test_\w*)(\[|\.|[ \t]+contains\b)?", re.MULTILINE | re.ASCII)
_ANYWHERE: Final = re.compile(r"(?<![\w.])(?:todo_)?test_", re.ASCII)
_TODO: Final = "todo_"
_OPA: Final = "opa"


@dataclass(frozen=True, slots=True)
class Test:
    """One Rego unit test."""

    __test__: ClassVar = False  # as of TestFile

    file: TestFile
    name: str
    line: int
    skipped: str = ""
    """Why the embedded engine does not run it; empty where it does."""
    todo: bool = False
    """Whether no engine runs it."""

    @property
    def query(self) -> str:
        """What an engine is asked."""
        return f"data.{self.file.module.package}.{self.name}"


def in_packages(files: Iterable[TestFile]) -> dict[str, tuple[Test, ...]]:
    """Return the tests of each package, in the order of their files.

    Raises:
        PolicyError: a file has no package; two tests of one share a name; a test has cases
            (``test_x[case] if …``); or METADATA says in a wrong way which engines can run it.

    """
    found: dict[str, tuple[Test, ...]] = {}
    for file in files:
        package = file.module.package
        if not package:
            raise PolicyError("has no `package gatelib.…` on a line of its own", file=file.name)
        found[package] = (*found.get(package, ()), *_tests(file))
    for tests in found.values():
        _refuse_twins(tests)
    return found


def _tests(file: TestFile) -> Iterator[Test]:
    lines = file.module.text.splitlines()
    for name, line, has_cases in _names(file):
        if has_cases:
            raise PolicyError(
                f"the test `{name}` has cases, and the embedded engine does not see those that fail",
                file=file.name,
                line=line,
                hint="write `every` over the cases in the body of one test",
            )
        if name.startswith(_TODO):
            yield Test(file, name, line, "its name says that it is still to do", todo=True)
        else:
            yield Test(file, name, line, _reason(lines, line, file))


def _names(file: TestFile) -> list[tuple[str, int, bool]]:
    """Return each test's name, its line, and whether it has cases."""
    text = file.module.text
    found = [
        (match[1], text.count("\n", 0, match.start()) + 1, match[2] is not None)
        for match in _AT_THE_MARGIN.finditer(text)
    ]
    # Whatever else looks like one may be one that `opa fmt` has not seen, or stand in a text.
    return found if len(found) == len(_ANYWHERE.findall(text)) else list(_parsed(file))


def _parsed(file: TestFile) -> Iterator[tuple[str, int, bool]]:
    import regorus

    engine = regorus.Engine()
    try:
        engine.add_policy(file.name, file.module.text)
    except RuntimeError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip() not in ("", "|")]
        raise PolicyError(" ".join(lines[:4]), file=file.name) from None
    for rule in orjson.loads(engine.get_ast_as_json())[0]["ast"]["rules"]:
        head = rule.get("Spec", {}).get("head", {})
        ((kind, content),) = head.items() if head else (("", {}),)
        name, indexed = _leftmost(content.get("refr", {}))
        if _AT_THE_MARGIN.match(name):
            yield name, content["span"]["line"], kind == "Set" or indexed


def _leftmost(reference: dict[str, Any]) -> tuple[str, bool]:
    indexed = False
    while "Var" not in reference:
        if not reference:
            return "", False
        indexed = True
        reference = next(iter(reference.values())).get("refr", {})
    return reference["Var"]["value"], indexed


def _reason(lines: list[str], line: int, file: TestFile) -> str:
    """Return why only OPA can run the test at a line, from the METADATA above it."""
    start = line - 1
    while start > 0 and lines[start - 1].startswith("#"):
        start -= 1
    if start == line - 1 or lines[start].strip() != "# METADATA":
        return ""
    import yaml

    try:
        metadata = yaml.safe_load("\n".join(text[2:] for text in lines[start + 1 : line - 1])) or {}
        engines = (metadata.get("custom") or {}).get("engines")
        reason = metadata.get("description")
    except (yaml.YAMLError, AttributeError):
        raise PolicyError("this METADATA is no mapping", file=file.name, line=start + 1) from None
    if engines is None:
        return ""
    if engines != [_OPA] or not isinstance(reason, str):
        raise PolicyError(
            "a test that only OPA can run has `custom.engines: [opa]`, and says why in `description`",
            file=file.name,
            line=start + 1,
        )
    return reason.strip()


def _refuse_twins(tests: Iterable[Test]) -> None:
    seen: set[str] = set()
    for test in tests:
        if test.name in seen:
            raise PolicyError(
                f"there are two tests `{test.name}`",
                file=test.file.name,
                line=test.line,
                hint="give each a name of its own",
            )
        seen.add(test.name)
