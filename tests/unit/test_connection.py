"""What an OPA server's address may be, and who gets to see the token."""

from __future__ import annotations

import pickle

import pytest

from gatelib.engines import Connection
from gatelib.errors import UsageError


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://opa.example.com", "opa.example.com", 443, ""),
        ("https://opa.example.com/", "opa.example.com", 443, ""),
        ("https://opa.example.com:8181", "opa.example.com", 8181, ""),
        ("https://example.com/shared/opa", "example.com", 443, "/shared/opa"),
        ("https://example.com/shared/opa/", "example.com", 443, "/shared/opa"),
        ("https://[2001:db8::1]:8181", "[2001:db8::1]", 8181, ""),
        ("http://127.0.0.1:8181", "127.0.0.1", 8181, ""),
        ("http://127.255.0.9", "127.255.0.9", 80, ""),
        ("http://localhost", "localhost", 80, ""),
        ("http://LocalHost", "LocalHost", 80, ""),
        ("http://[::1]:8181", "[::1]", 8181, ""),
    ],
)
def test_an_address_has_its_parts(url: str, host: str, port: int, path: str) -> None:
    found = Connection(url=url)
    assert (found.host, found.port, found.path) == (host, port, path)
    assert found.is_tls == url.startswith("https")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "opa.example.com",
        "ftp://opa.example.com",
        "HTTPS://opa.example.com",
        "https://",
        "https:///v1",
        "https://user:password@opa.example.com",
        "https://opa.example.com?x=1",
        "https://opa.example.com#x",
        "https://opa.example.com:0",
        "https://opa.example.com:65536",
        "https://opa.example.com:x",
        "https://opa.example.com/a b",
        "https://opa.example.com/../x%2f",
        "https://opa.example.com\n",
        " https://opa.example.com",
        "http://127.0.0.1\\@opa.example.com",
        "http://127.0.0.1@opa.example.com",
        "https://ópa.example.com",
    ],
)
def test_what_is_no_plain_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError, match=r"is not of the form https://HOST") as caught:
        Connection(url=url)
    assert "password" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "opa.example.com",
        "10.0.0.1",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "127.1",
        "127.0.0.256",
        "0.0.0.0",
        "[::2]",
        "[::ffff:10.0.0.1]",
        "2130706433",
    ],
)
def test_http_is_for_this_machine_only(host: str) -> None:
    with pytest.raises(UsageError, match="asked by http, so anybody between can answer for it"):
        Connection(url=f"http://{host}:8181")


@pytest.mark.parametrize("token", ["", " ", "a b", "a\nHost: x", "tokén", "a\0b"])
def test_a_token_is_what_a_header_can_hold(token: str) -> None:
    with pytest.raises(UsageError, match="the token for the OPA server") as caught:
        Connection(url="https://opa.example.com", token=token)
    assert token.strip() == "" or token not in str(caught.value)


def test_a_key_needs_the_certificate_it_belongs_to() -> None:
    with pytest.raises(UsageError, match="no certificate that it belongs to"):
        Connection(url="https://opa.example.com", key="key.pem")


def test_a_token_is_not_shown_and_not_lost() -> None:
    found = Connection(url="https://opa.example.com", token="hidden")
    assert "hidden" not in repr(found)
    assert pickle.loads(pickle.dumps(found)).token == "hidden"
