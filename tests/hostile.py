"""A registry on this machine that answers whatever a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from itertools import repeat
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gatelib.bundle.artifact import MANIFEST_TYPE, Artifact, digest_of

Answer = Callable[[BaseHTTPRequestHandler], None]

REPOSITORY = "policies/pr"
TAG = f"/v2/{REPOSITORY}/manifests/1"
UPLOADS = f"/v2/{REPOSITORY}/blobs/uploads/"


@dataclass(frozen=True)
class Asked:
    """A request, but for what does not matter here."""

    method: str
    path: str
    authorization: str | None


@dataclass
class Hostile:
    """A server; what it is not told to answer it has not."""

    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    answers: dict[str, Answer] = field(default_factory=dict)
    """By path without a query, or by method and path."""
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Hostile:
        self._server = _Server(("127.0.0.1", 0), self._handler())
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"{self.host}:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.address}"

    @property
    def reference(self) -> str:
        return f"{self.address}/{REPOSITORY}:1"

    @property
    def secrets(self) -> set[str]:
        """The credentials that it was given."""
        return {asked.authorization for asked in self.asked if asked.authorization}

    def have(self, made: Artifact) -> None:
        """Answer as an honest registry does that has an artifact."""
        manifest = answer(
            made.manifest, content_type=MANIFEST_TYPE, docker_content_digest=digest_of(made.manifest)
        )
        self.answers[TAG] = manifest
        self.answers[f"/v2/{REPOSITORY}/manifests/{digest_of(made.manifest)}"] = manifest
        for digest, content in made.blobs.items():
            self.answers[f"/v2/{REPOSITORY}/blobs/{digest}"] = answer(content)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16

            def do_GET(self) -> None:
                self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                path = self.path.partition("?")[0]
                served.asked.append(Asked(self.command, path, self.headers.get("Authorization")))
                answers = served.answers
                chosen = answers.get(f"{self.command} {path}") or answers.get(path) or answer(status=404)
                try:
                    chosen(self)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    self.close_connection = True

            do_HEAD = do_POST = do_PUT = do_CONNECT = do_GET  # noqa: N815 - the base class's names

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing: that a client leaves is what most tests are about."""


def answer(body: bytes | Iterable[bytes] = b"", *, status: int = 200, **headers: str | None) -> Answer:
    """Answer with a body; one in pieces ends with the connection. A header of `None` is left out."""

    def give(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            if value is not None:
                handler.send_header(name.replace("_", "-"), value)
        if isinstance(body, bytes):
            handler.send_header("Content-Length", str(len(body)))
        else:
            handler.send_header("Connection", "close")
        handler.end_headers()
        if handler.command == "HEAD":
            return
        for piece in [body] if isinstance(body, bytes) else body:
            handler.wfile.write(piece)

    return give


def raw(pieces: Iterable[bytes]) -> Answer:
    """Answer with bytes that need be no HTTP, and then close."""

    def give(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()

    return give


def endless(size: int = 1 << 20) -> Iterable[bytes]:
    """Bytes without an end, as fast as they are taken."""
    return repeat(b" " * size)


def paced(pieces: Iterable[bytes], pause: float = 0.1) -> Iterator[bytes]:
    """Pieces with a pause after each."""
    for piece in pieces:
        yield piece
        time.sleep(pause)


def slowly(piece: bytes) -> Iterator[bytes]:
    """A piece now and then, for longer than anybody waits."""
    return paced(repeat(piece, 100))


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return what a server on this machine proves itself with, and the file by which others believe it."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    hosts = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "ca.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
