"""A real registry on this machine: Debian's ``docker-registry``, with its storage in a folder of the test."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import need

USER, PASSWORD = "nina", "a password: with a colon"
_HASH = "$2b$05$abcdefghijklmnopqrstuueXu8qE0RBCOey4cjJSVC/QrWfUbbJBy"
_PATIENCE = 30.0
_LISTENING = re.compile(r"listening on (127\.0\.0\.1:\d+)")


@contextmanager
def registry(folder: Path, *, with_users: bool = False) -> Iterator[str]:
    """Run a registry until the context ends, and yield its ``host:port``.

    ``with_users`` it knows :data:`USER` with :data:`PASSWORD`, and nobody else.
    """
    binary = need("docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "version": "0.1",
        "log": {"accesslog": {"disabled": True}, "level": "info"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}, "delete": {"enabled": True}},
        "http": {"addr": "127.0.0.1:0", "secret": "of no use to anybody"},
    }
    if with_users:
        (folder / "htpasswd").write_text(f"{USER}:{_HASH}\n")
        settings["auth"] = {"htpasswd": {"realm": "policies", "path": str(folder / "htpasswd")}}
    (folder / "registry.yml").write_text(json.dumps(settings))
    log = folder / "registry.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [binary, "serve", str(folder / "registry.yml")],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield _address(process, log)
    finally:
        process.kill()
        process.wait()


def blob(folder: Path, digest: str) -> Path:
    """Return the file in which a registry keeps a blob or a manifest."""
    algorithm, _, digits = digest.partition(":")
    return folder / f"storage/docker/registry/v2/blobs/{algorithm}/{digits[:2]}/{digits}/data"


def docker_config(folder: Path, *addresses: str, user: str = USER, password: str = PASSWORD) -> Path:
    """Write what ``docker login`` writes, and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    config = folder / "config.json"
    config.write_text(json.dumps({"auths": {address: {"auth": auth} for address in addresses}}))
    return config


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if found := _LISTENING.search(log.read_text("utf-8", "replace")):
            return found[1]
        time.sleep(0.02)
    raise AssertionError(f"docker-registry did not start:\n{log.read_text('utf-8', 'replace')}")
