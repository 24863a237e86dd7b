"""The site of rules in a browser: rules are found, everyone can read them, and nobody is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from gatelib.authoring import workspace
from gatelib.authoring.docs import pages, site
from gatelib.policy import shipped
from tests.browser.chromium import DESKTOP, PHONE, shown
from tests.paths import ROOT
from tests.unit.authoring.rule_pages import made, opened, team

CATALOG = shipped().catalog
FOUND = """
Array.from(document.querySelectorAll("[data-words]")).filter(rule => rule.offsetParent)
  .map(rule => rule.querySelector("b").textContent)
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules") / "site"
    library = workspace.open_([ROOT / "rego"], [ROOT / "fixtures"], ROOT)
    site.build(library, pages(library, ROOT / "docs" / "rules").texts, folder, "Policy rules")
    return folder


@pytest.mark.parametrize("name", ["index", "GL-K8S-004", "GL-REL-005"])
@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nobody_is_asked(
    browser: Browser, rules: Path, name: str, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    page = rules / f"{name}.html"
    with shown(browser, page, size=size, scheme=scheme) as seen:
        assert seen.violations() == []
        assert not seen.scrolls_sideways()
        styles = [(rules / style).as_uri() for style in ("site.css", "rules.css")]
        assert (seen.requests, seen.complaints) == ([page.as_uri(), *styles], [])


def test_a_search_finds_by_id_title_text_control_clause_and_kind(browser: Browser, rules: Path) -> None:
    by_control = [rule for rule, entry in CATALOG.items() if "SC-01" in entry["controls"]]
    by_clause = [rule for rule, entry in CATALOG.items() if "RUN-01" in entry["controls"]]
    by_kind = [rule for rule, entry in CATALOG.items() if "bitnami.com/SealedSecret" in entry["kinds"]]
    with shown(browser, rules / "index.html") as seen:
        assert seen.page.evaluate(FOUND) == list(CATALOG)
        for words, wanted in {
            "gl-k8s-001": ["GL-K8S-001"],
            "hold before FULL weight": ["GL-K8S-008"],
            "prometheus kube-state": [],
            "SC-01": by_control,
            "164.312(b) RUN-01": by_clause,
            "bitnami.com/SealedSecret": by_kind,
            "  ": list(CATALOG),
        }.items():
            seen.page.fill("#words", words)
            assert (words, seen.page.evaluate(FOUND)) == (words, wanted)
            count = f"{len(wanted)} rule{'' if len(wanted) == 1 else 's'}" if words.strip() else ""
            assert seen.page.locator("#found").inner_text() == count
        seen.page.fill("#words", "GL-K8S-001")
        assert seen.page.locator("section:visible").count() == 1
        seen.page.click("text=Containers must not be privileged")
        assert seen.page.url == (rules / "GL-K8S-001.html").as_uri()


def test_without_scripts_every_rule_is_there_and_no_search_that_does_nothing(
    browser: Browser, rules: Path
) -> None:
    with shown(browser, rules / "index.html", scripts=False) as seen:
        hrefs = seen.page.locator("[data-words] > a")
        assert [hrefs.nth(n).get_attribute("href") for n in range(hrefs.count())] == [
            f"{id_}.html" for id_ in CATALOG
        ]
        assert not seen.page.locator("#search").is_visible()


def test_a_page_is_white_on_paper_and_dark_where_the_reader_wants_it(browser: Browser, rules: Path) -> None:
    with shown(browser, rules / "GL-K8S-001.html", scheme="dark") as seen:
        dark = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        seen.page.emulate_media(media="print", color_scheme="dark")
        paper = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark, paper) == ("rgb(18, 21, 23)", "rgb(255, 255, 255)")


def test_hostile_titles_change_no_element_and_run_nothing(browser: Browser, tmp_path: Path) -> None:
    found = []
    for name, title in (("hostile", "<script>alert(1)</script><b onclick=x>"), ("harmless", "A title")):
        folder = tmp_path / name
        team(folder, title=title)
        site.build(opened(folder), made(folder).texts, folder / "site", title)
        for page in ("index", "ACME-001"):
            with shown(browser, folder / "site" / f"{page}.html") as seen:
                assert seen.complaints == []
                tags = "Array.from(document.querySelectorAll('*')).map(e => e.localName)"
                found.append(seen.page.evaluate(tags))
    assert found[:2] == found[2:]
