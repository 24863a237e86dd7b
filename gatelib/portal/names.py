"""Names of folders and files in the site, made from names that a stranger chose."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

_OTHER: Final = re.compile(r"[^a-z0-9.]+")
_DOTS: Final = re.compile(r"\.{2,}|(?<![a-z0-9])\.|\.(?![a-z0-9])")
_MOST: Final = 40


class Names:
    """Names that no file system confuses: small letters, digits, dots and dashes, each with a hash behind it.

    The hash keeps apart what the letters do not, and makes none of them a device of Windows.
    """

    def __init__(self) -> None:
        self._taken: dict[str, tuple[str, ...]] = {}

    def name(self, *parts: str, beside: str = "") -> str:
        """Return the name of something, the same one each time; ``beside`` only tells it from others."""
        whole = (*parts, beside)
        digest = sha256("\0".join(whole).encode("utf-8", "surrogatepass")).hexdigest()
        for length in (8, 64):
            name = f"{slug('-'.join(parts))}-{digest[:length]}".lstrip("-")
            if self._taken.setdefault(name, whole) == whole:
                return name
        raise AssertionError("two texts of one SHA-256")


def slug(text: str) -> str:
    """Return what of a text is letters of ASCII, digits, and single dots between them."""
    plain = _DOTS.sub("-", _OTHER.sub("-", text.lower()))
    return re.sub(r"-{2,}", "-", plain)[:_MOST].strip("-.")
