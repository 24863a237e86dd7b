"""The portal in a browser: for whoever reads it, and against whoever writes into it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import unquote, urldefrag

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from gatelib.cli.portal import portal
from tests.browser.chromium import DESKTOP, PHONE, shown
from tests.budget import budget
from tests.portals import Example, Wanted, history, waiver

_NOW: Final = "2026-11-22T00:30:00Z"
_KINDS: Final = (
    "index", "service", "pass", "no pass", "not verified", "no attestation", "trends", "waivers",
    "frameworks", "framework", "audit",
)  # fmt: skip
_WINDOWS: Final = [(DESKTOP, "light"), (PHONE, "dark"), (DESKTOP, "dark"), (PHONE, "light")]
_SHOWN: Final = [
    pytest.param(kind, *window, id=f"{kind}, {window[0][0]} pixels, {window[1]}")
    for place, kind in enumerate(_KINDS)
    for turn, window in enumerate(_WINDOWS)
    if turn in (place % len(_WINDOWS), *range(budget(0, len(_WINDOWS))))
]
"""Each kind of page in one of the windows, or in all of them."""
_SHAPE: Final = """
() => [...document.querySelectorAll("*")].map(node => [
  node.tagName, node.className.baseVal ?? node.className,
  [...node.attributes].map(attribute => attribute.name).sort().join(" "),
])
"""
_REACHED: Final = """
() => [...document.querySelectorAll("*")].flatMap(node => [...node.attributes])
  .filter(attribute => /^on|^style$/.test(attribute.name)
    || /^(?!data:image\\/svg)[a-z]+:|^\\/\\//i.test(["href", "src", "action"].includes(attribute.name)
      ? attribute.value : ""))
  .map(attribute => `${attribute.name}=${attribute.value}`)
