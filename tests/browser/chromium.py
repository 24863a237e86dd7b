"""A headless Chromium without a network, and what axe-core says of a page in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.engines import need

DESKTOP: Final = (1280, 900)
PHONE: Final = (360, 780)
"""The narrowest screen that is still common, in CSS pixels."""

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_HERE: Final = ("file:", "data:", "blob:", "about:", "http://127.0.0.1:", "http://127.0.0.1/")
_RUN: Final = """
async () => (await axe.run(document, {resultTypes: ["violations"], preload: false}))
  .violations.flatMap(found => found.nodes.map(node => `${found.id}: ${node.target.join(" ")}`))
"""


@dataclass(slots=True)
class Shown:
    """A page in a window of its own."""

    page: Page
    requests: list[str] = field(default_factory=list)
    """What was asked for, the page itself first."""
    complaints: list[str] = field(default_factory=list)
    """What the browser's console says, such as a violation of the page's Content-Security-Policy."""

    def violations(self) -> list[str]:
        """Return what axe-core finds, as ``rule: selector``."""
        self.page.evaluate(_axe())
        found: list[str] = self.page.evaluate(_RUN)
        return found

    def scrolls_sideways(self) -> bool:
        """Return whether a reader has to scroll to the right."""
        found: bool = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        return found


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run the machine's Chromium with a new profile, which is deleted afterwards."""
    binary = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def shown(
    browser: Browser,
    page: Path | str,
    *,
    size: tuple[int, int] = DESKTOP,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
    scale: float = 1,
) -> Iterator[Shown]:
    """Open a file or an address of this machine; what lies elsewhere is refused, and counts as asked for."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        java_script_enabled=scripts,
        device_scale_factor=scale,
    )
    try:
        window = context.new_page()
        seen = Shown(window)
        context.route("**/*", _only_here)
        window.on("request", lambda request: seen.requests.append(request.url))
        window.on("console", lambda message: seen.complaints.append(message.text))
        window.on("pageerror", lambda error: seen.complaints.append(str(error)))
        window.goto(page.resolve().as_uri() if isinstance(page, Path) else page)
        yield seen
    finally:
        context.close()


def _only_here(route: Route) -> Any:
    if route.request.url.startswith(_HERE):
        return route.continue_()
    return route.abort()


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
