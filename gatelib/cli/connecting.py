"""Options that say how an OPA server is reached."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

from gatelib.engines import Connection
from gatelib.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def connecting(command: F) -> F:
    """Add the options, and call the command with ``opa``: a connection, or ``None`` without a server."""

    @wraps(command)
    def with_connection(
        *arguments: Any,
        opa: str | None,
        opa_ca: str | None,
        opa_certificate: str | None,
        opa_key: str | None,
        opa_token_env: str | None,
        **values: Any,
    ) -> Any:
        files = {"ca": opa_ca, "certificate": opa_certificate, "key": opa_key}
        connection = _connection(opa, opa_token_env, files)
        return command(*arguments, opa=connection, **values)

    options = [
        click.option("--opa", metavar="URL", help="The OPA server that opa-server asks."),
        click.option("--opa-token-env", metavar="NAME", help="The variable with the token for it."),
        click.option("--opa-ca", metavar="FILE", help="Certificates that may have signed its own."),
        click.option("--opa-certificate", metavar="FILE", help="The certificate to show it."),
        click.option("--opa-key", metavar="FILE", help="That certificate's key."),
    ]
    wrapped: Callable[..., Any] = with_connection
    for option in reversed(options):
        wrapped = option(wrapped)
    return cast("F", wrapped)


def _connection(url: str | None, variable: str | None, files: dict[str, str | None]) -> Connection | None:
    if url is None:
        if variable or any(files.values()):
            raise UsageError("no OPA server is named for what is given of it", hint="name it with --opa URL")
        return None
    token = None
    if variable is not None:
        if variable not in os.environ:
            raise UsageError(f"the environment has no variable `{variable}`")
        token = os.environ[variable].strip()
    return Connection(url=url, token=token, **files)
