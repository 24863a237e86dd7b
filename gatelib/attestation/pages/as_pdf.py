"""The page as a PDF, which WeasyPrint lays out: no clock, no network, no chance has a part in it."""

from __future__ import annotations

import hashlib
from typing import Any

from gatelib.errors import UsageError


def render(page: str) -> bytes:
    """Return the PDF."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:  # OSError: Pango, which no wheel brings along
        raise UsageError(
            f"a PDF needs WeasyPrint, which cannot be loaded: {error}",
            hint="pip install 'gatelib[pdf]', and Pango from the system's packages",
        ) from error
    document = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=()))
    made: Any = document.write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=hashlib.sha256(page.encode()).digest()[:16]
    )
    return bytes(made)
