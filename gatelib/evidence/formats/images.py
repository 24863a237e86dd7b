"""Digests of images, as bills of materials write them."""

from __future__ import annotations

import re
from typing import Final

_DIGEST: Final = re.compile(r"(?:[^\s@]*@)?(sha256:[0-9a-f]{64})")
_PURL: Final = re.compile(r"pkg:(?:oci|docker)/[^@?#]+@sha256(?::|%3[aA])([0-9a-f]{64})(?:[?#].*)?")


def digest_of(value: object) -> str:
    """Return the digest that a text is, or that it pins an image to; else empty text."""
    match = _DIGEST.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    return match[1] if match else ""


def purl_digest(value: object) -> str:
    """Return the digest in the package URL of an image; else empty text.

    See https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md.
    """
    match = _PURL.fullmatch(value) if isinstance(value, str) else None
    return f"sha256:{match[1]}" if match else ""
