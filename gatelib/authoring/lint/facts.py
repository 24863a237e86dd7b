"""The facts of a workspace, which checks are given; ``docs/guides/linting-rules.md`` describes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib import resources, sources
from gatelib.authoring.lint import ledger, reading, rule, surroundings
from gatelib.errors import GatelibError, PolicyError, UsageError
from gatelib.policy import Module

_TEST: Final = "_test.rego"
_MAIN: Final = Path("gatelib", "main.rego")
_PARAMS: Final = ["data", "gatelib", "lib", "params", "all"]

Fact = dict[str, Any]


@dataclass(slots=True)
class Gathered:
    """The facts, and what could not be read."""

    facts: Fact
    problems: list[GatelibError] = field(default_factory=list)


def gather(policies: Sequence[Path], fixtures: Sequence[Path], base: Path) -> Gathered:
    """Read some folders of policies, what lies around them in ``base``, and of the library what they import.

    Raises:
        UsageError: a folder is not there.
        ConfigError: the ledger of IDs is not of its form.

    """
    for folder in (*policies, *fixtures):
        if not folder.is_dir():
            raise UsageError(f"there is no folder `{sources.display(folder, base)}`")
    problems: list[GatelibError] = []
    is_core = any((folder / _MAIN).is_file() for folder in policies)
    root = next((folder for folder in policies if (folder / _MAIN).is_file()), resources.rego())
    found = list(_own(policies, base, problems))
    tests = [fact for fact in found if "tests" in fact]
    own = [fact for fact in found if "rules" in fact]
    unread = {fact["unread"] for fact in found if "unread" in fact}
    library = {} if is_core else _library(root)
    files = own + _closure(own, library)
    _resolve(files)
    _read_parameters(files)
    known = {fact["package"]["name"] for fact in own} | set(library) | unread
    entries = ledger.read(base)
    core = {} if is_core else orjson.loads((root / "gatelib/catalog/core/data.json").read_bytes())
    facts = {
        "core": is_core,
        "policies": own,
        "shipped": files[len(own) :],
        "tests": tests,
        "packages": sorted(known),
        "builtins": _builtins(),
        "ledger": {"file": ledger.NAME, "given": entries is not None, "ids": entries or {}},
        "shipped_ids": {rule: ".".join(["gatelib.rules", *entry["package"]]) for rule, entry in core.items()},
        "parameters": surroundings.parameters(_data(root, "params_schema"), _data(root, "defaults")),
        "fixtures": surroundings.fixtures(fixtures),
        "pages": surroundings.pages(base),
    }
    return Gathered(facts, problems)


def rules(facts: Fact) -> dict[str, str]:
    """Return the packages of the rules that are being written, by their IDs."""
    return {
        fact["rule"]["id"]: fact["package"]["name"]
        for fact in facts["policies"]
        if fact["rule"] and fact["rule"]["id"]
    }


def _own(folders: Sequence[Path], base: Path, problems: list[GatelibError]) -> Iterator[Fact]:
    for folder in folders:
        try:
            files = sources.below(folder, base)
        except PolicyError as error:
            problems.append(error)
            continue
        for path in (path for path in files if path.suffix == ".rego"):
            name = sources.display(path, base)
            try:
                module = Module(name, path.read_text("utf-8"))
                yield _read(module, path.relative_to(folder).as_posix())
            except (OSError, UnicodeDecodeError):
                problems.append(PolicyError("cannot be read as UTF-8", file=name))
            except PolicyError as error:
                problems.append(error)
                yield {"unread": module.package}


def _read(module: Module, path: str) -> Fact:
    """Return the facts of a file; ``path`` is the one below its folder of policies."""
    about = {"file": module.path, "path": path}
    if module.path.endswith(_TEST):
        return {**about, **surroundings.read_tests(module.text)}
    found = reading.read(module)
    package = found["package"]
    return {**about, **found, "rule": rule.read(package["name"], module.text, package["line"])}


def _library(root: Path) -> dict[str, Module]:
    """Return the library's modules by package."""
    paths = (path for path in sorted(root.rglob("*.rego")) if not path.name.endswith(_TEST))
    modules = (Module(path.relative_to(root).as_posix(), path.read_text("utf-8")) for path in paths)
    return {module.package: module for module in modules}


def _closure(own: Sequence[Fact], library: Mapping[str, Module]) -> list[Fact]:
    """Return the facts of what the policies import of the library, and what that imports."""
    found: dict[str, Fact] = {}
    todo = [entry["target"] for fact in own for entry in fact["imports"]]
    while todo:
        package = todo.pop().removeprefix("data.")
        if package not in found and package in library:
            found[package] = _read(library[package], library[package].path)
            todo += [entry["target"] for entry in found[package]["imports"]]
    return [found[package] for package in sorted(found)]


def _resolve(files: Sequence[Fact]) -> None:
    """Say of each reference which rule it reads, and which steps lie behind that."""
    known = {
        ("data", *fact["package"]["name"].split("."), *entry["name"].split("."))
        for fact in files
        for entry in fact["rules"]
    }
    longest = max((len(name) for name in known), default=0)
    for fact in files:
        for reference in fact["references"]:
            target = reference.get("target")
            if target is None:
                continue
            for length in range(min(longest, len(target)), 2, -1):
                if tuple(target[:length]) in known:
                    reference["reads"] = ".".join(target[:length])
                    reference["behind"] = [*target[length:], *reference["behind"]]
                    break
            reference["target"] = ".".join(target)


def _read_parameters(files: Sequence[Fact]) -> None:
    """Say of each rule which parameters its policy reads, and which it may read through its imports."""
    by_package = {fact["package"]["name"]: fact for fact in files}
    direct = {package: _parameters_of(fact) for package, fact in by_package.items()}
    for fact in files:
        fact["parameters"] = direct[fact["package"]["name"]]
    for fact in files:
        reached: set[str] = set()
        todo = [fact["package"]["name"]]
        while fact["rule"] and todo:
            package = todo.pop()
            if package not in reached and package in by_package:
                reached.add(package)
                todo += [entry["target"].removeprefix("data.") for entry in by_package[package]["imports"]]
        fact["parameters_reached"] = sorted(
            {entry["name"] for package in reached for entry in direct[package]}
        )


def _parameters_of(fact: Fact) -> list[Fact]:
    """Return the parameters that a policy reads: ``group.name``, or ``group.*`` of a whole group."""
    found = []
    for reference in fact["references"]:
        if reference.get("reads") == ".".join(_PARAMS) and reference["behind"]:
            group, *names = reference["behind"][:2]
            if isinstance(group, str):
                name = names[0] if names and isinstance(names[0], str) else "*"
                place = {"line": reference["line"], "column": reference["column"]}
                found.append({"name": f"{group}.{name}", **place})
    return found


def _builtins() -> list[str]:
    listed = orjson.loads(resources.capabilities().read_bytes())["builtins"]
    return sorted(entry["name"] for entry in listed)


def _data(root: Path, name: str) -> Any:
    return orjson.loads((root / "gatelib" / name / "data.json").read_bytes())
