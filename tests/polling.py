"""What an OPA server polls bundles from, how it is told to, and what it says of them."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.opa_server import Server

HOST = "127.0.0.1"
_PAUSE = 0.1


def configuration(url: str, public: str, *, scope: str = "", **bundle: Any) -> dict[str, Any]:
    """Return a configuration by which OPA polls one bundle, and takes it only from the key ``release``."""
    return {
        "services": {"policies": {"url": url}},
        "keys": {"release": {"algorithm": "RS256", "key": public}},
        "bundles": {
            "gatelib": {
                "service": "policies",
                "resource": "gatelib.tar.gz",
                "polling": {"min_delay_seconds": 0, "max_delay_seconds": 0},
                "signing": {"scope": scope},
                **bundle,
            }
        },
        "default_decision": "gatelib/admission/review",
        "status": {"prometheus": True},
    }


def bundle_status(server: Server, name: str = "gatelib") -> Mapping[str, Any]:
    """What ``/v1/status`` says of a bundle."""
    _, answer = server.ask("GET", "/v1/status")
    found: Mapping[str, Any] = answer.get("result", {}).get("bundles", {}).get(name, {})
    return found


def revision(server: Server, name: str = "gatelib") -> str:
    """The revision of the bundle that is active; empty while none is."""
    return str(bundle_status(server, name).get("active_revision", ""))


def wait_for(condition: Callable[[], Any], what: str, *, patience: float = 30.0) -> Any:
    """Return the condition's value once it is true."""
    end = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < end, f"{what} did not happen in {patience:g} s"
        time.sleep(0.02)
    return value


class Files:
    """An HTTP server of files in memory, with the ETags by which OPA sees that nothing changed.

    OPA counts its delays in whole seconds. With none, how long an answer takes is how often it polls.
    """

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._asked: Counter[tuple[str, str]] = Counter()
        self._server = _Quiet((HOST, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Files:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_address[1]}"

    def put(self, name: str, content: bytes) -> None:
        """Serve something else from now on."""
        self._files = {**self._files, name: content}

    def asked(self, name: str) -> int:
        """How often the file was asked for since it is what it is now."""
        return self._asked[name, _etag(self._files[name])]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                time.sleep(_PAUSE)
                name = self.path.lstrip("/")
                content = served._files.get(name)
                if content is None:
                    self.send_error(404)
                    return
                etag = _etag(content)
                served._asked[name, etag] += 1
                same = self.headers.get("If-None-Match") == etag
                self.send_response(304 if same else 200)
                self.send_header("ETag", etag)
                self.send_header("Content-Type", "application/gzip")
                self.send_header("Content-Length", "0" if same else str(len(content)))
                self.end_headers()
                if not same:
                    self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


class _Quiet(ThreadingHTTPServer):
    request_queue_size = 256  # one OPA may poll many bundles at once

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that ended in the middle of a poll."""


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()}"'
