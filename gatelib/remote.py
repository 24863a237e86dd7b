"""What a run with an OPA server takes from that server, and may not bring along itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from gatelib import engines, sources
from gatelib.engines import Connection
from gatelib.errors import EngineError, EngineUnavailableError, UsageError
from gatelib.plan import Plan
from gatelib.report import Problem
from gatelib.sources import Source
from gatelib.tasks import CHANGED, FAILED

if TYPE_CHECKING:
    from gatelib.resolution import InForce

EXCEPTIONS: Final = "data.gatelib.exceptions"
"""Where the server has its exceptions, and the name under which a report shows them."""

_FILES: Final = ("ca", "certificate", "key")
_FROM_THERE: Final = "the server has them from its bundles: build them into one, or use another engine"


def connection(force: InForce) -> Connection | None:
    """Return how the server is reached; ``None`` where the engine is here.

    Raises:
        UsageError: no server or no bundle is named, or something is given that only a bundle can say.

    """
    asked = force.settings.opa
    if force.engine != engines.SERVER:
        if asked is not None:
            raise UsageError(
                f"an OPA server is named, and the engine `{force.engine}` asks none",
                hint=f"use --engine {engines.SERVER}",
            )
        return None
    _refuse_local_policy(force)
    named = _configured(force)
    if asked is None and "url" not in named:
        raise UsageError(f"the engine `{engines.SERVER}` needs a server", hint="name one with --opa URL")
    return _completed(asked or Connection(url=named["url"]), force)


def describe(target: Connection, force: InForce) -> dict[str, tuple[Any, str]]:
    """Return each part of a connection with where it came from; of the token, only its variable's name."""
    given, named = force.settings.opa, _configured(force)
    name = force.config.name if force.config else ""
    found = {"opa_server.url": (target.url, "command line" if given else name)}
    if given and given.token:
        found["opa_server.token_env"] = ("***", "command line")
    elif "token_env" in named:
        found["opa_server.token_env"] = (named["token_env"], name)
    for part in _FILES:
        if (path := getattr(target, part)) is not None:
            origin = "command line" if given and getattr(given, part) is not None else name
            found[f"opa_server.{part}"] = (sources.display(Path(path), force.base), origin)
    return found


def with_exceptions(plan: Plan, target: Connection) -> Plan:
    """Return the plan with the exceptions that the server applies, so that a report can name them.

    Raises:
        EngineError: the server cannot be reached, or tells none.

    """
    records = _exceptions(target, plan.timeout)
    if not records:
        return plan
    from gatelib.exceptions.record import as_given

    source = Source(EXCEPTIONS, "", 0, orjson.dumps(records, option=orjson.OPT_INDENT_2))
    given = [as_given(source, 0, (number,), record) for number, record in enumerate(records)]
    policy = replace(plan.policy, data={**plan.policy.data, "exceptions": records})
    return replace(plan, policy=policy, exceptions=tuple(given))


def changed(plan: Plan, target: Connection) -> list[Problem]:
    """Return a problem unless the server's exceptions are those with which the run began."""
    try:
        if _exceptions(target, plan.timeout) == plan.policy.data["exceptions"]:
            return []
    except EngineError as error:
        return [Problem(code=FAILED, message=error.message, file=EXCEPTIONS, hint=error.hint)]
    message = "the OPA server got other exceptions while it was asked"
    return [Problem(code=CHANGED, message=message, file=EXCEPTIONS, hint="run again")]


def _exceptions(target: Connection, timeout: float) -> list[dict[str, Any]]:
    from gatelib.engines.opa_api import Api

    api = Api(target, timeout=timeout)
    reply = api.get("/v1/" + EXCEPTIONS.replace(".", "/"))
    if reply.status != 200:
        raise EngineUnavailableError(f"the OPA server does not tell its exceptions: {api.said(reply)}")
    value = reply.value()
    records = value.get("result", []) if isinstance(value, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise EngineUnavailableError(f"what the OPA server has at `{EXCEPTIONS}` is no list of records")
    return records


def _refuse_local_policy(force: InForce) -> None:
    parameters = force.config.values.get("parameters") if force.config else None
    given = {
        "policies": force.paths("policies"),
        "exceptions": force.paths("exceptions"),
        "parameters": parameters,
    }
    for what, values in given.items():
        if values:
            raise UsageError(
                f"{what} are given, and the engine `{engines.SERVER}` takes none", hint=_FROM_THERE
            )
    if force.core.origin is None:
        raise UsageError(
            f"the engine `{engines.SERVER}` needs the bundle that the server runs",
            hint="give it with --bundle; no answer of another one is taken",
        )


def _completed(asked: Connection, force: InForce) -> Connection:
    """Return the connection with what the configuration adds, and its files in their places."""
    found: dict[str, Any] = {
        name: str(force.base / path) for name in _FILES if (path := getattr(asked, name)) is not None
    }
    if force.config is None:
        return replace(asked, **found)
    named = _configured(force)
    # A certificate and its key come from the same side.
    for name in ("ca",) if asked.certificate else _FILES:
        if name in named:
            found.setdefault(name, str(force.config.place(named[name])))
    if asked.token is None and "token_env" in named:
        token = force.settings.variable(named["token_env"])
        if token is None:
            raise UsageError(
                f"the environment has no variable `{named['token_env']}`",
                hint=f"{force.config.name} names it for the OPA server's token",
            )
        found["token"] = token.strip()
    return replace(asked, **found)


def _configured(force: InForce) -> dict[str, str]:
    found: dict[str, str] = force.config.values.get("opa_server", {}) if force.config else {}
    return found
