"""An attestation's page in a browser: readable by everyone, on every screen, with nothing asked for."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from gatelib.attestation import pages
from tests.browser.chromium import DESKTOP, PHONE, shown
from tests.engines import need
from tests.unit.attestation.sample import mixed, with_text
from tests.unit.attestation.test_pages import HOSTILE

Scheme = Literal["light", "dark"]

TAGS = "Array.from(document.body.querySelectorAll('*')).map(e => e.localName).filter(name => name != 'code')"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "attestation.html"
    path.write_text(pages.html(mixed()), "utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nobody_is_asked(
    browser: Browser, page: Path, size: tuple[int, int], scheme: Scheme
) -> None:
    with shown(browser, page, size=size, scheme=scheme) as seen:
        assert seen.violations() == []
        assert not seen.scrolls_sideways()
        assert (seen.requests, seen.complaints) == ([page.as_uri()], [])


def test_hostile_text_changes_neither_elements_nor_layout_and_runs_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    found = []
    for name, text in (("hostile", " ".join(HOSTILE.values())), ("harmless", "harmless")):
        path = tmp_path / f"{name}.html"
        path.write_text(pages.html(with_text(text)), "utf-8")
        with shown(browser, path, size=PHONE) as seen:
            found.append(seen.page.evaluate(TAGS))
            assert not seen.scrolls_sideways()
            assert seen.violations() == []
            assert (seen.requests, seen.complaints) == ([path.as_uri()], [])
    assert found[0] == found[1]


def test_it_is_dark_where_the_reader_wants_it_and_white_on_paper(browser: Browser, page: Path) -> None:
    with shown(browser, page, scheme="dark") as seen:
        dark = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        seen.page.emulate_media(media="print", color_scheme="dark")
        paper = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark, paper) == ("rgb(20, 23, 27)", "rgb(255, 255, 255)")


def test_a_keyboard_reaches_the_controls_first_and_then_every_tile(browser: Browser, page: Path) -> None:
    with shown(browser, page, scripts=False) as seen:
        seen.page.keyboard.press("Tab")
        focused = "document.activeElement.textContent.trim()"
        assert seen.page.evaluate(focused) == "Skip to the controls"
        outline = seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
        seen.page.keyboard.press("Enter")
        assert seen.page.url.endswith("#main")
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.getAttribute('href')") == "#control-1"
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("#control-1").bounding_box()["y"] < 50  # type: ignore[index]


def test_chromium_prints_it_with_numbered_pages(browser: Browser, page: Path, tmp_path: Path) -> None:
    printed = tmp_path / "printed.pdf"
    with shown(browser, page, scheme="dark") as seen:
        printed.write_bytes(seen.page.pdf(prefer_css_page_size=True, print_background=True))
    done = subprocess.run(
        [need("pdftotext"), "-layout", printed, "-"], capture_output=True, text=True, timeout=60, check=True
    )
    sheets = done.stdout.split("\f")[:-1]
    assert [f"Page {number} of {len(sheets)}" in sheet for number, sheet in enumerate(sheets, 1)] == [
        True
    ] * len(sheets)
    assert "Control attestation: NOT A PASS" in sheets[1]
    assert "Skip to the controls" not in done.stdout
