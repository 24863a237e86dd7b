"""The checks: Rego policies over the facts, the shipped ones and a team's own.

A check is ``package gatelib.lint.<name>`` with METADATA (``title``, ``description``, and ``custom.severity``:
``error`` or ``warning``) and a rule ``violation`` of objects ``{file, line, column, message}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from gatelib import catalog, guards, sources
from gatelib.errors import EngineError, EngineUnavailableError, PolicyError
from gatelib.policy import Module

Severity = Literal["error", "warning"]

SHIPPED: Final = Path(__file__).resolve().parent / "checks"
"""The folder of the checks that come with gatelib."""

_PREFIX: Final = "gatelib.lint."
_TEST: Final = "_test.rego"
_MEMBERS: Final = {"file": str, "line": int, "column": int, "message": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check."""

    name: str
    title: str
    """What must hold, as a sentence."""
    description: str
    """Why."""
    severity: Severity
    """``error`` where an engine or a verdict may go wrong, ``warning`` where people may; each fails a run."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Violation:
    """Something that a check found."""

    file: str
    """As the workspace names it."""
    line: int
    """1-based."""
    column: int
    """1-based, in characters."""
    check: str
    message: str
    """What is wrong here, and what to do."""


@dataclass(frozen=True, slots=True)
class Checks:
    """Checks, and the policies that they are."""

    known: tuple[Check, ...]
    modules: tuple[Module, ...]

    def run(self, facts: Mapping[str, Any]) -> tuple[list[Violation], list[EngineError]]:
        """Return what the checks find in some facts, in order, and which of them could not be evaluated."""
        engine = _engine(self.modules)
        engine.set_input_json(orjson.dumps(facts).decode())
        found: list[Violation] = []
        failed: list[EngineError] = []
        for check in self.known:
            try:
                found += _violations(check.name, _answer(engine, check.name))
            except EngineError as error:
                failed.append(error)
        return sorted(found), failed


def load(folders: Sequence[Path] = (), base: Path = SHIPPED) -> Checks:
    """Return the shipped checks and those of some folders, by name.

    Raises:
        PolicyError: a check is not of the form above, or has the name of another.

    """
    shipped = list(_read([SHIPPED], SHIPPED))
    own = list(_read(folders, base))
    for module in own:
        guards.check_builtins(module)
    known: dict[str, Check] = {}
    for module in (*shipped, *own):
        if not module.package.startswith(_PREFIX):
            if module in own:
                raise PolicyError(
                    f"package `{module.package}` is no check's",
                    file=module.path,
                    hint="a check of your own is `gatelib.lint.<name>`",
                )
            continue
        check = _described(module)
        if check.name in known:
            raise PolicyError(f"there is a check `{check.name}` already", file=module.path, hint="rename it")
        known[check.name] = check
    return Checks(tuple(known[name] for name in sorted(known)), (*shipped, *own))


def _read(folders: Iterable[Path], base: Path) -> Iterator[Module]:
    for folder in folders:
        for path in sources.below(folder, base):
            if path.suffix == ".rego" and not path.name.endswith(_TEST):
                name = sources.display(path, base)
                try:
                    yield Module(name, path.read_text("utf-8"))
                except (OSError, UnicodeDecodeError):
                    raise PolicyError("cannot be read as UTF-8", file=name) from None


def _described(module: Module) -> Check:
    import yaml

    try:
        block = catalog.metadata_block(module.text)[1]
        metadata = yaml.load(block, Loader=catalog.loader())  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, RecursionError):
        metadata = None
    custom = metadata.get("custom") if isinstance(metadata, dict) else None
    severity = custom.get("severity") if isinstance(custom, dict) else None
    texts = [metadata.get(key) for key in ("title", "description")] if isinstance(metadata, dict) else []
    if severity not in ("error", "warning") or not all(isinstance(text, str) and text for text in texts):
        raise PolicyError(
            "a check needs METADATA with `title`, `description` and `custom.severity`: `error` or `warning`",
            file=module.path,
            hint="see docs/guides/linting-rules.md",
        )
    title, description = (str(text).strip() for text in texts)
    name = module.package.removeprefix(_PREFIX)
    return Check(name=name, title=title, description=description, severity=severity)


def _engine(modules: Sequence[Module]) -> Any:
    try:
        import regorus
    except ImportError:
        raise EngineUnavailableError(
            "the embedded engine is not installed", hint="install its wheel"
        ) from None
    engine = regorus.Engine()
    for module in modules:
        try:
            engine.add_policy(module.path, module.text)
        except Exception as error:  # regorus raises RuntimeError and ValueError of its own making
            raise PolicyError(f"does not parse: {_reason(error)}", file=module.path) from None
    return engine


def _answer(engine: Any, name: str) -> Any:
    rule = f"data.{_PREFIX}{name}.violation"
    try:
        return orjson.loads(engine.eval_rule_as_json(rule))
    except Exception as error:  # as above
        raise EngineError(f"the check `{name}` failed: {_reason(error)}") from None


def _violations(name: str, answer: Any) -> Iterator[Violation]:
    if not isinstance(answer, list):
        raise EngineError(f"the check `{name}` has no set `violation`")
    for entry in answer:
        if not _is_violation(entry):
            raise EngineError(
                f"the check `{name}` gave what is no violation",
                hint="a violation is `{file, line, column, message}`, two texts and two numbers from 1",
            )
        yield Violation(check=name, **entry)


def _is_violation(entry: Any) -> bool:
    if not isinstance(entry, dict) or entry.keys() != _MEMBERS.keys():
        return False
    typed = all(type(entry[key]) is form for key, form in _MEMBERS.items())
    return typed and entry["line"] > 0 and entry["column"] > 0


def _reason(error: Exception) -> str:
    lines = str(error).partition("Stack backtrace")[0].strip().splitlines()
    return lines[-1].removeprefix("error: ") if lines else "no reason given"
