"""A real ``opa run --server`` on this machine, with what a test gives it."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatelib.bundle import archive, build
from gatelib.engines import Connection
from gatelib.policy import Policy
from gatelib.settings import parse_now
from tests.engines import need

CREATED = "2026-11-22T00:00:00Z"
_PATIENCE = 30.0


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    url: str
    log: Path

    @property
    def connection(self) -> Connection:
        return Connection(url=self.url)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return the status and the JSON of an answer; bytes are sent as they are, all else as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        if data is not None and not isinstance(body, bytes):
            request.add_header("Content-Type", "application/json")
        try:
            with _DIRECT.open(request, timeout=_PATIENCE) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
        return status, json.loads(content) if content else None


@contextmanager
def opa_server(
    *arguments: str | Path, scheme: str = "http", wait: str = "/health?bundles"
) -> Iterator[Server]:
    """Run the server with ``opa run``'s own arguments until the context ends.

    It is ready once ``wait`` answers 200; with ``https`` or an empty ``wait``, once the port is open.
    """
    with tempfile.TemporaryDirectory(prefix="gatelib-test-opa-") as folder:
        log = Path(folder) / "log"
        port = free_port()
        own = ["--skip-version-check", "--addr", f"127.0.0.1:{port}"]
        command = [need("opa"), "run", "--server", *own, *map(str, arguments)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=output, cwd=folder, start_new_session=True
            )
        server = Server(f"{scheme}://127.0.0.1:{port}", log)
        try:
            _until_ready(server, process, port, wait if scheme == "http" else "")
            yield server
        finally:
            process.kill()
            process.wait()


def bundle_of(policy: Policy, *, created: str = CREATED) -> dict[str, bytes]:
    """Return the files of a bundle with all of a policy."""
    moment = parse_now(created)
    assert moment is not None
    return build.files(policy, created=moment)


def write_bundle(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write a bundle's archive in one step, as a poller must see it, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(archive.write(files))
    return new.replace(path)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_ready(server: Server, process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                pass
            if not path or server.ask("GET", path)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"opa did not start:\n{server.log.read_text('utf-8', 'replace')}")


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
