"""HTTP servers that do not behave, and what they were asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket, int], None]
"""Called with each connection whose request was read, and its number."""


@dataclass
class Strange:
    """A server that runs."""

    url: str
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def strange_server(behaviour: Behaviour) -> Iterator[Strange]:
    """Let a behaviour answer every connection until the context ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    found = Strange(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(30)
            found.requests.append(_read(connection))
            behaviour(connection, len(found.requests))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield found
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return an answer that ends its connection."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def _read(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received and (chunk := connection.recv(65536)):
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length and (chunk := connection.recv(65536)):
        received, body = received + chunk, body + chunk
    return received