"""
_HOSTILE: Final = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "</title></style></svg><h1>Pass</h1>",
    "\u202egnp.exe\u202c\x1b[31m\u200b",
    "../../../etc/passwd",
    "`</code>`<b onclick=x>`",
)
_HARMLESS: Final = ("one", "two", "three", "four", "five", "six", "seven", "`code`eight`")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Return the example release, attested."""
    return Example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def site(example: Example, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site with a release of every kind, one of its services on two pages."""
    folder = tmp_path_factory.mktemp("portal")
    places = history(example, folder / "releases", 24)
    places.append(example.make(folder / "bare", Wanted(service="bare")))
    shutil.rmtree(folder / "bare" / "controls")
    return built(example, folder / "site", *places)


def built(example: Example, target: Path, *places: Path) -> Path:
    """Build a site, and return it."""
    arguments = ["build", *map(str, places), "-o", str(target), "--config", str(example.config)]
    result = CliRunner().invoke(portal, [*arguments, "--now", _NOW], standalone_mode=False)
    assert result.exception is None, result.exception
    return target


def page(site: Path, kind: str) -> Path:
    """Return a page of some kind."""
    if kind in ("pass", "no pass", "not verified", "no attestation"):
        word = {"pass": "Pass", "no pass": "No pass", "not verified": "Not verified"}.get(
            kind, "No attestation"
        )
        return next(
            path
            for path in sorted(site.glob("releases/*/index.html"))
            if f"</svg> {word}</p>" in path.read_text("utf-8")
        )
    where = {"service": "services/payments-*/index.html", "frameworks": "frameworks/index.html"}
    where |= {"framework": "frameworks/soc2.html", "audit": "audit/index.html"}
    (found,) = site.glob(where.get(kind, f"{kind}.html"))
    return found


@pytest.mark.parametrize(("kind", "size", "scheme"), _SHOWN)
def test_a_page_is_accessible_fits_and_asks_nobody_for_anything(
    browser: Browser,
    site: Path,
    kind: str,
    size: tuple[int, int],
    scheme: Literal["light", "dark"],
) -> None:
    with shown(browser, page(site, kind), size=size, scheme=scheme) as seen:
        seen.page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        assert seen.violations() == []
        assert not seen.scrolls_sideways()
        assert seen.complaints == []
        assert {Path(unquote(url)).name for url in seen.requests} <= {page(site, kind).name, "site.css"} | {
            url for url in seen.requests if url.startswith("data:image/svg+xml")
        }


@pytest.mark.parametrize("kind", ["index", "pass"])
def test_nothing_is_missing_without_scripts(browser: Browser, site: Path, kind: str) -> None:
    texts = []
    for scripts in (True, False):
        with shown(browser, page(site, kind), scripts=scripts) as seen:
            texts.append(seen.page.inner_text("body"))
    assert texts[0] == texts[1]
    assert len(texts[0]) > 500


@pytest.mark.parametrize("kind", ["index", "service", "pass"])
def test_the_tab_key_goes_through_a_page_from_the_top_and_everything_it_reaches_is_seen(
    browser: Browser, site: Path, kind: str
) -> None:
    with shown(browser, page(site, kind)) as seen:
        assert seen.page.query_selector_all("[tabindex]") == []
        reached: list[Any] = []
        for _ in range(200):
            seen.page.keyboard.press("Tab")
            found = seen.page.evaluate(
                """() => { const one = document.activeElement;
                return one === document.body ? null : {
                  text: one.innerText, outline: getComputedStyle(one).outlineStyle,
                  width: one.getBoundingClientRect().width,
                  order: [...document.querySelectorAll("a, summary")].indexOf(one)} }"""
            )
            if found is None:
                break
            reached.append(found)
        assert reached[0]["text"] == "Skip to the content"
        assert [entry["order"] for entry in reached] == sorted(entry["order"] for entry in reached)
        assert all(entry["outline"] != "none" and entry["width"] > 0 for entry in reached)
        assert len({entry["order"] for entry in reached}) == len(reached)


def test_every_link_leads_somewhere_in_the_site_and_every_page_is_reached(site: Path) -> None:
    start = site / "index.html"
    todo, seen, broken = [start], {start}, []
    while todo:
        here = todo.pop()
        for link in _links(here):
            path, anchor = urldefrag(link)
            place = (here.parent / unquote(path)).resolve() if path else here
            is_there = place.is_file() and site.resolve() in place.parents
            if not is_there or (anchor and f'id="{anchor}"' not in place.read_text("utf-8")):
                broken.append((here.name, link))
            elif place.suffix == ".html" and place not in seen and place.name != "attestation.html":
                seen.add(place)
                todo.append(place)
    assert broken == []
    assert seen == {path for path in site.rglob("*.html") if path.name != "attestation.html"}


def _links(path: Path) -> Iterator[str]:
    found: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value or "" for name, value in attrs if name == "href" and tag in ("a", "link"))

    Parser().feed(path.read_text("utf-8"))
    return (link for link in found if not link.startswith("data:image/svg+xml,"))


def test_hostile_texts_change_no_page(browser: Browser, example: Example, tmp_path: Path) -> None:
    shapes = []
    for name, texts in (
        ("twin", _HARMLESS),
        ("hostile", _HOSTILE),
    ):
        place = example.make(tmp_path / name, _full_of(texts))
        made = built(example, tmp_path / f"site-{name}", place)
        (release,) = made.glob("releases/*/index.html")
        (service,) = made.glob("services/*/index.html")
        places = [made / "index.html", service, release, made / "waivers.html", made / "trends.html"]
        shapes.append([_shape(browser, each) for each in places])
        assert all(path.resolve().is_relative_to(made.resolve()) for path in made.rglob("*"))
    assert shapes[0] == shapes[1]


def _full_of(texts: Any) -> Wanted:
    one, two, three, four, five, six, seven, eight = texts
    return Wanted(
        service=f"s {one} {seven}",
        version=f"v {two} {six}",
        changes=[(three, one, f"https://evil.example/{two}"), (four, five, three)],
        denied=[("GL-REL-004", f"{one} {eight}"), ("GL-REL-004", f"{five} {six}")],
        waived=[waiver(f"w {five}", approver=two, reason=f"{eight} {one}", ticket=three, requester=six)],
    )


def _shape(browser: Browser, place: Path) -> Any:
    with shown(browser, place) as seen:
        assert seen.page.title() != "owned"
        assert seen.page.evaluate(_REACHED) == []
        assert seen.page.evaluate("document.scripts.length") == 0
        assert "\u202e" not in seen.page.content()
        assert seen.complaints == []
        return seen.page.evaluate(_SHAPE)


def test_a_page_prints_all_that_it_has(browser: Browser, site: Path) -> None:
    with shown(browser, page(site, "pass"), scripts=False) as seen:
        seen.page.emulate_media(media="print")
        heights = seen.page.evaluate(
            "() => [...document.querySelectorAll('details > *:not(summary)')].map(one => one.offsetHeight)"
        )
        assert heights and all(heights)
