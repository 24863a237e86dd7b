"""Engines by name; a module is imported only when its engine is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from gatelib.engines.connection import Connection
from gatelib.engines.interface import Decision, Engine
from gatelib.errors import EngineError, UsageError

SERVER: Final = "opa-server"
"""The engine that runs elsewhere, and has its policy from there."""

_ENGINES: Final = {
    "embedded": ("gatelib.engines.embedded", "EmbeddedEngine"),
    "opa": ("gatelib.engines.opa_cli", "OpaEngine"),
    SERVER: ("gatelib.engines.opa_server", "OpaServerEngine"),
}

__all__ = ["SERVER", "Connection", "Decision", "Engine", "default", "engine", "local", "names"]


def names() -> tuple[str, ...]:
    """Return what ``--engine`` takes, the default first."""
    return tuple(_ENGINES)


def local() -> tuple[str, ...]:
    """Return the engines that run here, with the policy that they are given."""
    return tuple(name for name in _ENGINES if name != SERVER)


def engine(name: str) -> type[Engine]:
    """Return the engine of that name.

    Raises:
        UsageError: there is none.

    """
    if name not in _ENGINES:
        raise UsageError(f"there is no engine `{name}`", hint=f"one of {', '.join(_ENGINES)}")
    module, attribute = _ENGINES[name]
    found: type[Engine] = getattr(import_module(module), attribute)
    return found


def default() -> str:
    """Return ``embedded``, or ``opa`` where the embedded engine has no wheel and the binary is there."""
    for name in local():
        try:
            engine(name).version()
        except EngineError:
            continue
        return name
    return next(iter(_ENGINES))
