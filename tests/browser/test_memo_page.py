"""A memo in a browser: readable by everyone, on every screen, and one page on paper."""

from __future__ import annotations

import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from gatelib.memo import compose, render
from tests.browser.chromium import DESKTOP, PHONE, shown
from tests.engines import need
from tests.release import Release


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    release = Release(tmp_path_factory.mktemp("release")).seal()
    first, *rest = release.judged()
    memo = compose(
        release.gate(gate="pre-promote"), first, rest, clock=datetime(2026, 11, 22, tzinfo=timezone.utc)
    )
    path = tmp_path_factory.mktemp("page") / "memo.html"
    path.write_text(render(memo, "html", link=lambda file: f"files/{file}"), "utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nobody_is_asked(
    browser: Browser, page: Path, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    with shown(browser, page, size=size, scheme=scheme) as seen:
        assert seen.violations() == []
        assert not seen.scrolls_sideways()
        assert (seen.requests, seen.complaints) == ([page.as_uri()], [])


def test_the_example_prints_on_one_page(browser: Browser, page: Path, tmp_path: Path) -> None:
    printed = tmp_path / "memo.pdf"
    with shown(browser, page) as seen:
        printed.write_bytes(seen.page.pdf(prefer_css_page_size=True))
    told = subprocess.run(
        [need("pdfinfo"), printed], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert dict(line.split(":", 1) for line in told.splitlines())["Pages"].strip() == "1"
