"""The REST API of an OPA server.

The session is opa-python-client's. Its methods are not used: they take input as Python objects where an
envelope is bytes, follow redirects, and their time-out starts again at each byte.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple, TypeVar

import orjson

from gatelib.engines.connection import Connection
from gatelib.errors import EngineTimeoutError, EngineUnavailableError

_PAUSES: Final = (0.1, 0.5)
"""Seconds before each new attempt."""

_AGAIN: Final = frozenset({502, 503})
"""Said by what stands before a server that is starting; nothing was evaluated."""

_MOST_BYTES: Final = 256 * 1024 * 1024
"""Of an answer, unpacked."""

_LONGEST: Final = 400
"""Characters of a server's own message."""

T = TypeVar("T")


class Reply(NamedTuple):
    """What the server answered."""

    status: int
    body: bytes

    def value(self) -> Any:
        """Return the body's JSON.

        Raises:
            EngineUnavailableError: it is none.

        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise EngineUnavailableError(
                "the OPA server's answer is no JSON", hint="is it OPA that answers at this URL?"
            ) from None


class Api:
    """One server, asked with one connection at a time."""

    def __init__(self, connection: Connection, *, timeout: float) -> None:
        """``timeout`` is in seconds, for one answer with all attempts at it.

        Raises:
            EngineUnavailableError: opa-python-client is not installed.

        """
        self._connection = connection
        self._timeout = timeout
        self._session = _session(connection)

    def get(self, path: str, **parameters: str) -> Reply:
        """Return the answer to a GET; ``path`` begins with a slash. See :meth:`post`."""
        return self._ask("GET", path, parameters, None)

    def post(self, path: str, body: bytes, **parameters: str) -> Reply:
        """Return the answer to a POST of JSON; its status may be that of an error in the question.

        Raises:
            EngineUnavailableError: the server cannot be reached, is not who it must be, refuses the token or
                sends us elsewhere.
            EngineTimeoutError: it did not answer in time.

        """
        return self._ask("POST", path, parameters, body)

    def said(self, reply: Reply) -> str:
        """Return the server's own message in an answer that is an error."""
        try:
            value = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            value = None
        name = HTTPStatus(reply.status).phrase if reply.status in set(HTTPStatus) else "no known status"
        text = " ".join(_messages(value).split()) or f"{reply.status} {name}"
        return self._clean(text)

    def _ask(self, method: str, path: str, parameters: Mapping[str, str], body: bytes | None) -> Reply:
        deadline = time.monotonic() + self._timeout
        for pause in (*_PAUSES, None):
            try:
                reply = self._within(deadline, lambda: self._once(method, path, parameters, body))
            except _NoAnswerError as error:
                if pause is None or not error.may_repeat:
                    raise EngineUnavailableError(
                        f"the OPA server at {self._connection.url} cannot be reached: {error.reason}",
                        hint=error.hint,
                    ) from None
            else:
                if pause is None or reply.status not in _AGAIN:
                    return self._checked(reply)
            time.sleep(max(0.0, min(pause, deadline - time.monotonic())))
        raise AssertionError("the last attempt has no pause after it")

    def _within(self, deadline: float, call: Callable[[], T]) -> T:
        """Return what a call returns, if it does by then: a socket's time-out starts again at each byte."""
        results: list[T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                results.append(call())
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(max(0.0, deadline - time.monotonic()))
        if results:
            return results[0]
        if errors:
            raise errors[0]
        raise EngineTimeoutError(f"the OPA server did not answer in {self._timeout:g} s")

    def _once(self, method: str, path: str, parameters: Mapping[str, str], body: bytes | None) -> Reply:
        from requests import exceptions

        target = self._connection
        scheme = "https" if target.is_tls else "http"
        try:
            response = self._session.request(
                method,
                f"{scheme}://{target.host}:{target.port}{target.path}{path}",
                params=parameters,
                data=body,
                headers={"Content-Type": "application/json"} if body is not None else {},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
        except exceptions.SSLError as error:
            hint = "see `ca`, `certificate` and `key` of the OPA server"
            raise _NoAnswerError(self._clean(_innermost(error)), hint=hint) from None
        except (exceptions.Timeout, exceptions.ConnectionError, OSError) as error:
            may_repeat = isinstance(error, exceptions.ConnectionError) and not isinstance(
                error, exceptions.Timeout
            )
            raise _NoAnswerError(self._clean(_innermost(error)), may_repeat=may_repeat) from None
        try:
            with response:
                return Reply(response.status_code, _whole(response))
        except OSError as error:
            raise _NoAnswerError(f"its answer broke off: {self._clean(_innermost(error))}") from None

    def _checked(self, reply: Reply) -> Reply:
        if 300 <= reply.status < 400:
            raise EngineUnavailableError(
                "the OPA server sends us to another place, where gatelib does not go",
                hint="name the server itself",
            )
        if reply.status in (401, 403):
            raise EngineUnavailableError(
                f"the OPA server refuses us: {self.said(reply)}",
                hint="it takes a token or a client certificate: see docs/configuration.md",
            )
        if reply.status in _AGAIN:
            raise EngineUnavailableError(f"the OPA server is not there: {self.said(reply)}")
        return reply

    def _clean(self, text: str) -> str:
        token = self._connection.token
        return (text.replace(token, "***") if token else text)[:_LONGEST]


class _NoAnswerError(Exception):
    def __init__(self, reason: str, *, hint: str | None = None, may_repeat: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.hint, self.may_repeat = reason, hint, may_repeat


def _session(connection: Connection) -> Any:
    try:
        from opa_client.opa import OpaClient
    except ImportError:
        raise EngineUnavailableError(
            "opa-python-client is not installed", hint="install gatelib with its extra `server`"
        ) from None
    certificate = connection.certificate
    client = OpaClient(
        host=connection.host,
        port=connection.port,
        ssl=(connection.ca or True) if connection.is_tls else False,
        cert=(certificate, connection.key) if certificate and connection.key else certificate,
        token=connection.token,
        retries=0,
    )
    session = client._session
    # Or REQUESTS_CA_BUNDLE wins over `ca`, a .netrc over the token, and a proxy sees every document.
    session.trust_env = False
    return session


def _whole(response: Any) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(1 << 16):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise OSError(f"it is larger than {_MOST_BYTES >> 20} MiB")
    return bytes(body)


def _messages(value: Any) -> str:
    """``message (errors' messages)`` of OPA's error document."""
    if not isinstance(value, dict):
        return ""
    errors = value.get("errors")
    texts = [_with_place(error) for error in errors] if isinstance(errors, list) else []
    return "; ".join([str(value.get("message") or value.get("error") or ""), *texts])


def _with_place(error: Any) -> str:
    if not isinstance(error, dict):
        return ""
    place = error.get("location")
    where = f" ({place.get('file')}:{place.get('row')})" if isinstance(place, dict) else ""
    return f"{error.get('message', '')}{where}"


def _innermost(error: BaseException) -> str:
    """Return what is at the bottom of requests' and urllib3's wrappings, without URL and address."""
    while True:
        parts = (getattr(error, "reason", None), error.__cause__, *error.args)
        inner = next((part for part in parts if isinstance(part, BaseException)), None)
        if inner is None:
            break
        error = inner
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
