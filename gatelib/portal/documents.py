"""HTML that a stranger wrote, and whether a site may serve it as HTML.

Whoever writes `controls/attestation.html` would otherwise write pages of the site. A page may be served where
its first bytes are a policy that forbids everything but styles, of which the browser allows no way back, and
nothing in it can lead away by itself.
"""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = re.compile(
    rb"""\s*<!doctype\ html>\s*<html(?:\ lang="?[a-z-]+"?)?>\s*<head>\s*
    <meta\ charset="?utf-8"?\s*/?>\s*
    (?:<meta\ name="[a-z-]+"\ content="[a-zA-Z0-9=,.;\ -]*"\s*/?>\s*)*
    <meta\ http-equiv="content-security-policy"\s+content="default-src\ 'none';\s*
    (?:(?:style-src\ 'unsafe-inline'|img-src\ data:|base-uri\ 'none'|form-action\ 'none');?\s*)*"\s*/?>""",
    re.IGNORECASE | re.VERBOSE,
)
_LEADS_AWAY: Final = re.compile(rb"<\s*(?:base|form|iframe|frame|object|embed)\b", re.IGNORECASE)


def is_inert(page: bytes) -> bool:
    """Tell whether nothing in a page can run, fetch, or lead away without a click."""
    head = _HEAD.match(page)
    rest = page[head.end() :] if head else b""
    return head is not None and b"http-equiv" not in rest.lower() and not _LEADS_AWAY.search(rest)
