"""The matrix of controls in a browser: readable by everyone, on every screen, with nothing asked for."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import DESKTOP, PHONE, shown
from tests.paths import ROOT

PAGE = ROOT / "docs" / "controls.html"


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nobody_is_asked(
    browser: Browser, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    with shown(browser, PAGE, size=size, scheme=scheme) as seen:
        assert seen.violations() == []
        assert not seen.scrolls_sideways()
        assert (seen.requests, seen.complaints) == ([PAGE.as_uri()], [])


def test_it_is_dark_where_the_reader_wants_it_and_white_on_paper(browser: Browser) -> None:
    with shown(browser, PAGE, scheme="dark") as seen:
        dark = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        seen.page.emulate_media(media="print", color_scheme="dark")
        paper = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark, paper) == ("rgb(20, 23, 27)", "rgb(255, 255, 255)")


def test_on_paper_no_column_of_the_matrix_is_cut_off(browser: Browser) -> None:
    with shown(browser, PAGE, size=(1017, 700)) as seen:  # A4 across, less its margins
        seen.page.emulate_media(media="print")
        cut = seen.page.evaluate(
            "Array.from(document.querySelectorAll('table')).filter(t => t.offsetWidth > innerWidth).length"
        )
    assert cut == 0
