"""Which HTML of a stranger is served as HTML."""

from __future__ import annotations

import pytest

from gatelib.portal.documents import is_inert

_HEAD = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
)
_REST = "<title>x</title></head><body><p>fine</p></body></html>"


def test_a_page_that_forbids_all_but_styles_first_is_inert() -> None:
    assert is_inert((_HEAD + _REST).encode())


@pytest.mark.parametrize(
    "page",
    [
        _REST,
        "<script>1</script>" + _HEAD + _REST,
        _HEAD.replace("<head>", "<head><script>1</script>") + _REST,
        _HEAD.replace("default-src 'none'", "default-src *") + _REST,
        _HEAD.replace("'unsafe-inline'", "'unsafe-inline'; script-src 'unsafe-inline'") + _REST,
        _HEAD.replace('charset="utf-8"', 'charset="utf-7"') + _REST,
        _HEAD + '<meta http-equiv="refresh" content="0;url=https://evil.example">' + _REST,
        _HEAD + '<META HTTP-EQUIV=refresh content="0;url=//evil.example">' + _REST,
        _HEAD + "<form action=//evil.example>" + _REST,
        _HEAD + "<base href=//evil.example>" + _REST,
        _HEAD + "< iframe src=//evil.example>" + _REST,
    ],
    ids=[
        "no policy",
        "script first",
        "script in the head",
        "weak policy",
        "scripts allowed",
        "other charset",
        "refresh",
        "refresh in capitals",
        "form",
        "base",
        "frame",
    ],
)
def test_a_page_that_can_do_something_is_not(page: str) -> None:
    assert not is_inert(page.encode())


def test_a_page_in_another_encoding_is_not() -> None:
    assert not is_inert((_HEAD + _REST).encode("utf-16"))
