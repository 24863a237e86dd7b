"""How a control attestation looks: Markdown for a release's page, HTML for a screen, PDF for a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["html", "markdown", "pdf"]


def markdown(attestation: Mapping[str, Any]) -> str:
    """Return the page of an attestation, given in its JSON form, in GitHub's Markdown.

    It fits into the text of a release on GitHub, which has 125,000 characters.

    Raises:
        EvidenceError: it is no attestation.

    """
    from gatelib.attestation.pages.as_markdown import render

    return render(attestation)


def html(attestation: Mapping[str, Any]) -> str:
    """Return the page of an attestation, given in its JSON form, as one file that needs no other.

    Raises:
        EvidenceError: it is no attestation.

    """
    from gatelib.attestation.pages.as_html import render

    return render(attestation)


def pdf(page: str) -> bytes:
    """Return what :func:`html` made as a tagged PDF (PDF/UA-1); the same page and fonts give the same bytes.

    Raises:
        UsageError: WeasyPrint, the extra ``gatelib[pdf]``, is not installed.

    """
    from gatelib.attestation.pages.as_pdf import render

    return render(page)
